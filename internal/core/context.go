// SPDX-License-Identifier: Apache-2.0

package core

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/gozmq/zmq/internal/engine"
	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/session"
	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
)

// Config describes a context.
type Config struct {
	Logger     *slog.Logger                    // nil: nothing is logged
	Policy     func(op, endpoint string) error // may refuse a bind or connect; nil: never
	MaxSockets int                             // 0 is no limit
	TotalBytes int64                           // that peers can make it hold, 0 is no limit
	Libzmq     bool                            // libzmq's defaults instead of the Go API's
	Transports map[string]transport.Transport  // by scheme, without inproc
	Settings   func(s *Socket) error           // applied to every new socket; nil: none
	Known      map[string]string               // schemes that exist but are not here, and why
	Memory     *Memory                         // shared with other contexts; nil: the context has its own
}

// Memory is what the connections and queues of contexts reuse. The zero value is ready.
// The garbage collector keeps what an ended context leaves in it for two more cycles, so
// a process that makes many short contexts has them share one.
type Memory struct {
	queues pipe.Buffers
	reads  engine.Buffers
}

// Context owns sockets and the names of in-process endpoints.
type Context struct {
	// Immutable after NewContext.
	cfg         Config
	memory      *Memory
	budget      *pipe.Budget // nil is no limit
	loans       engine.Loans
	repeats     repeats
	firstDials  session.FirstDials
	done        chan struct{} // closed by Shutdown
	expelled    expelled
	revocations pipe.Revocations

	mu         sync.Mutex
	terminated bool
	sockets    map[*Socket]struct{} // until their Close has finished
	empty      chan struct{}        // closed when the last socket goes; made by Term
	inproc     map[string]*binding
	parked     map[string][]*parked
	nextID     uint64
}

// NewContext makes a context.
func NewContext(cfg Config) *Context {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Memory == nil {
		cfg.Memory = new(Memory)
	}
	return &Context{
		cfg: cfg, memory: cfg.Memory, budget: pipe.NewBudget(cfg.TotalBytes), done: make(chan struct{}), sockets: make(map[*Socket]struct{}),
		inproc: make(map[string]*binding), parked: make(map[string][]*parked),
	}
}

// Done is closed when the context has been shut down.
func (c *Context) Done() <-chan struct{} { return c.done }

// register counts a new socket in.
func (c *Context) register(s *Socket) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.terminated {
		return zerr.ErrTerminated
	}
	if c.cfg.MaxSockets > 0 && len(c.sockets) >= c.cfg.MaxSockets {
		return zerr.Errorf(zerr.ErrTooManySockets, "%d sockets are open, as many as MaxSockets allows", len(c.sockets))
	}
	c.nextID++
	s.id = c.nextID
	c.sockets[s] = struct{}{}
	return nil
}

func (c *Context) unregister(s *Socket) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.sockets, s)
	if len(c.sockets) == 0 && c.empty != nil {
		close(c.empty)
		c.empty = nil
	}
}

// Shutdown makes every blocked call of every socket return ErrTerminated, and
// every later one. The sockets still have to be closed. It may be called again.
func (c *Context) Shutdown() {
	c.mu.Lock()
	if c.terminated {
		c.mu.Unlock()
		return
	}
	c.terminated = true
	close(c.done)
	list := c.open()
	c.mu.Unlock()
	// All of them have ended before a call is woken, so that it finds the same on every
	// socket.
	for _, s := range list {
		s.terminate()
	}
	for _, s := range list {
		s.end()
		s.wakeAll()
		s.monitors.end()
	}
}

func (c *Context) open() []*Socket {
	list := make([]*Socket, 0, len(c.sockets))
	for s := range c.sockets {
		list = append(list, s)
	}
	return list
}

// Term shuts the context down and waits until every socket is closed and has
// sent what it lingers for, or ctx ends. With closeAll it closes those that are
// still open, and names them in the log; libzmq waits for their owners instead.
func (c *Context) Term(ctx context.Context, closeAll bool) error {
	c.Shutdown()
	c.dropParked()
	c.mu.Lock()
	list := c.open()
	if len(list) == 0 {
		c.mu.Unlock()
		return nil
	}
	if c.empty == nil {
		c.empty = make(chan struct{})
	}
	empty := c.empty
	c.mu.Unlock()
	if closeAll {
		for _, s := range list {
			if !s.Closing() {
				c.cfg.Logger.Warn("socket left open at the end of its context", "socket", s.String(), "endpoints", s.names(), see(zerr.DoesNotEnd))
			}
			// Calls that waited are told of the shutdown, however late they wake.
			go s.closeFor(zerr.ErrTerminated)
		}
	}
	select {
	case <-empty:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("zmq: term: still open: %s: %w", c.describeOpen(), ctx.Err())
	}
}

// Close ends the context and its sockets at once: what is queued is dropped.
func (c *Context) Close() error {
	c.Shutdown()
	for _, s := range c.Sockets() {
		s.Hurry()
	}
	return c.Term(context.Background(), true)
}

func (c *Context) describeOpen() string {
	c.mu.Lock()
	list := c.open()
	c.mu.Unlock()
	var names []string
	for _, s := range list {
		names = append(names, s.String()+" "+strings.Join(s.names(), " "))
	}
	return strings.Join(names, ", ")
}

// split takes an endpoint apart and finds its transport, nil for inproc.
func (c *Context) split(endpoint string) (scheme, address string, t transport.Transport, err error) {
	scheme, address, err = transport.Split(endpoint)
	if err != nil || scheme == "inproc" {
		return scheme, address, nil, err
	}
	t = c.cfg.Transports[scheme]
	if t == nil {
		if why, ok := c.cfg.Known[scheme]; ok {
			return scheme, address, nil, zerr.Errorf(zerr.ErrUnsupportedTransport, "transport %q: %s", scheme, why)
		}
		return scheme, address, nil, c.unknownScheme(scheme)
	}
	return scheme, address, t, nil
}

// unknownScheme is the error for a scheme that is not a transport's. It names those that
// are.
func (c *Context) unknownScheme(scheme string) error {
	names := append(slices.Collect(maps.Keys(c.cfg.Transports)), "inproc")
	slices.Sort(names)
	if lower := strings.ToLower(scheme); lower != scheme && slices.Contains(names, lower) {
		return zerr.Errorf(zerr.ErrUnsupportedTransport, "transport %q is written in lower case, %s", scheme, lower)
	}
	more := ""
	added := slices.DeleteFunc(slices.Sorted(maps.Keys(c.cfg.Known)), func(s string) bool { return slices.Contains(names, s) })
	if len(added) > 0 {
		more = ", nor of those that a program adds: " + strings.Join(added, ", ")
	}
	return zerr.Errorf(zerr.ErrUnsupportedTransport, "transport %q is none of %s%s", scheme, strings.Join(names, ", "), more)
}

// allow asks the endpoint policy.
func (c *Context) allow(op, endpoint string) error {
	if c.cfg.Policy == nil {
		return nil
	}
	if err := c.cfg.Policy(op, endpoint); err != nil {
		return &refusedError{err}
	}
	return nil
}

// refusedError is a no of the endpoint policy; it is ErrRefused and the policy's
// own error.
type refusedError struct{ err error }

func (e *refusedError) Error() string   { return "zmq: the endpoint policy refuses: " + e.err.Error() }
func (e *refusedError) Unwrap() []error { return []error{zerr.ErrRefused, e.err} }

// newSet returns the options of a new socket before the type has its say.
func (c *Context) newSet() *opt.Set { return opt.NewSet(c.cfg.Libzmq) }
