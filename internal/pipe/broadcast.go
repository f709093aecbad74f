// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"math"
	"sync"
	"sync/atomic"

	"github.com/gozmq/zmq/internal/wire"
)

// pageSize is the memory that the messages of a broadcast share. A peer that is
// behind keeps what it has not taken, which its high-water mark bounds.
const pageSize = 64 << 10

// sharedFrames is the most frames of a message that is shared: their headers, 576
// bytes at most, are little beside RefSize.
const sharedFrames = 64

// weighEvery is after how many bytes the members of a broadcast are weighed, and weighPart
// which part of a budget it is at least: so that a page more or less decides nothing, and
// that weighing a thousand members costs little beside sending to them.
const (
	weighEvery = 4 * pageSize
	weighPart  = 1024
)

// Broadcast is a queue that the outboxes of many peers have in common, as long
// as all of them get the same messages: a message is encoded once and stored
// once, and a peer whose connection is busy costs nothing when one is added,
// since its writer comes for more by itself.
//
// A member's own queue stays empty of messages meanwhile, so that their order is
// that of the broadcast. The socket's lock guards joining, leaving and adding.
type Broadcast struct {
	mu    sync.Mutex // a leaf lock, below those of the outboxes
	tail  *page
	count uint64 // messages that were added
	bytes uint64 // of them, framed
	// waiting are the members that had taken everything when their writers ended.
	waiting []*Pipe
	budget  *Budget // that the pages draw on

	weighed uint64 // bytes when members were weighed last; guarded by the socket's lock
}

// page is a piece of the queue. It gives back what it has drawn, and the garbage collector
// takes it, after the last of those that refer to it: the segments that were cut out of it,
// and its readers, which are members that have not taken all of it, and the page before as
// long as that has readers. Without readers a page lets go of the next one, since a peer
// that is stuck keeps its segments for as long as it likes.
type page struct {
	b      []byte // grows in place under Broadcast.mu, as does widest
	widest int    // the most frames of a message
	count  uint64 // of the broadcast at its end, once there is a next page
	next   *page

	readers atomic.Int32
	holders atomic.Int32 // segments, and one for the readers
	budget  *Budget
	chunk   chunk // ends a hold when it is released
}

// newPage returns a page with room for n bytes, of which the caller is a reader.
func newPage(budget *Budget, n int) *page {
	p := &page{b: make([]byte, 0, n), budget: budget}
	p.chunk.page = p
	p.readers.Store(1)
	p.holders.Store(1)
	if budget != nil {
		budget.messages.Add(int64(n))
	}
	return p
}

// read adds a reader, for which the page is returned.
func (p *page) read() *page {
	p.readers.Add(1)
	return p
}

// leave is the end of a reader.
func (p *page) leave() {
	for p != nil && p.readers.Add(-1) == 0 {
		next := p.next
		p.next = nil
		p.release()
		p = next
	}
}

// hold adds a holder, for which the page is returned.
func (p *page) hold() *page {
	p.holders.Add(1)
	return p
}

// release ends a hold.
func (p *page) release() {
	if p.holders.Add(-1) == 0 && p.budget != nil {
		p.budget.messages.Add(-int64(cap(p.b)))
	}
}

// membership is the supply of a member. It is guarded by the outbox's lock.
type membership struct {
	of      *Broadcast // nil for most
	pipe    *Pipe      // whose outbox this is
	page    *page      // where the outbox reads on
	off     int
	seen    uint64 // messages of the broadcast that it took, counted as of does
	taken   uint64 // bytes of them, likewise
	waiting bool   // is in of.waiting
}

// NewBroadcast returns a broadcast without members, whose memory draws on a budget; nil is
// no limit. Its owner ends it.
func NewBroadcast(budget *Budget) *Broadcast {
	return &Broadcast{tail: newPage(budget, 0), budget: budget}
}

// End lets go of the broadcast when it has no members any more.
func (b *Broadcast) End() { b.tail.leave() }

