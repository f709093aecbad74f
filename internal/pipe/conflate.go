// SPDX-License-Identifier: Apache-2.0

package pipe

// A conflating queue holds the newest message alone (CONFLATE), and what the
// library put there by itself: HELLO_MSG, XPUB_WELCOME_MSG, HICCUP_MSG and the like
// are told once, and no later message says the same.

// conflateLocked puts a message in the place of the one before.
func (b *Inbox) conflateLocked(m Message) {
	kept := b.queue[:0]
	for _, x := range b.queue {
		if x.Kept {
			kept = append(kept, x)
		}
	}
	b.replaced.note(len(b.queue) - len(kept))
	clear(b.queue[len(kept):])
	b.queue = append(kept, m)
	b.waiting = len(b.queue)
}

// keepUnreadLocked saves what the consumer has taken and not read from being
// replaced by the messages in queue.
func (b *Inbox) keepUnreadLocked() {
	var kept []Message
	for _, x := range b.taken[b.pos:] {
		if x.Kept {
			kept = append(kept, x)
		}
	}
	b.replaced.note(len(b.taken) - b.pos - len(kept))
	if kept != nil {
		b.queue = append(kept, b.queue...)
		b.waiting = len(b.queue)
	}
}

// conflateLocked drops what the next message takes the place of.
func (o *Outbox) conflateLocked() {
	var kept []segment
	for i := range o.segs {
		if s := &o.segs[i]; s.kept {
			kept = append(kept, *s)
			*s = segment{}
		}
	}
	for i := range o.segs {
		o.replaced.note(o.segs[i].msgs)
	}
	o.dropLocked()
	for _, s := range kept {
		o.segs = append(o.segs, s)
		o.bytes += len(s.b)
	}
}

// keepLocked keeps the segments from first on from being conflated.
func (o *Outbox) keepLocked(first int) {
	for i := first; i < len(o.segs); i++ {
		o.segs[i].kept = true
	}
}
