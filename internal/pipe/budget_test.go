// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"errors"
	"sync"
	"testing"

	"github.com/gozmq/zmq/internal/zerr"
)

const mebibyte = 1 << 20

// member is an account and the reason for which it was refused.
type member struct {
	*Account
	topics Holding
	why    error
	leaves bool // when it is refused
}

// join opens an account that gives back what it has when it is refused.
func (b *Budget) join(t *testing.T) *member {
	t.Helper()
	m := &member{leaves: true}
	a, err := b.Open(m)
	if err != nil {
		t.Fatal(err)
	}
	m.Account = a
	return m
}

func (m *member) Close(why error) {
	m.why = why
	if m.leaves {
		m.leave()
	}
}

// leave gives everything back.
func (m *member) leave() {
	m.topics.Clear()
	m.Account.Close(0)
}

// wantNothing checks that everything has been given back.
func (b *Budget) wantNothing(t *testing.T) {
	t.Helper()
	if b.Held() != 0 || b.first != nil || b.open != 0 {
		t.Errorf("%d bytes and %d accounts are left", b.Held(), b.open)
	}
}

// TestBudgetRefusesTheLargestHolder: not the one that asks.
func TestBudgetRefusesTheLargestHolder(t *testing.T) {
	b := NewBudget(16 * mebibyte)
	large, small := b.join(t), b.join(t)
	if err := large.topics.Grow(large.Account, 5*mebibyte); err != nil {
		t.Fatal(err)
	}
	var err error
	for large.why == nil && err == nil && small.topics.Bytes() < 5*mebibyte {
		err = small.topics.Grow(small.Account, 64<<10)
	}
	if err != nil || !errors.Is(large.why, zerr.ErrLimit) || small.topics.Bytes() >= 5*mebibyte {
		t.Errorf("the small one: %v with %d bytes, the large one: %v", err, small.topics.Bytes(), large.why)
	}
	if err := small.topics.Grow(small.Account, mebibyte); err != nil {
		t.Errorf("what the large one had is not there for others: %v", err)
	}
	small.leave()
	b.wantNothing(t)
}

// TestBudgetRefusesALoneHolder: it keeps most, so there is room for others.
func TestBudgetRefusesALoneHolder(t *testing.T) {
	b := NewBudget(16 * mebibyte)
	a := b.join(t)
	var err error
	for err == nil {
		err = a.topics.Grow(a.Account, 100<<10)
	}
	if n := a.topics.Bytes(); !errors.Is(err, zerr.ErrLimit) || n > 6*mebibyte || n < 5*mebibyte {
		t.Errorf("%v with %d bytes, want ErrLimit with three quarters of the half", err, n)
	}
	over := (*BudgetError)(nil)
	if !errors.As(err, &over) || over.Limit != 16*mebibyte || over.Holds < 5*mebibyte {
		t.Errorf("%v does not say what it keeps and may keep", err)
	}
	if other := b.join(t); other.topics.Grow(other.Account, mebibyte) != nil || other.why != nil {
		t.Errorf("another is refused: %v", other.why)
	} else {
		other.leave()
	}
	a.leave()
	b.wantNothing(t)
}

// TestBudgetIsNotExceeded: whatever many holders ask for, and although those that are
// refused give nothing back yet.
func TestBudgetIsNotExceeded(t *testing.T) {
	b := NewBudget(8 * mebibyte)
	var all []*member
	for range 200 {
		m := new(member)
		a, err := b.Open(m)
		if err != nil {
			break
		}
		m.Account = a
		all = append(all, m)
		for range 50 {
			if m.topics.Grow(a, 10<<10) != nil {
				break
			}
		}
	}
	leaves := int64(0)
	for _, m := range all {
		if m.why != nil || m.refused {
			leaves += m.kept.Load()
		}
	}
	if kept := b.kept.Load() - leaves; kept > b.limit/2 {
		t.Errorf("%d accounts keep %d bytes, the half is %d", len(all), kept, b.limit/2)
	}
	for _, m := range all {
		m.leave()
	}
	b.wantNothing(t)
}

