// SPDX-License-Identifier: Apache-2.0

// Package zmqexpvar shows what the sockets of a context do as a variable of
// package expvar, which a program with net/http serves at /debug/vars:
//
//	zmqexpvar.Publish("zmq", zmq.DefaultContext())
//
// It is a package of its own because importing expvar brings net/http and that
// handler into a program.
package zmqexpvar

import (
	"encoding/hex"
	"expvar"
	"time"

	"github.com/gozmq/zmq"
)

// Publish publishes the variable of a context under a name. As expvar.Publish it
// ends the program if the name is taken. The variable outlives the context, and is
// an empty object once its sockets are closed.
func Publish(name string, c *zmq.Context) { expvar.Publish(name, New(c)) }

// New returns a variable whose value is a JSON object with one member for each
// socket of the context, by Socket.String: its type, counters, endpoints and
// peers. Counters have the names of zmq.SocketStats and zmq.PeerStats in lower
// case; times are in seconds. The numbers are those of the moment when the
// variable is read, which costs the sockets nothing in between.
func New(c *zmq.Context) expvar.Var {
	return expvar.Func(func() any {
		sockets := make(map[string]socket)
		for _, s := range c.Stats().Sockets {
			sockets[s.Name] = newSocket(s)
		}
		return sockets
	})
}

type socket struct {
	Type          string            `json:"type"`
	Sent          uint64            `json:"sent"`
	Received      uint64            `json:"received"`
	SentBytes     uint64            `json:"sent_bytes"`
	ReceivedBytes uint64            `json:"received_bytes"`
	QueuedOut     int               `json:"queued_out"`
	QueuedIn      int               `json:"queued_in"`
	Connected     uint64            `json:"connected"`
	Disconnected  uint64            `json:"disconnected"`
	Reconnects    uint64            `json:"reconnects"`
	AcceptsFailed uint64            `json:"accepts_failed"`
	TimedOut      uint64            `json:"timed_out"`
	OverBudget    uint64            `json:"over_budget"`
	Stopped       int               `json:"stopped"` // peers of which a queue has its share of Limits.TotalBytes
	DuplicateIDs  uint64            `json:"duplicate_ids"`
	EventsDropped uint64            `json:"events_dropped"`
	Failed        uint64            `json:"handshakes_failed"`
	Failures      map[string]uint64 `json:"handshake_failures"`
	Drops         map[string]uint64 `json:"drops"`
	Endpoints     []endpoint        `json:"endpoints"`
	Peers         []peer            `json:"peers"`
}

type endpoint struct {
	Address string `json:"address"`
	Bound   bool   `json:"bound"`
	Peers   int    `json:"peers"`
}

type peer struct {
	Remote        string  `json:"remote"`
	Endpoint      string  `json:"endpoint"`
	Type          string  `json:"type,omitempty"`
	Protocol      string  `json:"protocol"`
	Mechanism     string  `json:"mechanism,omitempty"`
	User          string  `json:"user,omitempty"`
	RoutingID     string  `json:"routing_id,omitempty"` // hexadecimal: it is any bytes
	Number        uint32  `json:"number,omitempty"`     // of a peer of a SERVER or PEER
	Sent          uint64  `json:"sent"`
	Received      uint64  `json:"received"`
	SentBytes     uint64  `json:"sent_bytes"`
	ReceivedBytes uint64  `json:"received_bytes"`
	Dropped       uint64  `json:"dropped"`
	Conflated     uint64  `json:"conflated"`
	QueuedOut     int     `json:"queued_out"`
	QueuedIn      int     `json:"queued_in"`
	SendHWM       int     `json:"send_hwm"`
	RecvHWM       int     `json:"recv_hwm"`
	StoppedIn     bool    `json:"stopped_in,omitempty"` // by Limits.TotalBytes
	StoppedOut    bool    `json:"stopped_out,omitempty"`
	RoundTrip     float64 `json:"round_trip,omitempty"`
	Silent        float64 `json:"silent,omitempty"` // since it was last heard
}

func newSocket(s zmq.SocketSnapshot) socket {
	st := &s.Stats
	x := socket{
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
		Endpoints: []endpoint{}, Peers: []peer{}, // an empty list is [], not null
	}
	for _, e := range s.Endpoints {
		x.Endpoints = append(x.Endpoints, endpoint{Address: e.Address, Bound: e.Bound, Peers: e.Peers})
	}
	for _, p := range s.Peers {
		x.Peers = append(x.Peers, newPeer(p))
	}
	return x
}

func newPeer(p zmq.PeerStats) peer {
	x := peer{
		Remote: p.Remote, Endpoint: p.Endpoint, Type: p.SocketType, Protocol: p.Protocol, Mechanism: p.Mechanism, User: p.UserID,
		RoutingID: hex.EncodeToString(p.RoutingID), Number: p.Number, Sent: p.Sent, Received: p.Received,
		SentBytes: p.SentBytes, ReceivedBytes: p.ReceivedBytes, Dropped: p.Dropped, Conflated: p.Conflated,
		QueuedOut: p.QueuedOut, QueuedIn: p.QueuedIn, SendHWM: p.SendHWM, RecvHWM: p.RecvHWM,
		RoundTrip: p.RoundTrip().Seconds(), StoppedIn: p.StoppedIn, StoppedOut: p.StoppedOut,
	}
	if t := p.LastHeard(); !t.IsZero() {
		x.Silent = time.Since(t).Seconds()
	}
	return x
}
