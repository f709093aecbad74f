// SPDX-License-Identifier: Apache-2.0

package session

import (
	"context"
	"errors"
	"sync"
	"syscall"
	"time"

	"github.com/gozmq/zmq/internal/engine"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
)

// Dialer is one Connect. It dials until it succeeds, and again whenever the connection
// is lost, until it is stopped.
type Dialer struct {
	// Immutable.
	cfg    *Config
	cancel context.CancelFunc
	ctx    context.Context
	done   chan struct{} // closed by run at its end

	mu   sync.Mutex // a leaf lock
	conn *engine.Conn
	at   served                         // how far the connection has come
	part func(*engine.Conn, *pipe.Pipe) // set by Part
	now  Progress
	told bool // that the endpoint cannot be reached

	pipe *pipe.Pipe // immutable; nil with Immediate
	turn *turn      // of the first attempt, set by Start; nil: there is no order

	// Owned by run. As in libzmq's monitor, the target is the endpoint as it was given
	// and, after the first connection, the address that it led to.
	target string
	// failure is the reason why the last attempt made no connection, or nil if it made
	// one. If no descriptor was opened, as for a name that does not resolve, only
	// ConnectRetried can report it.
	failure error
}

// NewDialer makes a Dialer for a pipe; with Immediate the pipe is nil.
func NewDialer(cfg *Config, p *pipe.Pipe) *Dialer {
	d := &Dialer{cfg: cfg, pipe: p, target: cfg.target(), done: make(chan struct{})}
	d.now.enter(Dialing)
	d.ctx, d.cancel = context.WithCancel(context.Background())
	return d
}

// Start begins to dial, for the first time in the order of FirstDials.
func (d *Dialer) Start() {
	if f := d.cfg.FirstDials; f != nil {
		d.turn = f.next(d.cfg.Endpoint)
	}
	go d.run()
}

// settled lets the next Dialer continue, because the first attempt has led to a peer or
// has ended.
func (d *Dialer) settled() {
	if d.turn != nil {
		d.cfg.FirstDials.pass(d.cfg.Endpoint, d.turn)
	}
}

// Quit ends all attempts but does not end a connection that is up.
func (d *Dialer) Quit() { d.cancel() }

// Part ends all attempts and calls end for the connection if it is ready, or when it
// gets ready if it is about to. A connection that is shaking hands is closed. A second
// call replaces the first.
func (d *Dialer) Part(end func(*engine.Conn, *pipe.Pipe)) {
	d.cancel()
	d.mu.Lock()
	d.part = end
	c, at := d.conn, d.at
	d.mu.Unlock()
	switch {
	case c == nil:
	case at.pipe != nil:
		end(c, at.pipe)
	case !at.shaken:
		c.Close(nil)
	}
}

// Stop ends the attempts and the connection. It does not wait.
func (d *Dialer) Stop(reason error) {
	d.cancel()
	d.mu.Lock()
	c := d.conn
	d.mu.Unlock()
	if c != nil {
		c.Close(reason)
	}
}

// Done is closed when the Dialer's goroutine and connection have ended.
func (d *Dialer) Done() <-chan struct{} { return d.done }

func (d *Dialer) run() {
	defer close(d.done)
	defer d.enter(Ended)
	defer func() {
		if d.pipe != nil {
			d.cfg.Host.GaveUp(d.pipe)
		}
	}()
	if d.turn != nil {
		defer d.settled()
		d.turn.wait(d.ctx.Done())
	}
	backOff := NewBackOff(d.cfg)
	for d.ctx.Err() == nil {
		useful, again := d.attempt()
		d.settled()
		if !again || d.cfg.ReconnectInterval <= 0 || d.ctx.Err() != nil {
			return
		}
		if useful {
			backOff = NewBackOff(d.cfg)
		}
		wait := backOff.Next()
		d.restFor(wait)
		e := d.event(ConnectRetried, -1)
		e.Retry, e.Err = wait, d.failure
		if e.Outage = d.outage(); e.Outage > 0 && e.Err == nil {
			e.Err = d.Progress().Err
		}
		d.cfg.Host.Event(e)
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-d.ctx.Done():
			t.Stop()
		}
		d.enter(Dialing)
	}
}

// enter notes that a new state has begun. With a peer the failed attempts before it are
// history.
func (d *Dialer) enter(s State) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now.enter(s)
	if s == Serving {
		d.now.Attempts = 0
	}
}

// restFor notes that the next attempt begins after a wait.
func (d *Dialer) restFor(wait time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now.enter(Resting)
	d.now.Next = d.now.Since.Add(wait)
}

// failed notes why an attempt has led to no peer.
func (d *Dialer) failed(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now.failed(err)
	if d.now.Attempts++; d.now.Attempts == 1 {
		d.now.Failing = time.Now()
	}
}

// unreachable is how long attempts must have failed for that to be more than a restart
// of the peer.
const unreachable = 5 * time.Second

// outage returns for how long no attempt has led to a peer if that is to be told. It is
// told once until there is a peer.
func (d *Dialer) outage() time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.told || d.now.Attempts == 0 {
		return 0
	}
	since := time.Since(d.now.Failing)
	if since < unreachable {
		return 0
	}
	d.told = true
	return since
}

// outageOver returns how long an outage has lasted that was told.
func (d *Dialer) outageOver() time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.told {
		return 0
	}
	d.told = false
	return time.Since(d.now.Failing)
}

