// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"time"

	"github.com/gozmq/zmq/internal/core"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/transport"
)

// Peer describes the other end of a connection, by what the peer said in its handshake
// and what the transport knows.
type Peer struct {
	Address    string // numeric address without port; "localhost:uid:gid:pid" for ipc on Linux; empty for inproc
	Local      string // this end, such as "tcp://127.0.0.1:5555"
	Remote     string // the peer's end, such as "tcp://127.0.0.1:41234"
	SocketType string // "DEALER"; empty for peers older than ZMTP 3 and for inproc
	Identity   []byte // what the peer announced; empty for most
	UserID     string // the user that the authentication handler assigned to the peer
	Protocol   string // "ZMTP 3.1", "ZWS 2.0" (ws and wss), "inproc", "raw"
	Mechanism  string // "NULL"
	Accepted   bool   // true if the peer connected to this socket, false if this socket connected to it

	// Username is the name that a PLAIN client sent, whatever UserID the handler
	// assigned. It is empty for other peers.
	Username string

	// Domain is the ZAPDomain by whose rules the authentication handler accepted the
	// peer. It is empty if the socket has none, or if no handler was asked.
	Domain string

	// Authenticated means that an authentication handler was asked and accepted the
	// peer. Only then does UserID, which may be empty, come from the handler.
	Authenticated bool

	// PublicKey is the key of a CURVE client, which has proved that it holds the secret
	// key. It is zero for other peers. The key alone proves only that it is the same
	// peer as before, not that the peer is authorized.
	PublicKey PublicKey

	// Certificate is the certificate of the peer over wss and tls, in DER form, if it
	// has shown one and it was verified. It is nil otherwise. x509.ParseCertificate, or
	// Certificate of package ws, makes an *x509.Certificate of it. Do not change it.
	Certificate []byte

	p *pipe.Peer
}

// SourceOf reduces an address, as Peer.Address has it, to the part that one stranger
// cannot vary: an IPv4 address, the network of 64 bits of an IPv6 address, or over ipc
// the user. Use it to count what is limited for each stranger. The library itself does so
// with unfinished handshakes (MaxHandshakes).
func SourceOf(address string) string { return transport.SourceOf(address) }

// Property returns a property of the peer by name; see Message.Property. Most
// properties are claims of the peer, which may be false.
func (p Peer) Property(name string) (value string, ok bool) { return p.p.Property(name) }

// Vouched returns a property that the authentication handler gave to the peer, such as
// an "X-Role", or "User-Id". ok is false if the handler has not given it, even if the
// peer claims it. Use Vouched to decide what a peer may do.
func (p Peer) Vouched(name string) (value string, ok bool) { return p.p.VouchedFor(name) }

// LastHeard returns when bytes from the peer last arrived. It is the zero time if that
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

// RoundTrip returns how long the last heartbeat took, from when it was queued until its
// answer was read. That includes the way there and back, and the time in the peer and
// in the queues in between. It is 0 until the first heartbeat has been answered, so it
// is always 0 without HeartbeatInterval, for peers older than ZMTP 3.1 and for inproc.
// It belongs to one connection and starts over with the next.
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
		Authenticated: p.Authenticated, Username: p.Username, Domain: p.Domain, Certificate: p.Certificate, p: p,
	}
	copy(x.PublicKey[:], p.PublicKey)
	return x
}

// PeerStats is a peer of a socket with its counters. Queue lengths and high-water marks
// are in messages. If the peer connected to this socket, counters begin with the
// connection. If this socket connects, they begin with the Connect and continue over
// reconnects.
type PeerStats struct {
	Peer
	Endpoint  string // the one of Socket.Endpoints that it belongs to
	RoutingID []byte // by which a ROUTER or STREAM addresses it; nil otherwise
	Number    uint32 // by which a SERVER or PEER addresses it (Message.RoutingID); 0 otherwise
	Sent      uint64 // messages queued for it
	Received  uint64 // messages that came from it
	Dropped   uint64 // messages that were lost because its queue was full, with DropOldest in either direction
	Conflated uint64 // messages in either direction that a newer one replaced
	QueuedOut int    // messages that wait to be sent to it
	QueuedIn  int    // messages from it that wait to be received
	SendHWM   int    // the most that QueuedOut can be, 0 for no limit
	RecvHWM   int    // the most that QueuedIn can be, 0 for no limit

	// StoppedIn means that the connection is not read until the program has received more,
	// because the messages that wait have the peer's share of Limits.TotalBytes.
	// StoppedOut means that the queue for the peer is full for that reason.
	StoppedIn, StoppedOut bool

	// StalledSince is the time of the first unanswered PING, if that was
	// HeartbeatTimeout ago or longer and the peer's system still accepts data. The peer
	// is busy with other messages, or hangs. It is zero for a peer that answers.
	StalledSince time.Time

	// SentBytes and ReceivedBytes count the bytes written to and read from the
	// connection: messages with their framing, subscriptions and heartbeats, before
	// encryption and without the handshake. In process they count the bytes of
	// messages.
	SentBytes, ReceivedBytes uint64
}

func newPeerStats(i core.PeerInfo) PeerStats {
	return PeerStats{
		Peer: newPeer(i.Peer), Endpoint: i.Endpoint, RoutingID: i.RoutingID, Number: i.Number,
		Sent: i.Sent, Received: i.Received, Dropped: i.Dropped, QueuedOut: i.QueuedOut, QueuedIn: i.QueuedIn,
		Conflated: i.Conflated, SendHWM: i.SendHWM, RecvHWM: i.RecvHWM, SentBytes: i.SentBytes, ReceivedBytes: i.ReceivedBytes,
		StalledSince: i.StalledSince, StoppedIn: i.StoppedIn, StoppedOut: i.StoppedOut,
	}
}
