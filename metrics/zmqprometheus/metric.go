// SPDX-License-Identifier: Apache-2.0

package zmqprometheus

import (
	"time"

	"github.com/gozmq/zmq"
	"github.com/prometheus/client_golang/prometheus"
)

// The metrics, one row each. Names follow Prometheus' conventions: a unit at the
// end, and "_total" for what only grows. What is before them is the name of the field.

var socketsDesc = prometheus.NewDesc("zmq_sockets", "Sockets that are open, or linger.", []string{"type"}, nil)

// socketMetric is one metric of sockets; read returns one value, or one for each
// cause.
type socketMetric struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
	read func(*zmq.SocketStats) []value
}

type value struct {
	cause string // empty: the metric has no such label
	n     float64
}

var socketMetrics = []socketMetric{
	counter("sent_messages", "Messages that send calls took.", func(s *zmq.SocketStats) uint64 { return s.Sent }),
	counter("received_messages", "Messages that receive calls returned.", func(s *zmq.SocketStats) uint64 { return s.Received }),
	counter("sent_bytes", "Bytes handed to connections.", func(s *zmq.SocketStats) uint64 { return s.SentBytes }),
	counter("received_bytes", "Bytes read from connections.", func(s *zmq.SocketStats) uint64 { return s.ReceivedBytes }),
	counter("connected", "Handshakes that succeeded.", func(s *zmq.SocketStats) uint64 { return s.Connected }),
	counter("disconnected", "Connections lost after their handshake.", func(s *zmq.SocketStats) uint64 { return s.Disconnected }),
	counter("reconnects", "Attempts to connect again.", func(s *zmq.SocketStats) uint64 { return s.Reconnects }),
	counter("accepts_failed", "Connections that were not accepted.", func(s *zmq.SocketStats) uint64 { return s.AcceptsFailed }),
	counter("timed_out", "Connections ended because nothing was heard.", func(s *zmq.SocketStats) uint64 { return s.TimedOut }),
	counter("over_budget", "Connections ended because the peers of the context held as much as Limits.TotalBytes, and these held most.", func(s *zmq.SocketStats) uint64 { return s.OverBudget }),
	counter("duplicate_ids", "Peers that a ROUTER does not read, because another has their routing id.", func(s *zmq.SocketStats) uint64 { return s.DuplicateIDs }),
	counter("events_dropped", "Events that monitors had no room for.", func(s *zmq.SocketStats) uint64 { return s.EventsDropped }),
	causes("handshake_failures", "Connections that ended before they were ready, by cause.", func(s *zmq.SocketStats) []value {
		h := &s.HandshakeFailures
		return []value{
			{"protocol", float64(h.Protocol)}, {"auth", float64(h.Auth)}, {"timeout", float64(h.Timeout)}, {"lost", float64(h.Lost)},
		}
	}),
	causes("drops", "Messages that were lost, by cause.", func(s *zmq.SocketStats) []value {
		d := &s.Drops
		return []value{
			{"mute", float64(d.Mute)}, {"overflow", float64(d.Overflow)}, {"no_subscriber", float64(d.NoSubscriber)}, {"unroutable", float64(d.Unroutable)},
			{"peer_gone", float64(d.PeerGone)}, {"in_flight", float64(d.InFlight)},
			{"filtered", float64(d.Filtered)}, {"malformed", float64(d.Malformed)}, {"stale", float64(d.Stale)}, {"unread", float64(d.Unread)}, {"refused", float64(d.Refused)}, {"conflated", float64(d.Conflated)},
		}
	}),
	gauge("peers", "Peers that are connected.", func(s *zmq.SocketStats) int { return s.Peers }),
	gauge("stopped", "Peers of which a queue has its share of Limits.TotalBytes.", func(s *zmq.SocketStats) int { return s.Stopped }),
	gauge("queued_out_messages", "Messages that wait to be sent.", func(s *zmq.SocketStats) int { return s.QueuedOut }),
	gauge("queued_in_messages", "Messages that wait to be received.", func(s *zmq.SocketStats) int { return s.QueuedIn }),
}

func socketDesc(name, help string, more ...string) *prometheus.Desc {
	return prometheus.NewDesc("zmq_socket_"+name, help, append([]string{"type", "socket"}, more...), nil)
}

