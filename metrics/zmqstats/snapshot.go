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
// Both show the addresses and names of peers: offer them where the program's profiles may
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
// scripts: names may be added, and none is taken away.
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
	DuplicateIDs  uint64            `json:"duplicate_ids"`      // peers that are not read
	EventsDropped uint64            `json:"events_dropped"`     // for which monitors had no room
	Failed        uint64            `json:"handshakes_failed"`  // the sum of the next
	Failures      map[string]uint64 `json:"handshake_failures"` // by cause
	Drops         map[string]uint64 `json:"drops"`              // messages lost, by cause
	Endpoints     []Endpoint        `json:"endpoints"`          // in the order of the calls
	Peers         []Peer            `json:"peers"`              // that are connected
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
	Remote        string  `json:"remote"`               // its address
	Endpoint      string  `json:"endpoint"`             // that it belongs to
	Type          string  `json:"type,omitempty"`       // of its socket
	Protocol      string  `json:"protocol"`             // such as "ZMTP 3.1"
	Mechanism     string  `json:"mechanism,omitempty"`  // such as "CURVE"
	User          string  `json:"user,omitempty"`       // that authentication has found
	RoutingID     string  `json:"routing_id,omitempty"` // hexadecimal: it is any bytes
	Number        uint32  `json:"number,omitempty"`     // of a peer of a SERVER or PEER
	Sent          uint64  `json:"sent"`                 // messages
	Received      uint64  `json:"received"`             // messages
	SentBytes     uint64  `json:"sent_bytes"`           // to its connection
	ReceivedBytes uint64  `json:"received_bytes"`       // from its connection
	Dropped       uint64  `json:"dropped"`              // messages for which its queue had no room
	Conflated     uint64  `json:"conflated"`            // messages that newer ones replaced
	QueuedOut     int     `json:"queued_out"`           // messages that wait to be sent
	QueuedIn      int     `json:"queued_in"`            // messages that wait to be received
	SendHWM       int     `json:"send_hwm"`             // the most that wait to be sent, 0 for no limit
	RecvHWM       int     `json:"recv_hwm"`             // the most that wait to be received, 0 for no limit
	RoundTrip     float64 `json:"round_trip,omitempty"` // of the last heartbeat, in seconds
	Silent        float64 `json:"silent,omitempty"`     // seconds since it was last heard
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
		Reconnects: st.Reconnects, AcceptsFailed: st.AcceptsFailed, TimedOut: st.TimedOut, OverBudget: st.OverBudget, DuplicateIDs: st.DuplicateIDs,
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
		Endpoints: []Endpoint{}, Peers: []Peer{}, // an empty list is [], not null
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
	return x
}

func newPeer(p zmq.PeerStats) Peer {
	x := Peer{
		Remote: p.Remote, Endpoint: p.Endpoint, Type: p.SocketType, Protocol: p.Protocol, Mechanism: p.Mechanism, User: p.UserID,
		RoutingID: hex.EncodeToString(p.RoutingID), Number: p.Number, Sent: p.Sent, Received: p.Received,
		SentBytes: p.SentBytes, ReceivedBytes: p.ReceivedBytes, Dropped: p.Dropped, Conflated: p.Conflated,
		QueuedOut: p.QueuedOut, QueuedIn: p.QueuedIn, SendHWM: p.SendHWM, RecvHWM: p.RecvHWM,
		RoundTrip: p.RoundTrip().Seconds(),
	}
	if t := p.LastHeard(); !t.IsZero() {
		x.Silent = time.Since(t).Seconds()
	}
	return x
}
