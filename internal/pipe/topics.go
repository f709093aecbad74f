// SPDX-License-Identifier: Apache-2.0

package pipe

// A queue that conflates by topic (CONFLATE_TOPICS) holds the newest message of
// each first frame. It keeps the place of the one before, so that no topic waits
// for the others, and the high-water mark counts topics.

// topics tells where in a queue the message of each topic is.
type topics struct {
	at   map[string]uint64 // counted from the beginning of the queue's life
	base uint64            // how many have left the queue since
}

func newTopics(wanted bool) *topics {
	if !wanted {
		return nil
	}
	return &topics{at: make(map[string]uint64)}
}

// find returns the message in queue that m takes the place of, nil if there is
// none.
func (t *topics) find(queue []Message, m *Message) *Message {
	if i, ok := t.at[string(m.Head)]; ok && !m.Kept {
		return &queue[i-t.base]
	}
	return nil
}

// add notes that m is appended to queue.
func (t *topics) add(queue []Message, m *Message) {
	if !m.Kept {
		t.at[string(m.Head)] = t.base + uint64(len(queue))
	}
}

// shift takes the first message off a queue that is not empty.
func (t *topics) shift(queue []Message) (m Message, rest []Message) {
	m = queue[0]
	if !m.Kept {
		delete(t.at, string(m.Head))
	}
	queue[0] = Message{}
	t.base++
	if rest = queue[1:]; len(rest) == 0 {
		rest = nil // its beginning is worn off
	}
	return m, rest
}

func (t *topics) clear() {
	clear(t.at)
	t.base = 0
}

// conflateTopics makes an inbox conflate by topic, what waits included. Nothing
// has been read from it.
func (b *Inbox) conflateTopics() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.topics != nil || b.conflate {
		return
	}
	b.topics = newTopics(true)
	was := separate(b.queue)
	b.queue = nil
	for i := range was {
		if old := b.topics.find(b.queue, &was[i]); old != nil {
			b.mark.unwrite(1, 0)
			b.waiting--
			b.replaceLocked(old, was[i])
			continue
		}
		b.topics.add(b.queue, &was[i])
		b.queue = append(b.queue, was[i])
	}
}

// pushTopics is push by topic: a message that takes the place of another needs no
// room.
func (b *Inbox) pushTopics(ms []Message) int {
	for i := range ms {
		for m := &ms[i]; ; {
			one, rest := *m, *m
			if m.Kind == Run {
				rest.next(&one)
			}
			if !b.putTopicLocked(one) {
				return i
			}
			if *m = rest; m.Kind != Run || m.Count == 0 {
				break
			}
		}
	}
	return len(ms)
}

// putTopicLocked queues one message, or reports that the mark is reached.
func (b *Inbox) putTopicLocked(m Message) bool {
	if old := b.topics.find(b.queue, &m); old != nil {
		b.replaceLocked(old, m)
		b.received++
		return true
	}
	if b.mark.full() {
		return false
	}
	b.addTopicLocked(m)
	return true
}

func (b *Inbox) addTopicLocked(m Message) {
	b.topics.add(b.queue, &m)
	b.queue = append(b.queue, m)
	b.note(1)
	if b.mark.bytes > 0 {
		b.mark.held += m.Size()
	}
}

func (b *Inbox) replaceLocked(old *Message, m Message) {
	if b.mark.bytes > 0 {
		b.mark.held += m.Size() - old.Size()
	}
	*old = m
	b.replaced.note(1)
}

// refillTopicLocked gives the consumer one message: the others may still be
// replaced.
func (b *Inbox) refillTopicLocked() {
	var m Message
	m, b.queue = b.topics.shift(b.queue)
	b.taken, b.pos = append(b.taken[:0], m), 0
	b.waiting--
	b.left = 1
}

// held is what an outbox that conflates by topic has not framed yet. Guarded by
// the outbox's lock.
type held struct {
	*topics // nil for most
	queue   []Message
}

// appendTopicLocked is append by topic. What a writer has in hand does not count
// against the mark in messages, or the newest could be lost behind the last.
func (o *Outbox) appendTopicLocked(m *Message) (ok bool) {
	h := &o.held
	if old := h.find(h.queue, m); old != nil {
		if o.mark.bytes > 0 {
			o.mark.held += m.Size() - old.Size()
		}
		*old = m.Own()
		o.replaced.note(1)
		return true
	}
	if k := o.mark.limit; k > 0 && len(h.queue) >= k || o.mark.bytes > 0 && o.mark.held >= o.mark.bytes {
		o.mark.refused = true
		return false
	}
	h.add(h.queue, m)
	h.queue = append(h.queue, m.Own())
	o.countLocked(m.Size())
	return true
}

// pullTopicsLocked frames what is held, until about limit octets wait to be
// written.
func (o *Outbox) pullTopicsLocked(limit int) {
	h := &o.held
	for len(h.queue) > 0 && o.bytes < limit {
		var m Message
		m, h.queue = h.shift(h.queue)
		o.placeLocked(&m)
	}
}

// dropTopicsLocked drops what is held.
func (o *Outbox) dropTopicsLocked() (wake bool) {
	h := &o.held
	for i := range h.queue {
		size := 0
		if o.mark.bytes > 0 {
			size = h.queue[i].Size()
		}
		wake = o.mark.unwrite(1, size) || wake
	}
	h.queue = nil
	h.clear()
	return wake
}
