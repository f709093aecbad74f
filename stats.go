// SPDX-License-Identifier: Apache-2.0

package zmq

// SocketStats are the counters of a socket since it was made. They can be read
// at any time and cost the data path next to nothing.
type SocketStats struct {
	Sent             uint64 // messages that a send call took
	Received         uint64 // messages that a receive call returned
	Connected        uint64 // handshakes that succeeded
	Disconnected     uint64 // connections lost after that
	Reconnects       uint64 // attempts to connect again
	HandshakesFailed uint64 // connections that ended before they were ready
	AcceptsFailed    uint64 // connections that were not accepted: limits, filters, no descriptors
	TimedOut         uint64 // connections ended because nothing was heard
	EventsDropped    uint64 // events that monitors had no room for
	Drops            Drops  // messages that were lost
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
}

// Stats returns the socket's counters.
func (s *Socket) Stats() SocketStats {
	c, d := s.s.Counters(), s.s.Drops()
	sent, received := s.s.Transferred()
	return SocketStats{
		Sent: sent, Received: received, Connected: c.Connected.Load(),
		Disconnected: c.Disconnects.Load(), Reconnects: c.Reconnects.Load(),
		HandshakesFailed: c.HandshakesFailed.Load(), AcceptsFailed: c.AcceptsFailed.Load(),
		TimedOut: c.HeartbeatTimeouts.Load(), EventsDropped: c.EventsDropped.Load(),
		Drops: Drops{
			Mute: d.Mute.Load(), NoSubscriber: d.NoSubscriber.Load(), Unroutable: d.Unroutable.Load(),
			PeerGone: d.PeerGone.Load(), Filtered: d.Filtered.Load(), Malformed: d.Malformed.Load(), Stale: d.Stale.Load(),
		},
	}
}
