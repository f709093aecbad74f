// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"sync/atomic"
	"time"
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
	SendMax   int // high-water mark in octets, 0 is none
	RecvMax   int
	Conflate  bool
	TopicsIn  bool // conflate by topic what the peer sends
	TopicsOut bool // and what it is sent
	Raw       bool // STREAM: outgoing bodies without framing
	Accepted  bool // the peer connected to us; such a pipe ends with its connection
	Endpoint  string
	Sink      Sink    // nil: messages go to the inbox
	Totals    *Totals // of the socket; nil: nobody asks
}

// Pipe is the pair of queues between a socket and one peer. The socket's side
// (Write, Read, the Route) is guarded by the socket's lock.
type Pipe struct {
	// Immutable.
	mailbox  *Mailbox
	Accepted bool
	Endpoint string
	sendHWM  atomic.Int64 // of this side's socket
	recvHWM  atomic.Int64
	sendMax  int // the marks in octets, likewise
	recvMax  int
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

	sent    uint64        // messages queued for the peer; guarded by the socket's lock
	sunk    atomic.Uint64 // messages that the sink took
	read    atomic.Uint64 // octets read from connections, or in process those that the sink took
	totals  *Totals       // immutable once the pipe has a socket
	Dropped atomic.Uint64 // messages lost because the queue was full
}

// Route is what the patterns keep with a pipe, guarded by the socket's lock.
type Route struct {
	ID       []byte // routing id; nil while the peer is anonymous
	Key      string // the same, as the table of routes has it
	InRing   bool   // member of the fair queue's ring
	OutRing  bool   // member of the load balancer's ring
	Attached bool
	FullAt   time.Time // when it lost a message first since it last had room
	Mark     uint64    // last fan-out that chose this pipe
	Notices  int       // subscription notices that wait for the application
	Held     bool      // its reader waits until the application has read notices
	Gone     bool      // detached: a publisher takes no subscriptions of it any more
	Moved    bool      // has no routing id any more: ends once drained
}

// New makes a pipe to a peer behind a connection.
func New(c Config) *Pipe {
	p := newHalf(c)
	p.out = &Outbox{buffers: c.Buffers, raw: c.Raw, conflate: c.Conflate}
	p.out.held.topics = newTopics(c.TopicsOut && !c.Conflate)
	p.out.mark.set(c.SendHWM, c.SendMax)
	p.out.replaced.totals = p.totals
	p.out.writable = func() { p.mailbox.postWritable(p) }
	p.setRecv(c.RecvHWM, c.RecvMax)
	if c.TopicsIn {
		p.in.conflateTopics()
	}
	return p
}

