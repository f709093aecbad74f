// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/gozmq/zmq/internal/wire"
)

// boxByTopic is a pipe that conflates by topic, either way.
func boxByTopic(hwm, wireBytes int) *Pipe {
	return New(Config{
		Mailbox: &Mailbox{Readers: true, Writers: true}, Buffers: new(Buffers),
		RecvHWM: hwm, RecvMax: int64(wireBytes), SendHWM: hwm, SendMax: int64(wireBytes), TopicsIn: true, TopicsOut: true,
	})
}

func topic(name, value string) Item {
	return Item{Message: Message{Head: []byte(name), Tail: [][]byte{[]byte(value)}, Owned: true}}
}

func wantTopic(t *testing.T, p *Pipe, name, value string) {
	t.Helper()
	var m Message
	if !p.Read(&m) || string(m.Head) != name || string(m.Tail[0]) != value {
		t.Fatalf("read %q %q, want %s %s", m.Head, m.Tail, name, value)
	}
}

func TestTopicsKeepTheirPlaceAndTheNewestValue(t *testing.T) {
	p := boxByTopic(3, 0)
	resumed := 0
	p.OnResume(func() { resumed++ })
	for i := range 5 {
		for _, name := range []string{"a", "b", "c"} {
			if p.Deliver([]Item{topic(name, fmt.Sprint(i))}) != 1 {
				t.Fatal("refused: the mark counts topics")
			}
		}
	}
	if p.Deliver([]Item{topic("a", "5"), topic("d", "0"), topic("b", "5")}) != 1 || p.Conflated() != 13 {
		t.Errorf("%d messages conflated; a fourth topic was taken", p.Conflated())
	}
	if _, in := p.Queued(); in != 3 {
		t.Errorf("%d messages wait", in)
	}
	wantTopic(t, p, "a", "5")
	wantTopic(t, p, "b", "4")
	p.Deliver([]Item{topic("a", "6"), topic("c", "6")}) // a comes behind again
	if resumed != 1 {
		t.Errorf("resumed %d times, want once", resumed)
	}
	wantTopic(t, p, "c", "6")
	wantTopic(t, p, "a", "6")
	wantEmpty(t, p)
}

func TestTopicsInRunsAndBytes(t *testing.T) {
	for _, wireBytes := range []int{0, 1000} {
		p := boxByTopic(0, wireBytes)
		r := NewRun(nil, 0, nil, nil)
		for range 20 {
			for _, name := range []string{"x", "yy", ""} {
				r.Head = wire.AppendFrame(r.Head, 0, []byte(name))
				r.count++
			}
		}
		if p.Deliver([]Item{r}) != 1 {
			t.Fatal("refused")
		}
		for _, want := range []string{"x", "yy", ""} {
			wantRead(t, p, want)
		}
		wantEmpty(t, p)
		if p.in.mark.held != 0 || p.in.mark.written != p.in.mark.read {
			t.Errorf("the mark is left with %+v", p.in.mark)
		}
	}
}

// TestTopicsInProcess: either end may ask for it, before and after the name is
// bound.
func TestTopicsInProcess(t *testing.T) {
	for _, c := range []struct{ out, in bool }{{true, false}, {false, true}, {true, true}} {
		near, far := NewPair(Config{Mailbox: new(Mailbox), TopicsOut: c.out, SendHWM: 10})
		b := Item{Message: Message{Head: []byte("b")}}
		early := []Item{topic("a", "0"), b, b, topic("a", "1")}
		for i := range early {
			near.Write(&early[i].Message)
		}
		far.Adopt(Config{Mailbox: &Mailbox{Readers: true}, TopicsIn: c.in, RecvHWM: 10})
		m := topic("a", "2")
		near.Write(&m.Message)
		if _, n := far.Queued(); n != 2 {
			t.Errorf("%+v: %d messages wait, want 2", c, n)
		}
		wantTopic(t, far, "a", "2")
		wantRead(t, far, "b")
		wantEmpty(t, far)
	}
}

