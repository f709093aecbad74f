// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// oldestBox is a pipe with DROP_OLDEST in both directions.
func oldestBox(hwm, max int) *Pipe {
	return New(Config{
		Mailbox: &Mailbox{Readers: true, Writers: true}, Buffers: new(Buffers), OldestIn: true, OldestOut: true,
		SendHWM: hwm, RecvHWM: hwm, SendMax: int64(max), RecvMax: int64(max),
	})
}

// publish queues a message as a publisher does.
func publish(p *Pipe, m *Message) {
	if ok, _ := p.Write(m); !ok {
		p.Displace(m)
	}
}

// split takes wire bytes apart into the texts of the messages that are whole.
func split(t *testing.T, b []byte) (list []string) {
	t.Helper()
	var frames []string
	for len(b) > 0 {
		h, n, err := wire.ParseHeader(b)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 || len(b) < n+int(h.Size) {
			break
		}
		frames = append(frames, string(b[n:n+int(h.Size)]))
		b = b[n+int(h.Size):]
		if h.Flags&wire.FlagCommand != 0 {
			frames = nil
		} else if h.Flags&wire.FlagMore == 0 {
			list = append(list, strings.Join(frames, "|"))
			frames = nil
		}
	}
	return list
}

// randomMessage makes a message whose first frame is its number.
func randomMessage(r *rand.Rand, i int) (*Message, string) {
	frames := []string{fmt.Sprint(i)}
	for range r.IntN(3) {
		frames = append(frames, strings.Repeat("x", []int{0, 1, 300, RefSize, 3 * RefSize}[r.IntN(5)]))
	}
	if r.IntN(3) == 0 { // a large frame that is the last of one message and the head of none
		frames[0] += strings.Repeat(" ", 2*RefSize)
	}
	m := message(frames...)
	m.Owned = r.IntN(2) == 0
	if !m.Owned && r.IntN(2) == 0 {
		m.Lease = NewLease(new(lender))
	}
	return m, strings.Join(frames, "|")
}

// TestDropOldestSendsWholeMessagesInOrderAndTheNewest: whatever the messages are like, and
// wherever the connection holds up or breaks.
func TestDropOldestSendsWholeMessagesInOrderAndTheNewest(t *testing.T) {
	for seed := range zmqtest.Seeds(40) {
		r := rand.New(rand.NewPCG(seed, 0))
		hwm, limit := 1+r.IntN(20), 0
		if r.IntN(3) == 0 {
			hwm, limit = 0, 20_000
		}
		p := oldestBox(hwm, limit)
		o := p.out
		o.Attach(idleLink{}, wire.V31)
		o.token = true
		var all, got []string
		var leases []*Lease
		var b Batch
		took := false // the writer has a batch in hand
		for i := range 200 {
			m, text := randomMessage(r, i)
			all = append(all, text)
			publish(p, m)
			if m.Lease != nil {
				leases = append(leases, m.Lease)
				m.Lease.Release() // the sender's hold
			}
			if r.IntN(20) == 0 {
				o.Control(wire.AppendFrame(nil, wire.FlagCommand, []byte("\x04PING")))
			}
			switch k := r.IntN(30); {
			case !took && k < 3:
				o.token = true
				took = o.Take(&b)
			case took && k == 0:
				got = append(got, split(t, b.wireBytes())...)
				o.Sent(&b)
				took = false
			case took && k == 1:
				o.Stuck(&b, r.IntN(b.Size+1))
			case took && k == 2:
				n := r.IntN(b.Size + 1)
				got = append(got, split(t, b.wireBytes()[:n])...)
				o.Failed(&b, n)
				took = false
			}
		}
		if took {
			got = append(got, split(t, b.wireBytes())...)
			o.Sent(&b)
		}
		o.token = true
		for o.Take(&b) {
			got = append(got, split(t, b.wireBytes())...)
			o.Sent(&b)
		}
		at := 0
		for _, text := range got {
			n := slices.Index(all[at:], text)
			if n < 0 {
				t.Fatalf("seed %d: %.20q arrived after its time, twice or in part", seed, text)
			}
			at += n + 1
		}
		newest := hwm
		if limit > 0 {
			newest = 1
		}
		if !slices.Equal(got[len(got)-newest:], all[len(all)-newest:]) {
			t.Fatalf("seed %d: the newest %d did not arrive", seed, newest)
		}
		if n := len(all) - len(got); p.Dropped.Load() != uint64(n) || p.totals.Displaced.Load() != uint64(n) {
			t.Fatalf("seed %d: %d messages are missing, %d were counted", seed, n, p.Dropped.Load())
		}
		if n := o.Count(); n != 0 || o.bytes != 0 || o.mark.held != 0 || o.oldest.hand.msgs != 0 || o.oldest.hand.size != 0 {
			t.Fatalf("seed %d: %d messages and %d bytes are counted as waiting, %+v in hand", seed, n, o.bytes, o.oldest.hand)
		}
		for _, l := range leases {
			if n := l.holders.Load(); n != 0 {
				t.Fatalf("seed %d: %d holds of a lease are left", seed, n)
			}
		}
	}
}

