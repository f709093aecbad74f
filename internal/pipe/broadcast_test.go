// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/gozmq/zmq/internal/wire"
)

// audienceOf makes members of a new broadcast, each with a link.
func audienceOf(t testing.TB, n, hwm int) (*Broadcast, []*Pipe) {
	t.Helper()
	b := NewBroadcast(nil)
	var ps []*Pipe
	for range n {
		p := New(Config{Mailbox: &Mailbox{Writers: true}, Buffers: new(Buffers), SendHWM: hwm})
		p.out.Attach(idleLink{}, wire.V31)
		if !b.Join(p) {
			t.Fatal("not admitted")
		}
		ps = append(ps, p)
	}
	return b, ps
}

// drain takes all that an outbox has, as its writer does.
func drain(o *Outbox) (all []byte) {
	var b Batch
	for o.Take(&b) {
		all = append(all, b.wireBytes()...)
		o.Sent(&b)
	}
	return all
}

func TestBroadcastReachesEveryMemberInOrder(t *testing.T) {
	b, ps := audienceOf(t, 3, 0)
	var want []byte
	for i := range 5000 { // several pages
		frames := []string{fmt.Sprint(i)}
		if i%10 == 0 {
			frames = append(frames, strings.Repeat("x", i%3000), "")
		}
		want = append(want, encoded(frames...)...)
		flush := b.Add(message(frames...), nil)
		if first := i == 0; (len(flush) == 3) != first {
			t.Fatalf("message %d: %d writers to start", i, len(flush))
		}
		if i == 2500 { // one is ahead of the others
			if all := drain(ps[0].out); !bytes.Equal(all, want) {
				t.Fatal("the first took something else")
			}
			ps[0].out.mu.Lock()
			ps[0].out.token = true
			ps[0].out.mu.Unlock()
			want = nil
			for _, p := range ps[1:] {
				drain(p.out)
				p.out.mu.Lock()
				p.out.token = true
				p.out.mu.Unlock()
			}
		}
	}
	for i, p := range ps {
		if all := drain(p.out); !bytes.Equal(all, want) {
			t.Errorf("member %d took %d bytes, want %d", i, len(all), len(want))
		}
		if p.Sent() != 5000 {
			t.Errorf("member %d was sent %d messages", i, p.Sent())
		}
	}
}

// TestBroadcastCountsAgainstEachMembersMark: what a member has not taken counts
// as queued, and what its connection has in hand too.
func TestBroadcastCountsAgainstEachMembersMark(t *testing.T) {
	b, ps := audienceOf(t, 2, 10)
	for range 4 {
		b.Add(message("a"), nil)
	}
	fast, slow := ps[0], ps[1]
	var batch Batch
	fast.out.Take(&batch)
	if n := fast.Room(100); n != 6 {
		t.Errorf("room for %d while four are being written, want 6", n)
	}
	fast.out.Sent(&batch)
	if n := fast.Room(100); n != 10 {
		t.Errorf("room for %d after they were written, want 10", n)
	}
	if n := slow.Room(100); n != 6 || slow.out.Count() != 4 {
		t.Errorf("room for %d beside %d, want 6 and 4", n, slow.out.Count())
	}
	for range 6 {
		b.Add(message("a"), nil)
	}
	told := 0
	slow.out.writable = func() { told++ }
	if n := slow.Room(100); n != 0 {
		t.Errorf("room for %d in a full queue", n)
	}
	drain(slow.out)
	if n := slow.Room(100); n != 10 || told != 1 {
		t.Errorf("room for %d after it was emptied, told %d times", n, told)
	}
}

func TestBroadcastMemberThatLeavesKeepsItsMessages(t *testing.T) {
	b, ps := audienceOf(t, 2, 0)
	b.Add(message("1"), nil)
	b.Leave(ps[0])
	b.Add(message("2"), nil)
	if ok, _ := ps[0].Write(message("own")); !ok {
		t.Fatal("refused")
	}
	if all := drain(ps[0].out); !bytes.Equal(all, append(encoded("1"), encoded("own")...)) {
		t.Errorf("it sent %q", all)
	}
	if ps[0].Sent() != 2 || ps[1].Sent() != 2 {
		t.Errorf("sent %d and %d messages, want 2 and 2", ps[0].Sent(), ps[1].Sent())
	}
	if !b.Join(ps[0]) {
		t.Error("it may not come back")
	}
	b.Leave(ps[0])
	b.Leave(ps[0])
}

