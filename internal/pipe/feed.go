// SPDX-License-Identifier: Apache-2.0

package pipe

// A Feed is a buffer in front of an outbox, in which a binding to another
// language gathers small messages while the connection is busy: a call into Go
// for each of them would cost more than the rest. It holds wire bytes, one frame a
// message.
//
// The outbox opens the feed, for so many messages as the high-water mark has room
// for, only while somebody holds the write token. Whoever gives the token back
// has taken what was in the feed and closed it. So nothing waits in a feed unless
// a connection is being written to, and the mark holds exactly.
type Feed interface {
	// Lock keeps the other side out and returns what has gathered, and how many
	// messages that is. It is called with locks held, and waits for a few
	// instructions of the other side at most.
	Lock() (wire []byte, n int)
	// Unlock empties the feed and lets the other side add up to credit messages.
	Unlock(credit int)
}

// feedCredit is the most messages that a feed may hold.
const feedCredit = 1 << 10

// SetFeed puts a feed in front of the pipe's outbox: only before the pipe is
// written to, or with nil, after which the feed is not touched any more. It does
// nothing in process.
func (p *Pipe) SetFeed(f Feed) {
	o := p.out
	if o == nil {
		return
	}
	o.mu.Lock()
	o.feedLocked(false)
	o.feed = f
	o.mu.Unlock()
}

// TakeFeed moves what is in the pipe's feed into its outbox.
func (p *Pipe) TakeFeed() {
	if o := p.out; o != nil {
		o.mu.Lock()
		o.feedLocked(o.token)
		o.mu.Unlock()
	}
}

// feedLocked takes what is in the feed, and opens it anew or closes it.
func (o *Outbox) feedLocked(open bool) {
	if o.feed == nil {
		return
	}
	wire, n := o.feed.Lock()
	if n > 0 && !o.closed {
		seg := o.growLocked(len(wire))
		seg.b = append(seg.b, wire...)
		seg.msgs += n
		seg.ends = true
		o.bytes += len(wire)
		o.mark.written += uint64(n)
		o.direct += uint64(n)
	}
	credit := 0
	if open && len(o.segs) > 0 && o.sole && o.link != nil && !o.closed && !o.raw && !o.conflate && o.mark.bytes == 0 {
		credit = o.mark.room(feedCredit)
	}
	o.feed.Unlock(credit)
}
