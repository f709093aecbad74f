// SPDX-License-Identifier: Apache-2.0

package pipe

import "slices"

// When an outbox has nothing left to send, and what is called then.

// OnDrained has f called, from any goroutine and possibly more than once, when
// nothing is left to be sent. It is for the owner of the pipe, which may ask once.
func (o *Outbox) OnDrained(f func()) { o.setDrained(&o.drained, f) }

// OnParting is OnDrained for a connection that is to end then. The last call counts.
func (o *Outbox) OnParting(f func()) { o.setDrained(&o.parting, f) }

func (o *Outbox) setDrained(where *func(), f func()) {
	o.mu.Lock()
	*where = f
	empty := !o.token && !o.anyLocked()
	o.mu.Unlock()
	if empty {
		f()
	}
}

// Pending reports whether anything waits to be handed to the operating system.
func (o *Outbox) Pending() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.token || o.anyLocked()
}

// anyLocked reports whether anything waits for the holder of the token, or for
// a connection. Subscriptions alone are not worth the wait: they go with their socket.
func (o *Outbox) anyLocked() bool {
	return slices.ContainsFunc(o.segs, func(s segment) bool { return !s.asks }) || o.supply != nil && !o.supply.empty()
}

// unlockWaking gives up mu and then wakes the socket, if wake says that there is room again.
func (o *Outbox) unlockWaking(wake bool) {
	writable := o.writable
	o.mu.Unlock()
	if wake && writable != nil {
		writable()
	}
}

// unlockAndTell is unlockWaking, and tells those that wait for the end if nothing is left.
func (o *Outbox) unlockAndTell(wake bool) {
	drained := o.drainedLocked()
	o.unlockWaking(wake)
	if drained != nil {
		drained()
	}
}

// drainedLocked returns what is to be called, without mu, if nothing is left.
func (o *Outbox) drainedLocked() func() {
	if o.token || o.anyLocked() {
		return nil
	}
	return o.tellDrainedLocked()
}

// tellDrainedLocked returns what is to be called, without mu, when nothing is left.
func (o *Outbox) tellDrainedLocked() func() {
	drained, parting := o.drained, o.parting
	switch {
	case drained == nil:
		return parting
	case parting == nil:
		return drained
	}
	return func() { drained(); parting() }
}
