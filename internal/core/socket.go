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
	typ     *pattern.Type
	mailbox pipe.Mailbox
	done    chan struct{}   // closed when Close begins
	life    context.Context // ends with the socket or its context; bounds what a bind waits for
	end     context.CancelFunc
	drops   pattern.Drops
	changes pipe.Waiters // goroutines that wait for a change of peers or subscriptions
	recants bool         // in process, what was not received goes with the socket

	// sole is the pipe that takes whatever is sent, nil if the pattern must choose.
	// It is set with mu held; it may be out of date for a caller without mu, which
	// the pipe then refuses.
	sole atomic.Pointer[pipe.Pipe]

	// lent is the connection that receivers read themselves, nil for none. It is
	// set with mu held.
	lent atomic.Pointer[engine.Conn]

	// stop is the error of every call once the socket is closed or its context
	// terminated: nil until then.
	stop atomic.Pointer[zerr.Code]

	// hooks are those of later endpoints, set with mu held.
	hooks atomic.Pointer[Hooks]

	least accepted // what every peer accepts; see checkSize

	mu             sync.Mutex // guards what follows, up to settled
	feed           pipe.Feed  // of a binding to another language, for the sole pipe
	host           pattern.Host
	pattern        pattern.Pattern
	verbatim       pattern.Verbatim // the same, if it is one
	stateful       pattern.Stateful // likewise
	filter         pattern.Filter   // likewise
	opts           *opt.Set
	out            pipe.Message // being sent: here, so that the call through an interface allocates nothing
	in             pipe.Message // being received, likewise
	scratch        [][]byte     // frames of the message being sent
	pipes          map[*pipe.Pipe]*attachment
	parting        map[*pipe.Pipe]*attachment // that were removed and linger
	left           map[*pipe.Pipe]struct{}    // that were removed and may have something to receive
	origins        map[string]*attachment     // the newest accepted pipe of each origin
	leftEnough     int                        // of left: when to look which have been received
	endpoints      []*endpoint
	sent, received uint64         // messages
	last           string         // LAST_ENDPOINT
	accepted       int            // pipes of peers that connected to us
	sources        map[string]int // of these, by source
	departed       bool           // an endpoint that is not in process was taken away
	timeouts       timeouts

	offered  *Offer     // of a stateful pattern, not decided on
	settling int        // calls that wait for the decision, or for mu after it
	settled  *sync.Cond // on mu: settling is 0

	late      lateLog        // warnings that are to come
	keeper    engine.Keeper  // of connections that the socket has ended
	lingering sync.WaitGroup // endpoints that were taken away and are not done
	finished  chan struct{}  // closed when Close has ended
	stalled   chan struct{}  // made by depart, closed when an attempt to connect fails after that
	hurry     chan struct{}  // closed by Hurry
	hurryOnce sync.Once
	unsent    atomic.Uint64 // messages that were dropped because LINGER had run out
	stats     Counters
	totals    pipe.Totals
	parted    parted // guarded by mu
	monitors  monitors

	wireMu sync.Mutex   // held while a MonitorTo is made or ended
	wire   *wireMonitor // of MonitorTo; guarded by wireMu
}

// timeouts are copies of the options that every call needs.
type timeouts struct {
	send, recv time.Duration // negative: for ever
}

// Counters of what happens to a socket's connections, read at any time. The public
// API and the packages of metrics call each of them the same.
type Counters struct {
	Connected        atomic.Uint64
	Disconnected     atomic.Uint64
	Reconnects       atomic.Uint64
	HandshakesFailed atomic.Uint64 // the sum of HandshakeFailures
	AcceptsFailed    atomic.Uint64
	TimedOut         atomic.Uint64 // connections whose peer was not heard in time
	DuplicateIDs     atomic.Uint64 // peers whose routing id another peer has
	OverBudget       atomic.Uint64 // connections ended for what their peers held
	EventsDropped    atomic.Uint64 // that monitors had no room for

	HandshakeFailures HandshakeFailures
}

// HandshakeFailures count handshakes that failed, by cause.
type HandshakeFailures struct {
	Protocol atomic.Uint64 // what the peer did wrong
	Auth     atomic.Uint64 // authentication
	Timeout  atomic.Uint64 // not over in time
	Lost     atomic.Uint64 // the end of the connection, and everything else
}

// NewSocket makes a socket of the type with that libzmq number.
func (c *Context) NewSocket(typ int) (*Socket, error) {
	s, err := c.makeSocket(typ)
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
func (c *Context) makeSocket(typ int) (*Socket, error) {
	s := &Socket{
		ctx: c, typ: pattern.TypeOf(typ), done: make(chan struct{}), finished: make(chan struct{}), hurry: make(chan struct{}),
		opts: c.newSet(), pipes: make(map[*pipe.Pipe]*attachment), parting: make(map[*pipe.Pipe]*attachment),
	}
	s.least.reset()
	s.life, s.end = context.WithCancel(context.Background())
	s.host = pattern.Host{
		Mailbox: &s.mailbox, Options: s.opts, Drops: &s.drops, Budget: s.ctx.budget,
		Sole: s.setSole, MayRefuse: s.mayRefuse, Subscribed: s.changes.WakeAll, Lost: s.noteLoss,
	}
	p, err := pattern.New(typ, &s.host)
	if err != nil {
		return nil, err
	}
	s.pattern = p
	s.verbatim, _ = p.(pattern.Verbatim)
	s.stateful, _ = p.(pattern.Stateful)
	s.filter, _ = p.(pattern.Filter)
	s.settled = sync.NewCond(&s.mu)
	if s.typ.NoLinger {
		_ = s.opts.Record(opt.Linger, opt.Value{I: 0})
	}
	s.applyOptions()
	return s, nil
}

// Context returns the context that the socket belongs to.
func (s *Socket) Context() *Context { return s.ctx }

// Type returns the socket type's libzmq number.
func (s *Socket) Type() int { return s.typ.Number }

// Kind returns the row of the socket's type.
func (s *Socket) Kind() *pattern.Type { return s.typ }

// String names the socket for the log: its type and number.
func (s *Socket) String() string { return fmt.Sprintf("%s#%d", s.typ.Name, s.id) }

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

// terminate is the context's shutdown reaching the socket; the caller wakes those that
// wait.
func (s *Socket) terminate() {
	code := zerr.ErrTerminated
	s.stop.CompareAndSwap(nil, &code)
}

func (s *Socket) wakeAll() {
	s.mailbox.Receivers.WakeAll()
	s.mailbox.Senders.WakeAll()
	s.changes.WakeAll()
	s.mailbox.Watchers.Tell(pipe.Ended)
}

// Counters returns the counters of the socket's connections.
func (s *Socket) Counters() *Counters { return &s.stats }

// Drops returns what was lost, by cause.
func (s *Socket) Drops() *pattern.Drops { return &s.drops }
