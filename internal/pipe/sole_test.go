// SPDX-License-Identifier: Apache-2.0

package pipe

import "testing"

func TestSoleWritesUnderTheOutboxsLockAlone(t *testing.T) {
	p := New(Config{Mailbox: &Mailbox{Writers: true}, Buffers: new(Buffers), SendHWM: 2})
	if ok, _ := p.WriteSole(message("early")); ok {
		t.Fatal("written before the pattern said that there is no choice")
	}
	if !p.BeginSole() {
		t.Fatal("refused")
	}
	for range 2 {
		if ok, _ := p.WriteSole(message("a")); !ok {
			t.Fatal("refused below the mark")
		}
	}
	if ok, _ := p.WriteSole(message("b")); ok {
		t.Fatal("written above the mark")
	}
	if p.Direct() != 2 || p.Sent() != 2 {
		t.Errorf("%d direct, %d sent", p.Direct(), p.Sent())
	}
	if n := p.EndSole(); n != 2 || p.Direct() != 0 || p.Sent() != 2 {
		t.Errorf("ended with %d, then %d direct, %d sent", n, p.Direct(), p.Sent())
	}
	if ok, _ := p.WriteSole(message("late")); ok {
		t.Fatal("written after the end")
	}
}

func TestSoleGivesTheTokenToOne(t *testing.T) {
	p := New(Config{Mailbox: &Mailbox{Writers: true}, Buffers: new(Buffers)})
	p.Out().Attach(idleLink{}, 0)
	p.BeginSole()
	if _, flush := p.WriteSole(message("a")); !flush {
		t.Error("no token")
	}
	if _, flush := p.WriteSole(message("b")); flush {
		t.Error("a second token")
	}
}

func TestSoleIsNotForClosedOrInProcessPipes(t *testing.T) {
	p := New(Config{Mailbox: &Mailbox{}, Buffers: new(Buffers)})
	p.BeginSole()
	p.out.close()
	if ok, _ := p.WriteSole(message("a")); ok {
		t.Error("a closed pipe took a message")
	}
	q := newHalf(Config{Mailbox: &Mailbox{}})
	if q.BeginSole() || q.Direct() != 0 {
		t.Error("a pipe in process has no outbox to write to")
	}
}
