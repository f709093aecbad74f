// SPDX-License-Identifier: Apache-2.0

package core

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gozmq/zmq/internal/engine"
	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pattern"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// Socket is one socket: a pattern, its pipes, its endpoints, its options.
type Socket struct {
	// Immutable after NewSocket.
	ctx     *Context
	id      uint64
	typ     int
	name    string
	mailbox pipe.Mailbox
	done    chan struct{}   // closed when Close begins
	life    context.Context // ends with the socket or its context; bounds what a bind waits for
	end     context.CancelFunc
	drops   pattern.Drops
	watch   pipe.Waiters // goroutines that wait for peers or subscriptions
	recants bool         // in process, what nobody has received goes with the socket

	feed pipe.Feed // of a binding to another language, for sole; guarded by mu

	// sole is the pipe that takes whatever is sent, nil if the pattern must choose.
	// Whoever holds mu sets it; it may be out of date for others, which the pipe
	// then tells them.
	sole atomic.Pointer[pipe.Pipe]

	// lent is the connection that receivers read themselves, nil for none. Whoever
	// holds mu sets it.
	lent atomic.Pointer[engine.Conn]

	// stop is the error of every call once the socket is closed or its context
	// terminated: nil until then.
	stop atomic.Pointer[zerr.Code]

	authorize atomic.Pointer[Authorizer] // of later endpoints; nil is nobody

	mu             sync.Mutex // Lock order: Context.mu before mu before leaves.
	host           pattern.Host
	pattern        pattern.Pattern
	source         pattern.Source // the same, if it is one
	opts           *opt.Set
	out            pipe.Message   // being sent: here, so that the call through an interface allocates nothing
	in             pipe.Message   // being received, likewise
	scratch        [][]byte       // frames of the message being sent
	unread         []pipe.Message // given back by who received them; nil if none
	pipes          map[*pipe.Pipe]*attachment
	endpoints      []*endpoint
	sent, received uint64 // messages
	last           string // LAST_ENDPOINT
	accepted       int    // pipes of peers that connected to us
	departed       bool   // an endpoint that is not in process was taken away
	timeouts       timeouts

	lingering sync.WaitGroup // endpoints that were taken away and are not done
	finished  chan struct{}  // closed when Close has ended
	hurry     chan struct{}  // closed by Hurry
	hurryOnce sync.Once
	stats     Counters
	totals    pipe.Totals
	parted    parted // guarded by mu
	monitors  monitors

	wireMu sync.Mutex   // held while a MonitorTo is made or ended; taken before every other lock
	wire   *wireMonitor // of MonitorTo; guarded by wireMu
}

// timeouts are copies of the options that every call needs.
type timeouts struct {
	send, recv time.Duration // negative: for ever
}

// Counters of what happens to a socket's connections, read at any time.
type Counters struct {
	Reconnects        atomic.Uint64
	HandshakesFailed  atomic.Uint64 // in all
	HandshakesBroken  atomic.Uint64 // of these, by what the peer did wrong
	HandshakesRefused atomic.Uint64 // by authentication
	HandshakesLate    atomic.Uint64 // not over in time
	HandshakesLost    atomic.Uint64 // by the end of the connection, or otherwise
	AcceptsFailed     atomic.Uint64
	Disconnects       atomic.Uint64
	Connected         atomic.Uint64
	HeartbeatTimeouts atomic.Uint64
	EventsDropped     atomic.Uint64 // that monitors had no room for
}

// NewSocket makes a socket of the type with that libzmq number.
func (c *Context) NewSocket(typ int, name string) (*Socket, error) {
	s, err := c.makeSocket(typ, name)
	if err != nil {
		return nil, err
	}
	if err := c.register(s); err != nil {
		return nil, err
	}
	if c.cfg.Settings != nil {
		if err := c.cfg.Settings(s); err != nil {
			s.Close()
			return nil, err
		}
	}
	return s, nil
}

// makeSocket makes a socket that the context does not know of yet.
func (c *Context) makeSocket(typ int, name string) (*Socket, error) {
	s := &Socket{
		ctx: c, typ: typ, name: name, done: make(chan struct{}), finished: make(chan struct{}), hurry: make(chan struct{}),
		opts: c.newSet(), pipes: make(map[*pipe.Pipe]*attachment),
	}
	s.life, s.end = context.WithCancel(context.Background())
	s.host = pattern.Host{Mailbox: &s.mailbox, Options: s.opts, Drops: &s.drops, Sole: s.setSole, Subscribed: s.watch.WakeAll}
	p, err := pattern.New(typ, &s.host)
	if err != nil {
		return nil, err
	}
	s.pattern = p
	s.source, _ = p.(pattern.Source)
	// The default LINGER of types that only receive is 0 in libzmq's column:
	// what they would send is worthless without them.
	if typ == pattern.Sub || typ == pattern.XSub {
		_ = s.opts.Record(opt.Linger, opt.Value{I: 0})
	}
	s.applyOptions()
	return s, nil
}

// Context returns the context that the socket belongs to.
func (s *Socket) Context() *Context { return s.ctx }

// Type returns the socket type's libzmq number.
func (s *Socket) Type() int { return s.typ }

// String names the socket for the log: its type and number.
func (s *Socket) String() string { return fmt.Sprintf("%s#%d", s.name, s.id) }

// Done is closed when Close begins.
func (s *Socket) Done() <-chan struct{} { return s.done }

// Closing reports whether Close has been called.
func (s *Socket) Closing() bool {
	select {
	case <-s.done:
		return true
	default:
		return false
	}
}

// Err returns ErrClosed or ErrTerminated once no call can succeed any more.
func (s *Socket) Err() error {
	if e := s.stop.Load(); e != nil {
		return *e
	}
	return nil
}

// terminate is the context's shutdown reaching the socket; the caller tells those who
// wait.
func (s *Socket) terminate() {
	code := zerr.ErrTerminated
	s.stop.CompareAndSwap(nil, &code)
}

func (s *Socket) wakeAll() {
	s.mailbox.Receivers.WakeAll()
	s.mailbox.Senders.WakeAll()
	s.watch.WakeAll()
	s.mailbox.Watchers.Tell(pipe.Ended)
}

// Counters returns the counters of the socket's connections.
func (s *Socket) Counters() *Counters { return &s.stats }

// Drops returns what was lost, by cause.
func (s *Socket) Drops() *pattern.Drops { return &s.drops }