func counter(name, help string, read func(*zmq.SocketStats) uint64) socketMetric {
	return socketMetric{socketDesc(name+"_total", help), prometheus.CounterValue,
		func(s *zmq.SocketStats) []value { return []value{{n: float64(read(s))}} }}
}

func causes(name, help string, read func(*zmq.SocketStats) []value) socketMetric {
	return socketMetric{socketDesc(name+"_total", help, "cause"), prometheus.CounterValue, read}
}

func gauge(name, help string, read func(*zmq.SocketStats) int) socketMetric {
	return socketMetric{socketDesc(name, help), prometheus.GaugeValue,
		func(s *zmq.SocketStats) []value { return []value{{n: float64(read(s))}} }}
}

// peerMetric is one metric of peers; read reports false where it is not known.
type peerMetric struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
	read func(*zmq.PeerStats) (float64, bool)
}

var peerMetrics = []peerMetric{
	ofPeer("sent_messages_total", "Messages queued for the peer.", prometheus.CounterValue,
		func(p *zmq.PeerStats) float64 { return float64(p.Sent) }),
	ofPeer("received_messages_total", "Messages that came from the peer.", prometheus.CounterValue,
		func(p *zmq.PeerStats) float64 { return float64(p.Received) }),
	ofPeer("sent_bytes_total", "Bytes handed to the peer's connection.", prometheus.CounterValue,
		func(p *zmq.PeerStats) float64 { return float64(p.SentBytes) }),
	ofPeer("received_bytes_total", "Bytes read from the peer's connection.", prometheus.CounterValue,
		func(p *zmq.PeerStats) float64 { return float64(p.ReceivedBytes) }),
	ofPeer("dropped_messages_total", "Messages lost because the peer's queue was full.", prometheus.CounterValue,
		func(p *zmq.PeerStats) float64 { return float64(p.Dropped) }),
	ofPeer("queued_out_messages", "Messages that wait to be sent to the peer.", prometheus.GaugeValue,
		func(p *zmq.PeerStats) float64 { return float64(p.QueuedOut) }),
	ofPeer("queued_in_messages", "Messages of the peer that wait to be received.", prometheus.GaugeValue,
		func(p *zmq.PeerStats) float64 { return float64(p.QueuedIn) }),
	ofPeer("send_hwm_messages", "The high-water mark of messages to the peer, 0 for none.", prometheus.GaugeValue,
		func(p *zmq.PeerStats) float64 { return float64(p.SendHWM) }),
	ofPeer("recv_hwm_messages", "The high-water mark of messages from the peer, 0 for none.", prometheus.GaugeValue,
		func(p *zmq.PeerStats) float64 { return float64(p.RecvHWM) }),
	{peerDesc("round_trip_seconds", "How long the last heartbeat took."), prometheus.GaugeValue,
		func(p *zmq.PeerStats) (float64, bool) { return p.RoundTrip().Seconds(), p.RoundTrip() > 0 }},
	{peerDesc("silence_seconds", "The time since the peer was last heard."), prometheus.GaugeValue,
		func(p *zmq.PeerStats) (float64, bool) {
			return time.Since(p.LastHeard()).Seconds(), !p.LastHeard().IsZero()
		}},
}

