// SPDX-License-Identifier: Apache-2.0

package pipe

import "github.com/gozmq/zmq/internal/wire"

// A proxy takes runs out of one pipe whole and puts them whole into another: the
// messages in them are never looked at, let alone copied one by one.

// ReadRun is Read for who takes runs as they are: m is a message, or a run of at
// most limit. It returns how many messages that is, 0 if none is there. The
// socket's lock is held.
func (p *Pipe) ReadRun(m *Message, limit int) int {
	b := &p.in
	if b.byBytes || b.conflate || b.topics != nil {
		return one(b.pop(m))
	}
	if b.run.Count == 0 {
		if b.pos == len(b.taken) && !b.refill() {
			return 0
		}
		if b.taken[b.pos].Kind != Run {
			return one(b.pop(m))
		}
		b.beginRun()
	}
	b.shared = true
	n := min(limit, int(b.run.Count))
	*m = b.run.first(n)
	b.left -= n
	if b.toAck += uint64(n); b.toAck >= b.ackEvery {
		b.acknowledge()
	}
	return n
}

func one(ok bool) int {
	if ok {
		return 1
	}
	return 0
}

// WriteRun is Write for a run, which it shortens by the messages that it takes,
// from the beginning. ok is false, and nothing happened, where messages have to
// go one by one: Separate them.
func (p *Pipe) WriteRun(m *Message) (ok, flush bool) {
	var n int
	if p.out != nil {
		n, flush, ok = p.out.appendRun(m)
	} else {
		n, ok = p.passInProcess(m)
	}
	p.sent += uint64(n)
	return ok, flush
}

func (o *Outbox) appendRun(m *Message) (n int, flush, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.raw || o.conflate || o.held.topics != nil || o.mark.bytes > 0 {
		return 0, false, false
	}
	if o.closed {
		return m.skip(), false, true
	}
	if o.fullLocked() {
		return 0, false, true
	}
	part := m.first(o.mark.room(int(m.Count)))
	seg := o.growLocked(len(part.Head))
	seg.b = append(seg.b, part.Head...)
	seg.msgs += int(part.Count)
	seg.ends = true
	o.bytes += len(part.Head)
	o.mark.written += uint64(part.Count)
	return int(part.Count), o.takeTokenLocked(), true
}

func (p *Pipe) passInProcess(m *Message) (n int, ok bool) {
	q := p.other
	if q.sink != nil || q.mailbox == nil {
		return 0, false
	}
	b := &q.in
	b.mu.Lock()
	if b.conflate || b.topics != nil || b.mark.bytes > 0 {
		b.mu.Unlock()
		return 0, false
	}
	if b.closed {
		b.mu.Unlock()
		return m.skip(), true
	}
	if b.mark.full() {
		b.mark.refused = true
		b.mu.Unlock()
		return 0, true
	}
	part := m.first(b.mark.room(int(m.Count)))
	part.Peer = q.peer.Load()
	b.growLocked(1)
	b.queue = append(b.queue, part)
	b.note(int(part.Count))
	b.octets += uint64(part.Payload())
	tell := !b.listed
	b.listed = true
	b.mu.Unlock()
	if tell {
		q.mailbox.postReadable(q)
	}
	return int(part.Count), true
}

// skip empties a run that nobody takes any more and returns how many messages
// were in it.
func (r *Message) skip() int {
	n := int(r.Count)
	r.Head, r.Count = nil, 0
	return n
}

// Take takes the first message off a run.
func (r *Message) Take(m *Message) { r.next(m) }

// Messages returns how many messages m stands for: one, or those of a run.
func (m *Message) Messages() int { return m.messages() }

// Payload returns the octets of all frames together, without what frames them in
// a run.
func (m *Message) Payload() int {
	if m.Kind != Run {
		return m.Size()
	}
	n := len(m.Head)
	for b := m.Head; len(b) > 0; {
		at, size := 2, 0
		if b[0]&wire.FlagLong == 0 {
			size = int(b[1])
		} else {
			h, hn, _ := wire.ParseHeader(b)
			at, size = hn, int(h.Size)
		}
		n -= at
		b = b[at+size:]
	}
	return n
}

// Separate returns the messages of ms with those of its runs one by one.
func Separate(ms []Message) []Message { return separate(ms) }

// first is cut without a walk where it takes everything.
func (r *Message) first(n int) Message {
	if n < int(r.Count) {
		return r.cut(n)
	}
	all := *r
	if all.Tail != nil { // the memory of another run that was part of this
		all.Apart, all.Tail = false, nil
	}
	if !all.Apart {
		all.Head = r.Head[:len(r.Head):len(r.Head)] // what is behind it belongs to others
	}
	r.Head, r.Count = nil, 0
	return all
}
