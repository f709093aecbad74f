// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"slices"
	"sync"

	"github.com/gozmq/zmq/internal/wire"
)

// Link is the connection that empties an outbox.
type Link interface {
	// Flush writes what the outbox holds. The caller has been given the write
	// token. With inline the link may write in the caller's goroutine, without
	// blocking; otherwise it must leave the work to a goroutine of its own.
	Flush(inline bool)
}

// Outbox is the queue of messages from a socket to one peer. It holds wire
// bytes already: ZMTP 2.0, 3.0 and 3.1 frame alike, and the few links that do
// not take a second pass. It outlives connections: what was not wholly handed
// to the operating system goes out on the next one.
//
// Exactly one goroutine at a time holds the write token; it alone takes
// batches. Whoever appends to an outbox with a link and a free token gets the
// token and must call Flush or Kick.
type Outbox struct {
	buffers  *Buffers
	raw      bool // STREAM: bodies only
	replaced replacement

	mu       sync.Mutex // a leaf lock; guards all that follows
	segs     []segment
	bytes    int // in segs
	last     int // octets of the last batch: decides the size of the next chunk
	mark     mark
	conflate bool
	held     held
	octets   uint64 // written to connections
	closed   bool
	token    bool
	sole     bool   // WriteSole may be used
	direct   uint64 // messages that came that way
	share    membership
	link     Link
	version  wire.Version  // of the current link
	idle     chan struct{} // closed when the token is given back; made by whoever waits for that
	ctl      int           // octets of PING and PONG that wait
	writable func()        // called without mu when a refused writer may go on
	drained  func()        // called without mu when everything has been sent
	feed     Feed          // nil: there is none
}

// segment is a run of wire bytes. A segment with a chunk may grow while it is
// the last; a message may span several, the last of which says so.
type segment struct {
	b     []byte
	chunk *chunk
	msgs  int  // messages that end here
	size  int  // their payload, for the limit in octets
	ends  bool // the last octet ends a message
	ctl   bool // a PING or PONG: ends with its connection
	kept  bool // is not conflated
}

// full reports whether a message would be refused, and if so remembers to call
// writable.
func (o *Outbox) full() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.fullLocked()
}

func (o *Outbox) fullLocked() bool {
	if o.conflate || o.closed || !o.mark.full() {
		return false
	}
	o.mark.refused = true
	return true
}

// append queues a message unless the high-water mark forbids it. flush means
// that the caller now holds the write token.
func (o *Outbox) append(m *Message) (ok, flush bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return true, false
	}
	if o.held.topics != nil {
		if !o.appendTopicLocked(m) {
			return false, false
		}
		return true, o.takeTokenLocked()
	}
	if o.fullLocked() {
		return false, false
	}
	if o.conflate {
		o.conflateLocked()
	}
	first := len(o.segs)
	o.queueLocked(m)
	if m.Kept && o.conflate {
		o.keepLocked(first)
	}
	return true, o.takeTokenLocked()
}

// queueLocked appends a message and counts it.
func (o *Outbox) queueLocked(m *Message) { o.countLocked(o.placeLocked(m)) }

// placeLocked appends a message and returns its payload size.
func (o *Outbox) placeLocked(m *Message) int {
	size := o.encodeLocked(m)
	seg := &o.segs[len(o.segs)-1]
	seg.msgs++
	seg.size += size
	seg.ends = true
	return size
}

// countLocked counts a message against the mark.
func (o *Outbox) countLocked(size int) {
	o.mark.written++
	if o.mark.bytes > 0 {
		o.mark.held += size
	}
}

