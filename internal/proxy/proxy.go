// SPDX-License-Identifier: Apache-2.0

package proxy

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"

	"github.com/gozmq/zmq/internal/core"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// yields is how often Run lets other goroutines run before it sleeps. While messages
// stream, that is mostly enough for some to arrive, and a wake-up costs more.
const yields = 3

// Config describes a proxy.
type Config struct {
	Front, Back *core.Socket                         // may be one and the same
	Capture     *core.Socket                         // gets a copy of every message; nil: none
	Observe     func(fromBack bool, m *pipe.Message) // sees every message before it is passed on; nil: none
	Control     *core.Socket                         // takes libzmq's commands; nil: none
	Stop        <-chan struct{}                      // ends Run; nil: never
}

// SocketError names the socket that ended the proxy.
type SocketError struct {
	Socket *core.Socket
	Err    error
}

// Error implements error.
func (e *SocketError) Error() string {
	return fmt.Sprintf("zmq: %v: %s", e.Socket, strings.TrimPrefix(e.Err.Error(), "zmq: "))
}

// Unwrap returns the reason.
func (e *SocketError) Unwrap() error { return e.Err }

// Side holds the counters of one side of a proxy. libzmq's statistics have the messages
// and the bytes.
type Side struct {
	MessagesIn, FramesIn, BytesIn    uint64
	MessagesOut, FramesOut, BytesOut uint64
	Refused                          uint64 // messages for this side that had no peer to go to, or none that accepts them
	Dropped                          uint64 // messages for this side whose peer was full
}

// Proxy forwards messages between two sockets.
type Proxy struct {
	// Immutable after New.
	cfg     Config
	forward *lane // front to back; nil where the types do not allow it
	back    *lane
	wake    chan struct{}

	running atomic.Bool
	paused  atomic.Bool
	stop    atomic.Bool // Terminate was called and no Run has ended by it yet

	control control // owned by Run
}

// New makes a proxy. It fails with zerr.ErrNotSupported for sockets that cannot do
// their part.
func New(cfg Config) (*Proxy, error) {
	p := &Proxy{cfg: cfg, wake: make(chan struct{}, 1), control: control{s: cfg.Control}}
	if cfg.Front.Kind().Receives && cfg.Back.Kind().Sends {
		p.forward = p.newLane(cfg.Front, cfg.Back, false)
	}
	if cfg.Front != cfg.Back && cfg.Back.Kind().Receives && cfg.Front.Kind().Sends {
		p.back = p.newLane(cfg.Back, cfg.Front, true)
	}
	switch {
	case p.forward == nil && p.back == nil:
		return nil, zerr.Errorf(zerr.ErrNotSupported, "nothing can pass between %v and %v: one must receive what the other sends", cfg.Front, cfg.Back)
	case cfg.Capture != nil && !cfg.Capture.Kind().Sends:
		return nil, zerr.Errorf(zerr.ErrNotSupported, "%v cannot capture, it does not send", cfg.Capture)
	case cfg.Control != nil && !cfg.Control.Kind().Receives:
		return nil, zerr.Errorf(zerr.ErrNotSupported, "%v cannot control, it does not receive", cfg.Control)
	}
	for _, s := range []*core.Socket{cfg.Capture, cfg.Control} {
		if s != nil && (s == cfg.Front || s == cfg.Back || cfg.Capture == cfg.Control) {
			return nil, zerr.Errorf(zerr.ErrInvalid, "%v has two parts in one proxy", s)
		}
	}
	return p, nil
}

func (p *Proxy) newLane(from, to *core.Socket, fromBack bool) *lane {
	l := &lane{from: from, to: to, capture: p.cfg.Capture, batch: make([]pipe.Item, batchSize)}
	if f := p.cfg.Observe; f != nil {
		l.observe = func(m *pipe.Message) { f(fromBack, m) }
	}
	return l
}

