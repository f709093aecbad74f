// SPDX-License-Identifier: Apache-2.0

package zmq

import "github.com/gozmq/zmq/internal/core"

// SocketStats are the counters of a socket since it was made, of peers that have
// left too, and its queues at the moment. They can be read at any time and cost
// the data path next to nothing.
type SocketStats struct {
	Sent             uint64 // messages that a send call took
	Received         uint64 // messages that a receive call returned
	SentBytes        uint64 // octets handed to connections; see PeerStats
	ReceivedBytes    uint64 // octets read from connections; see PeerStats
	Connected        uint64 // handshakes that succeeded
	Disconnected     uint64 // connections lost after that
	Reconnects       uint64 // attempts to connect again
	HandshakesFailed uint64 // connections that ended before they were ready
	AcceptsFailed    uint64 // connections that were not accepted: limits, filters, no descriptors
	TimedOut         uint64 // connections ended because nothing was heard
	EventsDropped    uint64 // events that monitors had no room for

	// Peers are those connected at the moment; QueuedOut and QueuedIn are messages
	// that wait, of all peers and of Connects that wait for theirs.
	Peers, QueuedOut, QueuedIn int

	HandshakeFailures HandshakeFailures // HandshakesFailed, by cause
	Drops             Drops             // messages that were lost
}

// HandshakeFailures are connections that ended before they were ready, by cause.
type HandshakeFailures struct {
	Protocol uint64 // the peer broke the protocol, or its type or mechanism does not fit
	Auth     uint64 // authentication refused the peer, or the peer us
	Timeout  uint64 // not over within HandshakeInterval
	Lost     uint64 // the connection ended, or the authentication handler was missing
}

// Drops are messages that were lost, by cause.
type Drops struct {
	Mute         uint64 // the peer's queue was full
	NoSubscriber uint64 // nobody had subscribed
	Unroutable   uint64 // a ROUTER without RouterMandatory had no such peer
	PeerGone     uint64 // the peer left with messages queued for it
	Filtered     uint64 // received without a subscription for them
	Malformed    uint64 // received without the envelope that a REP needs
	Stale        uint64 // replies to requests that had been given up
	Conflated    uint64 // a newer message took their place, as Conflate asks
}

// Stats returns the socket's counters.
func (s *Socket) Stats() SocketStats { return newSocketStats(s.s) }

func newSocketStats(s *core.Socket) SocketStats {
	c, d, t := s.Counters(), s.Drops(), s.Traffic()
	return SocketStats{
		Sent: t.Sent, Received: t.Received, SentBytes: t.SentOctets, ReceivedBytes: t.ReadOctets,
		Connected: c.Connected.Load(), Disconnected: c.Disconnects.Load(), Reconnects: c.Reconnects.Load(),
		HandshakesFailed: c.HandshakesFailed.Load(), AcceptsFailed: c.AcceptsFailed.Load(),
		TimedOut: c.HeartbeatTimeouts.Load(), EventsDropped: c.EventsDropped.Load(),
		Peers: t.Peers, QueuedOut: t.QueuedOut, QueuedIn: t.QueuedIn,
		HandshakeFailures: HandshakeFailures{
			Protocol: c.HandshakesBroken.Load(), Auth: c.HandshakesRefused.Load(),
			Timeout: c.HandshakesLate.Load(), Lost: c.HandshakesLost.Load(),
		},
		Drops: Drops{
			Mute: d.Mute.Load(), NoSubscriber: d.NoSubscriber.Load(), Unroutable: d.Unroutable.Load(),
			PeerGone: d.PeerGone.Load(), Filtered: d.Filtered.Load(), Malformed: d.Malformed.Load(), Stale: d.Stale.Load(),
			Conflated: t.Conflated,
		},
	}
}

// ContextStats is what the sockets of a context do at one moment.
type ContextStats struct {
	Sockets []SocketSnapshot // open ones and those that linger, oldest first
}

// SocketSnapshot is one socket with its endpoints and peers.
type SocketSnapshot struct {
	Name      string      // as Socket.String has it, "DEALER#7"; unique in the context
	Type      SocketType  // what it speaks
	Stats     SocketStats // as Socket.Stats has them
	Endpoints []Endpoint  // as Socket.Endpoints has them
	Peers     []PeerStats // as Socket.Peers has them
}

// Stats returns a snapshot of all sockets of the context, those of MonitorTo
// included. Each socket is looked at for itself, so that the snapshot is not of
// one instant.
func (c *Context) Stats() ContextStats {
	var x ContextStats
	for _, s := range c.c.Sockets() {
		x.Sockets = append(x.Sockets, SocketSnapshot{
			Name: s.String(), Type: SocketType(s.Type()), Stats: newSocketStats(s),
			Endpoints: newEndpoints(s), Peers: newPeerList(s),
		})
	}
	return x
}