// TestTopicsOut: what is held is replaced, what a writer has in hand is not; the
// mark counts topics, and a loss of the connection loses nothing.
func TestTopicsOut(t *testing.T) {
	p := boxByTopic(4, 0)
	write := func(name, value string) bool {
		m := topic(name, value)
		ok, _ := p.Write(&m.Message)
		return ok
	}
	for i := range 4 {
		for _, name := range []string{"a", "b", "c", "d"} {
			if !write(name, fmt.Sprint(i)) {
				t.Fatal("refused: the mark counts topics")
			}
		}
	}
	if write("e", "0") || p.Out().Count() != 4 || !p.Out().Pending() {
		t.Errorf("%d messages wait; a fifth topic was taken", p.Out().Count())
	}
	var b Batch
	if !p.Out().Attach(idleLink{}, wire.V31) || !p.Out().Take(&b) {
		t.Fatal("nothing to write")
	}
	if got, want := b.wireBytes(), slices.Concat(encoded("a", "3"), encoded("b", "3"), encoded("c", "3"), encoded("d", "3")); !bytes.Equal(got, want) {
		t.Fatalf("the connection gets %q, want %q", got, want)
	}
	if !write("a", "4") {
		t.Error("refused: the connection has the others")
	}
	p.Out().Failed(&b, 2*len(encoded("a", "3")))
	p.Out().Detach()
	write("a", "5")
	p.Out().Attach(idleLink{}, wire.V31)
	p.Out().Take(&b)
	if got, want := b.wireBytes(), slices.Concat(encoded("c", "3"), encoded("d", "3"), encoded("a", "5")); !bytes.Equal(got, want) {
		t.Errorf("the next connection gets %q, want %q", got, want)
	}
	p.Out().Sent(&b)
	if p.Out().Take(&b) || p.Out().Count() != 0 || p.Out().Pending() {
		t.Errorf("%d messages are left", p.Out().Count())
	}
	write("x", "y")
	p.ResetOut()
	if p.Out().Take(&b) || p.Out().Count() != 0 {
		t.Error("a reset leaves something")
	}
}

// TestTopicsAgainstAModel with random topics, reads and marks.
func TestTopicsAgainstAModel(t *testing.T) {
	rnd := rand.New(rand.NewPCG(4, 2))
	for range 200 {
		limit := 1 + rnd.IntN(6)
		p := boxByTopic(limit, 0)
		var names, values []string
		for i := range 300 {
			if rnd.IntN(3) == 0 {
				var m Message
				if ok := p.Read(&m); ok != (len(names) > 0) {
					t.Fatalf("read %v with %d waiting", ok, len(names))
				} else if ok {
					if got := string(m.Head) + " " + string(m.Tail[0]); got != names[0]+" "+values[0] {
						t.Fatalf("read %q, want %s %s", got, names[0], values[0])
					}
					names, values = names[1:], values[1:]
				}
				continue
			}
			name, value := strings.Repeat("t", rnd.IntN(8)), fmt.Sprint(i)
			at := slices.Index(names, name)
			switch taken := p.Deliver([]Item{topic(name, value)}) == 1; {
			case at >= 0 && !taken:
				t.Fatal("a topic that waits needs no room")
			case at >= 0:
				values[at] = value
			case taken:
				names, values = append(names, name), append(values, value)
			case len(names) < limit/2: // credit comes in halves
				t.Fatalf("refused with %d of %d waiting", len(names), limit)
			}
			if len(names) > limit {
				t.Fatalf("%d topics wait, the mark is %d", len(names), limit)
			}
		}
	}
}

// A name that is bound later conflates what waits for it, small messages in runs
// among it.
func TestTopicsOfTheBinderConflateWhatWaits(t *testing.T) {
	c, b := NewPair(Config{Mailbox: &Mailbox{Readers: true, Writers: true}, Buffers: new(Buffers)})
	for _, text := range []string{"a", "a", "b"} {
		c.Write(message(text))
	}
	b.Adopt(Config{Mailbox: &Mailbox{Readers: true, Writers: true}, Buffers: new(Buffers), TopicsIn: true})
	c.Write(message("a"))
	if n := b.Received(); n != 4 || b.in.count() != 2 {
		t.Errorf("%d received, %d wait; want 4 and 2", n, b.in.count())
	}
	wantRead(t, b, "a")
	wantRead(t, b, "b")
	wantEmpty(t, b)
}
