// SPDX-License-Identifier: Apache-2.0

package zmq

import "github.com/gozmq/zmq/internal/core"

// SocketStats are the counters of a socket since it was made, including peers that have
// left, and the present lengths of its queues. They can be read at any time, at almost
// no cost to sending and receiving.
//
// Drops.InFlight counts the messages that the system had accepted for a connection and
// that the peer's system had not acknowledged when the connection broke. Linux reports
// that after any end, macOS unless the peer has reset the connection, and other systems
// never; it is not known for ipc. When this library ends the connection of a peer that
// has been silent, the system may deliver for some time: what it does not is counted when
// the peer's system answers, after a quarter of an hour, or when the socket is closed.
// A few of the messages that are counted may have arrived, because their acknowledgement
// was lost. If many messages were in flight, their number is estimated from their size.
// It cannot be known which messages the peer's system has acknowledged and the peer did
// not read before it ended.
type SocketStats struct {
	Sent             uint64 // messages that a send call took
	Received         uint64 // messages that a receive call returned
	SentBytes        uint64 // bytes handed to connections; see PeerStats
	ReceivedBytes    uint64 // bytes read from connections; see PeerStats
	Connected        uint64 // handshakes that succeeded
	Disconnected     uint64 // connections lost after the handshake
	Reconnects       uint64 // attempts to connect again
	HandshakesFailed uint64 // connections that ended before they were ready
	AcceptsFailed    uint64 // connections that were not accepted: limits, filters, no descriptors
	TimedOut         uint64 // connections ended because the peer was silent
	DuplicateIDs     uint64 // peers that a ROUTER does not read, because another peer has their routing id
	OverBudget       uint64 // connections ended because peers held as much as Limits.TotalBytes, and these held most
	EventsDropped    uint64 // events that monitors had no room for

	// Peers is the number of connected peers. QueuedOut and QueuedIn are
	// the messages that are waiting, for all peers and for Connects that have no peer
	// yet.
	Peers, QueuedOut, QueuedIn int

	// Stopped is the number of peers of which a queue has its share of Limits.TotalBytes;
	// see PeerStats.
	Stopped int

	HandshakeFailures HandshakeFailures // HandshakesFailed, by cause
	Drops             Drops             // messages that were lost
}

// HandshakeFailures are connections that ended before they were ready, by cause.
type HandshakeFailures struct {
	Protocol uint64 // the peer broke the protocol, or its type or mechanism does not fit
	Auth     uint64 // authentication refused the peer, or the peer refused this socket
	Timeout  uint64 // not finished within HandshakeInterval
	Lost     uint64 // the connection ended, or the authentication handler was missing
}

// Drops are messages that were lost, by cause.
type Drops struct {
	Mute         uint64 // the peer's queue was full
	Overflow     uint64 // received, and dropped for newer ones because the queue was full: see DropOldest
	NoSubscriber uint64 // no peer had subscribed, or joined the group
	Unroutable   uint64 // a ROUTER without RouterMandatory had no such peer
	PeerGone     uint64 // the peer left with messages queued for it
	InFlight     uint64 // a connection had taken them when it broke: see SocketStats
	Filtered     uint64 // received without a subscription for them, or of a group that is not joined
	Malformed    uint64 // received without the envelope that a REP needs, or with more frames than the type has
	Stale        uint64 // replies to requests that had been abandoned
	Unread       uint64 // arrived, but not received by the program before it closed the socket or removed the endpoint
	Refused      uint64 // the peer does not accept them: it has announced that, or ended two connections in a row in the middle of one
	Conflated    uint64 // a newer message replaced them, as with Conflate
}

// Stats returns the socket's counters.
func (s *Socket) Stats() SocketStats { return newSocketStats(s.s) }

func newSocketStats(s *core.Socket) SocketStats {
	c, d, t := s.Counters(), s.Drops(), s.Traffic()
	h := &c.HandshakeFailures
	return SocketStats{
		Sent: t.Sent, Received: t.Received, SentBytes: t.SentBytes, ReceivedBytes: t.ReceivedBytes,
		Connected: c.Connected.Load(), Disconnected: c.Disconnected.Load(), Reconnects: c.Reconnects.Load(),
		HandshakesFailed: c.HandshakesFailed.Load(), AcceptsFailed: c.AcceptsFailed.Load(),
		TimedOut: c.TimedOut.Load(), OverBudget: c.OverBudget.Load(), DuplicateIDs: c.DuplicateIDs.Load(), EventsDropped: c.EventsDropped.Load(),
		Peers: t.Peers, Stopped: t.Stopped, QueuedOut: t.QueuedOut, QueuedIn: t.QueuedIn,
		HandshakeFailures: HandshakeFailures{
			Protocol: h.Protocol.Load(), Auth: h.Auth.Load(),
			Timeout: h.Timeout.Load(), Lost: h.Lost.Load(),
		},
		Drops: Drops{
			Mute: s.Mute(), Overflow: s.Overflow(), NoSubscriber: d.NoSubscriber.Load(), Unroutable: d.Unroutable.Load(),
			PeerGone: s.PeerGone(), Filtered: d.Filtered.Load(), Malformed: s.Malformed(), Stale: d.Stale.Load(), Refused: d.Refused.Load(),
			InFlight:  s.InFlight(),
			Unread:    s.Unread(),
			Conflated: t.Conflated,
		},
	}
}

// ContextStats is a snapshot of the sockets of a context.
type ContextStats struct {
	Sockets []SocketSnapshot // open sockets and lingering ones, oldest first

	// HeldBytes is the memory that the peers make the context hold, as it counts for
	// Limits.TotalBytes; 0 without that limit.
	HeldBytes int64
}

// SocketSnapshot is one socket with its endpoints and peers.
type SocketSnapshot struct {
	Name      string      // as Socket.String has it, "DEALER#7"; unique in the context
	Type      SocketType  // the socket's type
	Stats     SocketStats // as Socket.Stats has them
	Endpoints []Endpoint  // as Socket.Endpoints has them
	Peers     []PeerStats // as Socket.Peers has them

	// Multicast is what Socket.MulticastStats has: endpoints over pgm and epgm.
	Multicast []MulticastStats
}

// Stats returns a snapshot of all sockets of the context, including those of MonitorTo.
// Each socket is read separately, so the snapshot is not of a single instant.
func (c *Context) Stats() ContextStats {
	x := ContextStats{HeldBytes: c.c.Held()}
	for _, s := range c.c.Sockets() {
		x.Sockets = append(x.Sockets, SocketSnapshot{
			Name: s.String(), Type: SocketType(s.Type()), Stats: newSocketStats(s),
			Endpoints: newEndpoints(s), Peers: newPeerList(s), Multicast: newMulticastStats(s),
		})
	}
	return x
}
