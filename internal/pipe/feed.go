// SPDX-License-Identifier: Apache-2.0

package pipe

// A Feed is a buffer in front of an outbox, in which a binding to another
// language gathers small messages while the connection is busy: a call into Go
// for each of them would cost more than the rest. It holds wire bytes, one frame a
// message.
//
// The outbox opens the feed, for so many messages as the high-water mark has room
// for, only while the write token is held. The holder that gives the token back
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
	defer o.mu.Unlock()
	o.settleLocked()
	switch _, has := o.supply.(*fed); {
	case f != nil && o.supply == nil: // or messages are replaced
		o.supply = &fed{f}
	case f == nil && has:
		o.supply = nil
	}
}

// TakeFeed moves what is in the pipe's feed into its outbox.
func (p *Pipe) TakeFeed() {
	o := p.out
	if o == nil {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if f, ok := o.supply.(*fed); ok {
		f.take(o, o.token)
	}
}

// fed is the supply of an outbox with a feed.
type fed struct{ feed Feed }

// take takes what is in the feed, and opens it anew or closes it.
func (f *fed) take(o *Outbox, open bool) {
	wire, n := f.feed.Lock()
	if n > 0 && !o.closed {
		o.appendFramedLocked(wire, n)
		o.sent += uint64(n)
		o.direct += uint64(n)
	}
	credit := 0
	if open && len(o.segs) > 0 && o.sole && o.link != nil && !o.closed && o.plain() {
		credit = o.mark.room(feedCredit)
	}
	f.feed.Unlock(credit)
}

func (f *fed) pull(o *Outbox, _ int) { f.take(o, true) }
func (f *fed) close(o *Outbox)       { f.take(o, false) }
func (f *fed) rest(*Outbox) bool     { return true } // pull has closed it
func (f *fed) behind() int           { return 0 }
func (f *fed) empty() bool           { return true } // or the writer is at work
func (f *fed) drop(*Outbox) bool     { return false }
