// SPDX-License-Identifier: Apache-2.0

package session

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/gozmq/zmq/internal/engine"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
)

// Listener is one Bind. It accepts peers until it is stopped.
type Listener struct {
	// Immutable after Listen.
	cfg *Config
	lis transport.Listener
	fd  int // the descriptor of lis

	done chan struct{} // closed when the Listener and its connections have ended

	mu        sync.Mutex // a leaf lock
	guests    map[*guest]struct{}
	waiting   waiting
	failures  failures
	part      func(*engine.Conn, *pipe.Pipe) // set by Part
	last      *turn                          // of the guest that was accepted last
	active    int                            // goroutine accept, and every guest
	stopped   chan struct{}                  // closed by Stop
	isStopped bool
	now       Progress
}

// NewListener makes a Listener; Listen and Start follow.
func NewListener(cfg *Config) *Listener {
	return &Listener{cfg: cfg, guests: make(map[*guest]struct{}), stopped: make(chan struct{}), done: make(chan struct{})}
}

// Listen makes the system accept connections. They are not served before Start, so that
// the host can note the endpoint first. A Listener that is not started must be stopped.
func (l *Listener) Listen(ctx context.Context) error {
	failed := func(fd int, err error) {
		l.cfg.Host.Event(Event{Kind: Closed, Endpoint: l.cfg.Endpoint, Unbound: true, FD: fd, Err: err})
	}
	lis, err := l.cfg.Transport.Listen(transport.WithTrace(ctx, &transport.Trace{Closed: failed}), l.cfg.Address, l.cfg.Dial)
	if err != nil {
		return err
	}
	l.lis, l.fd = lis, transport.Descriptor(lis)
	l.cfg.Host.Event(l.event(Listening, nil))
	return nil
}

// event begins an event of the listening socket.
func (l *Listener) event(kind EventKind, err error) Event {
	return Event{Kind: kind, Endpoint: l.lis.Endpoint(), Local: l.lis.Endpoint(), FD: l.fd, Err: err}
}

// Start begins to serve peers.
func (l *Listener) Start() {
	l.active++
	l.now.enter(Serving)
	go l.accept()
}

// Endpoint returns the resolved endpoint, as LAST_ENDPOINT has it.
func (l *Listener) Endpoint() string { return l.lis.Endpoint() }

// Stop ends listening. When it returns, the address is free. Connections that are
// shaking hands end; those that are ready continue.
func (l *Listener) Stop() {
	l.mu.Lock()
	if l.isStopped {
		l.mu.Unlock()
		return
	}
	l.isStopped = true
	l.now.enter(Ended)
	close(l.stopped)
	var unfinished []*engine.Conn
	for g := range l.guests {
		if !g.at.shaken {
			unfinished = append(unfinished, g.conn)
		}
	}
	l.mu.Unlock()
	e := l.event(Closed, nil)
	if err := l.lis.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		e.Kind, e.Err = CloseFailed, err
	}
	for _, c := range unfinished {
		c.Close(nil)
	}
	l.cfg.Host.Event(e)
}

// Progress returns how far the Listener has come.
func (l *Listener) Progress() Progress {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now
}

// failed notes why a connection has not become ready.
func (l *Listener) failed(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now.failed(err)
	l.now.Attempts++
}

// Done is closed when the Listener and all of its connections have ended.
func (l *Listener) Done() <-chan struct{} { return l.done }

// leave ends the goroutine of accept, or of a guest.
func (l *Listener) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.active--; l.active == 0 {
		close(l.done) // accept is the last or has ended: nothing starts any more
	}
}

// Part calls end for every connection that is ready, and for those that are about to be
// when they are. A second call replaces the first. Part must come after Stop.
func (l *Listener) Part(end func(*engine.Conn, *pipe.Pipe)) {
	l.mu.Lock()
	l.part = end
	ready := make(map[*engine.Conn]*pipe.Pipe)
	for g := range l.guests {
		if g.at.pipe != nil {
			ready[g.conn] = g.at.pipe
		}
	}
	l.mu.Unlock()
	for c, p := range ready {
		end(c, p)
	}
}

// accept runs until the listener is closed. Without free descriptors it backs off
// instead of spinning.
func (l *Listener) accept() {
	defer l.leave()
	const first, longest = 5 * time.Millisecond, time.Second
	pause := first
	for {
		nc, err := l.lis.Accept()
		if err == nil {
			pause = first
			l.serve(nc)
			continue
		}
		if errors.Is(err, net.ErrClosed) {
			l.closedByProgram(err)
			return
		}
		l.failed(err)
		e := l.event(AcceptFailed, err)
		var filtered *transport.FilteredError
		if errors.As(err, &filtered) {
			e.Remote = filtered.Remote
		}
		l.cfg.Host.Event(e)
		if filtered != nil {
			continue
		}
		t := time.NewTimer(pause)
		select {
		case <-t.C:
		case <-l.stopped:
			t.Stop()
			return
		}
		pause = min(2*pause, longest)
	}
}

// closedByProgram tells that the program has closed the listener that it brought, if it
// was not Stop that closed it. Nothing is accepted from then on.
func (l *Listener) closedByProgram(err error) {
	l.mu.Lock()
	stopped := l.isStopped
	if !stopped {
		l.now.enter(Ended)
		l.now.failed(err)
	}
	l.mu.Unlock()
	if !stopped {
		l.cfg.Host.Event(l.event(AcceptFailed, err))
	}
}

// serve serves an accepted connection if the limits allow it. At MaxHandshakes another
// connection is closed to make room.
func (l *Listener) serve(nc net.Conn) {
	err := l.cfg.Host.Admit()
	g := newGuest(l, nc)
	var leaves *guest
	l.mu.Lock()
	switch {
	case err != nil:
	case l.isStopped:
		err = net.ErrClosed
	default:
		l.guests[g] = struct{}{}
		l.last = l.last.next()
		g.turn = l.last
		leaves = l.waiting.add(g, l.cfg.MaxHandshakes, l.cfg.MaxHandshakesPerAddress)
		g.delay = l.failures.delay(g.source, time.Now(), l.cfg.MaxFailureDelay)
		l.active++
	}
	l.mu.Unlock()
	if leaves != nil {
		leaves.conn.Close(zerr.Errorf(zerr.ErrLimit,
			"more connections are shaking hands than MaxHandshakes (%d) or MaxHandshakesPerAddress (%d) allows, and this was the oldest of the address with the most",
			l.cfg.MaxHandshakes, l.cfg.MaxHandshakesPerAddress))
	}
	if err != nil {
		l.failed(err)
		e := l.event(AcceptFailed, err)
		e.Remote = g.conn.Peer().Remote
		l.cfg.Host.Event(e)
		g.conn.Close(err)
		return
	}
	// This is reported here because a log line takes some kilobytes of stack, which the
	// goroutine of the connection would keep while it waits for a peer that may be
	// silent.
	l.cfg.Host.Event(g.event(Accepted))
	go g.welcome()
}

// parting reports whether Stop has been called.
func (l *Listener) parting() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.isStopped
}
