// SPDX-License-Identifier: Apache-2.0

// What is known of the endpoints that a socket dials. One watcher for each socket
// follows their events:
//
//	events of package zmq → watchDials → dialling → awaitPeer
//	                                   → connectionLost → Recv, Send

package zmq4

import (
	"iter"
	"sync"

	"github.com/gozmq/zmq"
)

// dialEvents are what the watcher needs to know.
const dialEvents = zmq.EventHandshakeSucceeded | zmq.EventHandshakeFailed | zmq.EventConnectRetried |
	zmq.EventDisconnected

// dialling is an endpoint that the socket dials, or has dialled.
type dialling struct {
	turn sync.Mutex // held by Dial: one at a time for an endpoint

	// Guarded by socket.mu. Dial alone writes the first two, and live to put it back.
	relayed  *relay // what carries the connection; nil for the socket itself
	target   string // as package zmq has it
	progress        // which watchDials writes

	changed chan struct{} // closed by watchDials, which then puts a new one here
}

// progress is what has become of an endpoint so far.
type progress struct {
	live    int   // connections that stand
	made    int   // connections that have stood, all in all
	failed  int   // attempts that have come to nothing, all in all
	reason  error // of the last failure
	refused error // the peer is there, and says no
	again   bool  // a connection was lost, and the program may dial for that reason
}

// diallingOf finds or makes what is known of an endpoint.
func (s *socket) diallingOf(name string) *dialling {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.dialled[name]
	if d == nil {
		d = &dialling{target: name, changed: make(chan struct{})}
		s.dialled[name] = d
	}
	return d
}

// relayTo starts a relay for an endpoint that has none.
func (s *socket) relayTo(ep endpoint, d *dialling) error {
	if d.relayed != nil {
		return nil
	}
	r, target, err := s.relayDial(ep)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	d.relayed, d.target = r, target
	return nil
}

// outset returns what has become of an endpoint before a Dial, which what went wrong
// then does not concern. there is whether package zmq has the endpoint: a connection
// may stand that was taken away before its event came.
func (s *socket) outset(d *dialling, there bool) progress {
	s.mu.Lock()
	defer s.mu.Unlock()
	d.refused, d.reason = nil, nil
	if !there {
		d.live = 0
	}
	before := d.progress
	d.again = false
	return before
}

// progress returns what has become of an endpoint, and what is closed when that
// changes.
func (s *socket) progress(d *dialling) (progress, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return d.progress, d.changed
}

// cause says why the peer was not reached.
func (d *dialling) cause(p progress) error {
	if d.relayed != nil {
		if err := d.relayed.failure.Load(); err != nil && *err != nil {
			return *err
		}
	}
	return p.reason
}

// watchDials follows the endpoints that the socket dials, to the socket's end.
func (s *socket) watchDials(events iter.Seq[zmq.Event]) {
	for ev := range events {
		if ev.Kind == zmq.EventDisconnected && s.config.reconnect == reconnectNever && s.stands(ev.Endpoint) {
			_ = s.sock.Disconnect(ev.Endpoint)
		}
		if s.note(ev) {
			s.connectionLost()
		}
	}
}

// stands reports whether a connection to an endpoint stands, as far as it was noted.
func (s *socket) stands(target string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.dialled {
		if d.target == target {
			return d.live > 0
		}
	}
	return false
}

// note takes one event down, and reports whether the last connection has gone of
// those that Dial made.
func (s *socket) note(ev zmq.Event) (lost bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var d *dialling
	live := 0
	for _, each := range s.dialled {
		live += each.live
		if each.target == ev.Endpoint {
			d = each
		}
	}
	if d == nil || ev.Peer.Accepted {
		return false
	}
	if ev.Err != nil {
		d.reason = ev.Err
	}
	switch ev.Kind {
	case zmq.EventHandshakeSucceeded:
		d.live++
		d.made++
		s.connectionMade()
	case zmq.EventHandshakeFailedProtocol, zmq.EventHandshakeFailedAuth:
		d.refused = ev.Err
	case zmq.EventDisconnected:
		if d.live > 0 {
			d.live--
			d.again = s.config.reconnect != reconnectAlways
			lost = live == 1
		}
	case zmq.EventConnectRetried:
		d.failed++
	}
	close(d.changed)
	d.changed = make(chan struct{})
	return lost
}