// TestBudgetOfManyGoroutines: what is drawn is given back, also when a draw is refused.
func TestBudgetOfManyGoroutines(t *testing.T) {
	b := NewBudget(4 * mebibyte)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 200 {
				a, err := b.Open(new(member))
				if err != nil {
					continue
				}
				var h Holding
				for range 20 {
					if h.Grow(a, 30<<10) != nil {
						break
					}
					h.Shrink(1 << 10)
				}
				a.Hold(1 << 10)
				a.Release(1 << 10)
				h.Clear()
				a.Close(0)
			}
		})
	}
	wg.Wait()
	b.wantNothing(t)
}

// TestHoldingDrawsInSteps: a peer that says little moves no counter that others share,
// and one that says much does so for each 64 KiB.
func TestHoldingDrawsInSteps(t *testing.T) {
	b := NewBudget(1 << 30)
	a := b.join(t)
	draws, last := 0, b.kept.Load()
	for range mebibyte / 16 {
		if err := a.topics.Grow(a.Account, 16); err != nil {
			t.Fatal(err)
		}
		if now := b.kept.Load(); now != last {
			draws, last = draws+1, now
		}
	}
	if draws > 21 {
		t.Errorf("%d draws for a mebibyte, 16 bytes at a time", draws)
	}
	for range 100 {
		a.topics.Shrink(64 << 10)
		if err := a.topics.Grow(a.Account, 64<<10); err != nil {
			t.Fatal(err)
		}
		if b.kept.Load() != last {
			t.Fatal("a step that is needed again was given back")
		}
	}
	a.topics.Shrink(mebibyte)
	if left := b.kept.Load(); left != ConnectionBytes {
		t.Errorf("%d bytes are drawn for nothing", left-ConnectionBytes)
	}
	a.leave()
	b.wantNothing(t)
}

// draws is a pipe with an account.
func draws(t *testing.T, b *Budget, hwm int, conflate bool) (*Pipe, *member) {
	t.Helper()
	p, m := box(hwm, 0, conflate), b.join(t)
	p.SetAccount(m.Account)
	return p, m
}

func ofSize(n int) []Item {
	return []Item{{Message: Message{Head: make([]byte, n), Owned: true}}}
}

// TestQueueStopsItsReader above its share, although the mark in messages has room, loses
// nothing, and lets the reader go on when half of it has been received.
func TestQueueStopsItsReader(t *testing.T) {
	const limit, each = 16 * mebibyte, 10_000
	b := NewBudget(limit)
	p, m := draws(t, b, 1_000_000, false)
	resumed := 0
	p.OnResume(func() { resumed++ })
	sent := 0
	for ; !p.Stopped(); sent++ {
		if sent*each > limit {
			t.Fatal("the reader is not stopped")
		}
		if p.Deliver(ofSize(each)) != 1 {
			t.Fatal("a message was refused")
		}
	}
	if share := limit / 2 / 9; sent*each < share/2 || sent*each > share+mebibyte/4 {
		t.Errorf("stopped with %d bytes, want about %d", sent*each, share)
	}
	var got Message
	for n := sent; n > 0; n-- {
		if !p.Read(&got) || len(got.Head) != each {
			t.Fatalf("%d messages are lost", n)
		}
		if going := !p.Stopped(); going && n*each > sent*each/2+each+mostDraw {
			t.Fatalf("the reader goes on with %d of %d messages", n, sent)
		} else if going != (resumed == 1) {
			t.Fatalf("stopped: %v, and it was resumed %d times", !going, resumed)
		}
	}
	wantEmpty(t, p)
	if resumed != 1 {
		t.Errorf("resumed %d times", resumed)
	}
	m.leave()
	b.wantNothing(t)
}

