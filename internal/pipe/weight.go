// SPDX-License-Identifier: Apache-2.0

package pipe

// What waits to be sent draws on the account of its connection, too, as the peer decides
// how long it waits. Memory that one outbox has alone is drawn by it, a chunk or a large
// frame at a time. Memory that several share is drawn once, by what shares it: a page of a
// broadcast, or a large frame (Budget.Share). Both together are compared with what the
// account may have. Above that, the outbox takes no more until half of it has gone out, as
// at its high-water mark: so nothing is lost that would not be lost there.
//
//	sender → queueLocked → weighLocked → mark.blocked
//	writer → Sent, Failed → leftLocked → writable
type weight struct {
	account *Account // of the connection that is there, or was last; nil: nothing is drawn
	own     int64    // memory of segments, also of those in the writer's hand
	shared  int64    // bytes in memory that others share
	drawn   int64    // of account, for own
	looked  int64    // own+shared at the last look
	stopped int64    // own+shared when the account had no more for it, 0: it is not stopped
}

// largeLocked returns the size of a chunk for n bytes of many: a large one, unless the budget
// has hardly anything left. A thousand stuck peers have one each.
func (w *weight) largeLocked(n int) int {
	if w.account != nil && w.account.budget.Tight() {
		return n
	}
	return max(n, smallChunk+1)
}

// tally is what segments weigh.
type tally struct{ own, shared int64 }

func (t *tally) add(s *segment) {
	if s.common {
		t.shared += int64(s.weighs)
	} else {
		t.own += int64(s.weighs)
	}
}

// setAccount has the outbox draw on the account of a new connection, also for what waits
// from one before.
func (o *Outbox) setAccount(a *Account) {
	o.mu.Lock()
	w := &o.weight
	if w.drawn > 0 {
		w.account.give(w.drawn, queued)
	}
	w.account, w.drawn, w.looked, w.stopped = a, 0, 0, 0
	o.mark.blocked = false
	o.weighLocked()
	o.unlockWaking(o.mark.resumes())
}

// weighLocked draws for what has been added, and stops the outbox if that is too much.
// Small messages add to chunks and change nothing here.
func (o *Outbox) weighLocked() {
	w := &o.weight
	all := w.own + w.shared
	if all <= max(w.looked, OwnBytes) {
		return
	}
	w.looked = all
	if w.account == nil {
		return
	}
	n := int64(0)
	if needs := w.own - OwnBytes; needs > w.drawn {
		n = step(needs, w.drawn)
		w.drawn += n
	}
	if !w.account.queue(n, w.shared, o.mark.limit == 0) && !o.closed {
		w.stopped = max(w.stopped, all)
		o.mark.blocked = true
	}
}

// leftLocked counts memory that is not held any more. It reports whether a writer of
// messages that was refused may go on.
func (o *Outbox) leftLocked(gone tally) (wake bool) {
	w := &o.weight
	w.own -= gone.own
	w.shared -= gone.shared
	all := w.own + w.shared
	w.looked = all
	if w.drawn > 0 {
		if n := surplus(max(0, w.own-OwnBytes), w.drawn); n > 0 {
			w.account.give(n, queued)
			w.drawn -= n
		}
	}
	if w.stopped == 0 || all > w.stopped/2 {
		return false
	}
	w.stopped, o.mark.blocked = 0, false
	return o.mark.resumes()
}

// shareLocked counts the frames of a message that are kept where they are as shared: they
// are in the segments from one on.
func (o *Outbox) shareLocked(from int) {
	for i := from; i < len(o.segs); i++ {
		if s := &o.segs[i]; s.body {
			o.weight.own -= int64(s.weighs)
			o.weight.shared += int64(s.weighs)
			s.common = true
		}
	}
}

// ReferredBytes returns how much of a message queues would refer to: its large frames.
func ReferredBytes(m *Message) (n int) {
	if len(m.Head) >= RefSize {
		n = len(m.Head)
	}
	for _, f := range m.Tail {
		if len(f) >= RefSize {
			n += len(f)
		}
	}
	return n
}

// commons is memory that several outboxes share, which its budget counts once.
type commons struct {
	budget *Budget
	bytes  int64
}

// Returned implements Lender.
func (c *commons) Returned() { c.budget.messages.Add(-c.bytes) }

// Share returns a lease for memory that the queues of several peers refer to, which the
// caller holds and which draws it. It is nil if there is no limit, or hardly anything left
// of it: then each queue draws as if the memory were its own, so that those stop that hold
// something already.
func (b *Budget) Share(n int) *Lease {
	if b == nil || b.Tight() {
		return nil
	}
	b.messages.Add(int64(n))
	return NewLease(&commons{b, int64(n)})
}
