// SPDX-License-Identifier: Apache-2.0

// The loss of the last connection that Dial made. Programs for the original dial
// again when Recv, or the Send of a REQ, tells them.

package zmq4

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/gozmq/zmq"
)

// errNoConnection is what a Send returns whose peer has gone.
var errNoConnection = fmt.Errorf("zmq4: no connections available: %w", ErrClosedConn)

// vigil is what calls wait under: its context ends with the last connection that Dial
// made, or with the socket's.
type vigil struct {
	ctx context.Context
	end context.CancelFunc
}

func (s *socket) newVigil() *vigil {
	ctx, end := context.WithCancel(s.ctx)
	return &vigil{ctx, end}
}

// lost reports whether it has ended for a connection that is gone.
func (s *socket) lost(v *vigil) bool { return v.ctx.Err() != nil && !s.hasEnded() }

// hasEnded reports whether the socket or its context has ended.
func (s *socket) hasEnded() bool {
	select {
	case <-s.sock.Done():
		return true
	default:
		return s.ctx.Err() != nil
	}
}

// renew puts a new vigil in the place of one that has ended, and reports whether
// this call has done it.
func (s *socket) renew(v *vigil) bool {
	if v.ctx.Err() == nil {
		return false
	}
	next := s.newVigil()
	if s.vigil.CompareAndSwap(v, next) {
		return true
	}
	next.end()
	return false
}

// connectionLost ends the vigil, unless the socket still has a peer, one that has
// connected to it. A REQ is told in any case, and so is a socket that does not
// connect again by itself.
func (s *socket) connectionLost() {
	if s.config.reconnect == reconnectAlways || slices.Contains([]SocketType{Rep, Pub, XPub, Router}, s.kind) {
		return
	}
	if s.config.reconnect != reconnectNever && s.kind != Req && s.connected() {
		return
	}
	s.forlorn.Store(true)
	s.vigil.Load().end()
}

// connectionMade takes a loss back that no call has reported. The request of a REQ is
// lost all the same.
func (s *socket) connectionMade() {
	s.forlorn.Store(false)
	if s.kind != Req {
		s.renew(s.vigil.Load())
	}
}

// connected reports whether the socket has a peer.
func (s *socket) connected() bool {
	return slices.ContainsFunc(s.sock.Endpoints(), func(e zmq.Endpoint) bool { return e.Peers > 0 })
}

// Recv implements Socket.
func (s *socket) Recv() (Msg, error) {
	if s.err != nil {
		return Msg{err: s.err}, s.err
	}
	for {
		v := s.vigil.Load()
		msg, err := s.recv(v.ctx)
		if err == nil || !s.lost(v) || errors.Is(err, zmq.ErrNotSupported) {
			return msg, err
		}
		if m, err := s.sock.TryRecv(); err == nil { // what the peer has left
			return Msg{Frames: m.Frames()}, nil
		}
		// A REQ hears of it until it sends again: what it waits for will not come.
		if s.kind == Req || s.renew(v) {
			return Msg{err: io.EOF}, io.EOF
		}
	}
}

// Send implements Socket.
func (s *socket) Send(msg Msg) error {
	switch {
	case s.err != nil:
		return s.err
	case len(msg.Frames) == 0:
		return fmt.Errorf("zmq4: %s socket: a message without frames cannot be sent: %w", s.kind, zmq.ErrInvalid)
	case !s.sendTellsLoss():
		return s.send(s.ctx, msg)
	case s.forlorn.Load() && !s.connected() && !s.hasEnded():
		return errNoConnection
	}
	v := s.vigil.Load()
	if s.kind == Req && s.renew(v) { // a new request
		v = s.vigil.Load()
	}
	ctx := v.ctx
	if s.lost(v) { // which Recv has still to report; there is another peer
		ctx = s.ctx
	}
	err := s.send(ctx, msg)
	if err != nil && ctx.Err() != nil && !s.hasEnded() {
		return errNoConnection
	}
	return err
}

// sendTellsLoss reports whether a Send fails that would have to wait for a peer to
// come back. A REQ does not wait: its reply would not come.
func (s *socket) sendTellsLoss() bool {
	switch s.config.reconnect {
	case reconnectAlways:
		return false
	case reconnectNever:
		return s.kind == Req || s.kind == Push || s.kind == Dealer || s.kind == Pair
	default:
		return s.kind == Req
	}
}
