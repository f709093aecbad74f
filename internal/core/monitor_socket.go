// SPDX-License-Identifier: Apache-2.0

package core

import (
	"context"
	"sync"

	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pattern"
	"github.com/gozmq/zmq/internal/session"
	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
)

// wireBacklog is how many events wait in front of a monitor's socket while no
// socket has connected to it or its reader is slow, where libzmq would stop the
// connection that has something to tell. It is what ten thousand peers that come
// and go tell twice over.
const wireBacklog = 1 << 16

const (
	errNoStatsMonitor = monitorError("no monitor asks for PIPES_STATS")
	errNoPipes        = monitorError("no pipes")
)

// monitorError is why there are no statistics to tell.
type monitorError string

func (e monitorError) Error() string { return "zmq: pipes statistics: " + string(e) }

// Unwrap gives the numbers of zmq_socket_monitor_pipes_stats.
func (e monitorError) Unwrap() error {
	if e == errNoPipes {
		return zerr.ErrAgain
	}
	return zerr.ErrInvalid
}

// wireMonitor sends a socket's events as messages over a socket of its own, which
// is bound to an inproc name. An event goes out in the goroutine that raises it
// if the reader has room, and through forwardLoop otherwise.
type wireMonitor struct {
	// Immutable.
	of      *Socket
	to      *Socket // PAIR, PUB or PUSH
	mask    session.EventKind
	version int
	ctx     context.Context // ends when the monitor does
	cancel  context.CancelFunc

	// Guarded by mu, under which to's lock is taken.
	mu         sync.Mutex
	backlog    [][][]byte
	forwarding bool // forwardLoop runs and owns the head of backlog
	idle       sync.WaitGroup
	ended      bool
}

// MonitorTo sends the events that mask chooses to the sockets that connect to an inproc
// endpoint, by a PAIR, PUB or PUSH, in place of a monitor that was there. The
// checks come in the order of zmq_socket_monitor_versioned.
func (s *Socket) MonitorTo(address string, mask uint64, version, typ int) error {
	if err := s.Err(); err != nil {
		return err
	}
	if version == 1 && mask > 0xFFFF {
		return zerr.Errorf(zerr.ErrInvalid, "version 1 has events up to 0xFFFF, not %#x", mask)
	}
	scheme, _, err := transport.Split(address)
	if err != nil {
		return err
	}
	if scheme != "inproc" {
		return zerr.Errorf(zerr.ErrUnsupportedTransport, "a monitor is bound to inproc, not %s", scheme)
	}
	if err := s.ctx.allow("bind", address); err != nil { // calls the user, so no lock is held
		return err
	}
	s.wireMu.Lock()
	defer s.wireMu.Unlock()
	s.stopWire()
	if row := pattern.TypeOf(typ); row == nil || !row.Monitors {
		return zerr.Errorf(zerr.ErrInvalid, "a monitor is a PAIR, PUB or PUSH, not type %d", typ)
	}
	to, err := s.ctx.NewSocket(typ)
	if err != nil {
		return err
	}
	// Whatever the context gives to its sockets. It fails once the context has
	// ended, as Bind then does.
	for n, v := range map[opt.Num]int64{opt.Linger: 0, opt.SendTimeout: -1, opt.SendHWM: 1000} {
		_ = to.SetOption(n, opt.Value{I: v})
	}
	to.mu.Lock()
	o := to.opts.Clone()
	to.mu.Unlock()
	if err := to.bindInproc(address, o); err != nil {
		to.Close()
		return err
	}
	w := &wireMonitor{of: s, to: to, mask: session.EventKind(mask & 0x1FFFF), version: version}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	s.wire = w
	if !s.monitors.add(w) {
		s.stopWire()
		return s.Err()
	}
	return nil
}

// StopMonitorTo ends what MonitorTo began, with MONITOR_STOPPED as the last
// event. It does nothing if there is none.
func (s *Socket) StopMonitorTo() error {
	if err := s.Err(); err != nil {
		return err
	}
	s.wireMu.Lock()
	defer s.wireMu.Unlock()
	s.stopWire()
	return nil
}

// stopWire ends the monitor that is there. s.wireMu is held.
func (s *Socket) stopWire() {
	if w := s.wire; w != nil {
		s.wire = nil
		s.monitors.remove(w)
		w.end(stopped())
	}
}

// wants includes the end of connections, which wireEvents may turn into a failed
// handshake.
func (w *wireMonitor) wants() session.EventKind {
	if w.mask&session.HandshakeFailedNoDetail != 0 {
		return w.mask | session.Disconnected
	}
	return w.mask
}

func (w *wireMonitor) observe(r Record) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		return
	}
	for _, e := range wireEvents(&r) {
		if w.mask&e.kind != 0 {
			w.enqueueLocked(e.frames(w.version))
		}
	}
	w.sendLocked()
}

func (w *wireMonitor) enqueueLocked(frames [][]byte) {
	switch {
	case frames == nil: // libzmq sends nothing for a version it does not know
	case len(w.backlog) >= wireBacklog:
		w.of.stats.EventsDropped.Add(1)
	default:
		w.backlog = append(w.backlog, frames)
	}
}

// sendLocked sends as much as the reader has room for, and leaves the rest to
// forwardLoop.
func (w *wireMonitor) sendLocked() {
	if w.forwarding {
		return
	}
	for len(w.backlog) > 0 && w.to.TrySend(w.backlog[0], true) == nil {
		w.popLocked()
	}
	if len(w.backlog) > 0 && !w.ended {
		w.forwarding = true
		w.idle.Add(1)
		go w.forwardLoop()
	}
}

func (w *wireMonitor) popLocked() {
	w.backlog[0] = nil
	if w.backlog = w.backlog[1:]; len(w.backlog) == 0 {
		w.backlog = nil
	}
}

// forwardLoop waits for the reader until nothing is left, or the monitor ends.
func (w *wireMonitor) forwardLoop() {
	defer w.idle.Done()
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.backlog) > 0 && !w.ended {
		head := w.backlog[0]
		w.mu.Unlock()
		err := w.to.SendOwned(w.ctx, head)
		w.mu.Lock()
		if err != nil {
			break
		}
		w.popLocked()
	}
	w.forwarding = false
}

// end sends what waits, and MONITOR_STOPPED behind it, to a reader that is there,
// whatever its high-water mark: it may be reading until that comes. What was sent
// stays readable.
func (w *wireMonitor) end(last Record) {
	w.mu.Lock()
	if w.ended {
		w.mu.Unlock()
		return
	}
	w.ended = true
	w.mu.Unlock()
	w.cancel()
	w.idle.Wait()
	w.mu.Lock()
	if w.mask&session.MonitorStopped != 0 {
		e := newWireEvent(&last)
		if f := e.frames(w.version); f != nil {
			w.backlog = append(w.backlog, f) // however full it is
		}
	}
	_ = w.to.SetOption(opt.SendHWM, opt.Value{I: 0}) // fails once the context has ended, as sending does
	w.sendLocked()
	w.of.stats.EventsDropped.Add(uint64(len(w.backlog)))
	w.backlog = nil
	w.mu.Unlock()
	w.to.Close()
}
