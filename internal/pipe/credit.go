// SPDX-License-Identifier: Apache-2.0

package pipe

import "github.com/gozmq/zmq/internal/wire"

// A message is out of the queue as soon as the system has all of it, and not only
// when the batch that it was written in has gone out. So a queue at its mark and a
// peer's queue at its mark hold as many messages as both marks together allow,
// however little the system buffers between them.

// credit is how far the messages of a batch have been counted as sent.
type credit struct {
	msgs, size int // counted so far
	seg, start int // the segment that is not wholly sent, and where in the batch it begins
	off        int // in that segment: the end of what has been counted
	here       struct{ msgs, size int }
}

// Stuck notes that the holder of the write token is about to wait until the system
// takes more, after n bytes of the batch. Messages that are within these are sent.
// The state ends with Sent or Failed.
func (o *Outbox) Stuck(b *Batch, n int) {
	had := b.credit
	b.count(n, o.raw)
	o.mu.Lock()
	o.stuck = true
	o.movedLocked()
	if o.oldest != nil {
		o.oldest.countedLocked(b.credit.msgs-had.msgs, b.credit.size-had.size)
	}
	wake := o.mark.ack(uint64(b.credit.msgs-had.msgs), b.credit.size-had.size)
	wake = o.mark.settle() || wake
	o.unlockWaking(wake)
}

// count counts the messages that end within the first n bytes of the batch.
func (b *Batch) count(n int, raw bool) {
	c := &b.credit
	for c.seg < len(b.segs) {
		s := &b.segs[c.seg]
		if len(s.b) > n-c.start {
			if !raw && !s.body {
				c.within(s, n-c.start)
			}
			return
		}
		c.msgs += s.msgs - c.here.msgs
		c.size += s.size - c.here.size
		c.start += len(s.b)
		c.seg++
		c.off, c.here.msgs, c.here.size = 0, 0, 0
	}
}

// within counts the messages that end within the first n bytes of a segment, of which
// there are none where it holds subscriptions.
func (c *credit) within(s *segment, n int) {
	size := 0
	for at := c.off; at < n && c.here.msgs < s.msgs; {
		h, hn, err := wire.ParseHeader(s.b[at:])
		if err != nil || hn == 0 || int(h.Size) > n-at-hn {
			return
		}
		at += hn + int(h.Size)
		if h.Flags&wire.FlagCommand != 0 {
			continue
		}
		size += int(h.Size)
		if h.Flags&wire.FlagMore != 0 {
			continue
		}
		c.off = at
		c.msgs++
		c.size += size
		c.here.msgs++
		c.here.size += size
		size = 0
	}
}
