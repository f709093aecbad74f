// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"context"
	"math"
	"sync"

	"github.com/gozmq/zmq/internal/core"
	"github.com/gozmq/zmq/internal/poller"
)

// PollEvents is a set of conditions to wait for, or that hold. PollIn, PollOut,
// PollErr and PollPri have libzmq's numbers.
type PollEvents uint8

const (
	// PollIn: a receive call would return a message; a descriptor is readable.
	// (ZMQ_POLLIN)
	PollIn PollEvents = 1
	// PollOut: a send call would take a message; a descriptor is writable. On a
	// ROUTER with RouterMandatory, some peer has room. (ZMQ_POLLOUT)
	PollOut PollEvents = 2
	// PollErr: a descriptor has an error or its other end has hung up. It is reported
	// even if it was not asked for. Sockets never have it. (ZMQ_POLLERR)
	PollErr PollEvents = 4
	// PollPri: a descriptor has urgent data; sockets never have it. (ZMQ_POLLPRI)
	PollPri PollEvents = 8
	// PollClosed: a socket was closed, which removed it from the Poller. It is reported
	// once, even if it was not asked for. (libzmq leaves this undefined.)
	PollClosed PollEvents = 16
)

// Poller waits for many sockets, and descriptors of the system, at once. Most Go
// programs do not need it. A goroutine for each socket that calls Recv, or
// Socket.Incoming in a select statement, is simpler. A Poller is for one loop over many
// sockets, for waiting until a message can be sent, and for programs that were written
// for libzmq.
//
// It is level-triggered, like zmq_poll. Each Wait reports what is ready, until it is no
// longer ready. The cost of a wake-up depends on how much is ready, not on how much is
// registered. If several goroutines work on one socket, another goroutine may be
// faster, so use TryRecv and TrySend after a report.
//
// All methods are safe for concurrent use. Registrations may change while others wait.
// Several goroutines may wait at once, and the same readiness is then reported to each.
// The zero Poller is not usable; see NewPoller.
type Poller struct {
	p       *poller.Poller
	scratch sync.Pool // of *[]poller.Item
}

// PollEvent is something that is ready.
type PollEvent struct {
	Socket *Socket    // nil for a descriptor
	FD     int        // -1 for a socket
	Tag    any        // what Add was given
	Events PollEvents // of those asked for, and PollErr or PollClosed
}

// tagged is the tag of the inner poller.
type tagged struct {
	s   *Socket
	tag any
}

// NewPoller makes an empty poller. It starts nothing. Close releases what descriptors
// need. A poller of sockets alone may be left to the garbage collector once its sockets
// are closed or removed.
func NewPoller() *Poller { return &Poller{p: poller.New()} }

// Add registers a socket. tag is returned with its events and may be nil. If events is
// 0, only PollClosed is reported. PollErr and PollPri never hold for sockets, and are
// ignored. Errors: ErrInvalid if the socket is registered already or events has other
// bits than PollIn, PollOut, PollErr and PollPri, ErrClosed, ErrTerminated.
// (zmq_poller_add)
func (p *Poller) Add(s *Socket, events PollEvents, tag any) error {
	return s.fail("poller add", p.p.Add(s.s, poller.Events(events), &tagged{s, tag}))
}

// Modify changes the events of a registered socket. Errors: ErrInvalid.
// (zmq_poller_modify)
func (p *Poller) Modify(s *Socket, events PollEvents) error {
	return s.fail("poller modify", p.p.Modify(s.s, poller.Events(events)))
}

// Remove ends the registration of a socket. A Wait that has begun may still report it.
// Error: ErrInvalid if the socket is not registered. (zmq_poller_remove)
func (p *Poller) Remove(s *Socket) error {
	return s.fail("poller remove", p.p.Remove(s.s))
}

