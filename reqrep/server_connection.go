// SPDX-License-Identifier: Apache-2.0

package reqrep

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/gozmq/zmq"
)

// server is one endpoint of a Client.
type server struct {
	// Immutable.
	c        *Client
	endpoint string
	sock     *zmq.Socket

	// Guarded by Client.mu.
	connected  bool
	connection uint64             // counts the connections that have ended
	until      context.Context    // ends with the connection, which wakes receive
	lost       context.CancelFunc // ends it
	owed       int                // attempts without a reply
	unanswered int                // attempts that callers have given up on since the last reply
	since      time.Time          // when the last of these was given up
}

// forgiveAfter is how long requests without a reply speak against a server. It is long
// beside a request, and short beside the repair of a server.
const forgiveAfter = 5 * time.Second

// load is what requests are shared out by. A server that has the request already comes
// after all others. Client.mu is held.
func (s *server) load(k *call, now time.Time) int {
	n := s.owed
	if now.Sub(s.since) < forgiveAfter {
		n += s.unanswered
	}
	if k.last() == s {
		n += 1 << 30
	}
	return n
}

// newServer connects to an endpoint and starts the goroutines that serve it.
func (c *Client) newServer(endpoint string) (*server, error) {
	settings := append([]zmq.Setting{zmq.Linger.Of(0)}, c.cfg.Settings...)
	sock, err := c.cfg.Context.NewSocket(zmq.DEALER, append(settings, zmq.Immediate.Of(true), zmq.AllAddresses.Of(0), zmq.RecvTimeout.Of(-1))...)
	if err != nil {
		return nil, err
	}
	s := &server{c: c, endpoint: endpoint, sock: sock}
	s.until, s.lost = context.WithCancel(c.ctx)
	events := sock.Monitor(c.ctx, zmq.EventHandshakeSucceeded|zmq.EventDisconnected)
	if err := sock.Connect(endpoint); err != nil {
		_ = sock.Close()
		return nil, err
	}
	c.loops.Go(func() { s.watch(events) })
	c.loops.Go(s.receive)
	return s, nil
}

// watch follows the state of the connection.
func (s *server) watch(events func(func(zmq.Event) bool)) {
	if strings.HasPrefix(s.endpoint, "inproc://") { // which has no events
		if s.sock.WaitPeers(s.c.ctx, 1) == nil {
			s.connect()
		}
		return
	}
	for e := range events {
		switch e.Kind {
		case zmq.EventHandshakeSucceeded:
			// The event may come before the socket has taken the peer in. If it is the
			// next connection by then, the end of this one is still to be told.
			if s.sock.WaitPeers(s.c.ctx, 1) == nil && s.has(e.Peer) {
				s.connect()
			}
		case zmq.EventDisconnected:
			s.disconnect()
		}
	}
}

// has reports whether the socket has the peer of an event.
func (s *server) has(peer zmq.Peer) bool {
	return slices.ContainsFunc(s.sock.Peers(), func(p zmq.PeerStats) bool { return p.Local == peer.Local && p.Remote == peer.Remote })
}

func (s *server) connect() {
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	s.connected = true
	s.c.wake()
}

// disconnect notes the end of a connection. What has arrived on it is received first, so
// receive decides what was lost.
func (s *server) disconnect() {
	s.c.mu.Lock()
	lost := s.lost
	s.connected = false
	s.connection++
	s.until, s.lost = context.WithCancel(s.c.ctx)
	s.c.mu.Unlock()
	lost()
}

// present returns the context of the present connection, and its number.
func (s *server) present() (until context.Context, connection uint64) {
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	return s.until, s.connection
}

// receive hands the replies of the server to their calls.
func (s *server) receive() {
	defer func() {
		s.c.mu.Lock()
		defer s.c.mu.Unlock()
		s.lost()
	}()
	for {
		until, _ := s.present()
		for m, err := s.sock.Recv(until); err == nil; m, err = s.sock.Recv(until) {
			s.c.deliver(s, m)
		}
		if until.Err() == nil || s.c.ctx.Err() != nil {
			return // the socket is closed, or its context has ended
		}
		_, connection := s.present()
		for m, err := s.sock.TryRecv(); err == nil; m, err = s.sock.TryRecv() {
			s.c.deliver(s, m)
		}
		s.c.lose(s, connection)
	}
}
