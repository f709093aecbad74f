// SPDX-License-Identifier: Apache-2.0

package core

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/gozmq/zmq/internal/session"
	"github.com/gozmq/zmq/internal/zerr"
)

// This file hands what happens to a socket's connections to its monitors:
//
//	session → Socket.Event → monitors.raise ─┬→ Monitor, a queue for an iterator
//	                                         └→ wireMonitor, libzmq's messages
//
// A monitor never holds up a connection: a queue that is full counts what it drops.

// monitorQueue is how many events wait for a Monitor's reader: as many messages
// as libzmq's monitor socket queues by default. An event can hold the metadata of
// a peer alive, which its handshake limits bound.
const monitorQueue = 1000

// Record is one event as a monitor has it.
type Record struct {
	session.Event
	Time    time.Time
	Value   int64  // libzmq's event value
	Out, In int    // messages queued each way, with PipesStats
	Dropped uint64 // events that the monitor had no room for before this one
}

// observer is one monitor of a socket. It must not block.
type observer interface {
	wants() session.EventKind
	observe(r Record)
	// end tells that nothing more happens; last is the MONITOR_STOPPED event.
	end(last Record)
}

// monitors are the observers of a socket.
type monitors struct {
	list atomic.Pointer[[]observer] // replaced, never changed; nil while there are none

	mu    sync.Mutex // guards changes of list; a leaf lock
	ended bool       // the socket takes no monitors any more
}

// want reports whether a monitor has asked for a kind of event.
func (m *monitors) want(kind session.EventKind) bool {
	return slices.ContainsFunc(m.all(), func(w observer) bool { return w.wants()&kind != 0 })
}

// raise tells every monitor that asked for this kind of event.
func (m *monitors) raise(e *session.Event) {
	if m.list.Load() != nil {
		m.record(e)
	}
}

// record is raise with monitors. In a frame of its own it costs the stacks of connections
// nothing while there are none.
//
//go:noinline
func (m *monitors) record(e *session.Event) { m.tell(Record{Event: *e}) }

func (m *monitors) tell(r Record) {
	list := m.list.Load()
	if list == nil {
		return
	}
	r.Time, r.Value = time.Now(), eventValue(&r.Event)
	for _, w := range *list {
		if w.wants()&r.Kind != 0 {
			w.observe(r)
		}
	}
}

// add registers a monitor. It reports false when the socket has ended.
func (m *monitors) add(w observer) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.ended {
		return false
	}
	m.store(append(m.all(), w))
	return true
}

// remove takes a monitor out, if it is registered.
func (m *monitors) remove(w observer) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.store(slices.DeleteFunc(m.all(), func(x observer) bool { return x == w }))
}

// end stops every monitor for good, when the socket is closed or its context shut
// down.
func (m *monitors) end() {
	m.mu.Lock()
	list := m.all()
	m.ended = true
	m.list.Store(nil)
	m.mu.Unlock()
	for _, w := range list {
		w.end(stopped())
	}
}

// all returns a copy of the list.
func (m *monitors) all() []observer {
	if list := m.list.Load(); list != nil {
		return slices.Clone(*list)
	}
	return nil
}

func (m *monitors) store(list []observer) {
	if len(list) == 0 {
		m.list.Store(nil)
		return
	}
	m.list.Store(&list)
}

// stopped is the last event of a monitor.
func stopped() Record {
	return Record{Event: session.Event{Kind: session.MonitorStopped, FD: -1}, Time: time.Now()}
}

// eventValue is what libzmq says with an event (zmq_socket_monitor).
func eventValue(e *session.Event) int64 {
	switch e.Kind {
	case session.ConnectDelayed:
		return int64(zerr.Errno(syscall.EINPROGRESS))
	case session.ConnectRetried:
		return e.Retry.Milliseconds()
	case session.BindFailed, session.AcceptFailed, session.CloseFailed, session.HandshakeFailedNoDetail:
		return int64(lossErrno(e.Err))
	case session.HandshakeFailedProtocol:
		var pe *zerr.ProtocolError
		if errors.As(e.Err, &pe) {
			return int64(pe.Code)
		}
	case session.HandshakeFailedAuth:
		var status interface{ ZAPStatus() int }
		if errors.As(e.Err, &status) {
			return int64(status.ZAPStatus())
		}
	case session.Connected, session.Listening, session.Accepted, session.Closed, session.Disconnected:
		return int64(e.FD)
	case session.PacketsLost:
		var lost *zerr.LossError
		if errors.As(e.Err, &lost) {
			return int64(lost.Packets)
		}
	}
	return 0
}

// lossErrno is the number of why something went wrong. The end of a stream in
// the middle of something is EPIPE to libzmq.
func lossErrno(err error) int {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = syscall.EPIPE
	}
	return zerr.Errno(err)
}

// Monitor is a bounded queue of a socket's events for one reader.
type Monitor struct {
	// Immutable.
	socket *Socket
	mask   session.EventKind
	wake   chan struct{} // receives when there is something to look at

	mu      sync.Mutex // a leaf lock
	queue   []Record
	dropped uint64
	ended   bool
}

// NewMonitor begins to record the events of the socket that mask chooses. It
// wants Stop, unless the socket is closed.
func (s *Socket) NewMonitor(mask session.EventKind) *Monitor {
	m := &Monitor{socket: s, mask: mask, wake: make(chan struct{}, 1)}
	if !s.monitors.add(m) {
		m.end(stopped())
	}
	return m
}

// Next waits for the next event. It reports false when ctx ends, or when the
// monitor has and everything was read.
func (m *Monitor) Next(ctx context.Context) (Record, bool) {
	for {
		if ctx.Err() != nil {
			return Record{}, false
		}
		m.mu.Lock()
		if len(m.queue) > 0 {
			r := m.queue[0]
			m.queue[0] = Record{}
			if m.queue = m.queue[1:]; len(m.queue) == 0 {
				m.queue = nil // an idle monitor holds no memory
			}
			m.mu.Unlock()
			return r, true
		}
		ended := m.ended
		m.mu.Unlock()
		if ended {
			return Record{}, false
		}
		select {
		case <-m.wake:
		case <-ctx.Done():
		}
	}
}

// Stop ends the monitor and drops what was not read.
func (m *Monitor) Stop() {
	m.socket.monitors.remove(m)
	m.mu.Lock()
	m.ended, m.queue = true, nil
	m.mu.Unlock()
	m.notify()
}

func (m *Monitor) wants() session.EventKind { return m.mask }

func (m *Monitor) observe(r Record) {
	m.mu.Lock()
	switch {
	case m.ended:
	case len(m.queue) >= monitorQueue:
		m.dropped++
		m.socket.stats.EventsDropped.Add(1)
	default:
		r.Dropped = m.dropped
		m.queue = append(m.queue, r)
	}
	m.mu.Unlock()
	m.notify()
}

// end has room for its event always.
func (m *Monitor) end(last Record) {
	m.mu.Lock()
	if !m.ended && m.mask&session.MonitorStopped != 0 {
		last.Dropped = m.dropped
		m.queue = append(m.queue, last)
	}
	m.ended = true
	m.mu.Unlock()
	m.notify()
}

func (m *Monitor) notify() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}
