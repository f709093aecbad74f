// SPDX-License-Identifier: Apache-2.0

// Package zmqstats shows what the sockets of a context do to "zmq top" and to a browser,
// by one line of a program: a page of its web server,
//
//	http.Handle("/debug/zmq/", zmqstats.Handler(zmq.DefaultContext()))
//
// or, in programs without one, a socket that replies with the same as JSON:
//
//	server, err := zmqstats.Listen(zmq.DefaultContext(), "ipc:///run/myprogram.stats")
//
// Both show the addresses and names of peers, so offer them where the program's profiles may
// be seen, not to strangers.
//
// Goroutines: Listen starts one that replies, which Server.Close ends and waits for.
package zmqstats

import (
	"encoding/hex"
	"os"
	"path/filepath"
	"time"

	"github.com/gozmq/zmq"
)

// Snapshot is what a program's sockets have done so far. Its JSON form is promised to
// scripts. Names may be added, and none is taken away.
type Snapshot struct {
	Program string            `json:"program"` // the name of its file
	Host    string            `json:"host"`    // the name of its machine
	PID     int               `json:"pid"`     // the number of its process
	Time    time.Time         `json:"time"`    // when it was taken
	Sockets map[string]Socket `json:"sockets"` // by Socket.String, such as "DEALER#7"
}

// Socket is one socket. Counters have the names of zmq.SocketStats.
type Socket struct {
	Type          string            `json:"type"`               // such as "DEALER"
	Sent          uint64            `json:"sent"`               // messages
	Received      uint64            `json:"received"`           // messages
	SentBytes     uint64            `json:"sent_bytes"`         // handed to connections
	ReceivedBytes uint64            `json:"received_bytes"`     // read from connections
	QueuedOut     int               `json:"queued_out"`         // messages that wait to be sent
	QueuedIn      int               `json:"queued_in"`          // messages that wait to be received
	Connected     uint64            `json:"connected"`          // handshakes that succeeded
	Disconnected  uint64            `json:"disconnected"`       // connections lost
	Reconnects    uint64            `json:"reconnects"`         // attempts to connect again
	AcceptsFailed uint64            `json:"accepts_failed"`     // connections that were not accepted
	TimedOut      uint64            `json:"timed_out"`          // connections ended because the peer was silent
	OverBudget    uint64            `json:"over_budget"`        // connections ended because of Limits.TotalBytes
	Stopped       int               `json:"stopped"`            // peers of which a queue has its share of Limits.TotalBytes
	DuplicateIDs  uint64            `json:"duplicate_ids"`      // peers that are not read
	EventsDropped uint64            `json:"events_dropped"`     // for which monitors had no room
	Failed        uint64            `json:"handshakes_failed"`  // the sum of the next
	Failures      map[string]uint64 `json:"handshake_failures"` // by cause
	Drops         map[string]uint64 `json:"drops"`              // messages lost, by cause
	Endpoints     []Endpoint        `json:"endpoints"`          // in the order of the calls
	Peers         []Peer            `json:"peers"`              // that are connected
	Multicast     []Multicast       `json:"multicast"`          // endpoints over pgm and epgm
}

// Multicast is an endpoint over pgm or epgm. Counters have the names of zmq.MulticastStats,
// and those of what was sent the names of zmq.MulticastSent.
type Multicast struct {
	Address   string         `json:"address"`             // as the call had it
	Source    string         `json:"source,omitempty"`    // the name of this publisher
	Packets   uint64         `json:"packets,omitempty"`   // of data, sent by this publisher for the first time
	Bytes     uint64         `json:"bytes,omitempty"`     // of data, likewise
	Asked     uint64         `json:"asked,omitempty"`     // packets that subscribers have asked for again
	Repaired  uint64         `json:"repaired,omitempty"`  // packets that were sent again
	TooLate   uint64         `json:"too_late,omitempty"`  // packets asked for that were too old
	Unsent    uint64         `json:"unsent,omitempty"`    // packets that the system did not take
	Malformed uint64         `json:"malformed,omitempty"` // packets that are not PGM
	Sources   []Publisher    `json:"sources,omitempty"`   // that this subscriber follows
	Received  *PublisherSums `json:"received,omitempty"`  // of all that this subscriber has followed
}

