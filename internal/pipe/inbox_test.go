// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"fmt"
	"sync"
	"testing"
)

// box is a pipe whose peer is the test.
func box(hwm, wireBytes int, conflate bool) *Pipe {
	return New(Config{
		Mailbox: &Mailbox{Readers: true, Writers: true}, Buffers: new(Buffers),
		RecvHWM: hwm, RecvMax: int64(wireBytes), Conflate: conflate,
	})
}

func texts(from, to int) []Item {
	var ms []Item
	for i := from; i < to; i++ {
		ms = append(ms, Item{Message: Message{Head: []byte(fmt.Sprint(i)), Owned: true}})
	}
	return ms
}

func wantRead(t *testing.T, p *Pipe, text string) {
	t.Helper()
	var m Message
	if !p.Read(&m) || string(m.Head) != text {
		t.Fatalf("read %q, want %q", m.Head, text)
	}
}

func wantEmpty(t *testing.T, p *Pipe) {
	t.Helper()
	var m Message
	if p.Read(&m) {
		t.Fatalf("read %q, want nothing", m.Head)
	}
}

func TestInboxTakesWhatTheMarkAdmitsAndResumesAtTheLowWaterMark(t *testing.T) {
	p := box(4, 0, false)
	resumed := 0
	p.OnResume(func() { resumed++ })
	if n := p.Deliver(texts(0, 10)); n != 4 {
		t.Fatalf("%d messages taken, want 4", n)
	}
	wantRead(t, p, "0")
	if resumed != 0 {
		t.Error("resumed before the low-water mark")
	}
	wantRead(t, p, "1")
	if resumed != 1 {
		t.Errorf("resumed %d times, want once", resumed)
	}
	if n := p.Deliver(texts(4, 10)); n != 2 {
		t.Errorf("%d messages taken, want 2", n)
	}
	for i := 2; i < 6; i++ {
		wantRead(t, p, fmt.Sprint(i))
	}
	wantEmpty(t, p)
	if n := p.Deliver(texts(6, 20)); n != 4 {
		t.Errorf("%d messages taken by an empty inbox, want 4", n)
	}
}

func TestInboxCountsBytes(t *testing.T) {
	p := box(0, 10, false)
	resumed := 0
	p.OnResume(func() { resumed++ })
	var ms []Item
	for _, n := range []int{4, 5, 100, 1} {
		ms = append(ms, Item{Message: Message{Head: make([]byte, n)}})
	}
	if n := p.Deliver(ms); n != 3 {
		t.Fatalf("%d messages taken, want 3", n)
	}
	var m Message
	for range 2 {
		p.Read(&m)
	}
	if resumed != 0 {
		t.Error("resumed while 100 bytes wait")
	}
	p.Read(&m)
	if resumed != 1 {
		t.Errorf("resumed %d times, want once", resumed)
	}
	// What the library puts in itself does not unbalance the count.
	p.Inject(Message{Head: make([]byte, 50)})
	p.Read(&m)
	if n := p.Deliver(ms); n != 3 || p.in.mark.held != 109 {
		t.Errorf("%d messages taken and %d bytes held, want 3 and 109", n, p.in.mark.held)
	}
}

func TestInboxConflateKeepsTheNewest(t *testing.T) {
	p := box(1, 0, true)
	if n := p.Deliver(texts(0, 5)); n != 5 {
		t.Fatalf("%d messages taken, want all", n)
	}
	if m := p.Peek(); string(m.Head) != "4" {
		t.Errorf("peeked %q", m.Head)
	}
	p.Deliver(texts(5, 7)) // overtakes what was seen and not read
	wantRead(t, p, "6")
	wantEmpty(t, p)
	p.Deliver(texts(7, 8))
	wantRead(t, p, "7")
}

func TestInboxInjectedMessagesPassTheMark(t *testing.T) {
	p := box(1, 0, false)
	p.Deliver(texts(0, 1))
	p.Inject(Message{Head: []byte("notice")})
	wantRead(t, p, "0")
	wantRead(t, p, "notice")
	if n := p.Deliver(texts(1, 3)); n != 1 {
		t.Errorf("%d messages taken, want 1", n)
	}
}

