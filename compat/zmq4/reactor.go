// SPDX-License-Identifier: Apache-2.0

package zmq4

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// Reactor calls functions for sockets that can do something, and for what comes out
// of channels, one call at a time. It is safe for concurrent use, by the functions
// that it calls, too.
type Reactor struct {
	mu       sync.Mutex // guards all below
	sockets  []watched
	channels []*channel
	lastID   uint64
	verbose  bool
}

type watched struct {
	Polled
	handler func(State) error
}

type channel struct {
	id      uint64
	limit   int
	next    func() (v interface{}, state received) // does not wait
	handler func(interface{}) error
}

type received int

const (
	nothing received = iota
	something
	closed
)

// NewReactor makes an empty Reactor.
func NewReactor() *Reactor { return &Reactor{} }

// AddSocket has handler called when the socket can do what it is waited for, POLLIN,
// POLLOUT or both, with what it can do. A socket has one handler; a new one takes the
// place of the old.
func (r *Reactor) AddSocket(soc *Socket, events State, handler func(State) error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.removeSocketLocked(soc)
	r.sockets = append(slices.Clip(r.sockets), watched{Polled{soc, events}, handler})
}

// RemoveSocket ends what AddSocket began.
func (r *Reactor) RemoveSocket(soc *Socket) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.removeSocketLocked(soc)
}

func (r *Reactor) removeSocketLocked(soc *Socket) {
	r.sockets = slices.DeleteFunc(slices.Clone(r.sockets), func(w watched) bool { return w.Socket == soc })
}

// AddChannel has handler called for what comes out of a channel: with a limit above 0
// at most so often before sockets have their turn again. A channel that is closed is
// taken out. It returns a number for RemoveChannel.
func (r *Reactor) AddChannel(ch <-chan interface{}, limit int, handler func(interface{}) error) (id uint64) {
	return r.addChannel(limit, handler, receiver(ch))
}

// AddChannelTime is AddChannel for a channel of times, such as time.Tick returns.
func (r *Reactor) AddChannelTime(ch <-chan time.Time, limit int, handler func(interface{}) error) (id uint64) {
	return r.addChannel(limit, handler, receiver(ch))
}

// receiver returns a function that takes what is in a channel without waiting.
func receiver[T any](ch <-chan T) func() (interface{}, received) {
	return func() (interface{}, received) {
		select {
		case v, ok := <-ch:
			if !ok {
				return nil, closed
			}
			return v, something
		default:
			return nil, nothing
		}
	}
}

func (r *Reactor) addChannel(limit int, handler func(interface{}) error, next func() (interface{}, received)) uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lastID++
	r.channels = append(slices.Clip(r.channels), &channel{r.lastID, limit, next, handler})
	return r.lastID
}

// RemoveChannel ends what AddChannel began.
func (r *Reactor) RemoveChannel(id uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.channels = slices.DeleteFunc(slices.Clone(r.channels), func(c *channel) bool { return c.id == id })
}

// SetVerbose has Run print to standard output which sockets can do something.
func (r *Reactor) SetVerbose(verbose bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.verbose = verbose
}

// Run waits for sockets, for at most interval at a time, calls the handlers of those
// that can do something, then those of what is in the channels, and begins again, until
// a handler returns an error, which it returns, too. Without channels the interval may
// be -1, which waits without end. It fails when there is nothing left to wait for, and
// when a socket or its context is closed.
func (r *Reactor) Run(interval time.Duration) (err error) {
	for {
		sockets, channels, verbose := r.snapshot()
		switch {
		case len(sockets) == 0 && len(channels) == 0:
			return text("No sockets to poll, no channels to read")
		case len(channels) > 0 && interval < 0:
			return text("There are channels, but polling time-out is infinite")
		}
		if err := r.turnOfSockets(sockets, interval, verbose); err != nil {
			return err
		}
		for _, c := range channels {
			if err := r.turnOf(c); err != nil {
				return err
			}
		}
	}
}

func (r *Reactor) snapshot() ([]watched, []*channel, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sockets, r.channels, r.verbose
}

func (r *Reactor) turnOfSockets(sockets []watched, interval time.Duration, verbose bool) error {
	ready := make([]Polled, len(sockets))
	for i, w := range sockets {
		ready[i] = w.Polled
	}
	if err := poll(ready, interval); err != nil {
		return err
	}
	for i, p := range ready {
		if p.Events == 0 || !r.has(p.Socket) {
			continue
		}
		if verbose {
			fmt.Printf("Reactor(%p) %v\n", r, p)
		}
		if err := sockets[i].handler(p.Events); err != nil {
			return err
		}
	}
	return nil
}

// has tells whether a socket has not been removed since.
func (r *Reactor) has(soc *Socket) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.ContainsFunc(r.sockets, func(w watched) bool { return w.Socket == soc })
}

func (r *Reactor) turnOf(c *channel) error {
	for n := 0; c.limit <= 0 || n < c.limit; n++ {
		v, state := c.next()
		switch state {
		case nothing:
			return nil
		case closed:
			r.RemoveChannel(c.id)
			return nil
		}
		if err := c.handler(v); err != nil {
			return err
		}
	}
	return nil
}