// encodeLocked appends the frames of a message and returns their payload size.
func (o *Outbox) encodeLocked(m *Message) int {
	if len(m.Tail) == 0 {
		o.frameLocked(0, m.Head, m.Owned)
		return len(m.Head)
	}
	// The frames that are copied go into one segment: batches end where segments
	// do, and only between messages.
	need := copied(m.Head, m.Owned)
	for _, f := range m.Tail {
		need += copied(f, m.Owned)
	}
	o.growLocked(need)
	size := len(m.Head)
	o.frameLocked(wire.FlagMore, m.Head, m.Owned)
	for i, f := range m.Tail {
		flags := byte(wire.FlagMore)
		if i == len(m.Tail)-1 {
			flags = 0
		}
		o.frameLocked(flags, f, m.Owned)
		size += len(f)
	}
	return size
}

// copied returns how many octets of a segment a frame takes at most.
func copied(body []byte, owned bool) int {
	if owned && len(body) >= refThreshold {
		return wire.MaxHeaderSize
	}
	return wire.MaxHeaderSize + len(body)
}

func (o *Outbox) frameLocked(flags byte, body []byte, owned bool) {
	n := len(body)
	if owned && n >= refThreshold {
		if !o.raw {
			seg := o.growLocked(wire.HeaderSize(n))
			seg.b = wire.AppendHeader(seg.b, flags, n)
			seg.ends = false
			o.bytes += wire.HeaderSize(n)
		}
		o.segs = append(o.segs, segment{b: body})
		o.bytes += n
		return
	}
	seg := o.growLocked(n + wire.MaxHeaderSize)
	was := len(seg.b)
	if !o.raw {
		seg.b = wire.AppendHeader(seg.b, flags, n)
	}
	seg.b = append(seg.b, body...)
	seg.ends = false
	o.bytes += len(seg.b) - was
}

// growLocked returns the last segment if n more octets fit, or a new one.
func (o *Outbox) growLocked(n int) *segment {
	if k := len(o.segs); k > 0 {
		if s := &o.segs[k-1]; s.chunk != nil && !s.kept && cap(s.b)-len(s.b) >= n {
			return s
		} else if s.chunk == nil && k > 1 && !o.conflate {
			// Behind a frame that stays where it is: go on in the chunk before it,
			// which from now on goes back with the later segment.
			if q := &o.segs[k-2]; q.chunk != nil && cap(q.b)-len(q.b) >= n {
				o.segs = append(o.segs, segment{b: q.b[len(q.b):len(q.b):cap(q.b)], chunk: q.chunk})
				o.segs[k-2].chunk = nil
				return &o.segs[k]
			}
		}
		n = max(n, smallChunk+1)
	} else if o.last > smallChunk {
		n = max(n, smallChunk+1)
	}
	c := o.buffers.get(n)
	o.segs = append(o.segs, segment{b: c.buf, chunk: c})
	return &o.segs[len(o.segs)-1]
}

// dropLocked empties the queue, for conflation and for a reset.
func (o *Outbox) dropLocked() (wake bool) {
	for i := range o.segs {
		s := &o.segs[i]
		wake = o.mark.unwrite(uint64(s.msgs), s.heldSize(&o.mark)) || wake
		if s.chunk != nil {
			s.chunk.release()
		}
		*s = segment{}
	}
	o.segs = o.segs[:0]
	o.bytes, o.ctl = 0, 0
	if o.held.topics != nil {
		wake = o.dropTopicsLocked() || wake
	}
	return wake
}

func (s *segment) heldSize(m *mark) int {
	if m.bytes == 0 {
		return 0
	}
	return s.size
}

func (o *Outbox) takeTokenLocked() bool {
	if o.token || o.link == nil {
		return false
	}
	o.token = true
	return true
}

// Control queues a whole command frame outside the high-water mark: a PING or a
// PONG. They are bounded: they are dropped while 1 KiB of them waits, so that a peer
// that asks and never reads costs nothing. flush means that the caller now holds the
// write token. It reports false when no connection is there to take the frame.
func (o *Outbox) Control(frame []byte) (ok, flush bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed || o.link == nil || o.ctl > 1<<10 {
		return false, false
	}
	o.ctl += len(frame)
	o.bytes += len(frame)
	o.segs = append(o.segs, segment{b: frame, ends: true, ctl: true})
	return true, o.takeTokenLocked()
}

