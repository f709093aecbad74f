// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"sync/atomic"
)

// Sink takes what a peer sends in place of the inbox: patterns whose upstream
// traffic is worked at once (PUB, XPUB) are one. It is called by the
// connection's reader, or in process by the other socket with its lock held,
// and returns how many of the messages it took; the pipe's Resume is called
// when it can take more.
type Sink func(p *Pipe, ms []Message) int

// Config describes a new pipe.
type Config struct {
	Mailbox   *Mailbox // of the socket
	Buffers   *Buffers
	SendHWM   int
	RecvHWM   int
	SendMax   int64 // high-water mark in bytes, 0 is none
	RecvMax   int64
	Conflate  bool
	TopicsIn  bool // conflate by topic what the peer sends
	TopicsOut bool // and what it is sent
	OldestIn  bool // at the mark drop the oldest messages of what the peer sends
	OldestOut bool // and of what it is sent
	Raw       bool // STREAM: outgoing bodies without framing
	OneFrame  bool // messages of the peer with more frames are dropped
	Groups    bool // subscriptions are to groups, which JOIN and LEAVE tell
	Accepted  bool // the peer connected to us; such a pipe ends with its connection
	Endpoint  string
	Sink      Sink    // nil: messages go to the inbox
	Totals    *Totals // of the socket; nil: they are not wanted
}

// Pipe is the pair of queues between a socket and one peer. The socket's side
// (Write, Read, the Route) is guarded by the socket's lock.
type Pipe struct {
	// Immutable.
	mailbox  *Mailbox
	Accepted bool
	oneFrame bool // immutable once the pipe has a socket
	Endpoint string
	sendHWM  atomic.Int64 // of this side's socket
	recvHWM  atomic.Int64
	sendMax  int64 // the marks in bytes, likewise
	recvMax  int64
	sink     Sink
	out      *Outbox // nil in process
	other    *Pipe   // in process: whose inbox we write to; set by Join

	in     Inbox
	peer   atomic.Pointer[Peer]
	closed atomic.Bool
	ending atomic.Bool                 // its connection has broken: see Overdraw
	resume atomic.Pointer[func()]      // wakes the producer of this pipe
	refuse atomic.Pointer[func(error)] // ends the connection behind it

	// Route belongs to the socket's pattern.
	Route Route

	asked   int           // in process, subscriptions in the inbox that wait for a binder; guarded by the connecter's lock
	sinking []Message     // for the sink, owned by the producer
	sunk    atomic.Uint64 // messages that the sink took
	read    atomic.Uint64 // bytes read from connections, or in process those that the sink took
	totals  *Totals       // immutable once the pipe has a socket
	Dropped atomic.Uint64 // messages lost because the queue was full
}

// New makes a pipe to a peer behind a connection.
func New(c Config) *Pipe {
	p := newHalf(c)
	p.out = &Outbox{buffers: c.Buffers, raw: c.Raw, groups: c.Groups}
	if h := newConflation(c.Conflate, c.TopicsOut); h != nil {
		p.out.supply = &pending{conflation: h}
	}
	if c.OldestOut {
		p.out.oldest = new(oldest)
	}
	if c.OldestIn {
		p.in.dropOldest(p, &p.totals.Overflow)
	}
	p.out.mark.set(c.SendHWM, c.SendMax)
	p.out.replaced.totals = p.totals
	p.out.writable = func() { p.mailbox.postWritable(p) }
	p.setRecv(c.RecvHWM, c.RecvMax)
	p.in.conflate(newConflation(c.Conflate, c.TopicsIn))
	return p
}

func newHalf(c Config) *Pipe {
	p := &Pipe{mailbox: c.Mailbox, Accepted: c.Accepted, Endpoint: c.Endpoint, sink: c.Sink, oneFrame: c.OneFrame, sendMax: c.SendMax, recvMax: c.RecvMax}
	p.setTotals(c.Totals)
	p.noteHWM(c.SendHWM, c.RecvHWM)
	p.in.buffers = c.Buffers
	p.in.resume = p.Resume
	p.in.lost = p.lostIn
	return p
}

func (p *Pipe) setTotals(t *Totals) {
	if t == nil {
		t = new(Totals)
	}
	p.totals, p.in.replaced.totals = t, t
}

func (p *Pipe) noteHWM(send, recv int) {
	p.sendHWM.Store(int64(send))
	p.recvHWM.Store(int64(recv))
}

func (p *Pipe) setRecv(limit int, bytes int64) {
	p.in.mark.set(limit, bytes)
	p.in.byBytes = bytes > 0
	p.in.ackEvery = p.in.mark.every()
}

// Memory returns where the memory of what has been received comes back to.
func (p *Pipe) Memory() *Buffers { return p.in.buffers }

// Out returns the outbox, nil in process.
func (p *Pipe) Out() *Outbox { return p.out }

// InProcess reports whether the peer is a socket of the same context.
func (p *Pipe) InProcess() bool { return p.out == nil }

// Other returns the peer's end of an in-process pipe.
func (p *Pipe) Other() *Pipe { return p.other }

// Peer returns what is known of the peer, nil before its first handshake.
func (p *Pipe) Peer() *Peer { return p.peer.Load() }

// Connected reports whether there is a connection to the peer. It is always true in
// process.
func (p *Pipe) Connected() bool {
	if p.out == nil {
		return true
	}
	p.out.mu.Lock()
	defer p.out.mu.Unlock()
	return p.out.link != nil
}

