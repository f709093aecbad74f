// SPDX-License-Identifier: Apache-2.0

package core

import (
	"encoding/binary"
	"strings"

	"github.com/gozmq/zmq/internal/session"
)

// This file writes events as libzmq's monitor sockets carry them
// (zmq_socket_monitor, zmq_socket_monitor_versioned). Integers are in the byte
// order of the machine, as C programs read them in place.

// wireEvent is an event in libzmq's words.
type wireEvent struct {
	kind          session.EventKind
	values        []uint64
	local, remote string
	ofConnect     bool // the one endpoint of version 1 is the remote one
}

// wireEvents returns what libzmq would have sent in the place of an event: it is
// silent about a handshake that breaks off over metadata or an odd ERROR, never
// tells of a handshake without a mechanism (ZMTP 1.0 and 2.0, STREAM), and takes
// the end of such a connection for a failed one.
func wireEvents(r *Record) []wireEvent {
	e := newWireEvent(r)
	bare := r.Peer != nil && r.Peer.Mechanism == ""
	switch {
	case r.Kind == session.HandshakeFailedProtocol && r.Value == 0,
		r.Kind == session.HandshakeSucceeded && bare:
		return nil
	case r.Kind == session.Disconnected && bare:
		failed := e
		failed.kind = session.HandshakeFailedNoDetail
		failed.values = []uint64{uint64(lossErrno(r.Err))}
		return []wireEvent{failed, e}
	}
	return []wireEvent{e}
}

func newWireEvent(r *Record) wireEvent {
	e := wireEvent{kind: r.Kind, values: []uint64{uint64(r.Value)}, ofConnect: r.Target != ""}
	switch r.Kind {
	case session.MonitorStopped:
	case session.PipesStats:
		e.values = []uint64{uint64(r.Out), uint64(r.In)}
		e.local, e.remote = r.Local, r.Remote
	case session.ConnectDelayed, session.ConnectRetried:
		e.remote = r.Target
	case session.BindFailed:
		_, e.local, _ = strings.Cut(r.Endpoint, "://")
	case session.Closed, session.CloseFailed:
		e.local, e.remote = r.Local, r.Target
		if r.Unbound && !strings.HasPrefix(r.Endpoint, "tcp:") && !strings.HasPrefix(r.Endpoint, "ws") {
			e.local = r.Endpoint
		}
	case session.Listening, session.AcceptFailed:
		e.local = r.Local
	default:
		e.local, e.remote = r.Local, r.Remote
		if e.ofConnect {
			e.remote = r.Target
		}
	}
	return e
}

// frames encodes an event; nil for a version that does not exist.
func (e *wireEvent) frames(version int) [][]byte {
	order := binary.NativeEndian
	switch version {
	case 1:
		head := order.AppendUint16(make([]byte, 0, 6), uint16(e.kind))
		head = order.AppendUint32(head, uint32(e.values[0]))
		if e.ofConnect {
			return [][]byte{head, []byte(e.remote)}
		}
		return [][]byte{head, []byte(e.local)}
	case 2:
		list := [][]byte{order.AppendUint64(nil, uint64(e.kind)), order.AppendUint64(nil, uint64(len(e.values)))}
		for _, v := range e.values {
			list = append(list, order.AppendUint64(nil, v))
		}
		return append(list, []byte(e.local), []byte(e.remote))
	}
	return nil
}

// PipesStats raises a PIPES_STATS event for every pipe of the socket: peers that
// are there, and connects that wait for theirs.
func (s *Socket) PipesStats() error {
	if err := s.Err(); err != nil {
		return err
	}
	if !s.monitors.want(session.PipesStats) {
		return errNoStatsMonitor
	}
	s.mu.Lock()
	list := make([]Record, 0, len(s.pipes))
	for p := range s.pipes {
		r := Record{Event: session.Event{Kind: session.PipesStats, Endpoint: p.Endpoint, FD: -1, Peer: p.Peer()}}
		r.Out, r.In = p.Queued()
		switch {
		case p.InProcess(): // no addresses
		case p.Accepted:
			r.Local, r.Remote = p.Peer().Local, p.Peer().Remote
		default:
			r.Remote = p.Endpoint
		}
		list = append(list, r)
	}
	s.mu.Unlock()
	if len(list) == 0 {
		return errNoPipes
	}
	for _, r := range list {
		s.monitors.tell(r)
	}
	return nil
}
