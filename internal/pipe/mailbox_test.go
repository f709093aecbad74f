// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"testing"

	"github.com/gozmq/zmq/internal/wire"
)

func TestMailboxKeepsNothingThatNobodyCollects(t *testing.T) {
	var b Mailbox // of a ROUTER for what is writable, of a PUSH for what is readable
	for range 1000 {
		p := New(Config{Mailbox: &b, Buffers: new(Buffers), SendHWM: 1, RecvHWM: 1})
		p.Deliver(texts(0, 1))
		for range 2 {
			p.Write(message("x"))
		}
		p.ResetOut()
		p.out.setLimit(5)
		p.CloseIn(false)
		p.CloseOut()
	}
	if len(b.readable.list)+len(b.writable.list) > 0 {
		t.Errorf("%d and %d pipes are kept", len(b.readable.list), len(b.writable.list))
	}
}

func TestMailboxForgetsPipesThatEndUnread(t *testing.T) {
	b := Mailbox{Readers: true, Writers: true} // of a DEALER that the application never looks at
	for range 1000 {
		p := New(Config{Mailbox: &b, Buffers: new(Buffers), SendHWM: 1, RecvHWM: 1})
		p.CloseIn(false)
		p.CloseOut()
	}
	if len(b.readable.list)+len(b.writable.list) > 0 {
		t.Errorf("%d and %d pipes are kept", len(b.readable.list), len(b.writable.list))
	}
}

func TestMailboxPostsAFullPipeOnceItHasRoom(t *testing.T) {
	b := Mailbox{Writers: true}
	p := New(Config{Mailbox: &b, Buffers: new(Buffers), SendHWM: 1})
	p.Write(message("1"))
	if p.Room(1) > 0 {
		t.Error("room beyond the mark")
	}
	p.Out().Attach(idleLink{}, wire.V31)
	var batch Batch
	p.Out().Take(&batch)
	p.Out().Sent(&batch)
	n := 0
	b.Writable(func(*Pipe) { n++ })
	if n != 1 {
		t.Errorf("posted %d times, want once", n)
	}
}

func TestWaitersAreWokenFirstComeFirstServed(t *testing.T) {
	var w Waiters
	a, b := w.Join(), w.Join()
	woken := func(x *Waiter) bool {
		select {
		case <-x.C:
			return true
		default:
			return false
		}
	}
	w.Wake()
	if woken(b) || !woken(a) {
		t.Error("the wrong waiter was woken")
	}
	w.Wake()
	w.Wake() // the first has not used its own yet
	if !woken(a) || !woken(b) {
		t.Error("a wake-up was lost")
	}
	w.Wake()
	w.Leave(a, false) // leaves without having used it
	if !woken(b) {
		t.Error("an unused wake-up was not passed on")
	}
	w.Leave(b, true) // no waiter is there to take it
	if w.n.Load() != 0 {
		t.Errorf("%d waiters are counted", w.n.Load())
	}
	if c := w.Join(); woken(c) {
		t.Error("a new waiter inherits a wake-up")
	}
}

func TestWaitersWakeAll(t *testing.T) {
	var w Waiters
	list := []*Waiter{w.Join(), w.Join(), w.Join()}
	w.WakeAll()
	for i, x := range list {
		select {
		case <-x.C:
		default:
			t.Errorf("waiter %d was not woken", i)
		}
	}
}
