// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"math/rand/v2"
	"testing"

	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// A message is out of the queue as soon as the system has all of it, however the
// batch is cut, and no message is counted twice.
func TestCreditIsGivenMessageByMessage(t *testing.T) {
	for seed := range zmqtest.Seeds(300) {
		random := rand.New(rand.NewPCG(seed, 11))
		o := newOutbox(0)
		o.Attach(idleLink{}, wire.V31)
		ends, at := []int{}, 0
		for range 1 + random.IntN(40) {
			if random.IntN(8) == 0 { // not a message
				ping := wire.AppendFrame(nil, wire.FlagCommand, make([]byte, 7))
				o.Control(ping)
				at += len(ping)
			}
			m := Message{Head: make([]byte, random.IntN(300)), Owned: random.IntN(2) == 0}
			at += wire.HeaderSize(len(m.Head)) + len(m.Head)
			for random.IntN(3) == 0 {
				f := make([]byte, random.IntN(2)*2*RefSize+random.IntN(9))
				m.Tail = append(m.Tail, f)
				at += wire.HeaderSize(len(f)) + len(f)
			}
			o.append(&m)
			ends = append(ends, at)
		}
		var b Batch
		for size := 0; size < at && o.Take(&b); size += b.Size {
			n := 0
			for random.IntN(5) > 0 {
				n += random.IntN(1 + b.Size - n)
				o.Stuck(&b, n)
				o.Stuck(&b, n)
				want := 0
				for _, e := range ends {
					if e > size+n {
						want++
					}
				}
				if got := o.Count(); got != want {
					t.Fatalf("seed %d: after %d of %d bytes %d messages wait, want %d", seed, size+n, at, got, want)
				}
			}
			if random.IntN(4) == 0 {
				waits := o.Count()
				o.Failed(&b, n)
				if o.Count() != waits {
					t.Fatalf("seed %d: %d messages wait after a failed write, %d before", seed, o.Count(), waits)
				}
				at = 0 // what is left begins anew
				break
			}
			o.Sent(&b)
		}
		for o.Take(&b) {
			o.Sent(&b)
		}
		if o.Count() != 0 || o.mark.written != o.mark.read {
			t.Fatalf("seed %d: %d messages wait in an empty queue", seed, o.Count())
		}
	}
}

// A connection that is broken is offered each message that is queued before the next one
// is there, and gives back a batch that is empty.
func TestCreditOfABrokenConnectionIsGivenOnce(t *testing.T) {
	for name, end := range map[string]func(o *Outbox, b *Batch){
		"after a write that failed": func(o *Outbox, b *Batch) { o.Failed(b, 3*18+5) },
		"after a whole write":       func(o *Outbox, b *Batch) { o.Sent(b) },
	} {
		o := newOutbox(10)
		o.Attach(idleLink{}, wire.V31)
		for o.room(1) > 0 {
			o.append(message("sixteen bytes..."))
		}
		var b Batch
		o.Take(&b)
		o.Stuck(&b, 3*18+5)
		end(o, &b)
		waits := o.Count()
		for o.room(1) > 0 {
			o.append(message("sixteen bytes..."))
			o.Failed(&b, 0)
			if waits++; o.Count() != waits {
				t.Fatalf("%s: %d messages wait, want %d", name, o.Count(), waits)
			}
		}
		if waits != 10 {
			t.Errorf("%s: %d messages fit, want 10", name, waits)
		}
	}
}

// A writer that is held up gives all credit that there is: the low-water mark saves
// wake-ups, and must not keep a sender out for ever.
func TestCreditIsWholeWhenTheSystemTakesNoMore(t *testing.T) {
	o := newOutbox(10)
	o.Attach(idleLink{}, wire.V31)
	for o.room(1) > 0 {
		o.append(message("sixteen bytes..."))
	}
	woken := 0
	o.writable = func() { woken++ }
	var b Batch
	o.Take(&b)
	o.Stuck(&b, 3*18+5)
	if woken != 1 || o.room(10) != 3 {
		t.Errorf("woken %d times, room for %d; want 1 and 3", woken, o.room(10))
	}
	o.Sent(&b)
	if n := o.room(100); n != 10 {
		t.Errorf("room for %d in an empty queue", n)
	}
}