// SetPeer notes the peer after a handshake.
func (p *Pipe) SetPeer(x *Peer) {
	p.PeerGone()
	x.pipe.Store(p)
	p.peer.Store(x)
	if p.out != nil {
		p.out.setPeer(x)
	}
}

// PeerGone notes that the connection to the peer has ended. What is known of the
// peer stays with the pipe and its messages.
func (p *Pipe) PeerGone() {
	if x := p.peer.Load(); x != nil {
		x.pipe.Store(nil)
	}
}

// OnResume sets what wakes the producer of this pipe after it was refused: a new
// connection.
func (p *Pipe) OnResume(f func()) {
	p.resume.Store(&f)
	p.ending.Store(false)
}

// Resume wakes the producer of this pipe.
func (p *Pipe) Resume() {
	if f := p.resume.Load(); f != nil {
		(*f)()
	}
}

// OnRefuse sets what ends the pipe's connection. The function must not block
// and must not take the socket's lock.
func (p *Pipe) OnRefuse(f func(reason error)) { p.refuse.Store(&f) }

// Refuse asks for the end of the pipe's connection: a pattern has no use for
// the peer any more, for the reason given or on the application's wish (nil).
func (p *Pipe) Refuse(reason error) {
	if f := p.refuse.Load(); f != nil {
		(*f)(reason)
	}
}

// Write queues a message for the peer. ok is false, and nothing happened, if
// the high-water mark is reached. flush means that the caller holds the write
// token and must call Flush when it has released the socket's lock.
func (p *Pipe) Write(m *Message) (ok, flush bool) {
	if p.out != nil {
		return p.out.append(m)
	}
	return p.writeInProcess(m), false
}

// Flush writes what is queued, in this goroutine if that cannot block.
func (p *Pipe) Flush() { p.out.flush(true) }

// Kick has what is queued written by another goroutine.
func (p *Pipe) Kick() { p.out.flush(false) }

func (o *Outbox) flush(inline bool) {
	o.mu.Lock()
	l := o.link
	if l == nil { // the connection went in the meantime
		o.releaseLocked()
		o.unlockAndTell(false)
		return
	}
	o.mu.Unlock()
	l.Flush(inline)
}

// Read takes the next message of the peer, with m.Into in the memory that m has. The
// socket's lock is held.
func (p *Pipe) Read(m *Message) bool { return p.in.take(m) }

// Peek returns the next message without taking it.
func (p *Pipe) Peek() *Message { return p.in.peek() }

// Empty drops what the peer has sent and the socket has not taken, and returns how
// many messages that is. The socket's lock is held.
func (p *Pipe) Empty() int {
	n, wake := p.in.discard()
	if wake {
		p.Resume()
	}
	return n
}

// Drained reports whether the pipe has ended and everything was read.
func (p *Pipe) Drained() bool { return p.in.drained() }

// ResetOut drops what is queued for the peer.
func (p *Pipe) ResetOut() {
	if p.out != nil {
		p.out.reset()
	}
}

// SetHWM changes the high-water marks of a live pipe. The socket's lock is
// held.
func (p *Pipe) SetHWM(send, recv int) {
	p.noteHWM(send, recv)
	if p.out != nil {
		p.out.setLimit(send)
		p.in.setLimit(recv)
		return
	}
	if !p.Adopted() { // our marks alone apply
		p.in.setLimit(recv)
		p.other.in.producerLimit(send)
		return
	}
	p.in.setLimit(sumHWM(int(p.other.sendHWM.Load()), recv))
	p.other.in.producerLimit(sumHWM(send, int(p.other.recvHWM.Load())))
}

// CloseIn ends the direction towards the socket: what has arrived stays
// readable, later messages are lost. With discard it is lost too, and the socket's
// lock is held. A peer that was refused is not woken: its connection ends, or
// the caller calls Resume.
func (p *Pipe) CloseIn(discard bool) {
	p.closed.Store(true)
	p.in.mu.Lock()
	p.in.closed = true
	p.in.stopped = 0
	mailbox := p.mailbox
	p.in.mu.Unlock()
	if discard {
		if n, _ := p.in.discard(); n > p.asked {
			p.lostIn(n - p.asked)
		}
	}
	if mailbox != nil {
		mailbox.WakeReceiver()
	}
}

// CloseOut drops what is queued for the peer and ends that direction. In
// process the peer keeps what it was sent.
func (p *Pipe) CloseOut() {
	if p.out != nil {
		p.out.close()
		p.mailbox.WakeSender() // senders that wait for room here wait in vain
	}
}

// Closed reports whether CloseIn was called.
func (p *Pipe) Closed() bool { return p.closed.Load() }

// Sent returns how many messages were queued for the peer.
func (p *Pipe) Sent() uint64 {
	if o := p.out; o != nil {
		o.mu.Lock()
		defer o.mu.Unlock()
		return o.sent + uint64(o.behindLocked())
	}
	in := &p.other.in
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.sent
}

// Received returns how many messages the peer has sent.
func (p *Pipe) Received() uint64 { return p.sunk.Load() + p.in.total() }

// Queued returns the messages that wait in each direction. The socket's lock
// is held.
func (p *Pipe) Queued() (out, in int) {
	if p.out != nil {
		out = p.out.Count()
	} else {
		out = p.other.in.countShared() - p.other.asked
	}
	return out, p.in.count() - p.asked
}

// Inject puts a message of the library's own into the inbox, outside the
// high-water mark: a connection's beginning or end, HICCUP_MSG, DISCONNECT_MSG.
func (p *Pipe) Inject(m Message) {
	if p.in.inject(m) {
		p.mailbox.postReadable(p)
	}
}
