// SPDX-License-Identifier: Apache-2.0

package poller

import (
	"sync"
	"sync/atomic"

	"github.com/gozmq/zmq/internal/core"
	"github.com/gozmq/zmq/internal/zerr"
)

// Events is a set of conditions, with libzmq's numbers (ZMQ_POLLIN and so on).
type Events uint8

const (
	// In: a message can be received, or the descriptor is readable.
	In Events = 1 << iota
	// Out: a message can be sent, or the descriptor is writable.
	Out
	// Err: the descriptor has an error or its other end has hung up. It is reported
	// even if it was not asked for.
	Err
	// Pri: the descriptor has urgent data.
	Pri
	// Closed: the socket was closed, which removed it from the poller. libzmq has no
	// such event. It is reported even if it was not asked for.
	Closed

	askable = In | Out | Err | Pri
)

// Item is a socket or descriptor that is ready.
type Item struct {
	Socket *core.Socket // nil for a descriptor
	FD     int          // -1 for a socket
	Tag    any          // as given to Add
	Events Events
}

// entry is one registration.
type entry struct {
	// Immutable.
	socket *core.Socket
	watch  *core.Watch
	fd     int
	tag    any

	want Events // guarded by Poller.mu
	gone bool   // guarded by Poller.mu

	queued atomic.Bool // in Poller.queue, or about to be
}

// Poller waits for the sockets and descriptors that are registered with it. The zero
// value is not usable; see New.
type Poller struct {
	// Immutable after New.
	wake chan struct{} // one token: the queue may have something
	done chan struct{} // closed by Close

	// Guarded by mu.
	mu      sync.Mutex
	sockets map[*core.Socket]*entry
	fds     map[int]*entry
	sys     descriptors
	waiting int // Waits that sleep
	closed  bool
	ready   []*entry // memory for look
	spare   []*entry // likewise

	queueMu sync.Mutex
	queue   []*entry
}

// New makes a poller.
func New() *Poller {
	return &Poller{
		wake: make(chan struct{}, 1), done: make(chan struct{}),
		sockets: make(map[*core.Socket]*entry), fds: make(map[int]*entry),
	}
}

// Add registers a socket.
func (p *Poller) Add(s *core.Socket, want Events, tag any) error {
	if err := check(want); err != nil {
		return err
	}
	if err := s.Err(); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return zerr.ErrClosed
	}
	if p.sockets[s] != nil {
		return zerr.Errorf(zerr.ErrInvalid, "%v is registered already; modify it instead", s)
	}
	e := &entry{socket: s, fd: -1, tag: tag, want: want}
	p.sockets[s] = e
	e.watch = s.Watch(core.Ready(want&(In|Out)), func() { p.post(e) })
	p.post(e)
	return nil
}

// Modify changes the events of a socket.
func (p *Poller) Modify(s *core.Socket, want Events) error {
	if err := check(want); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.sockets[s]
	if e == nil {
		return zerr.Errorf(zerr.ErrInvalid, "%v is not registered", s)
	}
	e.want = want
	e.watch.Want(core.Ready(want & (In | Out)))
	p.post(e)
	return nil
}

// Remove ends the registration of a socket, which may already be closed.
func (p *Poller) Remove(s *core.Socket) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.sockets[s]
	if e == nil {
		return zerr.Errorf(zerr.ErrInvalid, "%v is not registered", s)
	}
	p.drop(e)
	return nil
}

// drop removes a socket. p.mu is held.
func (p *Poller) drop(e *entry) {
	delete(p.sockets, e.socket)
	e.gone = true
	e.watch.Stop()
}

// AddFD registers a descriptor.
func (p *Poller) AddFD(fd int, want Events, tag any) error {
	if err := check(want); err != nil {
		return err
	}
	if err := checkFD(fd); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closed:
		return zerr.ErrClosed
	case p.fds[fd] != nil:
		return zerr.Errorf(zerr.ErrInvalid, "descriptor %d is registered already; modify it instead", fd)
	}
	if err := p.sys.start(p); err != nil {
		return err
	}
	e := &entry{fd: fd, tag: tag, want: want}
	p.fds[fd] = e
	p.post(e)
	return nil
}

// ModifyFD changes the events of a descriptor.
func (p *Poller) ModifyFD(fd int, want Events) error {
	if err := check(want); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.fds[fd]
	if e == nil {
		return zerr.Errorf(zerr.ErrInvalid, "descriptor %d is not registered", fd)
	}
	e.want = want
	p.sys.disarm(e)
	p.post(e)
	return nil
}

// RemoveFD ends the registration of a descriptor.
func (p *Poller) RemoveFD(fd int) error {
	p.mu.Lock()
	e := p.fds[fd]
	if e == nil {
		p.mu.Unlock()
		return zerr.Errorf(zerr.ErrInvalid, "descriptor %d is not registered", fd)
	}
	delete(p.fds, fd)
	e.gone = true
	p.sys.disarm(e)
	if len(p.fds) == 0 {
		p.sys.stop()
	}
	p.mu.Unlock()
	return nil
}

// Len returns the number of registrations.
func (p *Poller) Len() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.sockets) + len(p.fds)
}

// Close ends every registration. Every Wait returns zerr.ErrClosed.
func (p *Poller) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return zerr.ErrClosed
	}
	p.closed = true
	close(p.done)
	for _, e := range p.sockets {
		p.drop(e)
	}
	for fd, e := range p.fds {
		e.gone = true
		delete(p.fds, fd)
	}
	p.sys.stop()
	return nil
}

func check(want Events) error {
	if want&^askable != 0 {
		return zerr.Errorf(zerr.ErrInvalid, "events %#x: only In, Out, Err and Pri can be asked for", uint8(want))
	}
	return nil
}
