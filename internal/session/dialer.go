// SPDX-License-Identifier: Apache-2.0

package session

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"syscall"
	"time"

	"github.com/gozmq/zmq/internal/engine"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
)

// Dialer is one Connect: it dials until it succeeds, and again whenever the
// connection is lost, until it is stopped.
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

	pipe *pipe.Pipe // immutable; nil with Immediate

	// Owned by run. As libzmq's monitor has it, the target is the endpoint as it
	// was given, and after the first connection the address that it led to.
	target string
}

// NewDialer makes a Dialer for a pipe; with Immediate the pipe is nil.
func NewDialer(cfg *Config, p *pipe.Pipe) *Dialer {
	d := &Dialer{cfg: cfg, pipe: p, target: cfg.Endpoint, done: make(chan struct{})}
	d.ctx, d.cancel = context.WithCancel(context.Background())
	return d
}

// Start begins to dial.
func (d *Dialer) Start() { go d.run() }

// Quit ends all attempts but leaves a connection that is up alone.
func (d *Dialer) Quit() { d.cancel() }

// Part ends all attempts and calls end for the connection if it is ready, or about
// to be, when it is. One that is shaking hands is closed. A second call replaces
// the first.
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

// Stop ends the attempts and the connection; it does not wait.
func (d *Dialer) Stop(reason error) {
	d.cancel()
	d.mu.Lock()
	c := d.conn
	d.mu.Unlock()
	if c != nil {
		c.Close(reason)
	}
}

// Done is closed when nothing of the Dialer is left.
func (d *Dialer) Done() <-chan struct{} { return d.done }

func (d *Dialer) run() {
	defer close(d.done)
	defer func() {
		if d.pipe != nil {
			d.cfg.Host.GaveUp(d.pipe)
		}
	}()
	delay := d.cfg.ReconnectInterval
	for d.ctx.Err() == nil {
		established, again := d.attempt()
		if !again || d.cfg.ReconnectInterval <= 0 || d.ctx.Err() != nil {
			return
		}
		if established {
			delay = d.cfg.ReconnectInterval
		}
		var wait time.Duration
		wait, delay = d.backOff(delay)
		e := d.event(ConnectRetried, -1)
		e.Retry = wait
		d.cfg.Host.Event(e)
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-d.ctx.Done():
			t.Stop()
		}
	}
}

// backOff returns how long to wait now, and the delay to go on with: doubled up
// to RECONNECT_IVL_MAX, or the interval plus as much again at random.
func (d *Dialer) backOff(delay time.Duration) (wait, next time.Duration) {
	limit := d.cfg.ReconnectIntervalMax
	if limit <= 0 {
		return delay + rand.N(delay), delay
	}
	return min(delay, limit), min(2*delay, limit)
}

// attempt makes one connection and lives through it. established means that the
// wait starts over: the transport connected, the host did not end it over a limit,
// and the handshake did not fail in a way after which libzmq would not try again.
// A client that the server does not want must not ask ten times a second. again
// means that another attempt may be made.
func (d *Dialer) attempt() (established, again bool) {
	cfg := d.cfg
	nc, err := cfg.Transport.Dial(d.traced(), cfg.Address, cfg.Dial)
	if err != nil {
		stop := errors.Is(err, syscall.ECONNREFUSED) && (cfg.StopOnRefused || cfg.StopIfDeparted != nil && cfg.StopIfDeparted())
		return false, !stop
	}
	c := engine.New(nc, cfg.Engine)
	d.hold(c, served{})
	defer func() { d.hold(nil, served{}) }()
	if d.ctx.Err() != nil { // whoever stops from here on finds the connection
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
		// Told before the peer can know, who may be about to take the endpoint away.
		unready(cfg.Host, e, err)
		c.Close(err)
		return !hopeless(err), d.retry(err) && !cfg.StopOnHandshake
	}
	d.hold(c, served{shaken: true})
	e.Peer = peer
	p, err := cfg.Host.Ready(c, peer, d.pipe, d)
	if err != nil {
		c.Close(err)
		c.Wait()
		unwanted(cfg.Host, e, err)
		return true, true
	}
	if part := d.hold(c, served{shaken: true, pipe: p}); part != nil {
		part(c, p)
	}
	e.Kind = HandshakeSucceeded
	cfg.Host.Event(e)
	err = live(c, p)
	again = d.retry(err)
	cfg.Host.Lost(p, cfg.Immediate, err)
	parted(cfg.Host, e, err, d.ctx.Err() != nil)
	return !errors.Is(err, zerr.ErrLimit), again
}

// event begins an event of an attempt to connect.
func (d *Dialer) event(kind EventKind, fd int) Event {
	return Event{Kind: kind, Endpoint: d.cfg.Endpoint, Remote: d.cfg.Endpoint, Target: d.target, FD: fd}
}

// traced returns the context of a Dial that tells what it does.
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

// live runs a connection to its end and leaves nothing of it behind.
func live(c *engine.Conn, p *pipe.Pipe) error {
	err := c.Run()
	c.Close(err)
	p.Out().Detach()
	c.Wait()
	return err
}

// hold notes the connection, so that Stop and Part find it, and returns what Part
// wants done with it.
func (d *Dialer) hold(c *engine.Conn, at served) (part func(*engine.Conn, *pipe.Pipe)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.conn, d.at = c, at
	return d.part
}

// retry reports whether an error of the connection leaves hope. libzmq gives up
// after a protocol error; users of the Go API are promised that Connect does
// not.
func (d *Dialer) retry(err error) bool {
	return d.cfg.RetryProtocolError || !hopeless(err)
}

// hopeless tells an end after which libzmq does not try again: a protocol error, or
// a peer that does not want us.
func hopeless(err error) bool {
	return errors.Is(err, zerr.ErrProtocol) || errors.Is(err, zerr.ErrMessageTooLarge)
}
