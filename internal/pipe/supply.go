// SPDX-License-Identifier: Apache-2.0

package pipe

// supply is where messages for an outbox lie until its writer comes for them. An outbox
// has one at most:
//
//	fed         a buffer of a binding in front of a busy connection  (feed.go)
//	membership  the queue that many outboxes have in common          (broadcast.go)
//	pending     messages that a newer one may still replace          (conflation.go)
//
// Methods are called with the outbox's lock held.
type supply interface {
	// pull moves messages to the outbox's own queue until about limit bytes wait there.
	// The writer comes again.
	pull(o *Outbox, limit int)
	// rest is called when the writer is about to end, because nothing is in the outbox's
	// own queue. It reports false if the supply has something; if not, what comes
	// next gets a writer.
	rest(o *Outbox) bool
	// close is called when the writer ends. What is left is for the next one.
	close(o *Outbox)
	// behind returns how many messages the outbox's mark does not count yet.
	behind() int
	// empty reports whether nothing waits.
	empty() bool
	// drop drops what waits, and reports whether a writer of messages that was refused
	// may go on.
	drop(o *Outbox) (wake bool)
}

// pullLocked moves messages from the supply to the queue.
func (o *Outbox) pullLocked(limit int) {
	if o.supply != nil {
		o.supply.pull(o, limit)
	}
}

// restLocked reports whether the writer may end that has found the queue empty.
func (o *Outbox) restLocked() bool { return o.supply == nil || o.supply.rest(o) }

// settleLocked has the supply count on no writer.
func (o *Outbox) settleLocked() {
	if o.supply != nil {
		o.supply.close(o)
	}
}

// behindLocked returns how many messages of the supply the mark does not count yet.
func (o *Outbox) behindLocked() int {
	if o.supply == nil {
		return 0
	}
	return o.supply.behind()
}

// pendingLocked returns the supply of an outbox that conflates, nil for most.
func (o *Outbox) pendingLocked() *pending {
	h, _ := o.supply.(*pending)
	return h
}
