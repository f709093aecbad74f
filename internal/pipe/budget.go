// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gozmq/zmq/internal/zerr"
)

// Budget bounds what the peers of a context can make it hold, all of them together. Half
// of it is for messages: those that wait to be received, and those of which a part has
// come. The other half is for what else is kept: connections, handshakes, properties and
// topics. So neither can use up what the other needs.
//
// A share is not fixed. It is a multiple of what is still free, so that it becomes
// smaller as more is used, and an account above its share gets nothing more. The largest
// holders therefore reach the bound first, and a new peer always finds something free.
// (Switches share the memory of their ports in this way: Choudhury and Hahne, Dynamic
// Queue Length Thresholds, 1998.)
//
// A queue above its share is not read into any more, which costs no message: its peer
// has to wait. Parts of messages, and what is kept, cannot wait. There the share is
// larger, and beyond it the connection of the account that has most of that ends.
//
// Accounts draw in steps, never for a single message. A nil *Budget has no limit.
type Budget struct {
	limit    int64        // immutable, more than 0
	messages atomic.Int64 // of one half
	kept     atomic.Int64 // of the other

	mu     sync.Mutex // a leaf lock
	first  *Account   // of a list
	open   int        // how many these are
	rested time.Time  // until when the largest of many accounts is not looked for
}

const (
	// queuePart is which part of the free half a queue may have. A lone one gets a ninth
	// of the half, 227 MiB by default, about as much as one frame may have.
	queuePart = 8
	// largeShare is how many times what is free of a half an account may have with what
	// cannot wait. A lone one gets three quarters of the half, 1.5 GiB by default, more
	// than one message may have.
	largeShare = 3
	// leastDraw and mostDraw bound a step. Between them a holding doubles.
	leastDraw, mostDraw = 4 << 10, 64 << 10
	// ConnectionBytes is what a connection is counted as, whatever it does: the memory of
	// an idle one, and OwnBytes for what waits in it, which is not counted again.
	ConnectionBytes = 16 << 10
	// OwnBytes is what a peer that sends small messages one at a time never exceeds, so
	// that its account does not move.
	OwnBytes = 8 << 10
	// manyAccounts is from how many accounts on the search for the largest takes so long
	// that it is not made as often as strangers like.
	manyAccounts = 4096
)

// NewBudget returns a budget of so many bytes, and nil for none.
func NewBudget(limit int64) *Budget {
	if limit <= 0 {
		return nil
	}
	return &Budget{limit: limit}
}

// Held returns what is drawn at present.
func (b *Budget) Held() int64 {
	if b == nil {
		return 0
	}
	return b.messages.Load() + b.kept.Load()
}

// Tight reports whether queues have used up nearly all of their half. A reader then takes
// in no more at once than what is counted with its connection.
func (b *Budget) Tight() bool {
	return b != nil && b.messages.Load() > b.limit/2-b.limit/32
}

// Ample reports whether so little is used that a large frame may get memory before it has
// come.
func (b *Budget) Ample() bool { return b == nil || b.messages.Load() < b.limit/64 }

// BudgetError is the reason why the connection of the largest holder ends.
type BudgetError struct {
	Holds int64 // the peer, of what cannot wait
	Limit int64
}

func (e *BudgetError) Error() string {
	return fmt.Sprintf("zmq: limit exceeded: the peers of the context hold as much as TotalBytes allows, %d bytes, and this one most, %d bytes", e.Limit, e.Holds)
}

// Unwrap makes it an ErrLimit.
func (e *BudgetError) Unwrap() error { return zerr.ErrLimit }

// Account is what one connection draws. The methods of a nil *Account do nothing.
type Account struct {
	budget   *Budget
	conn     Connection
	messages atomic.Int64
	partial  atomic.Int64 // of messages: those of which a part is missing
	kept     atomic.Int64

	// Guarded by Budget.mu.
	prev, next *Account // in the list of those that are open
	refused    bool
}

// Connection is what an account belongs to. Close ends it for a reason. It does not block
// and takes no lock of a socket.
type Connection interface{ Close(reason error) }

// Open returns the account of a new connection. If there is no room for it, another
// connection is closed, or the error says why this one is to be.
func (b *Budget) Open(c Connection) (*Account, error) {
	if b == nil {
		return nil, nil
	}
	a := &Account{budget: b, conn: c}
	b.mu.Lock()
	if a.next = b.first; a.next != nil {
		a.next.prev = a
	}
	b.first = a
	b.open++
	b.mu.Unlock()
	if err := a.draw(ConnectionBytes, kept); err != nil {
		b.forget(a)
		return nil, err
	}
	return a, nil
}

// Close gives back what Open has drawn, and also what Keep has. What holdings have drawn
// they give back themselves.
func (a *Account) Close(also int64) {
	if a == nil {
		return
	}
	a.budget.forget(a)
	a.give(ConnectionBytes+also, kept)
}

// Keep draws for something that lasts as long as the connection.
func (a *Account) Keep(n int64) error {
	if a == nil {
		return nil
	}
	return a.draw(n, kept)
}

func (b *Budget) forget(a *Account) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if a.next != nil {
		a.next.prev = a.prev
	}
	if a.prev != nil {
		a.prev.next = a.next
	} else {
		b.first = a.next
	}
	a.prev, a.next, a.conn = nil, nil, nil
	b.open--
}