// Join makes a pipe a member. It reports false for one that cannot be: in
// process, or with a queue that is not counted in messages alone. The socket's
// lock is held.
func (b *Broadcast) Join(p *Pipe) bool {
	o := p.out
	if o == nil {
		return false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.supply != nil || o.closed || !o.plain() {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	o.share = membership{of: b, pipe: p, page: b.tail.read(), off: len(b.tail.b), seen: b.count, taken: b.bytes}
	o.supply = &o.share
	if !o.token && len(o.segs) == 0 {
		o.share.wait()
	}
	return true
}

// Leave ends the membership of a pipe: what it has not taken yet becomes its
// own. The socket's lock is held.
func (b *Broadcast) Leave(p *Pipe) {
	o := p.out
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.share.of != b {
		return
	}
	// A member that is behind has a writer at work, or gets one with its next link.
	o.pullLocked(math.MaxInt)
	o.weighLocked()
	o.share.page.leave()
	o.share, o.supply = membership{}, nil
}

// Fits reports whether Add takes a message: one that is worth copying.
func (b *Broadcast) Fits(m *Message) bool { return m.Size() < RefSize && m.Len() <= sharedFrames }

// Add queues a message for every member, each of which has room for it (Room).
// It appends to flush the pipes whose write token the caller now holds. The
// socket's lock is held.
func (b *Broadcast) Add(m *Message, flush []*Pipe) []*Pipe {
	b.mu.Lock()
	need := m.Size() + wire.MaxHeaderSize*m.Len()
	t := b.tail
	if cap(t.b)-len(t.b) < need {
		t.count = b.count
		t.next = newPage(b.budget, max(pageSize, need)).read()
		b.tail = t.next
		t.leave()
		t = b.tail
	}
	t.widest = max(t.widest, m.Len())
	before := len(t.b)
	flags := byte(wire.FlagMore)
	if len(m.Tail) == 0 {
		flags = 0
	}
	t.b = wire.AppendFrame(t.b, flags, m.Head)
	for i, f := range m.Tail {
		if i == len(m.Tail)-1 {
			flags = 0
		}
		t.b = wire.AppendFrame(t.b, flags, f)
	}
	b.count++
	b.bytes += uint64(len(t.b) - before)
	idle := b.waiting
	b.waiting = nil
	b.mu.Unlock()
	for i, p := range idle {
		o := p.out
		o.mu.Lock()
		if o.share.of == b {
			o.share.waiting = false
			if o.takeTokenLocked() {
				flush = append(flush, p)
			}
		}
		o.mu.Unlock()
		idle[i] = nil
	}
	b.mu.Lock()
	if b.waiting == nil {
		b.waiting = idle[:0]
	}
	b.mu.Unlock()
	return flush
}

// Due reports whether so much was added that members are to be weighed: by Burdens, and
// then by Weighed. The socket's lock is held.
func (b *Broadcast) Due() bool {
	return b.budget != nil && b.bytes-b.weighed >= uint64(max(weighEvery, b.budget.limit/weighPart))
}

// Weighed says that all members were weighed. The socket's lock is held.
func (b *Broadcast) Weighed() { b.weighed = b.bytes }

// Burdens reports whether a member leaves more in the broadcast than its account may have.
// It is to leave then, so that the bound holds for it, and what it does not take is kept no
// longer than that. The socket's lock is held.
func (b *Broadcast) Burdens(p *Pipe) bool {
	o := p.out
	o.mu.Lock()
	defer o.mu.Unlock()
	w := &o.weight
	if o.share.of != b || w.account == nil {
		return false
	}
	b.mu.Lock()
	behind := int64(b.bytes - o.share.taken)
	b.mu.Unlock()
	return behind > OwnBytes && !w.account.queue(0, w.shared+behind, o.mark.limit == 0)
}

// pull implements supply.
func (s *membership) pull(o *Outbox, limit int) {
	s.of.mu.Lock()
	defer s.of.mu.Unlock()
	for o.bytes < limit && s.seen < s.of.count {
		upTo := s.of.count
		if s.page.next != nil {
			upTo = s.page.count
		}
		if n := len(s.page.b); n > s.off {
			part := s.page.b[s.off:n:n]
			o.widest = max(o.widest, s.page.widest)
			o.segs = append(o.segs, segment{b: part, chunk: &s.page.hold().chunk, msgs: int(upTo - s.seen), ends: true, weighs: len(part), common: true})
			o.bytes += len(part)
			s.taken += uint64(len(part))
			o.weight.shared += int64(len(part))
			o.mark.wrote(int(upTo-s.seen), 0)
			o.sent += upTo - s.seen
		}
		s.off, s.seen = len(s.page.b), upTo
		if next := s.page.next; next != nil {
			next.read()
			s.page.leave()
			s.page, s.off = next, 0
		}
	}
}

// wait has Add give the outbox a writer. The broadcast's lock is held.
func (s *membership) wait() {
	if !s.waiting {
		s.waiting = true
		s.of.waiting = append(s.of.waiting, s.pipe)
	}
}

// rest implements supply.
func (s *membership) rest(*Outbox) bool {
	s.of.mu.Lock()
	defer s.of.mu.Unlock()
	if s.seen < s.of.count {
		return false
	}
	s.wait()
	return true
}

// close implements supply: an outbox that is behind gets a writer with its next link.
func (s *membership) close(*Outbox) {}

// behind implements supply: messages count when they are pulled.
func (s *membership) behind() int {
	s.of.mu.Lock()
	defer s.of.mu.Unlock()
	return int(s.of.count - s.seen)
}

func (s *membership) empty() bool { return s.behind() == 0 }

// drop implements supply.
func (s *membership) drop(o *Outbox) bool {
	o.sent += uint64(s.behind())
	s.page.leave()
	o.share, o.supply = membership{}, nil
	return false
}
