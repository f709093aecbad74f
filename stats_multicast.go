// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"net/netip"

	"github.com/gozmq/zmq/internal/core"
	"github.com/gozmq/zmq/internal/pgm"
)

// MulticastStats are the counters of one endpoint over pgm or epgm.
type MulticastStats struct {
	Endpoint string // as given to Bind or Connect

	// Sent is what a publisher has sent. Of a subscriber it is zero.
	Sent MulticastSent
	// Sources are the publishers that a subscriber follows. Of a publisher there are none.
	Sources []MulticastSource
	// Past is the sum of those that a subscriber does not follow any more, because they have
	// ended or were silent for five minutes.
	Past MulticastSource
	// Malformed is the number of packets that came and are not PGM.
	Malformed uint64
}

// MulticastSent is what a publisher has sent to a group.
type MulticastSent struct {
	// Source names this publisher among those of the group, as subscribers see it: six
	// bytes in hexadecimal, a dot and a number.
	Source string

	Packets, Bytes uint64 // of data, sent for the first time; bytes without headers
	Asked          uint64 // packets that subscribers have asked for again
	Repaired       uint64 // packets that were sent again
	TooLate        uint64 // packets asked for that were older than RecoveryInterval
	Unsent         uint64 // packets that the system did not take; subscribers ask for them
}

// MulticastSource is what has come of one publisher of a group.
type MulticastSource struct {
	Source  string     // as in MulticastSent
	Address netip.Addr // that its packets come from
	Group   netip.Addr // that they come to

	Packets, Bytes uint64 // of data, each counted once; bytes without headers
	Messages       uint64 // that were complete
	Duplicates     uint64 // packets that were there already
	Asked          uint64 // packets that were asked for again; each repetition counts
	Repaired       uint64 // packets that were missed and have come

	// Lost is the number of packets that were missed and have not come in time. Gaps is
	// how often packets were lost, whatever their number. Behind a gap the next whole
	// message follows. Torn is the number of messages of which a part was lost, or that
	// broke a limit of the socket. They are not received.
	Lost, Gaps, Torn uint64

	Foreign uint64 // packets in the publisher's name from another address, which are ignored
}

// MulticastStats returns the counters of the socket's endpoints over pgm and epgm, in the
// order in which they were bound or connected.
func (s *Socket) MulticastStats() []MulticastStats { return newMulticastStats(s.s) }

// Received is the sum of all publishers that a subscriber has followed: of Sources and Past.
// It only grows.
func (m *MulticastStats) Received() MulticastSource {
	sum := m.Past
	for i := range m.Sources {
		sum.add(&m.Sources[i])
	}
	return sum
}

// add adds the counters of another publisher.
func (a *MulticastSource) add(b *MulticastSource) {
	a.Packets += b.Packets
	a.Bytes += b.Bytes
	a.Messages += b.Messages
	a.Duplicates += b.Duplicates
	a.Asked += b.Asked
	a.Repaired += b.Repaired
	a.Lost += b.Lost
	a.Gaps += b.Gaps
	a.Torn += b.Torn
	a.Foreign += b.Foreign
}

func newMulticastStats(s *core.Socket) []MulticastStats {
	var list []MulticastStats
	for _, g := range s.Groups() {
		x := MulticastStats{Endpoint: g.Endpoint, Malformed: g.Sent.Malformed + g.Ignored.Malformed}
		if g.Publishes {
			x.Sent = MulticastSent{
				Source: g.TSI.String(), Packets: g.Sent.Packets, Bytes: g.Sent.Bytes, Asked: g.Sent.Asked,
				Repaired: g.Sent.Repeated, TooLate: g.Sent.TooLate, Unsent: g.Unsent,
			}
		}
		for i := range g.Heard {
			x.Sources = append(x.Sources, newMulticastSource(&g.Heard[i]))
		}
		x.Past = newMulticastSource(&g.Past)
		x.Past.Source = ""
		list = append(list, x)
	}
	return list
}

func newMulticastSource(r *pgm.RemoteStats) MulticastSource {
	return MulticastSource{
		Source: r.Source.String(), Address: r.From, Group: r.Group,
		Packets: r.Packets, Bytes: r.Bytes, Messages: r.Messages, Duplicates: r.Duplicates,
		Asked: r.Asked, Repaired: r.Repaired, Lost: r.Lost, Gaps: r.Gaps, Torn: r.Torn, Foreign: r.Foreign,
	}
}