// AddFD registers a descriptor of the system, of any kind that poll(2) accepts. It must
// stay open until it is removed. On a system without poll(2), such as Windows, AddFD
// fails with ErrNotSupported. One goroutine, and an OS thread while it waits, serve the
// descriptors of one Poller. Other errors: EBADF for a negative descriptor, ErrInvalid
// as for Add. (zmq_poller_add_fd)
func (p *Poller) AddFD(fd int, events PollEvents, tag any) error {
	return fail("poller add descriptor", "", p.p.AddFD(fd, poller.Events(events), &tagged{nil, tag}))
}

// ModifyFD changes the events of a registered descriptor. Errors: ErrInvalid.
// (zmq_poller_modify_fd)
func (p *Poller) ModifyFD(fd int, events PollEvents) error {
	return fail("poller modify descriptor", "", p.p.ModifyFD(fd, poller.Events(events)))
}

// RemoveFD ends the registration of a descriptor. It does not close it. Error:
// ErrInvalid if the descriptor is not registered. (zmq_poller_remove_fd)
func (p *Poller) RemoveFD(fd int) error {
	return fail("poller remove descriptor", "", p.p.RemoveFD(fd))
}

// Len returns the number of registrations. (zmq_poller_size)
func (p *Poller) Len() int { return p.p.Len() }

// Wait blocks until something is ready or ctx ends, and returns everything that is
// ready, at least one event. If nothing is registered, it waits for ctx, or for
// registrations by other goroutines. Errors: ctx's, ErrTerminated as soon as the
// context of a registered socket is shut down, ErrClosed once the poller is closed.
// Events that were found together with an error are returned with it.
// (zmq_poller_wait_all)
func (p *Poller) Wait(ctx context.Context) ([]PollEvent, error) {
	return p.wait(ctx, nil, math.MaxInt)
}

// WaitInto is Wait without allocating. It fills events from the beginning and returns
// their number. If more is ready than events can hold, the rest comes first the next
// time, so that nothing starves (with libzmq those registered last would). If events
// has no room at all, it waits for the end of ctx. (zmq_poller_wait_all)
func (p *Poller) WaitInto(ctx context.Context, events []PollEvent) (int, error) {
	got, err := p.wait(ctx, events[:0], len(events))
	return len(got), err
}

// Poll is Wait without waiting. It returns what is ready now, which may be nothing.
func (p *Poller) Poll() ([]PollEvent, error) {
	items, err := p.p.Poll(nil, math.MaxInt)
	return pollEvents(nil, items), fail("poll", "", err)
}

func (p *Poller) wait(ctx context.Context, events []PollEvent, limit int) ([]PollEvent, error) {
	if ctx == nil {
		return nil, fail("poll", "", errNilContext)
	}
	scratch, _ := p.scratch.Get().(*[]poller.Item)
	if scratch == nil {
		scratch = new([]poller.Item)
	}
	items, err := p.p.Wait(ctx, (*scratch)[:0], limit)
	events = pollEvents(events, items)
	clear(items)
	*scratch = items
	p.scratch.Put(scratch)
	return events, fail("poll", "", err)
}

func pollEvents(events []PollEvent, items []poller.Item) []PollEvent {
	for _, i := range items {
		t := i.Tag.(*tagged)
		events = append(events, PollEvent{Socket: t.s, FD: i.FD, Tag: t.tag, Events: PollEvents(i.Events)})
	}
	return events
}

// Close ends every registration and every Wait, which returns ErrClosed. The
// sockets and descriptors stay open. A second call returns ErrClosed.
// (zmq_poller_destroy)
func (p *Poller) Close() error { return fail("close", "poller", p.p.Close()) }

// Events returns what the socket can do at this moment without blocking: PollIn,
// PollOut, both or neither. It returns PollClosed once the socket has been closed or
// its context shut down. (ZMQ_EVENTS)
func (s *Socket) Events() PollEvents {
	r, err := s.s.Events()
	if err != nil {
		return PollClosed
	}
	return PollEvents(r & (core.CanRecv | core.CanSend))
}
