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
// batches. A goroutine that appends to an outbox with a link and a free token gets the
// token and must call Flush or Kick.
type Outbox struct {
	buffers  *Buffers
	raw      bool // STREAM: bodies only
	groups   bool // subscriptions are to groups
	replaced replacement

	mu       sync.Mutex // a leaf lock; guards all that follows
	segs     []segment
	bytes    int // in segs
	last     int // bytes of the last batch: decides the size of the next chunk
	mark     mark
	weight   weight
	supply   supply  // nil for most
	oldest   *oldest // nil for most: the oldest messages give way at the mark
	written  uint64  // bytes that connections have taken
	commands uint64  // of these: PING and PONG
	torn     torn
	closed   bool
	token    bool
	stuck    bool          // the holder of the token waits for the system
	moved    chan struct{} // closed when the holder has got on, or cannot; made by a sender that waits
	sole     bool          // WriteSole may be used
	peer     *Peer         // that is there and has announced what it accepts, or nil
	refused  func(n int, reason error)
	widest   int    // the most frames of a message since segs was empty, if it had several
	sent     uint64 // messages queued for the peer, but for those behind in supply
	direct   uint64 // of these, what WriteSole has taken since BeginSole
	share    membership
	link     Link
	version  wire.Version  // of the current link
	idle     chan struct{} // closed when the token is given back; made by Detach, which waits for that
	asked    int           // subscriptions that wait for a connection
	ctl      int           // bytes of PING and PONG that wait
	writable func()        // called without mu when a refused writer may go on
	drained  func()        // called without mu when everything has been sent
	parting  func()        // the same, for the connection only
}

// segment is a piece of the wire bytes. A segment with a chunk that has room may grow while
// it is the last; a message may span several, the last of which says so. With raw, where
// the bytes do not tell one message from the next, each has segments of its own.
type segment struct {
	b      []byte
	chunk  *chunk
	msgs   int  // messages that end here
	size   int  // their payload, for the limit in bytes
	weighs int  // bytes of memory, as they count: see weight
	common bool // which others share
	ends   bool // the last byte ends a message
	body   bool // of one frame, whose header is in the segment before
	ctl    bool // a PING or PONG: ends with its connection
	asks   bool // subscriptions: they are no messages, and end with their connection
}

// room returns how many messages would be taken now, at most limit, and remembers to
// call writable if it is none.
func (o *Outbox) room(limit int) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.roomLocked(limit)
}

func (o *Outbox) roomLocked(limit int) int {
	if h := o.pendingLocked(); o.closed || h != nil && h.all {
		return limit
	}
	behind := o.behindLocked()
	if behind == 0 || o.mark.limit == 0 {
		return o.mark.roomOrRefuse(limit)
	}
	n := max(0, o.mark.room(sumOf(limit, behind))-behind)
	if n == 0 {
		o.mark.refused = true
	}
	return n
}

// plain reports whether messages go to the end of the queue and count by their
// number alone, so that many can be queued at once.
func (o *Outbox) plain() bool {
	return !o.raw && o.mark.bytes == 0 && o.pendingLocked() == nil
}

// append queues a message unless the high-water mark forbids it. flush means
// that the caller now holds the write token.
func (o *Outbox) append(m *Message) (ok, flush bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch h := o.pendingLocked(); {
	case o.closed:
		o.lost(1)
		o.sent++
		return true, false
	case h != nil:
		if !o.conflateLocked(h, m) {
			return false, false
		}
	case o.mark.roomOrRefuse(1) == 0:
		return false, false
	default:
		o.queueLocked(m)
	}
	o.sent++
	return true, o.takeTokenLocked()
}

// queueLocked appends a message and counts it.
func (o *Outbox) queueLocked(m *Message) {
	o.mark.wrote(1, o.placeLocked(m))
	o.weighLocked()
}

// appendFramedLocked copies messages that are framed already, and counts them.
func (o *Outbox) appendFramedLocked(b []byte, n int) {
	seg := o.growLocked(len(b))
	seg.b = append(seg.b, b...)
	seg.msgs += n
	seg.ends = true
	o.bytes += len(b)
	o.mark.wrote(n, 0)
	o.weighLocked()
}

// placeLocked appends a message and returns its payload size.
func (o *Outbox) placeLocked(m *Message) int {
	k := len(o.segs)
	size := o.encodeLocked(m)
	if m.Lease != nil {
		if _, ok := m.Lease.lender.(*commons); ok {
			o.shareLocked(k)
		}
		o.holdLocked(m.Lease)
	}
	seg := &o.segs[len(o.segs)-1]
	seg.msgs++
	seg.size += size
	seg.ends = true
	return size
}

// holdLocked holds memory that was lent until what has been appended is sent.
func (o *Outbox) holdLocked(l *Lease) {
	if o.segs[len(o.segs)-1].chunk != nil { // which others may share
		o.segs = append(o.segs, segment{})
	}
	o.segs[len(o.segs)-1].chunk = &l.chunk
	l.hold()
}

