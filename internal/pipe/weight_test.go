// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// sends is a pipe with a link, whose outbox has an account.
func sends(t *testing.T, b *Budget, hwm int) (*Pipe, *member) {
	t.Helper()
	p, m := New(Config{Mailbox: &Mailbox{Writers: true}, Buffers: new(Buffers), SendHWM: hwm}), b.join(t)
	p.SetAccount(m.Account)
	p.out.Attach(idleLink{}, wire.V31)
	return p, m
}

// fill writes messages of that size until the pipe takes no more.
func fill(t *testing.T, p *Pipe, each, most int) (n int) {
	t.Helper()
	m := &Message{Head: make([]byte, each)}
	for ok := true; ok; n++ {
		if n*each > most {
			t.Fatalf("%d bytes were queued", n*each)
		}
		ok, _ = p.Write(m)
	}
	return n - 1
}

// TestOutboxStopsAboveItsShare as at its high-water mark: it takes more when half of it has
// gone out, whether messages are small, copied or referred to.
func TestOutboxStopsAboveItsShare(t *testing.T) {
	const limit = 64 * mebibyte
	for _, each := range []int{100, 10_000, 300_000} {
		b := NewBudget(limit)
		p, m := sends(t, b, 1_000_000)
		told := 0
		p.out.writable = func() { told++ }
		n := fill(t, p, each, limit)
		if share := limit / 2 / 9; n*each < share/2 || n*each > share+mebibyte {
			t.Errorf("stopped with %d bytes of %d each, want about %d", n*each, each, share)
		}
		if held := b.messages.Load(); held < int64(n*each)*9/10 || held > int64(n*each)*5/4+mebibyte {
			t.Errorf("%d bytes are drawn for %d", held, n*each)
		}
		p.out.token = true
		var batch Batch
		for left := n; p.out.Take(&batch); {
			left -= p.out.Sent(&batch)
			if room := p.Room(1); (room > 0) != (told == 1) {
				t.Fatalf("room for %d, told %d times", room, told)
			} else if room == 0 && left*each < n*each/2-mebibyte {
				t.Fatalf("%d of %d messages are left, and there is no room", left, n)
			}
		}
		if told != 1 || b.messages.Load() != 0 {
			t.Errorf("told %d times, %d bytes are drawn for nothing", told, b.messages.Load())
		}
		m.leave()
		b.wantNothing(t)
	}
}

// TestOutboxOfALargeMessageIsNeverStopped for good: one always goes.
func TestOutboxOfALargeMessageIsNeverStopped(t *testing.T) {
	b := NewBudget(mebibyte)
	p, m := sends(t, b, 10)
	for range 3 {
		if n := fill(t, p, 10*mebibyte, 100*mebibyte); n != 1 {
			t.Fatalf("%d large messages fit", n)
		}
		p.out.token = true
		drain(p.out)
	}
	p.out.close()
	m.leave()
	b.wantNothing(t)
}

// TestOutboxWithoutAMarkMayHaveAllThatIsFree: the program wants it so.
func TestOutboxWithoutAMarkMayHaveAllThatIsFree(t *testing.T) {
	const limit, each = 16 * mebibyte, 10_000
	b := NewBudget(limit)
	p, _ := sends(t, b, 0)
	if n := fill(t, p, each, limit); n*each < limit/4-mebibyte/2 || n*each > limit/4+mebibyte/2 {
		t.Errorf("stopped with %d bytes, want about %d", n*each, limit/4)
	}
}

// TestOutboxDrawsOnTheNextConnection what waits from the last one.
func TestOutboxDrawsOnTheNextConnection(t *testing.T) {
	b := NewBudget(16 * mebibyte)
	p, first := sends(t, b, 1_000_000)
	n := fill(t, p, 10_000, 16*mebibyte)
	p.out.token = false // of the writer, which has found a broken connection
	p.out.Detach()
	first.leave()
	if b.messages.Load() < int64(n)*9000 {
		t.Error("what waits for the next connection is not drawn")
	}
	second := b.join(t)
	p.SetAccount(second.Account)
	if p.Room(1) != 0 || second.messages.Load() == 0 || first.messages.Load() != 0 {
		t.Error("the second connection has more room, or draws nothing")
	}
	p.out.close()
	second.leave()
	b.wantNothing(t)
}

