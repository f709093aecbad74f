// SPDX-License-Identifier: Apache-2.0

package pipe

import "sync/atomic"

// Lender is the owner of memory that is lent to the library.
type Lender interface {
	// Returned is called once, when the last hold of the lease has ended. Locks of the
	// library may be held: it must neither block nor call the library.
	Returned()
}

// Lease is memory of a lender in which the last frame of a message lies, and the count
// of those that may still read it. A message with a lease is not Owned. A queue that
// keeps the message takes a hold, and needs no copy of the last frame; everything else
// copies, as with the memory of any caller. A hold passes on to the receiver with the
// message. Only a receiver that ends it (Buffers.Release) may be sent such messages: an
// application of the Go API is never. The methods of a nil Lease do nothing.
type Lease struct {
	lender  Lender
	holders atomic.Int32
	chunk   chunk // ends a hold when it is released
}

// NewLease returns a lease that the caller holds.
func NewLease(of Lender) *Lease {
	l := &Lease{lender: of}
	l.chunk.lease = l
	l.holders.Store(1)
	return l
}

// Lender returns whose memory it is.
func (l *Lease) Lender() Lender {
	if l == nil {
		return nil
	}
	return l.lender
}

// TakeOver ends the only hold without a word to the lender, whose memory the caller has
// then. It reports false, and nothing happened, if there are others.
func (l *Lease) TakeOver() bool { return l.holders.CompareAndSwap(1, 0) }

func (l *Lease) hold() {
	if l != nil {
		l.holders.Add(1)
	}
}

// Release ends one hold.
func (l *Lease) Release() {
	if l != nil && l.holders.Add(-1) == 0 {
		l.lender.Returned()
	}
}

// rent returns the message as a queue keeps it that holds the lease: the last frame as
// it is, and those before it as a copy.
func (m *Message) rent() Message {
	o := *m
	o.Lease = nil
	if k := len(m.Tail); k > 0 {
		last := m.Tail[k-1]
		o.Tail = m.Tail[:k-1]
		o = o.Own()
		o.Tail = append(o.Tail, last)
	}
	o.Owned, o.Apart, o.Lease = false, false, m.Lease // or the last frame would be taken for ours
	m.Lease.hold()
	return o
}