// encodeLocked appends the frames of a message and returns their payload size.
func (o *Outbox) encodeLocked(m *Message) int {
	if len(m.Tail) == 0 {
		o.frameLocked(0, m.Head, m.Owned || m.Lease != nil)
		return len(m.Head)
	}
	o.widest = max(o.widest, m.Len())
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
		flags, owned := byte(wire.FlagMore), m.Owned
		if i == len(m.Tail)-1 {
			flags, owned = 0, owned || m.Lease != nil
		}
		o.frameLocked(flags, f, owned)
		size += len(f)
	}
	return size
}

// copied returns how many bytes of a segment a frame takes at most.
func copied(body []byte, owned bool) int {
	if owned && len(body) >= RefSize {
		return wire.MaxHeaderSize
	}
	return wire.MaxHeaderSize + len(body)
}

func (o *Outbox) frameLocked(flags byte, body []byte, owned bool) {
	n := len(body)
	if owned && n >= RefSize {
		if !o.raw {
			seg := o.growLocked(wire.HeaderSize(n))
			seg.b = wire.AppendHeader(seg.b, flags, n)
			seg.ends = false
			o.bytes += wire.HeaderSize(n)
		}
		o.segs = append(o.segs, segment{b: body[:n:n], body: true, weighs: n})
		o.bytes += n
		o.weight.own += int64(n)
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

// growLocked returns the last segment if n more bytes fit, or a new one.
func (o *Outbox) growLocked(n int) *segment {
	if k := len(o.segs); k > 0 {
		if s := &o.segs[k-1]; s.chunk != nil && !s.asks && cap(s.b)-len(s.b) >= n {
			if o.raw && s.ends {
				o.segs = append(o.segs, s.behind())
				return &o.segs[k]
			}
			return s
		} else if (s.chunk == nil || s.chunk.lease != nil) && k > 1 {
			// Behind a frame that stays where it is: go on in the chunk before it,
			// which from now on goes back with the later segment.
			if q := &o.segs[k-2]; q.chunk != nil && !q.asks && cap(q.b)-len(q.b) >= n {
				o.segs = append(o.segs, q.behind())
				return &o.segs[k]
			}
		}
		n = o.weight.largeLocked(n)
	} else if o.last > smallChunk {
		n = o.weight.largeLocked(n)
	}
	c := o.buffers.get(n)
	o.segs = append(o.segs, segment{b: c.buf, chunk: c, weighs: cap(c.buf)})
	o.weight.own += int64(cap(c.buf))
	return &o.segs[len(o.segs)-1]
}

// behind returns a segment for the rest of the chunk, which goes back with that one
// from now on.
func (s *segment) behind() segment {
	c, n := s.chunk, s.weighs
	s.chunk, s.weighs = nil, 0
	return segment{b: s.b[len(s.b):len(s.b):cap(s.b)], chunk: c, weighs: n}
}

// dropLocked empties the queue.
func (o *Outbox) dropLocked() (wake bool) {
	var gone tally
	for i := range o.segs {
		s := &o.segs[i]
		wake = o.mark.unwrite(s.msgs, s.size) || wake
		gone.add(s)
		if s.chunk != nil {
			s.chunk.release()
		}
		*s = segment{}
	}
	wake = o.leftLocked(gone) || wake
	o.segs = o.segs[:0]
	o.bytes, o.ctl, o.asked, o.torn = 0, 0, 0, torn{}
	if o.supply != nil {
		wake = o.supply.drop(o) || wake
	}
	return wake
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

// Attach gives the outbox a connection that speaks version v. flush means that
// the caller now holds the write token.
func (o *Outbox) Attach(l Link, v wire.Version) (flush bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.link, o.version = l, v
	o.formLocked()
	return (len(o.segs) > 0 || !o.restLocked()) && o.takeTokenLocked()
}

// Detach takes the connection away and waits until no goroutine writes to it any
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
		o.lost(o.Count())
		o.reset()
	}
}

// reset empties the queue, as a subscriber does before it sends its
// subscriptions again.
func (o *Outbox) reset() {
	o.mu.Lock()
	wake := o.dropLocked()
	o.unlockAndTell(wake)
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
	o.unlockAndTell(false)
}

func (o *Outbox) setLimit(limit int) {
	o.mu.Lock()
	o.mark.set(limit, o.mark.bytes)
	wake := o.mark.ack(0, 0)
	o.unlockWaking(wake)
}

// close drops what is queued; later messages vanish.
func (o *Outbox) close() {
	o.mu.Lock()
	o.closed = true
	o.dropLocked()
	o.movedLocked()
	drained := o.tellDrainedLocked()
	o.mu.Unlock()
	if drained != nil {
		drained()
	}
}

// Used reports whether a message was ever queued.
func (o *Outbox) Used() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.mark.written > 0 || o.behindLocked() > 0
}

// Count returns the messages that have not been handed to the operating system.
func (o *Outbox) Count() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return int(o.mark.written-o.mark.read) + o.behindLocked()
}
