// SPDX-License-Identifier: Apache-2.0

package core

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/gozmq/zmq/internal/engine"
	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// farewell is how long the end of a connection may take at least after the last
// message was handed to the system: the time for the peer to see our end and to
// close its own, see engine.Conn.Finish. What is left of linger extends it, for a
// peer that is not through with reading. An infinite linger stands for
// longFarewell: everything has been sent by then, which is all that libzmq waits
// for, and a peer that never reads again must not hold up the end of a program.
const (
	farewell     = 250 * time.Millisecond
	longFarewell = 30 * time.Second
)

// Close ends the socket. Blocked calls return ErrClosed at once. It returns when
// what is queued has been sent or LINGER has run out, and nothing of the socket
// is left. If LINGER, which is not zero, ran out, the error matches ErrTimeout and
// says how many messages were dropped. A second call returns ErrClosed at once.
func (s *Socket) Close() error {
	if err := s.closeFor(zerr.ErrClosed); err != nil {
		return err
	}
	if n := s.unsent.Load(); n > 0 {
		return fmt.Errorf("zmq: %d messages were not sent within LINGER: %w", n, zerr.ErrTimeout)
	}
	return nil
}

// closeFor is Close that tells calls another reason.
func (s *Socket) closeFor(reason zerr.Code) error {
	d, err := s.departFor(reason)
	if err != nil {
		return err
	}
	d.Finish()
	return nil
}

// Departure is a Close that has begun.
type Departure struct {
	s        *Socket
	draining sync.WaitGroup // endpoints that may have something to send
	stalled  <-chan struct{}
	pending  bool
}

// Depart is the part of Close that does not wait. When it returns, the socket's
// addresses and names are free, and its peers in process know that it has left.
// The caller calls Finish then.
func (s *Socket) Depart() (*Departure, error) { return s.departFor(zerr.ErrClosed) }

// Pending reports whether the departure began with something that was queued for a
// connection, or for one that is being made, and that LINGER gives time to send.
func (d *Departure) Pending() bool { return d.pending }

// Drain waits until what was queued has been handed to the system, LINGER has run out,
// or an attempt to connect has failed.
func (d *Departure) Drain() {
	drained := make(chan struct{})
	go func() {
		d.draining.Wait()
		close(drained)
	}()
	select {
	case <-drained:
	case <-d.stalled:
	}
}

// stall ends Drain.
func (s *Socket) stall() {
	s.mu.Lock()
	if s.stalled != nil {
		close(s.stalled)
		s.stalled = nil
	}
	s.mu.Unlock()
}

// Finish is the rest of Close.
func (d *Departure) Finish() {
	s := d.s
	s.lingering.Wait()
	s.keeper.End()
	s.monitors.end()
	s.late.end()
	if s.late.lost.Load() && !s.silent() {
		s.reportLosses() // those since the last report
	}
	s.ctx.unregister(s)
	close(s.finished)
}

func (s *Socket) departFor(reason zerr.Code) (*Departure, error) {
	s.mu.Lock()
	if s.Closing() {
		s.mu.Unlock()
		return nil, zerr.ErrClosed
	}
	s.stop.Store(&reason)
	close(s.done)
	s.end()
	s.stalled = make(chan struct{})
	d := &Departure{s: s, stalled: s.stalled}
	linger := s.opts.Millis(opt.Linger)
	endpoints := s.endpoints
	s.dropReturned()
	s.endpoints = nil
	byEndpoint := make(map[*endpoint][]*pipe.Pipe)
	far := make(map[*pipe.Pipe]*Socket)
	for p, a := range s.pipes {
		s.removePipe(p)
		p.CloseIn(true)
		if p.InProcess() {
			far[p] = a.far
			continue
		}
		a.linger = linger
		s.parting[p] = a
		byEndpoint[a.endpoint] = append(byEndpoint[a.endpoint], p)
	}
	for p := range s.left {
		p.CloseIn(true)
	}
	s.left = nil
	s.flushAndUnlock()
	s.wakeAll()

	for _, e := range endpoints {
		s.withdraw(e)
	}
	for p, other := range far {
		s.partInProcess(p, other)
	}
	for _, e := range endpoints {
		if e.listener == nil && e.dialer == nil {
			continue
		}
		if linger != 0 && (e.dialer == nil || !e.dialer.Resting()) {
			d.pending = d.pending || slices.ContainsFunc(byEndpoint[e], func(p *pipe.Pipe) bool { return p.Out().Pending() })
		}
		s.lingering.Add(1)
		d.draining.Add(1)
		go s.retire(e, byEndpoint[e], linger, d.draining.Done)
	}
	return d, nil
}