// TestDropOldestLeavesTheMarkToWhatWaits: the batch of a writer that is stuck does not
// count, and the queue holds as many of the newest as the mark says.
func TestDropOldestLeavesTheMarkToWhatWaits(t *testing.T) {
	p := oldestBox(5, 0)
	o := p.out
	o.Attach(idleLink{}, wire.V31)
	o.token = true
	var b Batch
	for i := range 5 {
		publish(p, message(fmt.Sprint(i)))
	}
	o.Take(&b)
	o.Stuck(&b, 0)
	for i := 5; i < 100; i++ {
		publish(p, message(fmt.Sprint(i)))
	}
	if got := split(t, b.wireBytes()); !slices.Equal(got, []string{"0", "1", "2", "3", "4"}) {
		t.Errorf("in hand was %q", got)
	}
	o.Sent(&b)
	o.Take(&b)
	if got := split(t, b.wireBytes()); !slices.Equal(got, []string{"95", "96", "97", "98", "99"}) {
		t.Errorf("then came %q", got)
	}
	if n := p.Dropped.Load(); n != 90 {
		t.Errorf("%d were counted as dropped, want 90", n)
	}
}

// TestDropOldestOfASubscriberKeepsTheNewest: of what a connection brings in runs and one
// by one.
func TestDropOldestOfASubscriberKeepsTheNewest(t *testing.T) {
	for seed := range zmqtest.Seeds(100) {
		r := rand.New(rand.NewPCG(seed, 1))
		hwm, limit := 1+r.IntN(20), 0
		if r.IntN(3) == 0 {
			hwm, limit = 0, 100
		}
		p := oldestBox(hwm, limit)
		sent, want := 0, 0
		kept := 0 // as the mark allows
		for range 100 {
			var items []Item
			for range 1 + r.IntN(4) {
				if r.IntN(2) == 0 {
					items = append(items, texts(sent, sent+1)...)
					sent++
					continue
				}
				var framed []byte
				n := 1 + r.IntN(40)
				for range n {
					framed = append(framed, encoded(fmt.Sprint(sent))...)
					sent++
				}
				items = append(items, NewRun(framed, n, nil, nil))
			}
			if n := p.Deliver(items); n != len(items) {
				t.Fatalf("seed %d: %d of %d items were taken: the connection would not be read", seed, n, len(items))
			}
			for range r.IntN(5) {
				var m Message
				if !p.Read(&m) {
					break
				}
				n, err := strconv.Atoi(string(m.Head))
				if err != nil || n < want {
					t.Fatalf("seed %d: received %q after %d", seed, m.Head, want-1)
				}
				want = n + 1
				kept++
			}
		}
		p.Deliver(texts(sent, sent+20))
		sent += 20
		var tail []int
		for m := (Message{}); p.Read(&m); kept++ {
			n, err := strconv.Atoi(string(m.Head))
			if err != nil || n < want {
				t.Fatalf("seed %d: received %q after %d", seed, m.Head, want-1)
			}
			want = n + 1
			tail = append(tail, n)
		}
		if k := len(tail); k == 0 || tail[k-1] != sent-1 || tail[0] != sent-k || hwm > 0 && k < hwm {
			t.Fatalf("seed %d: of %d messages the last %d were %v", seed, sent, hwm, tail)
		}
		if n := uint64(sent - kept); p.Dropped.Load() != n || p.totals.Overflow.Load() != n || p.Received() != uint64(sent) {
			t.Fatalf("seed %d: %d of %d are missing, %d counted, of %d", seed, n, sent, p.Dropped.Load(), p.Received())
		}
		if p.in.size-p.in.freed != 0 || p.in.mark.held-p.in.mark.unacked != 0 {
			t.Fatalf("seed %d: an empty queue counts %d bytes, %d by its mark", seed, p.in.size-p.in.freed, p.in.mark.held)
		}
	}
}

// TestDropOldestKeepsWhatTheLibrarySays: notices for the application are told once, and
// no later message says the same.
func TestDropOldestKeepsWhatTheLibrarySays(t *testing.T) {
	p := oldestBox(3, 0)
	p.Deliver(texts(0, 1))
	p.Inject(Message{Head: []byte("notice"), Owned: true})
	p.Deliver(texts(1, 50))
	for _, want := range []string{"notice", "48", "49"} { // the notice counts, as it does without the option
		wantRead(t, p, want)
	}
	wantEmpty(t, p)
}