// queue draws for a queue, which has the bytes already, and reports whether it may have
// more. beside is what the queue has that is not drawn by it. With all it may have as much
// as is free.
func (a *Account) queue(n, beside int64, all bool) (more bool) {
	has, free := a.add(n, queued)
	has += beside
	if all {
		return has <= free
	}
	return has <= free/queuePart
}

// Hold draws what is held while a queue is full. Release gives it back.
func (a *Account) Hold(n int64) {
	if a != nil {
		a.queue(n, 0, false)
	}
}

// Release gives back what Hold has drawn.
func (a *Account) Release(n int64) {
	if a != nil {
		a.give(n, queued)
	}
}

// draw draws for what cannot wait. An error means that this account has most of it.
func (a *Account) draw(n int64, as class) error {
	if has, free := a.add(n, as); has <= largeShare*free {
		return nil
	}
	largest, err := a.budget.refuseLargest(a, as)
	switch {
	case err == nil:
	case largest == a.conn:
		a.give(n, as)
		return err
	default:
		largest.Close(err)
	}
	return nil
}

// class is what is drawn for.
type class uint8

const (
	kept    class = iota // of one half; cannot wait
	queued               // of the half for messages
	partial              // likewise; cannot wait
)

// add counts what is drawn, and returns what the account has of the half, and what is
// free of it.
func (a *Account) add(n int64, as class) (has, free int64) {
	b := a.budget
	if as == kept {
		return a.kept.Add(n), b.limit/2 - b.kept.Add(n)
	}
	if as == partial {
		a.partial.Add(n)
	}
	return a.messages.Add(n), b.limit/2 - b.messages.Add(n)
}

// give gives back what was drawn.
func (a *Account) give(n int64, as class) { a.add(-n, as) }

// waitless returns what the account has of a class that cannot wait.
func (a *Account) waitless(as class) int64 {
	if as == kept {
		return a.kept.Load()
	}
	return a.partial.Load()
}

// refuseLargest returns the connection of the account that has most of a class, for it to
// be ended, and why. An account that is refused already gives back what it has, so others
// are not refused for its sake: the error is nil while that is enough. But if much has not
// been given back yet, the one that asks is refused.
func (b *Budget) refuseLargest(asks *Account, as class) (largest Connection, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	began := time.Now()
	most := asks
	if asks.refused || b.open > manyAccounts && began.Before(b.rested) {
		asks.refused = true
		return asks.conn, asks.over(as)
	}
	leaves := int64(0) // what is about to be given back
	for a := b.first; a != nil; a = a.next {
		switch has := a.waitless(as); {
		case a.refused:
			leaves += has
		case has > most.waitless(as):
			most = a
		}
	}
	if b.open > manyAccounts {
		b.rested = time.Now().Add(100 * time.Since(began)) // a hundredth of a processor at most
	}
	if leaves > b.limit/8 {
		most = asks
	} else if has, free := asks.add(0, as); has <= largeShare*(free+leaves) {
		return nil, nil
	}
	most.refused = true
	return most.conn, most.over(as)
}

func (a *Account) over(as class) error {
	return &BudgetError{Holds: a.waitless(as), Limit: a.budget.limit}
}

// Holding is one thing that an account has and that cannot wait, such as the topics of a
// peer. Its owner guards it. The zero value is ready, and holds nothing.
type Holding struct {
	account *Account // from which drawn was drawn
	bytes   int64
	drawn   int64
	as      class
}

// Bytes returns how much it is.
func (h *Holding) Bytes() int64 { return h.bytes }

// Grow counts n more bytes, which a is asked for where something is to be drawn. After an
// error they are not counted.
func (h *Holding) Grow(a *Account, n int) error { return h.grow(a, n, kept) }

// GrowPartial is Grow for a message of which a part has come.
func (h *Holding) GrowPartial(a *Account, n int) error { return h.grow(a, n, partial) }

func (h *Holding) grow(a *Account, n int, as class) error {
	h.bytes += int64(n)
	if h.bytes <= h.drawn || a == nil && h.drawn == 0 {
		return nil
	}
	if h.drawn == 0 {
		h.account, h.as = a, as
	}
	more := step(h.bytes, h.drawn)
	if err := h.account.draw(more, h.as); err != nil {
		h.bytes -= int64(n)
		return err
	}
	h.drawn += more
	return nil
}

// Shrink counts n bytes less.
func (h *Holding) Shrink(n int) {
	h.bytes = max(0, h.bytes-int64(n))
	if spare := surplus(h.bytes, h.drawn); spare > 0 {
		h.account.give(spare, h.as)
		h.drawn -= spare
	}
}

// Clear gives everything back.
func (h *Holding) Clear() {
	if h.drawn > 0 {
		h.account.give(h.drawn, h.as)
	}
	*h = Holding{}
}

// step returns how much to draw for more than has been drawn.
func step(bytes, drawn int64) int64 {
	return max(bytes-drawn, min(max(drawn, leastDraw), mostDraw))
}

// surplus returns how much of what was drawn is given back: everything, if nothing is
// held, and otherwise what is beyond two steps, or each step would be drawn again.
func surplus(bytes, drawn int64) int64 {
	if bytes == 0 {
		return drawn
	}
	if spare := drawn - bytes; spare > 2*mostDraw {
		return spare - mostDraw
	}
	return 0
}