// Run forwards messages until Terminate or Stop (it returns nil), the end of ctx (its
// error), or the end of a socket (a SocketError). Messages that it then holds go back
// to the sockets that they came from. A second Run at the same time fails with
// zerr.ErrState.
func (p *Proxy) Run(ctx context.Context) error {
	if !p.running.CompareAndSwap(false, true) {
		return zerr.Errorf(zerr.ErrState, "this proxy is running already")
	}
	defer p.running.Store(false)
	err := p.work(ctx)
	for _, l := range []*lane{p.forward, p.back} {
		if l == nil {
			continue
		}
		if lost := l.giveBack(); lost > 0 && err != nil {
			err = fmt.Errorf("%w; messages that were held and are lost with it: %d", err, lost)
		}
	}
	return err
}

// work is loop under watch, which ends even if Observe panics.
func (p *Proxy) work(ctx context.Context) error {
	watches := p.watch()
	defer func() {
		for _, w := range watches {
			w.Stop()
		}
	}()
	return p.loop(ctx, watches)
}

// watch makes every socket ring when an operation may have become possible.
func (p *Proxy) watch() (list []*core.Watch) {
	want := make(map[*core.Socket]core.Ready)
	for _, l := range []*lane{p.forward, p.back} {
		if l != nil {
			want[l.from] |= core.CanRecv
			want[l.to] |= core.CanSend
		}
	}
	if s := p.cfg.Capture; s != nil {
		want[s] |= core.CanSend
	}
	if s := p.cfg.Control; s != nil {
		want[s] |= core.CanRecv | core.CanSend
	}
	for s, r := range want {
		list = append(list, s.Watch(r, p.ring))
	}
	return list
}

// ring wakes Run. It never blocks: sockets call it with their locks held.
func (p *Proxy) ring() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// loop works as long as there are messages to move, lets others run, looks once more
// after the watches have been armed, and only then sleeps.
func (p *Proxy) loop(ctx context.Context, watches []*core.Watch) error {
	for idle := 0; ; {
		if done, err := p.ended(ctx); done {
			return err
		}
		moved, err := p.pass()
		switch {
		case err != nil:
			return err
		case moved:
			idle = 0
		case idle < yields:
			idle++
			runtime.Gosched()
		case idle == yields:
			for _, w := range watches {
				w.Rearm()
			}
			idle++
		default:
			select {
			case <-p.wake:
			case <-ctx.Done():
			case <-p.cfg.Stop:
			}
			idle = 0
		}
	}
}

// ended reports whether Run must end, and why.
func (p *Proxy) ended(ctx context.Context) (bool, error) {
	if p.stop.Swap(false) {
		return true, nil
	}
	select {
	case <-p.cfg.Stop:
		return true, nil
	default:
	}
	if err := ctx.Err(); err != nil {
		return true, err
	}
	for _, s := range [...]*core.Socket{p.cfg.Front, p.cfg.Back, p.cfg.Capture, p.cfg.Control} {
		if s == nil {
			continue
		}
		if err := s.Err(); err != nil {
			return true, &SocketError{s, err}
		}
	}
	return false, nil
}

// pass obeys a command and moves a batch in each direction.
func (p *Proxy) pass() (moved bool, err error) {
	if moved, err = p.control.serve(p); err != nil || p.stop.Load() || p.paused.Load() {
		return moved, err
	}
	for _, l := range [...]*lane{p.forward, p.back} {
		if l == nil {
			continue
		}
		m, err := l.move()
		moved = moved || m
		if err != nil {
			return moved, err
		}
	}
	return moved, nil
}

// Pause stops forwarding after the current batch. The messages stay in their sockets,
// and their senders notice it when the queues are full.
func (p *Proxy) Pause() {
	p.paused.Store(true)
	p.ring()
}

// Resume continues after Pause.
func (p *Proxy) Resume() {
	p.paused.Store(false)
	p.ring()
}

// Paused reports whether the proxy is paused.
func (p *Proxy) Paused() bool { return p.paused.Load() }

// Terminate ends Run, or the next one if none is running.
func (p *Proxy) Terminate() {
	p.stop.Store(true)
	p.ring()
}

// Traffic returns the counters of both sides since New.
func (p *Proxy) Traffic() (front, back Side) {
	p.forward.report(&front, &back)
	p.back.report(&back, &front)
	return front, back
}