// TestQueueWithoutAMarkMayHaveAllThatIsFree: the program wants it so.
func TestQueueWithoutAMarkMayHaveAllThatIsFree(t *testing.T) {
	const limit, each = 16 * mebibyte, 10_000
	b := NewBudget(limit)
	p, m := draws(t, b, 0, false)
	sent := 0
	for ; !p.Stopped() && sent*each < limit; sent++ {
		p.Deliver(ofSize(each))
	}
	if want := limit / 4; sent*each < want-mebibyte/2 || sent*each > want+mebibyte/2 {
		t.Errorf("stopped with %d bytes, want about %d", sent*each, want)
	}
	p.Empty()
	m.leave()
	b.wantNothing(t)
}

// TestQueuesShare: the queue that is longest is stopped first, and a new one finds room.
func TestQueuesShare(t *testing.T) {
	const each = 10_000
	b := NewBudget(8 * mebibyte)
	type queue struct {
		*Pipe
		*member
		sent int
	}
	var all []*queue
	fill := func() {
		p, m := draws(t, b, 1_000_000, false)
		q := &queue{p, m, 0}
		all = append(all, q)
		for !p.Stopped() {
			p.Deliver(ofSize(each))
			q.sent++
		}
	}
	for range 20 {
		fill()
	}
	for _, q := range all {
		if q.sent > all[0].sent || q.sent*each < 4*OwnBytes {
			t.Errorf("%d messages in a queue, the first one has %d", q.sent, all[0].sent)
		}
	}
	if n := b.messages.Load(); n > b.limit/2 {
		t.Errorf("the queues hold %d bytes, the half is %d", n, b.limit/2)
	}
	if !b.Tight() && b.messages.Load() > b.limit/2-b.limit/32 {
		t.Error("readers are not told that there is little left")
	}
	for _, q := range all {
		q.Empty()
		q.leave()
	}
	b.wantNothing(t)
}

// TestQueueGivesBack what it has drawn, however its messages leave it.
func TestQueueGivesBack(t *testing.T) {
	for name, leave := range map[string]func(t *testing.T, p *Pipe){
		"received": func(t *testing.T, p *Pipe) {
			var m Message
			for p.Read(&m) {
			}
		},
		"received in runs": func(t *testing.T, p *Pipe) {
			var it Item
			for p.ReadRun(&it, 100) > 0 {
			}
		},
		"emptied":        func(t *testing.T, p *Pipe) { p.Empty() },
		"closed":         func(t *testing.T, p *Pipe) { p.CloseIn(true) },
		"closed, unread": func(t *testing.T, p *Pipe) { p.CloseIn(false); p.Empty() },
		"half received, then closed": func(t *testing.T, p *Pipe) {
			var m Message
			for range 5 {
				p.Read(&m)
			}
			p.CloseIn(true)
		},
	} {
		for _, conflate := range []bool{false, true} {
			b := NewBudget(64 * mebibyte)
			p, m := draws(t, b, 1000, conflate)
			for i := range 10 {
				p.Deliver(ofSize(i * 20_000))
				p.Deliver([]Item{run(t, 100)})
			}
			if b.messages.Load() == 0 && !conflate {
				t.Errorf("%s: nothing is drawn", name)
			}
			leave(t, p)
			if n := b.messages.Load(); n != 0 {
				t.Errorf("%s, conflate %v: %d bytes are drawn for nothing", name, conflate, n)
			}
			m.leave()
			b.wantNothing(t)
		}
	}
}

// run returns a run of small messages.
func run(t *testing.T, n int) Item {
	t.Helper()
	var framed []byte
	for range n {
		framed = append(framed, 0, 3, 'a', 'b', 'c')
	}
	return NewRun(framed, n, nil, nil)
}

// TestQueueMovesToTheNextConnection: what waits from one connection counts for the next.
func TestQueueMovesToTheNextConnection(t *testing.T) {
	b := NewBudget(64 * mebibyte)
	p, first := draws(t, b, 1000, false)
	p.Deliver(ofSize(mebibyte))
	first.leave()
	second := b.join(t)
	p.SetAccount(second.Account)
	if first.messages.Load() != 0 || second.messages.Load() < mebibyte-OwnBytes {
		t.Errorf("the first has %d bytes, the second %d", first.messages.Load(), second.messages.Load())
	}
	p.Empty()
	second.leave()
	b.wantNothing(t)
}