// parted notes why the connection to a peer has ended.
func (d *Dialer) parted(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now.failed(err)
}

// Progress returns how far the Dialer has come.
func (d *Dialer) Progress() Progress {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

// Resting reports whether an attempt has failed and the next has not begun. The
// ConnectRetried of that attempt comes later.
func (d *Dialer) Resting() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now.State == Resting
}

// lasting is how long a connection must last to count as useful without a message of
// the peer. It is the default of ReconnectIntervalMax. So a peer that ends each
// connection after that time is dialled no more often than one that cannot be reached.
const lasting = 5 * time.Second

// attempt makes one connection and serves it to its end. useful means that the wait
// starts over, because a message of the peer arrived or the connection has lasted. That
// it was made, or that the system accepted messages for it, is no sign of use: a peer
// that accepts and closes, does not know this socket's key or refuses what it is sent
// must not be dialled ten times a second. With ConnectedIsUseful the wait starts over
// unless the handshake has failed in a way after which libzmq would not try again.
// again means that another attempt may be made.
func (d *Dialer) attempt() (useful, again bool) {
	cfg := d.cfg
	nc, err := cfg.Transport.Dial(d.traced(), cfg.Address, cfg.Dial)
	d.failure = err
	if err != nil {
		d.failed(err)
		stop := errors.Is(err, syscall.ECONNREFUSED) && (cfg.StopOnRefused || cfg.StopIfDeparted != nil && cfg.StopIfDeparted())
		return false, !stop
	}
	c := engine.New(nc, cfg.Engine)
	d.enter(ShakingHand)
	d.hold(c, served{})
	defer func() { d.hold(nil, served{}) }()
	if d.ctx.Err() != nil { // a Stop or Part from here on finds the connection
		c.Close(nil)
		return true, false
	}
	e := d.event(Connected, c.Descriptor())
	e.Local, e.Remote = c.Peer().Local, c.Peer().Remote
	cfg.Host.Event(e)
	if e.Remote != "" {
		defer func() { d.target = e.Remote }()
	}
	peer, err := c.Handshake()
	if err != nil {
		// This comes before the peer can know, because the peer may cause the endpoint
		// to be taken away.
		d.failed(err)
		unready(cfg.Host, e, err)
		c.Close(err)
		return cfg.ConnectedIsUseful && !hopeless(err), d.retry(err) && !cfg.StopOnHandshake
	}
	d.hold(c, served{shaken: true})
	e.Peer = peer
	p, err := cfg.Host.Ready(c, peer, d.pipe, d)
	d.settled()
	if err != nil {
		d.failed(err)
		c.Close(err)
		c.Wait()
		unwanted(cfg.Host, e, err)
		return cfg.ConnectedIsUseful, true
	}
	d.enter(Serving)
	if part := d.hold(c, served{shaken: true, pipe: p}); part != nil {
		part(c, p)
	}
	e.Kind, e.Outage = HandshakeSucceeded, d.outageOver()
	cfg.Host.Event(e)
	e.Outage = 0
	began, received := time.Now(), p.Received()
	err = live(c, p)
	useful = cfg.ConnectedIsUseful || p.Received() > received || time.Since(began) >= lasting
	again = d.retry(err)
	// If a peer announces what it accepts, it is not sent more, and ends a connection
	// for other reasons.
	if size, gaveUp := p.Out().Broke(isFarewell(err) && !peer.Announces()); gaveUp {
		err = &GaveUpError{Size: size, Err: err}
	}
	d.parted(err)
	cfg.Host.Lost(p, cfg.Immediate, err)
	parted(cfg.Host, e, err, d.ctx.Err() != nil)
	return useful && !errors.Is(err, zerr.ErrLimit), again
}

// event begins an event of an attempt to connect.
func (d *Dialer) event(kind EventKind, fd int) Event {
	return Event{Kind: kind, Endpoint: d.cfg.Endpoint, Remote: d.cfg.target(), Target: d.target, FD: fd}
}

// traced returns a context for Dial in which its progress is reported.
func (d *Dialer) traced() context.Context {
	return transport.WithTrace(d.ctx, &transport.Trace{
		Delayed: func(fd int) { d.cfg.Host.Event(d.event(ConnectDelayed, fd)) },
		Closed: func(fd int, err error) {
			e := d.event(Closed, fd)
			e.Err = err
			d.cfg.Host.Event(e)
		},
	})
}

// live serves a connection to its end, and waits for its goroutines.
func live(c *engine.Conn, p *pipe.Pipe) error {
	err := c.Run()
	c.Close(err)
	p.Out().Detach()
	c.Wait()
	return err
}

// hold notes the connection, so that Stop and Part find it. It returns the function
// that Part wants called for it.
func (d *Dialer) hold(c *engine.Conn, at served) (part func(*engine.Conn, *pipe.Pipe)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.conn, d.at = c, at
	return d.part
}

// retry reports whether another attempt may succeed after an error of the connection.
// libzmq gives up after a protocol error. The Go API promises its users that Connect
// does not.
func (d *Dialer) retry(err error) bool {
	return d.cfg.RetryProtocolError || !hopeless(err)
}

// hopeless reports whether libzmq does not try again after this end: a protocol error,
// or a refusal by the peer.
func hopeless(err error) bool {
	return errors.Is(err, zerr.ErrProtocol) || errors.Is(err, zerr.ErrMessageTooLarge)
}