// Publisher is one of a group, as a subscriber hears it.
type Publisher struct {
	Source  string `json:"source"`  // its name
	Address string `json:"address"` // that its packets come from
	PublisherSums
}

// PublisherSums are the counters of a publisher, with the names of zmq.MulticastSource, or
// of several together.
type PublisherSums struct {
	Packets    uint64 `json:"packets"`              // of data, each counted once
	Bytes      uint64 `json:"bytes"`                // of data
	Messages   uint64 `json:"messages"`             // that were complete
	Duplicates uint64 `json:"duplicates,omitempty"` // packets that were there already
	Asked      uint64 `json:"asked,omitempty"`      // packets that were asked for again
	Repaired   uint64 `json:"repaired,omitempty"`   // packets that were missed and have come
	Lost       uint64 `json:"lost,omitempty"`       // packets that have not come in time
	Gaps       uint64 `json:"gaps,omitempty"`       // how often packets were lost
	Torn       uint64 `json:"torn,omitempty"`       // messages of which a part was lost
	Foreign    uint64 `json:"foreign,omitempty"`    // packets in its name from another address
}

// Endpoint is a bind or a connect of a socket.
type Endpoint struct {
	Address   string `json:"address"`              // as Socket.Endpoints has it
	Bound     bool   `json:"bound"`                // not connected
	Peers     int    `json:"peers"`                // through it
	State     string `json:"state"`                // such as "retrying"
	Attempts  int    `json:"attempts,omitempty"`   // that failed
	LastError string `json:"last_error,omitempty"` // of them
}

// Peer is a peer of a socket. Counters have the names of zmq.PeerStats.
type Peer struct {
	Remote        string  `json:"remote"`                // its address
	Endpoint      string  `json:"endpoint"`              // that it belongs to
	Type          string  `json:"type,omitempty"`        // of its socket
	Protocol      string  `json:"protocol"`              // such as "ZMTP 3.1"
	Mechanism     string  `json:"mechanism,omitempty"`   // such as "CURVE"
	User          string  `json:"user,omitempty"`        // that authentication has found
	RoutingID     string  `json:"routing_id,omitempty"`  // hexadecimal, as it is any bytes
	Number        uint32  `json:"number,omitempty"`      // of a peer of a SERVER or PEER
	Sent          uint64  `json:"sent"`                  // messages
	Received      uint64  `json:"received"`              // messages
	SentBytes     uint64  `json:"sent_bytes"`            // to its connection
	ReceivedBytes uint64  `json:"received_bytes"`        // from its connection
	Dropped       uint64  `json:"dropped"`               // messages for which its queue had no room
	Conflated     uint64  `json:"conflated"`             // messages that newer ones replaced
	QueuedOut     int     `json:"queued_out"`            // messages that wait to be sent
	QueuedIn      int     `json:"queued_in"`             // messages that wait to be received
	SendHWM       int     `json:"send_hwm"`              // the most that wait to be sent, 0 for no limit
	RecvHWM       int     `json:"recv_hwm"`              // the most that wait to be received, 0 for no limit
	StoppedIn     bool    `json:"stopped_in,omitempty"`  // by Limits.TotalBytes
	StoppedOut    bool    `json:"stopped_out,omitempty"` // by Limits.TotalBytes
	RoundTrip     float64 `json:"round_trip,omitempty"`  // of the last heartbeat, in seconds
	Silent        float64 `json:"silent,omitempty"`      // seconds since it was last heard
}

// Read takes a snapshot of the sockets of a context. It costs them nothing in between.
func Read(c *zmq.Context) Snapshot {
	host, _ := os.Hostname()
	x := Snapshot{Program: filepath.Base(os.Args[0]), Host: host, PID: os.Getpid(), Time: time.Now(), Sockets: make(map[string]Socket)}
	for _, s := range c.Stats().Sockets {
		x.Sockets[s.Name] = newSocket(s)
	}
	return x
}