func newHalf(c Config) *Pipe {
	p := &Pipe{mailbox: c.Mailbox, Accepted: c.Accepted, Endpoint: c.Endpoint, sink: c.Sink, sendMax: c.SendMax, recvMax: c.RecvMax}
	p.setTotals(c.Totals)
	p.noteHWM(c.SendHWM, c.RecvHWM)
	p.in.arrays = c.Buffers
	p.in.conflate = c.Conflate
	p.in.resume = p.Resume
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

func (p *Pipe) setRecv(limit, bytes int) {
	p.in.mark.set(limit, bytes)
	p.in.byBytes = bytes > 0
	p.in.ackEvery = 1 << 10
	if limit > 0 {
		p.in.ackEvery = p.in.mark.low
	}
	if bytes > 0 {
		p.in.ackEvery = 1
	}
}

// sumHWM is the high-water mark of an in-process direction: libzmq adds both
// ends, and no limit at either end is no limit.
func sumHWM(send, recv int) int {
	if send == 0 || recv == 0 {
		return 0
	}
	return send + recv
}

// sumMax is the mark in octets of an in-process direction. No limit at one end
// leaves the other's: whoever sets one means to bound memory.
func sumMax(send, recv int) int { return send + recv }

// NewPair makes the two ends of an in-process link. The binder's end has no
// socket yet: Adopt gives it one. Until then the connecter's marks alone apply.
func NewPair(connect Config) (c, b *Pipe) {
	c, b = newHalf(connect), newHalf(Config{Conflate: connect.Conflate, Accepted: true})
	c.setRecv(connect.RecvHWM, connect.RecvMax)
	b.setRecv(connect.SendHWM, connect.SendMax)
	c.other, b.other = b, c
	c.topicsIn(connect.TopicsIn)
	b.topicsIn(connect.TopicsOut)
	// A writer that was refused waits in its own socket, not with the reader.
	toConnecter := func() { c.mailbox.postWritable(c) }
	b.resume.Store(&toConnecter)
	return c, b
}

// Adopt gives the binder's end of an in-process pipe its socket. The locks of both
// sockets are held, so that nothing is written or read meanwhile.
func (p *Pipe) Adopt(bind Config) {
	c := p.other
	p.sink, p.Endpoint = bind.Sink, bind.Endpoint
	p.noteHWM(bind.SendHWM, bind.RecvHWM)
	p.sendMax, p.recvMax = bind.SendMax, bind.RecvMax
	p.topicsIn(bind.TopicsIn)
	c.topicsIn(bind.TopicsOut)
	p.in.setBytes(sumMax(c.sendMax, p.recvMax))
	c.in.setBytes(sumMax(p.sendMax, c.recvMax))
	toBinder := func() { bind.Mailbox.postWritable(p) }
	c.resume.Store(&toBinder)
	p.in.producerLimit(sumHWM(int(c.sendHWM.Load()), bind.RecvHWM))
	c.in.setLimit(sumHWM(bind.SendHWM, int(c.recvHWM.Load())))
	p.in.mu.Lock() // the binder may be closing
	p.in.arrays = bind.Buffers
	p.setTotals(bind.Totals)
	p.mailbox = bind.Mailbox
	p.in.mu.Unlock()
	if p.sink != nil {
		var m Message
		for p.in.pop(&m) {
			p.sink(p, []Message{m})
		}
	} else if p.in.announced() {
		p.mailbox.postReadable(p)
	}
}

// topicsIn has an end of an in-process link conflate by topic if either side wants
// that.
func (p *Pipe) topicsIn(wanted bool) {
	if wanted {
		p.in.conflateTopics()
	}
}

// Adopted reports whether an in-process pipe has a socket at the other end.
func (p *Pipe) Adopted() bool { return p.other.mailbox != nil }

// Memory returns where the memory of what has been received comes back to.
func (p *Pipe) Memory() *Buffers { return p.in.arrays }

// Out returns the outbox, nil in process.
func (p *Pipe) Out() *Outbox { return p.out }

// InProcess reports whether the peer is a socket of the same context.
func (p *Pipe) InProcess() bool { return p.out == nil }

// Other returns the peer's end of an in-process pipe.
func (p *Pipe) Other() *Pipe { return p.other }

// Peer returns what is known of the peer, nil before its first handshake.
func (p *Pipe) Peer() *Peer { return p.peer.Load() }

// SetPeer notes the peer after a handshake.
func (p *Pipe) SetPeer(x *Peer) { p.peer.Store(x) }

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

// CanWrite reports whether Write would take a message now. If not, the pipe is
// posted as writable once there is room.
func (p *Pipe) CanWrite() bool {
	if p.out != nil {
		return !p.out.full()
	}
	if p.other.sink != nil {
		return true
	}
	return !p.other.in.full()
}

// Write queues a message for the peer. ok is false, and nothing happened, if
// the high-water mark is reached. flush means that the caller holds the write
// token and must call Flush when it has released the socket's lock.
func (p *Pipe) Write(m *Message) (ok, flush bool) {
	if p.out != nil {
		ok, flush = p.out.append(m)
	} else {
		ok = p.writeInProcess(m)
	}
	if ok {
		p.sent++
	}
	return ok, flush
}

func (p *Pipe) writeInProcess(m *Message) bool {
	q := p.other
	if q.closed.Load() {
		return true
	}
	if q.sink != nil {
		ms := []Message{m.Own()}
		ms[0].Peer = q.peer.Load()
		if q.Deliver(ms) == 0 {
			return false
		}
		q.read.Add(uint64(m.Size()))
		return true
	}
	ok, tell := q.in.pushOne(m, q.peer.Load())
	if !ok {
		return false
	}
	if tell && q.mailbox != nil {
		q.mailbox.postReadable(q)
	}
	return true
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
		drained := o.drainedLocked()
		o.mu.Unlock()
		if drained != nil {
			drained()
		}
		return
	}
	o.mu.Unlock()
	l.Flush(inline)
}