// multicastMetrics are those of endpoints over pgm and epgm, which other sockets have not.
// What came is the sum of all publishers.
var multicastMetrics = []multicastMetric{
	ofGroup("sent_packets", "Packets of data sent for the first time.", func(m *zmq.MulticastStats) uint64 { return m.Sent.Packets }),
	ofGroup("sent_bytes", "Bytes of data sent for the first time.", func(m *zmq.MulticastStats) uint64 { return m.Sent.Bytes }),
	ofGroup("requested_packets", "Packets that subscribers have asked for again.", func(m *zmq.MulticastStats) uint64 { return m.Sent.Asked }),
	ofGroup("resent_packets", "Packets that were sent again.", func(m *zmq.MulticastStats) uint64 { return m.Sent.Repaired }),
	ofGroup("too_late_packets", "Packets that subscribers asked for when they were older than RecoveryInterval.", func(m *zmq.MulticastStats) uint64 { return m.Sent.TooLate }),
	ofGroup("unsent_packets", "Packets that the system did not take.", func(m *zmq.MulticastStats) uint64 { return m.Sent.Unsent }),
	ofGroup("malformed_packets", "Packets that came and are not PGM.", func(m *zmq.MulticastStats) uint64 { return m.Malformed }),
	receivedFromGroup("received_packets", "Packets of data that came, each counted once.", func(m *zmq.MulticastSource) uint64 { return m.Packets }),
	receivedFromGroup("received_bytes", "Bytes of data that came.", func(m *zmq.MulticastSource) uint64 { return m.Bytes }),
	receivedFromGroup("duplicate_packets", "Packets that were there already.", func(m *zmq.MulticastSource) uint64 { return m.Duplicates }),
	receivedFromGroup("asked_packets", "Packets that were asked for again; each repetition counts.", func(m *zmq.MulticastSource) uint64 { return m.Asked }),
	receivedFromGroup("repaired_packets", "Packets that were missed and have come.", func(m *zmq.MulticastSource) uint64 { return m.Repaired }),
	receivedFromGroup("lost_packets", "Packets that were missed and have not come in time.", func(m *zmq.MulticastSource) uint64 { return m.Lost }),
	receivedFromGroup("gaps", "How often packets were lost, whatever their number.", func(m *zmq.MulticastSource) uint64 { return m.Gaps }),
	receivedFromGroup("torn_messages", "Messages of which a part was lost, or that broke a limit.", func(m *zmq.MulticastSource) uint64 { return m.Torn }),
	receivedFromGroup("foreign_packets", "Packets in the name of a publisher from another address.", func(m *zmq.MulticastSource) uint64 { return m.Foreign }),
}

// multicastMetric is one metric of endpoints over multicast.
type multicastMetric struct {
	desc *prometheus.Desc
	read func(*zmq.MulticastStats) uint64
}

func ofGroup(name, help string, read func(*zmq.MulticastStats) uint64) multicastMetric {
	return multicastMetric{prometheus.NewDesc("zmq_multicast_"+name+"_total", help, []string{"type", "socket", "endpoint"}, nil), read}
}

func receivedFromGroup(name, help string, read func(*zmq.MulticastSource) uint64) multicastMetric {
	return ofGroup(name, help, func(m *zmq.MulticastStats) uint64 {
		sum := m.Received()
		return read(&sum)
	})
}

// multicastSourceMetrics are those of each publisher that a subscriber follows over multicast.
var multicastSourceMetrics = []multicastSourceMetric{
	ofMulticastSource("received_packets", "Packets of the publisher's data that came, each counted once.", func(m *zmq.MulticastSource) uint64 { return m.Packets }),
	ofMulticastSource("asked_packets", "Packets that the publisher was asked for again; each repetition counts.", func(m *zmq.MulticastSource) uint64 { return m.Asked }),
	ofMulticastSource("repaired_packets", "Packets of the publisher that were missed and have come.", func(m *zmq.MulticastSource) uint64 { return m.Repaired }),
	ofMulticastSource("lost_packets", "Packets of the publisher that were missed and have not come in time.", func(m *zmq.MulticastSource) uint64 { return m.Lost }),
}

// multicastSourceMetric is one metric of publishers.
type multicastSourceMetric struct {
	desc *prometheus.Desc
	read func(*zmq.MulticastSource) uint64
}

func ofMulticastSource(name, help string, read func(*zmq.MulticastSource) uint64) multicastSourceMetric {
	return multicastSourceMetric{prometheus.NewDesc("zmq_multicast_source_"+name+"_total", help, []string{"type", "socket", "endpoint", "source", "address"}, nil), read}
}

func peerDesc(name, help string) *prometheus.Desc {
	return prometheus.NewDesc("zmq_peer_"+name, help, []string{"type", "socket", "endpoint", "remote"}, nil)
}

func ofPeer(name, help string, kind prometheus.ValueType, read func(*zmq.PeerStats) float64) peerMetric {
	return peerMetric{peerDesc(name, help), kind, func(p *zmq.PeerStats) (float64, bool) { return read(p), true }}
}