// TestPagesOfABroadcastAreDrawnOnce, however many wait for them, until the last has sent
// them.
func TestPagesOfABroadcastAreDrawnOnce(t *testing.T) {
	const each, n = 1000, 2000
	budget := NewBudget(1 << 30)
	b := NewBroadcast(budget)
	var ps []*Pipe
	for range 100 {
		p, _ := sends(t, budget, 0)
		if !b.Join(p) {
			t.Fatal("not admitted")
		}
		ps = append(ps, p)
	}
	idle := budget.Held()
	for range n {
		b.Add(message(string(make([]byte, each))), nil)
	}
	for i, p := range ps {
		if held := budget.Held() - idle; i < len(ps)-1 && (held < n*each || held > n*each*11/10+2*pageSize) {
			t.Fatalf("%d bytes are drawn while %d of %d wait for %d", held, len(ps)-i, len(ps), n*each)
		}
		switch i % 4 {
		case 0: // sends, and stays a member
			p.out.token = true
			drain(p.out)
		case 1: // leaves with what waits, and sends it
			b.Leave(p)
			p.out.token = true
			drain(p.out)
		case 2: // its connection breaks, and its pipe ends
			p.out.token = true
			var batch Batch
			p.out.Take(&batch)
			p.out.Failed(&batch, 1500)
			p.out.close()
		case 3:
			p.out.close()
		}
	}
	if held := budget.Held() - idle; held > pageSize {
		t.Errorf("%d bytes are drawn although all have gone on", held)
	}
	for _, p := range ps {
		b.Leave(p)
	}
	b.End()
	if held := budget.Held() - idle; held != 0 {
		t.Errorf("%d bytes are drawn for a broadcast that has ended", held)
	}
}

// TestSharedFrameIsDrawnOnce, and counts as what each of its queues has.
func TestSharedFrameIsDrawnOnce(t *testing.T) {
	const each = 100_000
	b := NewBudget(16 * mebibyte)
	var ps []*Pipe
	for range 10 {
		p, _ := sends(t, b, 1_000_000)
		ps = append(ps, p)
	}
	idle := b.Held()
	n := 0
	for took := true; took; n++ {
		m := message(string(make([]byte, each)), string(make([]byte, each)))
		m.Owned, m.Lease = true, b.Share(2*each)
		for _, p := range ps {
			took, _ = p.Write(m)
		}
		m.Lease.Release()
		if n > 1000 {
			t.Fatal("never stopped")
		}
	}
	n--
	if held := int(b.Held() - idle); held < 2*n*each || held > 2*n*each+mebibyte/2 {
		t.Errorf("%d bytes are drawn for %d that ten queues share", held, 2*n*each)
	}
	if share := 16 * mebibyte / 2 / 9; 2*n*each < share/2 || 2*n*each > share+mebibyte/2 {
		t.Errorf("stopped with %d bytes, want about %d", 2*n*each, share)
	}
	for _, p := range ps {
		p.out.close()
	}
	if held := b.Held() - idle; held != 0 {
		t.Errorf("%d bytes are left", held)
	}
	b.messages.Add(8*mebibyte - 1000)
	if b.Share(1) != nil {
		t.Error("shared although hardly anything is left")
	}
}

// TestOutboxWeighsWhatItHas: nothing is left over, whatever becomes of the messages.
func TestOutboxWeighsWhatItHas(t *testing.T) {
	for seed := range zmqtest.Seeds(60) {
		r := rand.New(rand.NewPCG(seed, 3))
		b := NewBudget(int64(1+r.IntN(8)) * mebibyte)
		p := New(Config{Mailbox: &Mailbox{Writers: true}, Buffers: new(Buffers), SendHWM: 50 * r.IntN(2), OldestOut: r.IntN(2) == 0, TopicsOut: r.IntN(4) == 0})
		m := b.join(t)
		p.SetAccount(m.Account)
		if r.IntN(2) == 0 {
			p.SetPeer(announcing(9000, 0, 0))
		}
		p.out.Attach(idleLink{}, wire.V31)
		var batch Batch
		took := false
		for i := range 200 {
			x, _ := randomMessage(r, i)
			if x.Lease == nil && r.IntN(2) == 0 {
				x.Owned, x.Lease = true, b.Share(x.Size())
			}
			publish(p, x)
			x.Lease.Release()
			switch {
			case !took && r.IntN(10) == 0:
				p.out.token = true
				took = p.out.Take(&batch)
			case took && r.IntN(10) == 0:
				p.out.Failed(&batch, r.IntN(batch.Size+1))
				took = false
				p.out.Broke(true)
			case took && r.IntN(10) == 0:
				p.out.Sent(&batch)
				took = false
			}
		}
		if took {
			p.out.Sent(&batch)
		}
		if r.IntN(2) == 0 {
			p.out.token = true
			drain(p.out)
		} else {
			p.out.close()
		}
		if w := p.out.weight; w.own != 0 || w.shared != 0 || w.drawn != 0 || w.stopped != 0 || p.out.mark.blocked {
			t.Fatal(fmt.Sprintf("seed %d: ", seed), w)
		}
		m.leave()
		b.wantNothing(t)
	}
}