// dropReturned counts what was put back and will not be received as lost. s.mu is held.
func (s *Socket) dropReturned() {
	for i := range s.host.Returned {
		if m := &s.host.Returned[i]; m.Kind == pipe.Data && !m.Injected {
			s.totals.Unread.Add(1)
		}
	}
	s.host.Returned = nil
}

// CloseContext is Close that waits no longer than ctx: what is still queued when
// that ends is dropped, and the error matches ctx.Err(). Where a Close is under
// way it joins that one.
func (s *Socket) CloseContext(ctx context.Context) error {
	select {
	case <-s.finished:
		return zerr.ErrClosed
	default:
	}
	lost := s.PeerGone()
	stop := context.AfterFunc(ctx, s.Hurry)
	defer stop()
	closed := s.Close()
	<-s.finished
	if err := ctx.Err(); err != nil && s.PeerGone() > lost {
		return fmt.Errorf("zmq: %d messages were not sent in time: %w", s.PeerGone()-lost, err)
	}
	if errors.Is(closed, zerr.ErrTimeout) {
		return closed
	}
	return nil
}

// Hurry ends lingering, that of endpoints that were taken away before too.
func (s *Socket) Hurry() { s.hurryOnce.Do(func() { close(s.hurry) }) }

func (s *Socket) hurried() bool {
	select {
	case <-s.hurry:
		return true
	default:
		return false
	}
}

// Finished is closed when a Close has ended.
func (s *Socket) Finished() <-chan struct{} { return s.finished }

// withdraw makes an endpoint unreachable for new peers.
func (s *Socket) withdraw(e *endpoint) {
	switch {
	case e.listener != nil:
		e.listener.Stop()
	case e.all != nil:
		e.all.cancel()
	case e.binding != nil:
		s.ctx.unbind(e.binding)
	case e.parked != nil:
		s.ctx.unpark(e.parked)
	}
}

// retire ends the connections of an endpoint once what is queued for them has
// been sent, or linger is over; drained is told of that. The pipes have been
// detached from the pattern, and nothing comes in through them any more.
func (s *Socket) retire(e *endpoint, pipes []*pipe.Pipe, linger time.Duration, drained func()) {
	defer s.lingering.Done()
	began := time.Now()
	if linger != 0 {
		// A connection that lingers reads on, and discards, or two that wait for each
		// other would never end. One that is cut off takes nothing more from its peer.
		for _, p := range pipes {
			p.Resume()
		}
		s.drain(pipes, linger)
	}
	drained()
	graceful := linger != 0 && !s.hurried()
	e.part(graceful)
	done := e.gone()
	limit := max(farewell, linger-time.Since(began))
	if linger < 0 {
		limit = longFarewell
	}
	if !s.within(done, limit) {
		e.part(false)
		<-done
	}
	for _, p := range pipes {
		s.loseOut(p)
	}
	s.mu.Lock()
	for _, p := range pipes {
		delete(s.parting, p)
	}
	s.mu.Unlock()
}

// loseOut drops what is left in the queue for a peer and counts it as lost.
func (s *Socket) loseOut(p *pipe.Pipe) {
	n := uint64(p.Out().Count())
	s.drops.PeerGone.Add(n)
	s.mu.Lock()
	a := s.parting[p]
	s.mu.Unlock()
	if a != nil && a.linger > 0 && !s.hurried() {
		s.unsent.Add(n)
	}
	p.CloseOut()
}

// within reports whether done was closed in time.
func (s *Socket) within(done <-chan struct{}, limit time.Duration) bool {
	t := time.NewTimer(limit)
	defer t.Stop()
	select {
	case <-done:
		return true
	case <-t.C:
	case <-s.hurry:
	}
	return false
}

// drain waits until the pipes have nothing left to send, linger has run out or
// the wait is cut short (Hurry).
func (s *Socket) drain(pipes []*pipe.Pipe, linger time.Duration) {
	var expired <-chan time.Time
	if linger > 0 {
		t := time.NewTimer(linger)
		defer t.Stop()
		expired = t.C
	}
	changed := make(chan struct{}, 1)
	note := func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	}
	for _, p := range pipes {
		p.Out().OnDrained(note)
	}
	for _, p := range pipes {
		for p.Out().Pending() {
			select {
			case <-changed:
			case <-expired:
				return
			case <-s.hurry:
				return
			}
		}
	}
}

