// SPDX-License-Identifier: Apache-2.0

package pipe

import "slices"

// conflation makes a queue hold the newest message only: of all (CONFLATE), or of
// each first frame (CONFLATE_TOPICS). In the latter a message takes the place of the
// one before, so that no topic waits for the others, and the high-water mark counts
// topics; in the former it goes to the end, and there is no mark.
//
// What the library puts into a queue by itself is left alone (Message.Kept):
// HELLO_MSG, XPUB_WELCOME_MSG, HICCUP_MSG and the like are told once, and no later
// message says the same.
type conflation struct {
	all  bool
	at   map[string]uint64 // where the message of each topic is, counted from the beginning of the queue's life
	base uint64            // how many have left the queue since
}

// newConflation returns what the options ask for, nil for most.
func newConflation(all, topics bool) *conflation {
	if !all && !topics {
		return nil
	}
	return &conflation{all: all, at: make(map[string]uint64)}
}

func (c *conflation) topic(m *Message) string {
	if c.all {
		return ""
	}
	return string(m.Head)
}

// find returns where in the queue the message is that m takes the place of, -1 if
// there is none.
func (c *conflation) find(m *Message) int {
	if m.Kept {
		return -1
	}
	if c.all {
		if i, ok := c.at[""]; ok {
			return int(i - c.base)
		}
		return -1
	}
	if i, ok := c.at[string(m.Head)]; ok { // without a copy of the topic
		return int(i - c.base)
	}
	return -1
}

// note notes that m is about to be appended to queue.
func (c *conflation) note(queue []Item, m *Message) {
	if !m.Kept {
		c.at[c.topic(m)] = c.base + uint64(len(queue))
	}
}

// replace puts it in the place of message i.
func (c *conflation) replace(queue []Item, i int, it Item) {
	if c.all {
		copy(queue[i:], queue[i+1:])
		i = len(queue) - 1
		c.at[""] = c.base + uint64(i)
	}
	queue[i] = it
}

// shift takes the first message off a queue that is not empty.
func (c *conflation) shift(queue []Item) (it Item, rest []Item) {
	it = queue[0]
	if !it.Kept {
		delete(c.at, c.topic(&it.Message))
	}
	queue[0] = Item{}
	c.base++
	if rest = queue[1:]; len(rest) == 0 {
		rest = nil // its beginning is worn off
	}
	return it, rest
}

func (c *conflation) clear() {
	clear(c.at)
	c.base = 0
}

// conflate makes an inbox conflate, what waits included. Nothing has been read from
// it.
func (b *Inbox) conflate(c *conflation) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if c == nil || b.conflation != nil {
		return
	}
	b.conflation = c
	was := b.queue
	b.queue = nil
	for i := range was {
		size := was[i].Payload()
		b.mark.unwrite(was[i].Messages(), size)
		b.size -= was[i].footprint()
	}
	for i := range was {
		b.admitLocked(&was[i], true)
	}
}

// replaceLocked puts a message in the place of an older one. It reports false if
// there is none.
func (b *Inbox) replaceLocked(it *Item) bool {
	i := b.conflation.find(&it.Message)
	if i < 0 {
		return false
	}
	if b.mark.bytes > 0 {
		b.mark.held += int64(it.Size() - b.queue[i].Size())
	}
	b.size += it.footprint() - b.queue[i].footprint()
	b.queue[i].Lease.Release()
	b.conflation.replace(b.queue, i, *it)
	b.replaced.note(1)
	return true
}

// peekConflated is peek where the next message may still be replaced.
func (b *Inbox) peekConflated() *Message {
	b.mu.Lock()
	none := len(b.queue) == 0
	if !none {
		b.peeked = b.queue[0].Message
	}
	b.mu.Unlock()
	if none {
		b.refill() // leaves the consumer's ring
		return nil
	}
	return &b.peeked
}

// pending is the supply of an outbox that conflates. What is in it is not framed yet.
type pending struct {
	*conflation
	queue []Item
}

// conflateLocked is append where messages are replaced. What a writer has in hand
// does not count against the mark in messages, or the newest could be lost behind
// the last.
func (o *Outbox) conflateLocked(h *pending, m *Message) (ok bool) {
	if i := h.find(m); i >= 0 {
		if o.mark.bytes > 0 {
			o.mark.held += int64(m.Size() - h.queue[i].Size())
		}
		o.weight.own += int64(m.Size() - h.queue[i].Size())
		h.replace(h.queue, i, Item{Message: m.Own()})
		o.replaced.note(1)
		o.weighLocked()
		return true
	}
	k, bytes := o.mark.limit, o.mark.bytes
	if !h.all && (o.mark.blocked || k > 0 && uint64(len(h.queue)) >= k || bytes > 0 && o.mark.held >= bytes) {
		o.mark.refused = true
		return false
	}
	h.appendLocked(o, m)
	return true
}

// appendLocked appends and counts a message.
func (h *pending) appendLocked(o *Outbox, m *Message) {
	h.note(h.queue, m)
	h.queue = append(h.queue, Item{Message: m.Own()})
	o.mark.wrote(1, m.Size())
	o.weight.own += int64(m.Size())
	o.weighLocked()
}

// pull implements supply: from here on a message is not replaced.
func (h *pending) pull(o *Outbox, limit int) {
	for len(h.queue) > 0 && o.bytes < limit {
		var it Item
		it, h.queue = h.shift(h.queue)
		o.placeLocked(&it.Message)
		o.weight.own -= int64(it.Size())
	}
}

func (h *pending) rest(*Outbox) bool { return h.empty() }
func (h *pending) close(*Outbox)     {}
func (h *pending) behind() int       { return 0 } // messages count when they are queued
func (h *pending) empty() bool       { return len(h.queue) == 0 }

// drop implements supply.
func (h *pending) drop(o *Outbox) (wake bool) {
	for i := range h.queue {
		size := h.queue[i].Size()
		wake = o.mark.unwrite(1, size) || wake
		wake = o.leftLocked(tally{own: int64(size)}) || wake
	}
	h.queue = slices.Delete(h.queue, 0, len(h.queue))
	h.clear()
	return wake
}