// Subscription queues a subscription or its end, outside the high-water mark, in
// the form that the connection's peer knows. Results are as of Control.
func (o *Outbox) Subscription(topic []byte, cancel bool) (ok, flush bool) {
	const around = 32 // more than the header and the name of a command
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed || o.link == nil {
		return false, false
	}
	seg := o.growLocked(around + len(topic))
	before := len(seg.b)
	seg.b = wire.AppendSubscription(seg.b, topic, cancel, o.version)
	seg.ends = true
	o.bytes += len(seg.b) - before
	return true, o.takeTokenLocked()
}

// Attach gives the outbox a connection that speaks version v. flush means that
// the caller now holds the write token.
func (o *Outbox) Attach(l Link, v wire.Version) (flush bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.link, o.version = l, v
	return (len(o.segs) > 0 || !o.restLocked()) && o.takeTokenLocked()
}

// Detach takes the connection away and waits until nobody writes to it any
// more. The connection must have been closed, so that a write in progress ends.
func (o *Outbox) Detach() {
	o.mu.Lock()
	o.link = nil
	idle := o.idle
	if o.token && idle == nil {
		idle = make(chan struct{})
		o.idle = idle
	}
	busy := o.token
	o.mu.Unlock()
	if busy {
		<-idle
	}
	o.dropCommands()
	if o.raw { // the middle of a conversation is nothing for the next connection
		o.reset()
	}
}

// reset empties the queue, as a subscriber does before it sends its
// subscriptions again.
func (o *Outbox) reset() {
	o.mu.Lock()
	wake := o.dropLocked()
	writable, drained := o.writable, o.drainedLocked()
	o.mu.Unlock()
	if wake && writable != nil {
		writable()
	}
	if drained != nil {
		drained()
	}
}

// dropCommands leaves commands that were not sent out of what waits for the next
// connection: they belong to the one that is gone.
func (o *Outbox) dropCommands() {
	o.mu.Lock()
	o.segs = slices.DeleteFunc(o.segs, func(s segment) bool {
		if s.ctl {
			o.bytes -= len(s.b)
		}
		return s.ctl
	})
	o.ctl = 0
	drained := o.drainedLocked()
	o.mu.Unlock()
	if drained != nil {
		drained()
	}
}

// drainedLocked returns what is to be called, without mu, if nothing is left.
func (o *Outbox) drainedLocked() func() {
	if o.token || o.pendingLocked() {
		return nil
	}
	return o.drained
}

func (o *Outbox) setLimit(limit int) {
	o.mu.Lock()
	o.mark.set(limit, o.mark.bytes)
	wake := o.mark.ack(0, 0)
	writable := o.writable
	o.mu.Unlock()
	if wake && writable != nil {
		writable()
	}
}

// close drops what is queued; later messages vanish.
func (o *Outbox) close() {
	o.mu.Lock()
	o.closed = true
	o.share = membership{}
	o.dropLocked()
	drained := o.drained
	o.mu.Unlock()
	if drained != nil {
		drained()
	}
}

// OnDrained has f called, from any goroutine and possibly more than once, when
// nothing is left to be sent.
func (o *Outbox) OnDrained(f func()) {
	o.mu.Lock()
	o.drained = f
	empty := !o.token && !o.pendingLocked()
	o.mu.Unlock()
	if empty {
		f()
	}
}

// Pending reports whether anything waits to be handed to the operating system.
func (o *Outbox) Pending() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.token || o.pendingLocked()
}

// pendingLocked reports whether anything waits for the holder of the token.
func (o *Outbox) pendingLocked() bool {
	return len(o.segs) > 0 || len(o.held.queue) > 0 || o.behindLocked() > 0
}

// Used reports whether a message was ever queued.
func (o *Outbox) Used() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.mark.written > 0 || o.conflate || o.behindLocked() > 0
}

// Count returns the messages that have not been handed to the operating system.
func (o *Outbox) Count() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return int(o.mark.written-o.mark.read) + o.behindLocked()
}
