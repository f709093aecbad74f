// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"time"

	"github.com/gozmq/zmq/internal/core"
	"github.com/gozmq/zmq/internal/pipe"
)

// Peer describes the other end of a connection: what it said of itself in its
// handshake, and what the transport knows.
type Peer struct {
	Address    string // numeric address without port; "localhost:uid:gid:pid" for ipc on Linux; empty for inproc
	Local      string // our end, such as "tcp://127.0.0.1:5555"
	Remote     string // the peer's end, such as "tcp://127.0.0.1:41234"
	SocketType string // "DEALER"; empty for peers older than ZMTP 3 and for inproc
	Identity   []byte // what the peer announced; empty for most
	UserID     string // who the peer is, in the words of the authentication handler
	Protocol   string // "ZMTP 3.1", "inproc", "raw"
	Mechanism  string // "NULL"
	Accepted   bool   // the peer connected to us, not we to it

	// Authenticated means that an authentication handler was asked and has let the
	// peer in. Only then is UserID, which may be empty, the handler's word.
	Authenticated bool

	// PublicKey is the key of a CURVE client, which has proved that it holds the
	// secret one; zero for other peers. By itself it says that the peer is the same
	// as before, not that it may do anything.
	PublicKey PublicKey

	p *pipe.Peer
}

// Property returns a property of the peer by name; see Message.Property. Most are
// what the peer says of itself, which can be anything.
func (p Peer) Property(name string) (value string, ok bool) { return p.p.Property(name) }

// Vouched returns a property of the peer that the authentication handler gave it,
// such as an "X-Role", or "User-Id". ok is false for what the handler has not
// said, even if the peer says it of itself: decide by this what a peer may do.
func (p Peer) Vouched(name string) (value string, ok bool) { return p.p.VouchedFor(name) }

// LastHeard returns when octets of the peer arrived last, the zero time if that
// is not known (inproc).
func (p Peer) LastHeard() time.Time {
	if p.p == nil {
		return time.Time{}
	}
	if t := p.p.LastHeard.Load(); t != 0 {
		return time.Unix(0, t)
	}
	return time.Time{}
}

// RoundTrip returns how long the last heartbeat took from the moment when it was
// queued until its answer was read: the way there and back, and what the peer and
// the queues in between take. It is 0 where there was none yet, so always without
// HeartbeatInterval, for peers older than ZMTP 3.1 and for inproc. It belongs to
// one connection and begins anew with the next.
func (p Peer) RoundTrip() time.Duration {
	if p.p == nil {
		return 0
	}
	return time.Duration(p.p.RoundTrip.Load())
}

func newPeer(p *pipe.Peer) Peer {
	if p == nil {
		return Peer{}
	}
	x := Peer{
		Address: p.Address, Local: p.Local, Remote: p.Remote, SocketType: p.SocketType, Identity: p.Identity,
		UserID: p.UserID, Protocol: p.Version, Mechanism: p.Mechanism, Accepted: p.Accepted,
		Authenticated: p.Authenticated, p: p,
	}
	copy(x.PublicKey[:], p.PublicKey)
	return x
}

// PeerStats is a peer of a socket with its counters. Queue lengths and high-water
// marks are in messages. Counters begin when the peer connects to us, and for a
// Connect of ours with the Connect: they go on over reconnects.
type PeerStats struct {
	Peer
	Endpoint  string // of ours that it belongs to
	RoutingID []byte // by which a ROUTER or STREAM addresses it; nil otherwise
	Sent      uint64 // messages queued for it
	Received  uint64 // messages that came from it
	Dropped   uint64 // messages that were lost because its queue was full
	Conflated uint64 // messages either way that a newer one took the place of
	QueuedOut int    // messages that wait to be sent to it
	QueuedIn  int    // messages of it that wait to be received
	SendHWM   int    // the most that QueuedOut can be, 0 for no limit
	RecvHWM   int    // the most that QueuedIn can be, 0 for no limit

	// SentBytes and ReceivedBytes are octets handed to and read from the
	// connection: messages with their framing, subscriptions, heartbeats, before
	// encryption and without the handshake. In process they are those of messages.
	SentBytes, ReceivedBytes uint64
}

func newPeerStats(i core.PeerInfo) PeerStats {
	return PeerStats{
		Peer: newPeer(i.Peer), Endpoint: i.Endpoint, RoutingID: i.RoutingID,
		Sent: i.Sent, Received: i.Received, Dropped: i.Dropped, QueuedOut: i.QueuedOut, QueuedIn: i.QueuedIn,
		Conflated: i.Conflated, SendHWM: i.SendHWM, RecvHWM: i.RecvHWM, SentBytes: i.SentOctets, ReceivedBytes: i.ReadOctets,
	}
}