// part ends an endpoint's connections: at once, or with graceful those that
// something was sent through when the peer has read it.
func (e *endpoint) part(graceful bool) {
	end := func(c *engine.Conn, p *pipe.Pipe) {
		if graceful && p.Out().Used() {
			c.Finish()
		} else {
			c.Close(nil)
		}
	}
	switch {
	case e.dialer != nil:
		e.dialer.Part(end)
	case e.listener != nil:
		e.listener.Part(end)
	}
}

// gone is closed when no goroutine of the endpoint is left.
func (e *endpoint) gone() <-chan struct{} {
	if e.dialer != nil {
		return e.dialer.Done()
	}
	return e.listener.Done()
}

// Unbind stops listening on an endpoint, as its LAST_ENDPOINT has it, or takes
// a connect away. When it returns the address is free; connections that were
// accepted there end when what is queued for them has been sent.
func (s *Socket) Unbind(address string) error { return s.remove(address) }

// Disconnect takes a connect away, or a bind. What is queued is sent within
// LINGER; messages of the peer that were not received yet are dropped.
func (s *Socket) Disconnect(address string) error { return s.remove(address) }

// remove takes the endpoints with that key out of the table (docs/libzmq.md, Endpoints:
// unbind and disconnect are one operation).
func (s *Socket) remove(address string) error {
	if err := s.Err(); err != nil {
		return err
	}
	list := s.takeOut(address)
	if len(list) == 0 {
		_, addr, t, err := s.locate(address, s.hooksOf(nil))
		if err != nil {
			return err
		}
		if t == nil {
			return zerr.ErrNoEndpoint
		}
		s.mu.Lock()
		cfg := s.transportConfig(s.opts, s.hooksOf(nil))
		s.mu.Unlock()
		for _, key := range t.ResolveBound(s.life, addr, cfg) { // may ask DNS
			if list = s.takeOut(key); len(list) > 0 {
				break
			}
		}
		if err := s.Err(); err != nil && len(list) == 0 {
			return err
		}
	}
	if len(list) == 0 {
		return zerr.ErrNoEndpoint
	}
	for _, d := range list {
		s.finishRemoval(d)
	}
	return nil
}

// removal is an endpoint on its way out, with what its pipes were.
type removal struct {
	*endpoint
	pipes  []*pipe.Pipe           // of connections: what is queued is sent within linger
	far    map[*pipe.Pipe]*Socket // in process
	linger time.Duration
}

// takeOut removes the endpoints with that key from the table. In process a name
// may be both bound and connected to; the bind goes first.
func (s *Socket) takeOut(key string) (gone []*removal) {
	s.mu.Lock()
	defer s.flushAndUnlock()
	var list []*endpoint
	for _, e := range s.endpoints {
		if e.key == key {
			list = append(list, e)
		}
	}
	for i, e := range list {
		if e.binding != nil && len(list) > 1 {
			list = list[i : i+1]
			break
		}
	}
	for _, e := range list {
		gone = append(gone, s.unlist(e))
	}
	return gone
}

// unlist takes an endpoint and its pipes out of the tables, as the program wants it. s.mu
// is held: a Close comes before all of this or waits for finishRemoval.
func (s *Socket) unlist(e *endpoint) *removal {
	s.departed = s.departed || e.listener != nil || e.dialer != nil
	return s.unlistWith(e, s.opts.Millis(opt.Linger), e.dialer != nil && !e.opts.Bool(opt.Immediate))
}

// unlistWith is unlist with a LINGER of its own. With discard, what came from the peers
// and was not received is dropped. s.mu is held.
func (s *Socket) unlistWith(e *endpoint, linger time.Duration, discard bool) *removal {
	s.forget(e)
	d := &removal{endpoint: e, far: make(map[*pipe.Pipe]*Socket), linger: linger}
	for p, a := range s.pipes {
		if a.endpoint != e || e.binding != nil { // in process, peers of a bind stay
			continue
		}
		s.removePipe(p)
		if discard || p.InProcess() {
			p.CloseIn(true)
		} else {
			p.CloseIn(false)
		}
		if p.InProcess() {
			d.far[p] = a.far
		} else {
			a.linger = d.linger
			s.parting[p] = a
			d.pipes = append(d.pipes, p)
		}
	}
	s.lingering.Add(1)
	return d
}

// finishRemoval ends what belongs to an endpoint that is out of the table.
func (s *Socket) finishRemoval(d *removal) {
	s.withdraw(d.endpoint)
	for p, other := range d.far {
		s.partInProcess(p, other)
	}
	if d.listener != nil || d.dialer != nil {
		go s.retire(d.endpoint, d.pipes, d.linger, func() {})
	} else {
		s.lingering.Done()
	}
	s.changes.WakeAll()
}
