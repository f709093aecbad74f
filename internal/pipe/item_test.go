// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gozmq/zmq/internal/wire"
)

// runOf frames texts as they come over the wire; every third is long enough
// for the long form of a header.
func runOf(from, to int) Item {
	r := NewRun(nil, 0, nil, nil)
	for i := from; i < to; i++ {
		r.Head = wire.AppendFrame(r.Head, 0, []byte(runText(i)))
		r.count++
	}
	return r
}

func runText(i int) string {
	if i%3 == 2 {
		return fmt.Sprintf("%d%s", i, strings.Repeat(".", 300))
	}
	return fmt.Sprint(i)
}

func wantRun(t *testing.T, p *Pipe, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		if m := p.Peek(); m == nil || string(m.Head) != runText(i) {
			t.Fatalf("message %d: peeked at %v", i, m)
		}
		wantRead(t, p, runText(i))
	}
}

func TestRunIsReadMessageByMessageAmongOthers(t *testing.T) {
	p := box(0, 0, false)
	ms := []Item{runOf(0, 4), {Message: Message{Head: []byte(runText(4)), Owned: true}}, runOf(5, 6), runOf(6, 40)}
	if n := p.Deliver(ms); n != len(ms) {
		t.Fatalf("%d taken", n)
	}
	if n := p.in.count(); n != 40 {
		t.Errorf("%d messages counted, want 40", n)
	}
	wantRun(t, p, 0, 20)
	if n := p.in.count(); n != 20 {
		t.Errorf("%d messages counted, want 20", n)
	}
	if p.in.total() != 40 {
		t.Errorf("%d received", p.in.total())
	}
	wantRun(t, p, 20, 40)
	wantEmpty(t, p)
}

// TestRunIsCutWhereTheMarkIsReached: the high-water mark counts messages, not
// what they came in.
func TestRunIsCutWhereTheMarkIsReached(t *testing.T) {
	p := box(4, 0, false)
	ms := []Item{runOf(0, 3), runOf(3, 9)}
	if n := p.Deliver(ms); n != 1 || ms[1].count != 5 {
		t.Fatalf("%d taken, %d left in the second run; want 1 and 5", n, ms[1].count)
	}
	if n := p.Deliver(ms[1:]); n != 0 || ms[1].count != 5 {
		t.Fatalf("a full inbox took %d, %d left", n, ms[1].count)
	}
	wantRun(t, p, 0, 4)
	wantEmpty(t, p)
	if n := p.Deliver(ms[1:]); n != 0 || ms[1].count != 1 {
		t.Fatalf("%d taken, %d left; want 0 and 1", n, ms[1].count)
	}
	wantRun(t, p, 4, 8)
	if n := p.Deliver(ms[1:]); n != 1 {
		t.Fatalf("%d taken", n)
	}
	wantRun(t, p, 8, 9)
	wantEmpty(t, p)
}

func TestRunIsCountedInBytesMessageByMessage(t *testing.T) {
	p := box(0, 4, false)
	r := NewRun(nil, 0, nil, nil)
	for range 5 {
		r.Head = wire.AppendFrame(r.Head, 0, []byte("ab"))
		r.count++
	}
	ms := []Item{r}
	if n := p.Deliver(ms); n != 0 || ms[0].count != 3 {
		t.Fatalf("%d taken, %d left; want 0 and 3", n, ms[0].count)
	}
	wantRead(t, p, "ab")
	wantRead(t, p, "ab")
	wantEmpty(t, p)
	if p.Deliver(ms); ms[0].count != 1 {
		t.Errorf("%d left, want 1", ms[0].count)
	}
}

func TestRunConflatesToItsLast(t *testing.T) {
	p := box(0, 0, true)
	p.Deliver([]Item{runOf(0, 7)})
	wantRead(t, p, runText(6))
	wantEmpty(t, p)
}

func TestRunDiscardedLeavesNothing(t *testing.T) {
	p := box(0, 0, false)
	p.Deliver([]Item{runOf(0, 7)})
	wantRun(t, p, 0, 2)
	p.in.discard()
	wantEmpty(t, p)
	if n := p.in.count(); n != 0 {
		t.Errorf("%d messages counted", n)
	}
}

// TestRunReadAllocatesNothing: taking a run apart costs no memory.
func TestRunReadAllocatesNothing(t *testing.T) {
	p := box(0, 0, false)
	const n = 1000
	r := runOf(0, n)
	ms := make([]Item, 1)
	var m Message
	if avg := testing.AllocsPerRun(100, func() {
		ms[0] = r
		p.Deliver(ms)
		for range n {
			p.Read(&m)
		}
	}); avg > 1 {
		t.Errorf("%v allocations for %d messages", avg, n)
	}
}

// What goes back to a socket, or to an application, is without framing, whatever
// came before in a run of one.
func TestSeparateTakesEveryRunApart(t *testing.T) {
	items := []Item{runOf(0, 1), Items(Message{Head: []byte(runText(1))})[0], runOf(2, 5)}
	ms := Separate(nil, items)
	if len(ms) != 5 {
		t.Fatalf("%d messages, want 5", len(ms))
	}
	for i, m := range ms {
		if string(m.Head) != runText(i) {
			t.Errorf("message %d is %q, want %q", i, m.Head, runText(i))
		}
	}
	if Separate(nil, nil) != nil {
		t.Error("messages of nothing")
	}
}

// A run of which the mark in bytes admits everything stays a run, and counts as its
// messages do: when all of them are read, nothing is held.
func TestRunUnderTheMarkInBytesStaysWhole(t *testing.T) {
	p := box(0, 100_000, false)
	if n := p.Deliver([]Item{runOf(0, 9)}); n != 1 || len(p.in.queue) != 1 {
		t.Errorf("%d items were taken, and %d are queued", n, len(p.in.queue))
	}
	size := 0
	for i := range 9 {
		size += len(runText(i))
	}
	if p.in.mark.held != int64(size) {
		t.Errorf("%d bytes are held, not %d", p.in.mark.held, size)
	}
	wantRun(t, p, 0, 9)
	if p.in.mark.held != 0 {
		t.Errorf("%d bytes are held of messages that were read", p.in.mark.held)
	}
	// One that exceeds it is taken apart.
	p = box(0, 20, false)
	items := []Item{runOf(0, 9)}
	if n := p.Deliver(items); n != 0 || items[0].Messages() >= 9 || items[0].Messages() == 0 {
		t.Errorf("%d items were taken, and %d messages are left", n, items[0].Messages())
	}
}
