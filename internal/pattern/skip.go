// SPDX-License-Identifier: Apache-2.0

package pattern

// mostSkipped is how many messages that an application cannot use are dropped under
// one lock: fewer than a millisecond's worth.
const mostSkipped = 1000

// skips counts messages that one call has dropped.
type skips int

// enough reports whether the call is to return for now, so that a peer that sends
// nothing else does not hold up a deadline, or other calls. The socket is told that
// there may be more.
func (n *skips) enough(h *Host) bool {
	if *n++; *n < mostSkipped {
		return false
	}
	h.Mailbox.WakeReceiver()
	return true
}