func TestInboxClosedStaysReadableAndTakesNothing(t *testing.T) {
	p := box(10, 0, false)
	p.Deliver(texts(0, 3))
	wantRead(t, p, "0")
	p.CloseIn(false)
	if p.Drained() {
		t.Error("drained with messages in it")
	}
	if n := p.Deliver(texts(3, 5)); n != 2 {
		t.Errorf("%d taken, want all: they vanish", n)
	}
	p.Inject(Message{Head: []byte("late")})
	wantRead(t, p, "1")
	wantRead(t, p, "2")
	wantEmpty(t, p)
	if !p.Drained() {
		t.Error("not drained")
	}
}

func TestInboxDiscardDropsWhatWasTakenToo(t *testing.T) {
	p := box(10, 0, false)
	p.Deliver(texts(0, 3))
	wantRead(t, p, "0")
	p.Deliver(texts(3, 5))
	p.CloseIn(true)
	wantEmpty(t, p)
	if !p.Drained() {
		t.Error("not drained")
	}
}

func TestInboxClosedTakesNothingMoreFromARefusedProducerUnlessResumed(t *testing.T) {
	p := box(1, 0, false)
	resumed := 0
	p.OnResume(func() { resumed++ })
	p.Deliver(texts(0, 2))
	p.CloseIn(true)
	if resumed != 0 {
		t.Error("the peer was encouraged to send to nobody")
	}
	p.Resume()
	if resumed != 1 {
		t.Errorf("resumed %d times, want once", resumed)
	}
}

func TestInboxTellsOncePerFilling(t *testing.T) {
	p := box(100, 0, false)
	told := func() (n int) {
		p.mailbox.Readable(func(*Pipe) { n++ })
		return n
	}
	p.Deliver(texts(0, 1))
	p.Deliver(texts(1, 2))
	if n := told(); n != 1 {
		t.Errorf("told %d times, want once", n)
	}
	wantRead(t, p, "0")
	p.Deliver(texts(2, 3))
	if n := told(); n != 0 {
		t.Errorf("told %d times while the consumer reads", n)
	}
	wantRead(t, p, "1")
	wantRead(t, p, "2")
	wantEmpty(t, p)
	p.Deliver(texts(3, 4))
	if n := told(); n != 1 {
		t.Errorf("told %d times after the inbox was empty, want once", n)
	}
}

func TestInboxLosesNothingBetweenProducerAndConsumer(t *testing.T) {
	for _, hwm := range []int{0, 1, 2, 7, 1000} {
		p := box(hwm, 0, false)
		credit := make(chan struct{}, 1)
		p.OnResume(func() {
			select {
			case credit <- struct{}{}:
			default:
			}
		})
		const total = 20_000
		var wg sync.WaitGroup
		wg.Go(func() {
			ms := texts(0, total)
			for len(ms) > 0 {
				ms = ms[p.Deliver(ms[:min(len(ms), 37)]):]
				if len(ms) > 0 && hwm > 0 && p.in.room(1) == 0 {
					<-credit
				}
			}
		})
		w := p.mailbox.Receivers.Join()
		var m Message
		for i := 0; i < total; {
			if !p.Read(&m) {
				<-w.C
				continue
			}
			if string(m.Head) != fmt.Sprint(i) {
				t.Fatalf("mark %d: read %q, want %d", hwm, m.Head, i)
			}
			if _, in := p.Queued(); hwm > 0 && in > hwm {
				t.Fatalf("mark %d: %d wait", hwm, in)
			}
			i++
		}
		p.mailbox.Receivers.Leave(w, false)
		wg.Wait()
	}
}

func TestInboxSteadyStateAllocatesNothingForAMessage(t *testing.T) {
	p := box(1000, 0, false)
	ms := texts(0, 100)
	round := func() {
		p.Deliver(ms)
		p.mailbox.Readable(func(*Pipe) {})
		var m Message
		for p.Read(&m) {
		}
	}
	for range 10 {
		round()
	}
	if n := testing.AllocsPerRun(200, round); n > 5 { // queues lent and given back
		t.Errorf("%v allocations for 100 messages", n)
	} else {
		t.Logf("%v allocations for 100 messages", n)
	}
}
