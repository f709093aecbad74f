// SPDX-License-Identifier: Apache-2.0

package pipe

import "github.com/gozmq/zmq/internal/wire"

// A peer that is sent more than it accepts ends the connection, and would be sent
// the same message first on the next one, for ever, with all that is queued behind
// it. So a message in whose middle the peer has ended two connections in a row is
// given up. A message that the system took whole is not sent again anyway.

// tornLimit is after how many connections that is: one may have ended for any
// reason.
const tornLimit = 2

// torn is the message at the head of an outbox in whose middle a connection broke.
type torn struct {
	now   bool // the last connection; Broke has not been called
	times int  // connections in a row that the peer ended in it
}

// begun reports whether the first message of wire that was not wholly within its
// first n bytes was within them in part. If the batch is coarse, n counts whole frames
// only. A frame that n ends before was begun if the batch says so, and is taken to have
// been if it is large and the link cannot know. first means that it
// is the first message of all, and start is where in wire it begins, or n if that is
// behind commands that did not go out.
func begun(all []byte, n int, b *Batch) (start int, within, first bool) {
	first = true
	for at := 0; at < len(all); {
		h, hn, err := wire.ParseHeader(all[at:])
		if err != nil || hn == 0 {
			break // cannot be: we encoded it
		}
		at += hn + int(h.Size)
		switch {
		case h.Flags&wire.FlagCommand == 0 && at > n:
			return min(start, n), start < n || start == n && (b.Begun || b.Coarse && h.Size >= takeLimit), first
		case h.Flags&wire.FlagMore == 0:
			start = at
			first = first && h.Flags&wire.FlagCommand != 0
		}
	}
	return min(start, n), false, false
}

// Broke notes the end of the last connection, behind Detach. If refused, the peer
// ended it, and may have done so over the message that was being sent. When it has
// done so twice in a row, the message is given up, and Broke returns its size.
func (o *Outbox) Broke(refused bool) (size int, gaveUp bool) {
	o.mu.Lock()
	t := &o.torn
	if !t.now {
		t.times = 0
	}
	if now := t.now; !now || !refused || len(o.segs) == 0 {
		t.now = false
		o.mu.Unlock()
		return 0, false
	}
	t.now = false
	if t.times++; t.times < tornLimit {
		o.mu.Unlock()
		return 0, false
	}
	t.times = 0
	size, wake := o.dropHeadLocked()
	o.unlockAndTell(wake)
	return size, true
}

// dropHeadLocked takes the first message out of the first segment, which Failed has
// made, and returns its payload size.
func (o *Outbox) dropHeadLocked() (size int, wake bool) {
	s := &o.segs[0]
	at := 0
	for more := true; more && at < len(s.b); {
		h, hn, err := wire.ParseHeader(s.b[at:])
		if err != nil || hn == 0 {
			break // cannot be: we encoded it
		}
		at += hn + int(h.Size)
		size += int(h.Size)
		more = h.Flags&wire.FlagMore != 0
	}
	s.b = s.b[at:]
	s.msgs--
	s.size -= size
	o.bytes -= at
	wake = o.mark.ack(1, size)
	if len(s.b) == 0 {
		var gone tally
		gone.add(s)
		wake = o.leftLocked(gone) || wake
		o.segs = o.segs[1:]
	}
	return size, wake
}