// TestBroadcastPageLetsGoOfTheNext: what a member that has left still has to send keeps its
// page, and none after that.
func TestBroadcastPageLetsGoOfTheNext(t *testing.T) {
	budget := NewBudget(1 << 30)
	b, ps := audienceOf(t, 2, 0)
	b.tail.budget, b.budget = budget, budget
	b.Add(message(strings.Repeat("x", 1000)), nil)
	b.Leave(ps[0])
	for range 1000 {
		b.Add(message(strings.Repeat("x", 1000)), nil)
		drain(ps[1].out)
	}
	if held := budget.Held(); held > 3*pageSize {
		t.Errorf("%d bytes are held", held)
	}
	if n := len(drain(ps[0].out)); n != len(encoded(strings.Repeat("x", 1000))) {
		t.Errorf("the one that has left sent %d bytes", n)
	}
	b.Leave(ps[1])
	b.End()
	if held := budget.Held(); held != 0 {
		t.Errorf("in the end %d bytes are held", held)
	}
}

// TestBroadcastOverABrokenConnection: what was not handed over goes out on the
// next connection, ahead of what came later.
func TestBroadcastOverABrokenConnection(t *testing.T) {
	b, ps := audienceOf(t, 1, 0)
	o := ps[0].out
	b.Add(message("1"), nil)
	b.Add(message("2"), nil)
	var batch Batch
	o.Take(&batch)
	b.Add(message("3"), nil)
	o.Failed(&batch, len(encoded("1")))
	o.Detach()
	if flush := b.Add(message("4"), nil); len(flush) != 0 {
		t.Error("a writer without a link")
	}
	if !o.Attach(idleLink{}, wire.V31) {
		t.Fatal("the next connection has nothing to do")
	}
	want := append(append(encoded("2"), encoded("3")...), encoded("4")...)
	if all := drain(o); !bytes.Equal(all, want) {
		t.Errorf("%q, want %q", all, want)
	}
}

// TestBroadcastToALinkThatCameLate: a member without a connection loses nothing.
func TestBroadcastToALinkThatCameLate(t *testing.T) {
	b := NewBroadcast(nil)
	p := New(Config{Mailbox: &Mailbox{}, Buffers: new(Buffers)})
	b.Join(p)
	b.Add(message("1"), nil)
	if !p.out.Attach(idleLink{}, wire.V31) {
		t.Fatal("nothing to do")
	}
	if all := drain(p.out); !bytes.Equal(all, encoded("1")) {
		t.Errorf("%q", all)
	}
	if flush := b.Add(message("2"), nil); len(flush) != 1 {
		t.Error("no writer was started")
	}
}

func TestBroadcastIsNotForAll(t *testing.T) {
	b := NewBroadcast(nil)
	for name, p := range map[string]*Pipe{
		"conflating":       New(Config{Mailbox: &Mailbox{}, Buffers: new(Buffers), Conflate: true}),
		"counted in bytes": New(Config{Mailbox: &Mailbox{}, Buffers: new(Buffers), SendMax: 100}),
		"raw":              New(Config{Mailbox: &Mailbox{}, Buffers: new(Buffers), Raw: true}),
	} {
		if b.Join(p) {
			t.Errorf("a %s queue was admitted", name)
		}
	}
	c, _ := joined(Config{Mailbox: &Mailbox{}}, Config{Mailbox: &Mailbox{}})
	if b.Join(c) {
		t.Error("a pipe in process was admitted")
	}
	if b.Fits(message(strings.Repeat("x", RefSize))) {
		t.Error("a large message is to be shared in place, not copied")
	}
}

func TestBroadcastForgetsAMemberThatClosed(t *testing.T) {
	b, ps := audienceOf(t, 2, 0)
	ps[0].out.close()
	if flush := b.Add(message("1"), nil); len(flush) != 1 || flush[0] != ps[1] {
		t.Errorf("writers for %v", flush)
	}
	if ps[0].out.Pending() {
		t.Error("a closed outbox waits to be emptied")
	}
}

func TestBroadcastAddAllocatesPagesOnly(t *testing.T) {
	b, ps := audienceOf(t, 4, 0)
	m := message("sixteen bytes...")
	n := 0
	flush := make([]*Pipe, 0, 8)
	if avg := testing.AllocsPerRun(20000, func() {
		flush = b.Add(m, flush[:0])
		if n++; n%100 == 0 {
			for _, p := range ps {
				drain(p.out)
			}
		}
	}); avg >= 1 {
		t.Errorf("%v allocations a message", avg)
	}
}
