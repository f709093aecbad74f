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
	live *pipe.Pipe // of the connection, once it is ready

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

// Live returns the connection that is up, and its pipe once it is ready; nil if
// there is none.
func (d *Dialer) Live() (*engine.Conn, *pipe.Pipe) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.conn, d.live
}

// Quit ends all attempts but leaves a connection that is up alone.
func (d *Dialer) Quit() { d.cancel() }

// Stop ends the attempts and the connection; it does not wait.
func (d *Dialer) Stop(reason error) {
	d.cancel()
	if c, _ := d.Live(); c != nil {
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
// transport connected; again that another attempt may be made.
func (d *Dialer) attempt() (established, again bool) {
	cfg := d.cfg
	nc, err := cfg.Transport.Dial(d.traced(), cfg.Address, cfg.Dial)
	if err != nil {
		return false, !(cfg.StopOnRefused && errors.Is(err, syscall.ECONNREFUSED))
	}
	c := engine.New(nc, cfg.Engine)
	if !d.hold(c, nil) {
		c.Close(nil)
		return true, false
	}
	defer d.hold(nil, nil)
	e := d.event(Connected, transport.Descriptor(nc))
	e.Local, e.Remote = transport.LocalEndpoint(nc), transport.RemoteEndpoint(nc)
	cfg.Host.Event(e)
	if e.Remote != "" {
		defer func() { d.target = e.Remote }()
	}
	peer, err := c.Handshake()
	if err != nil {
		// Told before the peer can know, who may be about to take the endpoint away.
		unready(cfg.Host, e, err)
		c.Close(err)
		return true, d.retry(err) && !cfg.StopOnHandshake
	}
	e.Peer = peer
	p, err := cfg.Host.Ready(c, peer, d.pipe, d)
	if err != nil {
		c.Close(err)
		unwanted(cfg.Host, e, err)
		return true, true
	}
	d.hold(c, p)
	e.Kind = HandshakeSucceeded
	cfg.Host.Event(e)
	err = live(c, p)
	again = d.retry(err)
	cfg.Host.Lost(p, cfg.Immediate, err)
	parted(cfg.Host, e, err, d.ctx.Err() != nil)
	return true, again
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

// hold notes the connection so that Stop can close it; false means that Stop
// has been called.
func (d *Dialer) hold(c *engine.Conn, p *pipe.Pipe) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.conn, d.live = c, p
	return d.ctx.Err() == nil
}

// retry reports whether an error of the connection leaves hope. libzmq gives up
// after a protocol error; users of the Go API are promised that Connect does
// not.
func (d *Dialer) retry(err error) bool {
	return d.cfg.RetryProtocolError || !errors.Is(err, zerr.ErrProtocol) && !errors.Is(err, zerr.ErrMessageTooLarge)
}
