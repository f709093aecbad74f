// SPDX-License-Identifier: Apache-2.0

package pipe

import "github.com/gozmq/zmq/internal/wire"

// A peer that has announced what it accepts is not sent more: it would end the connection.
// What a publisher sends to many, what was queued before the peer was there, and what a
// proxy passes on is looked at when the writer takes it, and dropped for that peer alone.
// A batch that cannot hold such a message is not looked at, and that are nearly all.

// OnRefused sets what is told, in the writer's goroutine, that messages were dropped because
// the peer that is there now does not accept them; reason is about the first of them.
func (p *Pipe) OnRefused(f func(n int, reason error)) {
	p.out.mu.Lock()
	p.out.refused = f
	p.out.mu.Unlock()
}

// setPeer notes the peer that is there.
func (o *Outbox) setPeer(x *Peer) {
	if !x.Announces() {
		x = nil
	}
	o.mu.Lock()
	o.peer = x
	o.mu.Unlock()
}

// accepterLocked returns the peer if it may refuse a message of a batch, or nil.
func (o *Outbox) accepterLocked(b *Batch) *Peer {
	if p := o.peer; p != nil && (int64(b.Size) > p.Accepts() || int64(b.widest) > p.MaxFrames.Most()) {
		return p
	}
	return nil
}

// sift drops the messages of a batch that the peer refuses. The caller holds the token.
func (o *Outbox) sift(b *Batch, peer *Peer) {
	n, size := 0, 0
	var reason error
	b.each(func(x extent, _ func() []byte) {
		if peer.accepts(x) {
			return
		}
		n++
		size += x.size
		if reason == nil {
			reason = peer.refuses(x)
		}
	}, nil)
	if n == 0 {
		return
	}
	less := b.keep(peer.accepts)
	o.mu.Lock()
	if o.oldest != nil {
		o.oldest.countedLocked(n, size)
	}
	wake := o.mark.ack(uint64(n), size)
	wake = o.leftLocked(less) || wake
	refused := o.refused
	o.unlockWaking(wake)
	if refused != nil {
		refused(n, reason)
	}
}

// each calls message for every message, with a function that returns its wire bytes, and
// other for every segment that is none.
func (b *Batch) each(message func(x extent, bytes func() []byte), other func(s segment)) {
	for k, at := 0, 0; k < len(b.segs); {
		s := &b.segs[k]
		switch {
		case s.ctl || s.asks:
			if other != nil {
				other(*s)
			}
			k++
		case at == len(s.b):
			k, at = k+1, 0
		default:
			endK, endAt, x := next(b.segs, k, at)
			message(x, func() []byte { return between(b.segs, k, at, endK, endAt) })
			k, at = endK, endAt
		}
	}
}

// keep leaves in the batch what wanted says, in memory of its own. It returns how much less
// that weighs.
func (b *Batch) keep(wanted func(x extent) bool) (less tally) {
	var kept []segment
	b.each(func(x extent, bytes func() []byte) {
		if !wanted(x) {
			return
		}
		if k := len(kept); k == 0 || kept[k-1].ctl || kept[k-1].asks {
			kept = append(kept, segment{ends: true})
		}
		s := &kept[len(kept)-1]
		s.b = append(s.b, bytes()...)
		s.msgs++
		s.size += x.size
	}, func(s segment) { kept = append(kept, s) })
	for i := range kept {
		if s := &kept[i]; !s.ctl && !s.asks {
			s.weighs = cap(s.b)
			less.own -= int64(s.weighs)
		}
	}
	for i := range b.segs {
		if s := &b.segs[i]; !s.ctl && !s.asks {
			less.add(s)
			if s.chunk != nil {
				s.chunk.release()
			}
		}
	}
	clear(b.segs)
	b.segs = append(b.segs[:0], kept...)
	return less
}

// next returns where the message ends that begins at a place in segments, and how large it
// is.
func next(segs []segment, k, at int) (endK, endAt int, x extent) {
	for more := true; more; {
		for at == len(segs[k].b) {
			k, at = k+1, 0
		}
		h, n, err := wire.ParseHeader(segs[k].b[at:])
		if err != nil || n == 0 {
			break // cannot be: we encoded it
		}
		size := int(h.Size)
		if at += n; at+size > len(segs[k].b) { // its body is the next segment
			k, at = k+1, 0
		}
		at += size
		x.frames++
		x.size += size
		x.largest = max(x.largest, size)
		more = h.Flags&wire.FlagMore != 0
	}
	if at == len(segs[k].b) && !segs[k].ends {
		k, at = k+1, 0 // which is empty and holds a lease
	}
	return k, at, x
}

// between returns a copy of the bytes between two places in segments.
func between(segs []segment, k, at, endK, endAt int) (b []byte) {
	for ; k < endK; k, at = k+1, 0 {
		b = append(b, segs[k].b[at:]...)
	}
	return append(b, segs[k].b[at:endAt]...)
}
