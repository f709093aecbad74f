// SPDX-License-Identifier: Apache-2.0

package core

import (
	"slices"
	"time"

	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// binding is a name that a socket has bound in process. Its options are those
// at the time of the bind.
type binding struct {
	name   string
	socket *Socket
	at     *endpoint
	cfg    pipe.Config
	id     []byte
	hello  []byte
}

// parked is a connect to a name that is not bound yet.
type parked struct {
	name     string
	socket   *Socket
	pipe     *pipe.Pipe // the connecter's end; its Other waits for a binder
	id       []byte
	hello    []byte
	messages func() int // that wait for a binder
}

func (s *Socket) bindInproc(address string, o *opt.Set) error {
	s.mu.Lock()
	e := &endpoint{socket: s, key: address, bound: true, opts: o, since: time.Now()}
	e.binding = &binding{
		name: address, socket: s, at: e, cfg: s.pipeConfig(o, address, true),
		id: o.Bytes(opt.RoutingID), hello: s.hello(o),
	}
	s.endpoints = append(s.endpoints, e)
	s.mu.Unlock()
	waiting, err := s.ctx.bind(e.binding)
	s.mu.Lock()
	if err != nil {
		s.forget(e)
		s.mu.Unlock()
		return err
	}
	s.last = address
	s.mu.Unlock()
	for _, k := range waiting {
		_ = join(e.binding, k) // the connecter's affair, whose call returned long ago
	}
	return nil
}

func (s *Socket) connectInproc(address string, o *opt.Set, settings []Setting) (*pipe.Pipe, error) {
	s.mu.Lock()
	if err := s.Err(); err != nil {
		s.mu.Unlock()
		return nil, err
	}
	id, err := s.takeConnectID(o, settings)
	if err != nil {
		s.mu.Unlock()
		return nil, err
	}
	p, far := pipe.NewPair(s.pipeConfig(o, address, false))
	p.Route.ID = id
	far.SetPeer(&pipe.Peer{Identity: o.Bytes(opt.RoutingID), Version: "inproc", Remote: address, Accepted: true})
	e := &endpoint{socket: s, key: address, opts: o, since: time.Now()}
	k := &parked{name: address, socket: s, pipe: p, id: o.Bytes(opt.RoutingID), hello: s.hello(o)}
	k.messages = func() int { _, n := far.Queued(); return n }
	e.parked = k
	s.endpoints = append(s.endpoints, e)
	s.addPipe(p, e)
	s.last = address
	s.flushAndUnlock()
	if b := s.ctx.bound(k); b != nil {
		// libzmq says nothing of a peer that is refused.
		if err := join(b, k); err != nil && !s.ctx.cfg.Libzmq {
			return nil, err
		}
	}
	return p, nil
}

// join links a connecter with a binder, under the locks of both their sockets,
// so that neither can use or end a pipe whose other half is not there yet. An error
// says that one of the patterns has no use for the other; the connect is out of the
// table then.
func join(b *binding, k *parked) (refused error) {
	near, far := k.pipe, k.pipe.Other()
	near.SetPeer(&pipe.Peer{Identity: b.id, Version: "inproc", Remote: k.name})
	bs, cs := b.socket, k.socket
	lockBoth(bs, cs)
	bs.expels(far)
	cs.expels(near)
	wanted := bs.Err() == nil
	if wanted {
		a := bs.addPipe(far, b.at)
		a.far, a.ready = cs, true
		greet(far, b.hello)
		refused = bs.pattern.Ready(far)
		wanted = refused == nil
	}
	if !wanted { // before a receiver can read it
		bs.removePipe(far)
		far.CloseIn(true)
	}
	far.Adopt(b.cfg)
	a := cs.pipes[near] // nil if the connecter has left
	alive := wanted && a != nil
	if alive {
		a.far, a.ready, a.endpoint.since = bs, true, time.Now()
		greet(near, k.hello)
		refused = cs.pattern.Ready(near)
		alive = refused == nil
	}
	if !alive {
		cs.forgetParked(k)
		// What the connecter sent is delivered all the same, if there is a binder.
		cs.removePipe(near)
		near.CloseIn(true)
		bs.removePipe(far)
		far.CloseIn(false)
	}
	farNameless, nearNameless := alive && bs.nameless(far), alive && cs.nameless(near)
	unlockBoth(bs, cs)
	if farNameless {
		bs.noteDuplicate(far)
	}
	if nearNameless {
		cs.noteDuplicate(near)
	}
	bs.partDisplaced()
	cs.partDisplaced()
	bs.ctx.expel()
	if !alive {
		cs.mailbox.WakeSender() // senders that wait for room at this peer wait in vain
	}
	bs.changes.WakeAll()
	cs.changes.WakeAll()
	return refused
}

// forgetParked takes a connect that came to nothing out of the table. s.mu is held.
func (s *Socket) forgetParked(k *parked) {
	if i := slices.IndexFunc(s.endpoints, func(e *endpoint) bool { return e.parked == k }); i >= 0 {
		s.endpoints = slices.Delete(s.endpoints, i, i+1)
	}
}

// lockBoth locks two sockets, which may be one and the same, the older one first:
// nothing else holds the locks of two.
func lockBoth(a, b *Socket) {
	if a.id > b.id {
		a, b = b, a
	}
	a.mu.Lock()
	if a != b {
		b.mu.Lock()
	}
}

// unlockBoth is flushAndUnlock for what lockBoth has locked.
func unlockBoth(a, b *Socket) {
	if a != b {
		a.flushAndUnlock()
	}
	b.flushAndUnlock()
}

// hello returns what greets peers in process: libzmq's stable types all do there.
func (s *Socket) hello(o *opt.Set) []byte {
	if s.typ.OneFrame && !s.typ.Hello {
		return nil
	}
	return o.Bytes(opt.HelloMessage)
}

// greet sends HELLO_MSG.
func greet(p *pipe.Pipe, hello []byte) {
	if len(hello) > 0 {
		p.Write(&pipe.Message{Head: hello, Kept: true})
	}
}

// partInProcess ends an in-process pipe that s has detached and closed: what s sent stays
// readable at the other end, unless s takes it back.
// It reports whether that has not ended before.
func (s *Socket) partInProcess(p *pipe.Pipe, far *Socket) bool {
	if far == nil {
		return false // the name has not been bound yet; see unpark
	}
	q := p.Other()
	far.mu.Lock()
	a := far.pipes[q]
	if a != nil {
		far.pattern.Lost(q)
		far.removePipe(q)
		if !a.endpoint.bound {
			far.forget(a.endpoint)
		}
	}
	q.CloseIn(s.recants)
	far.flushAndUnlock()
	far.mailbox.WakeSender() // senders that wait for room at this peer wait in vain
	far.changes.WakeAll()
	return a != nil
}

// partDisplaced ends the in-process pipes that lost their routing id to a newer
// peer (ROUTER_HANDOVER). What they brought stays readable.
func (s *Socket) partDisplaced() {
	s.mu.Lock()
	if len(s.host.Displaced) == 0 {
		s.mu.Unlock()
		return
	}
	far := make(map[*pipe.Pipe]*Socket)
	for _, p := range s.host.Displaced {
		if a := s.pipes[p]; a != nil {
			far[p] = a.far
			s.removePipe(p)
			p.CloseIn(false)
		}
	}
	s.host.Displaced = nil
	s.flushAndUnlock()
	for p, other := range far {
		s.partInProcess(p, other)
	}
}

// bind takes a name and returns the connects that wait for it.
func (c *Context) bind(b *binding) ([]*parked, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.terminated {
		return nil, zerr.ErrTerminated
	}
	if err := b.socket.Err(); err != nil { // those that wait go on waiting for another
		return nil, err
	}
	if c.inproc[b.name] != nil {
		return nil, zerr.Errorf(zerr.ErrAddressInUse, "%s of this context is bound to it", c.inproc[b.name].socket)
	}
	c.inproc[b.name] = b
	waiting := c.parked[b.name]
	delete(c.parked, b.name)
	return waiting, nil
}

// bound returns the binding of the name that k connects to; if there is none, k is
// parked.
func (c *Context) bound(k *parked) *binding {
	c.mu.Lock()
	defer c.mu.Unlock()
	if b := c.inproc[k.name]; b != nil {
		return b
	}
	if !c.terminated && k.socket.Err() == nil {
		c.parked[k.name] = append(c.parked[k.name], k)
	}
	return nil
}

func (c *Context) unbind(b *binding) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.inproc[b.name] == b {
		delete(c.inproc, b.name)
	}
}

// unpark forgets a parked connect whose socket has left, unless messages wait:
// they are delivered when a socket binds the name (docs/libzmq.md, Endpoints).
func (c *Context) unpark(k *parked) {
	c.mu.Lock()
	defer c.mu.Unlock()
	// Once the name is bound, the queue is the binder's to look at.
	if !slices.Contains(c.parked[k.name], k) || k.messages() > 0 {
		return
	}
	c.parked[k.name] = slices.DeleteFunc(c.parked[k.name], func(x *parked) bool { return x == k })
	if len(c.parked[k.name]) == 0 {
		delete(c.parked, k.name)
	}
}

func (c *Context) dropParked() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, list := range c.parked {
		for _, k := range list {
			k.socket.totals.PeerGone.Add(uint64(k.messages()))
			k.pipe.Other().CloseIn(true)
		}
	}
	clear(c.parked)
}
