// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"fmt"
	"testing"
)

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

func TestSoleIsNotForClosedPipes(t *testing.T) {
	p := New(Config{Mailbox: &Mailbox{}, Buffers: new(Buffers)})
	p.BeginSole()
	p.out.close()
	if ok, _ := p.WriteSole(message("a")); ok {
		t.Error("a closed pipe took a message")
	}
}

// TestSoleInProcess: the same with a socket of this process at the other end,
// once that end is there.
func TestSoleInProcess(t *testing.T) {
	p, q := joined(
		Config{Mailbox: &Mailbox{Writers: true}, SendHWM: 2},
		Config{Mailbox: &Mailbox{Readers: true}, RecvHWM: 1})
	if !p.BeginSole() {
		t.Fatal("refused")
	}
	for i := range 3 {
		if ok, _ := p.WriteSole(message(fmt.Sprint(i))); !ok {
			t.Fatal("refused below the mark")
		}
	}
	if ok, _ := p.WriteSole(message("3")); ok {
		t.Fatal("written above the mark")
	}
	if p.Direct() != 3 || p.EndSole() != 3 || p.Sent() != 3 {
		t.Error("wrong count")
	}
	for i := range 3 {
		wantRead(t, q, fmt.Sprint(i))
	}
	wantEmpty(t, q)
}

// TestSoleIsRefusedByTopics: a queue that conflates by topic is full when no topic
// of it is renewed, and says so.
func TestSoleIsRefusedByTopics(t *testing.T) {
	p, q := joined(
		Config{Mailbox: &Mailbox{Writers: true}, SendHWM: 2, TopicsOut: true},
		Config{Mailbox: &Mailbox{Readers: true}, RecvHWM: 1})
	if !p.BeginSole() {
		t.Fatal("refused")
	}
	taken := uint64(0)
	for i := range 5 {
		if ok, _ := p.WriteSole(message(fmt.Sprint(i))); ok {
			taken++
		}
	}
	if n := p.EndSole(); n != taken || taken != 3 {
		t.Errorf("%d of 5 messages were taken and %d counted, want 3", taken, n)
	}
	for i := range 3 {
		wantRead(t, q, fmt.Sprint(i))
	}
	wantEmpty(t, q)
}

// TestInProcessMessagesShareMemory: small messages that wait together are one
// allocation, and those that were handed over keep theirs.
func TestInProcessMessagesShareMemory(t *testing.T) {
	p, q := joined(Config{Mailbox: &Mailbox{}}, Config{Mailbox: &Mailbox{Readers: true}})
	own := &Message{Head: []byte("own"), Owned: true}
	var want []string
	for i := range 1000 {
		if i%50 == 49 {
			p.Write(own)
			want = append(want, "own")
		}
		want = append(want, runText(i))
		p.Write(message(runText(i)))
	}
	if n := len(q.in.queue); n > 150 {
		t.Errorf("%d entries for %d messages", n, len(want))
	}
	for i, w := range want {
		var m Message
		if !q.Read(&m) || string(m.Head) != w {
			t.Fatalf("message %d is %q, want %q", i, m.Head, w)
		}
		if w == "own" && &m.Head[0] != &own.Head[0] {
			t.Fatal("a frame that was handed over has been copied")
		}
		if cap(m.Head) != len(m.Head) && w != "own" {
			t.Fatal("appending to a frame would write into the next")
		}
	}
}

func joined(connect, bind Config) (c, b *Pipe) {
	c, b = NewPair(connect)
	b.Adopt(bind)
	return c, b
}