func newSocket(s zmq.SocketSnapshot) Socket {
	st := &s.Stats
	x := Socket{
		Type: s.Type.String(), Sent: st.Sent, Received: st.Received, SentBytes: st.SentBytes, ReceivedBytes: st.ReceivedBytes,
		QueuedOut: st.QueuedOut, QueuedIn: st.QueuedIn, Connected: st.Connected, Disconnected: st.Disconnected,
		Reconnects: st.Reconnects, AcceptsFailed: st.AcceptsFailed, TimedOut: st.TimedOut, OverBudget: st.OverBudget, Stopped: st.Stopped, DuplicateIDs: st.DuplicateIDs,
		EventsDropped: st.EventsDropped, Failed: st.HandshakesFailed,
		Failures: map[string]uint64{
			"protocol": st.HandshakeFailures.Protocol, "auth": st.HandshakeFailures.Auth,
			"timeout": st.HandshakeFailures.Timeout, "lost": st.HandshakeFailures.Lost,
		},
		Drops: map[string]uint64{
			"mute": st.Drops.Mute, "overflow": st.Drops.Overflow, "no_subscriber": st.Drops.NoSubscriber, "unroutable": st.Drops.Unroutable,
			"peer_gone": st.Drops.PeerGone, "in_flight": st.Drops.InFlight, "filtered": st.Drops.Filtered, "malformed": st.Drops.Malformed,
			"stale": st.Drops.Stale, "unread": st.Drops.Unread, "refused": st.Drops.Refused, "conflated": st.Drops.Conflated,
		},
		Endpoints: []Endpoint{}, Peers: []Peer{}, Multicast: []Multicast{}, // an empty list is [], not null
	}
	for _, e := range s.Endpoints {
		y := Endpoint{Address: e.Address, Bound: e.Bound, Peers: e.Peers, State: e.State.String(), Attempts: e.Attempts}
		if e.LastError != nil {
			y.LastError = e.LastError.Error()
		}
		x.Endpoints = append(x.Endpoints, y)
	}
	for _, p := range s.Peers {
		x.Peers = append(x.Peers, newPeer(p))
	}
	for i := range s.Multicast {
		x.Multicast = append(x.Multicast, newMulticast(&s.Multicast[i]))
	}
	return x
}

func newMulticast(m *zmq.MulticastStats) Multicast {
	x := Multicast{
		Address: m.Endpoint, Source: m.Sent.Source, Packets: m.Sent.Packets, Bytes: m.Sent.Bytes, Asked: m.Sent.Asked,
		Repaired: m.Sent.Repaired, TooLate: m.Sent.TooLate, Unsent: m.Sent.Unsent, Malformed: m.Malformed,
	}
	for i := range m.Sources {
		s := &m.Sources[i]
		x.Sources = append(x.Sources, Publisher{Source: s.Source, Address: s.Address.String(), PublisherSums: newSums(s)})
	}
	if x.Source == "" {
		all := m.Received()
		sums := newSums(&all)
		x.Received = &sums
	}
	return x
}

func newSums(s *zmq.MulticastSource) PublisherSums {
	return PublisherSums{
		Packets: s.Packets, Bytes: s.Bytes, Messages: s.Messages, Duplicates: s.Duplicates, Asked: s.Asked,
		Repaired: s.Repaired, Lost: s.Lost, Gaps: s.Gaps, Torn: s.Torn, Foreign: s.Foreign,
	}
}

func newPeer(p zmq.PeerStats) Peer {
	x := Peer{
		Remote: p.Remote, Endpoint: p.Endpoint, Type: p.SocketType, Protocol: p.Protocol, Mechanism: p.Mechanism, User: p.UserID,
		RoutingID: hex.EncodeToString(p.RoutingID), Number: p.Number, Sent: p.Sent, Received: p.Received,
		SentBytes: p.SentBytes, ReceivedBytes: p.ReceivedBytes, Dropped: p.Dropped, Conflated: p.Conflated,
		QueuedOut: p.QueuedOut, QueuedIn: p.QueuedIn, SendHWM: p.SendHWM, RecvHWM: p.RecvHWM,
		StoppedIn: p.StoppedIn, StoppedOut: p.StoppedOut, RoundTrip: p.RoundTrip().Seconds(),
	}
	if t := p.LastHeard(); !t.IsZero() {
		x.Silent = time.Since(t).Seconds()
	}
	return x
}