// TestDropOldestInProcessIsEitherEnds: one queue, whose loss counts for the end that wants
// it.
func TestDropOldestInProcessIsEitherEnds(t *testing.T) {
	for _, sender := range []bool{false, true} {
		for _, binds := range []bool{false, true} {
			config := func(sends bool) Config {
				c := Config{Mailbox: &Mailbox{Readers: true, Writers: true}, Buffers: new(Buffers), SendHWM: 2, RecvHWM: 3}
				c.OldestOut, c.OldestIn = sends && sender, !sends && !sender
				return c
			}
			var to, from *Pipe
			if binds {
				to, from = joined(config(false), config(true))
			} else {
				from, to = joined(config(true), config(false))
			}
			for i := range 100 {
				if ok, _ := from.Write(message(fmt.Sprint(i))); !ok {
					t.Fatal("refused")
				}
			}
			for i := 95; i < 100; i++ {
				wantRead(t, to, fmt.Sprint(i))
			}
			wantEmpty(t, to)
			lost, other := to, from
			if sender {
				lost, other = from, to
			}
			if lost.Dropped.Load() != 95 || other.Dropped.Load() != 0 {
				t.Errorf("sender's %v, sender binds %v: counted %d and %d", sender, binds, lost.Dropped.Load(), other.Dropped.Load())
			}
			if from.Sent() != 100 || to.Received() != 100 {
				t.Errorf("sent %d, received %d", from.Sent(), to.Received())
			}
		}
	}
}

// TestDropOldestAfterABroadcast: pages that subscribers share are cut for one, not changed.
func TestDropOldestAfterABroadcast(t *testing.T) {
	b := NewBroadcast(nil)
	slow, fast := oldestBox(10, 0), oldestBox(10, 0)
	for _, p := range []*Pipe{slow, fast} {
		p.out.Attach(idleLink{}, wire.V31)
		if !b.Join(p) {
			t.Fatal("not admitted")
		}
	}
	for i := range 10 {
		b.Add(message(fmt.Sprint(i)), nil)
	}
	b.Leave(slow)
	for i := 10; i < 15; i++ {
		publish(slow, message(fmt.Sprint(i)))
	}
	want := []string{"5", "6", "7", "8", "9", "10", "11", "12", "13", "14"}
	if got := split(t, drain(slow.out)); !slices.Equal(got, want) {
		t.Errorf("the slow one is sent %q", got)
	}
	var all []byte
	for i := range 10 {
		all = append(all, encoded(fmt.Sprint(i))...)
	}
	if got := drain(fast.out); !bytes.Equal(got, all) {
		t.Errorf("the other is sent %q", split(t, got))
	}
}

// TestDropOldestStoppedByTheBudgetGrowsNoLarger: large messages do not take the place of
// small ones one by one.
func TestDropOldestStoppedByTheBudgetGrowsNoLarger(t *testing.T) {
	b := NewBudget(64 * mebibyte)
	p := New(Config{Mailbox: &Mailbox{Writers: true}, Buffers: new(Buffers), SendHWM: 1_000_000, OldestOut: true})
	m := b.join(t)
	p.SetAccount(m.Account)
	p.out.Attach(idleLink{}, wire.V31)
	small := &Message{Head: make([]byte, 100)}
	for p.Dropped.Load() == 0 {
		publish(p, small)
	}
	before := p.out.bytes
	large := &Message{Head: make([]byte, mebibyte)}
	for range 100 {
		publish(p, large)
		if n := p.out.bytes; n > before+mebibyte {
			t.Fatalf("%d bytes wait, there were %d when the budget stopped the queue", n, before)
		}
	}
	if n := p.out.Count(); n == 0 {
		t.Error("nothing waits")
	}
	p.out.close()
	m.leave()
	b.wantNothing(t)
}

// TestDropOldestWithTopicsDropsStaleValuesFirst: those that a connection left behind are
// older than what waits for the next one.
func TestDropOldestWithTopicsDropsStaleValuesFirst(t *testing.T) {
	const hwm = 10
	p := New(Config{Mailbox: &Mailbox{Writers: true}, Buffers: new(Buffers), SendHWM: hwm, OldestOut: true, TopicsOut: true})
	o := p.out
	o.Attach(idleLink{}, wire.V31)
	o.token = true
	var b Batch
	for i := range hwm {
		publish(p, message(fmt.Sprint(i)))
	}
	o.Take(&b)
	o.Failed(&b, 0)
	o.Detach()
	for i := hwm; i <= 2*hwm; i++ {
		publish(p, message(fmt.Sprint(i)))
	}
	o.Attach(idleLink{}, wire.V31)
	o.token = true
	var got, want []string
	for o.Take(&b) {
		got = append(got, split(t, b.wireBytes())...)
		o.Sent(&b)
	}
	for i := hwm + 1; i <= 2*hwm; i++ {
		want = append(want, fmt.Sprint(i))
	}
	if !slices.Equal(got, want) {
		t.Errorf("the next connection got %q, want %q", got, want)
	}
}