// Subscription tells the peer of a topic, outside the high-water mark. It does
// nothing while no connection is there: the pattern sends its whole set when
// one comes. flush means that the caller holds the write token, as for Write.
func (p *Pipe) Subscription(topic []byte, cancel bool) (flush bool) {
	if p.out == nil {
		if !p.Adopted() {
			return false
		}
		m := Message{Head: append(make([]byte, 0, len(topic)), topic...), Kind: Subscribe, Owned: true, Peer: p.other.peer.Load()}
		if cancel {
			m.Kind = Cancel
		}
		ms := [1]Message{m}
		p.other.Deliver(ms[:])
		return false
	}
	_, flush = p.out.Subscription(topic, cancel)
	return flush
}

// Deliver hands messages of the peer to the socket and returns how many were
// taken; when fewer than all, OnResume's function is called once there is room.
func (p *Pipe) Deliver(ms []Message) int {
	if p.sink != nil {
		n := p.sink(p, ms)
		p.sunk.Add(uint64(n))
		return n
	}
	n, tell := p.in.push(ms)
	if tell && p.mailbox != nil {
		p.mailbox.postReadable(p)
	}
	return n
}

// DeliverHere is Deliver by one of the socket's receivers, who reads for itself: it
// looks again when it has, and passes on to others what it does not take.
func (p *Pipe) DeliverHere(ms []Message) int {
	n, tell := p.in.push(ms)
	if tell {
		p.mailbox.noteReadable(p)
	}
	return n
}

// Awaited reports whether somebody waits for messages of the socket. It is false
// for a pipe whose messages go to a sink.
func (p *Pipe) Awaited() bool {
	return p.sink == nil && p.mailbox != nil && p.mailbox.Receivers.Count() > 0
}

// TakesRuns reports whether Deliver takes messages of the kind Run.
func (p *Pipe) TakesRuns() bool { return p.sink == nil }

// Read takes the next message of the peer, with m.Into in the memory that m has. The
// socket's lock is held.
func (p *Pipe) Read(m *Message) bool {
	if m.Into {
		return p.in.popInto(m)
	}
	return p.in.pop(m)
}

// Peek returns the next message without taking it.
func (p *Pipe) Peek() *Message { return p.in.peek() }

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
// readable, later messages vanish. With discard it is dropped, and the socket's
// lock is held. A peer that was refused is not woken: its connection ends, or
// somebody calls Resume.
func (p *Pipe) CloseIn(discard bool) {
	p.closed.Store(true)
	p.in.mu.Lock()
	p.in.closed = true
	mailbox := p.mailbox
	p.in.mu.Unlock()
	if discard {
		p.in.discard()
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
		p.mailbox.WakeSender() // who waits for room here waits in vain
	}
}

// Closed reports whether CloseIn was called.
func (p *Pipe) Closed() bool { return p.closed.Load() }

// Sent returns how many messages were queued for the peer. The socket's lock is
// held.
func (p *Pipe) Sent() uint64 { return p.sent + p.Direct() + p.shared() }

// Received returns how many messages the peer has sent.
func (p *Pipe) Received() uint64 { return p.sunk.Load() + p.in.total() }

// Queued returns the messages that wait in each direction. The socket's lock
// is held.
func (p *Pipe) Queued() (out, in int) {
	if p.out != nil {
		out = p.out.Count()
	} else {
		out = p.other.in.countShared()
	}
	return out, p.in.count()
}

// Inject puts a message of the library's own into the inbox, outside the
// high-water mark: a connection's beginning or end, HICCUP_MSG, DISCONNECT_MSG.
func (p *Pipe) Inject(m Message) {
	if p.in.inject(m) {
		p.mailbox.postReadable(p)
	}
}
