// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// What comes back is used again for frames of about that size, and for no others.
func TestFrameMemoryIsUsedAgain(t *testing.T) {
	var b Buffers
	frame := b.Frame(64 << 10)[:100]
	b.Recycle(frame)
	if again := b.Frame(60 << 10); cap(again) < 60<<10 || len(again) != 0 {
		t.Errorf("%d of %d bytes", len(again), cap(again))
	}
	b.Recycle(make([]byte, 1<<20))
	if got := b.Frame(64 << 10); cap(got) > 128<<10 {
		t.Errorf("%d bytes for 64 KiB", cap(got))
	}
	b.Recycle(make([]byte, 0, 64<<10))
	if got := b.Frame(1 << 20); cap(got) < 1<<20 {
		t.Errorf("%d bytes for 1 MiB", cap(got))
	}
	b.Recycle(make([]byte, 10)) // shared with others, most likely
	if got := b.Frame(8 << 10); cap(got) < 8<<10 {
		t.Errorf("%d bytes for 8 KiB", cap(got))
	}
}

// reader delivers numbered messages as a connection's reader does: in runs whose memory
// comes from the pool and holds nothing else, or in large frames.
type reader struct {
	testing.TB
	random *rand.Rand
	p      *Pipe
	next   int
	rest   []Item // not taken yet
}

// text is what message i holds, of any size.
func (r *reader) text(i int) []byte {
	size := []int{8, 30, 300, 3000, LargeFrame + 7}[i*7919>>3%5]
	b := bytes.Repeat([]byte{byte(i)}, size)
	copy(b, fmt.Sprintf("%08d", i))
	return b
}

func (r *reader) deliver() {
	for range 3 {
		run := slabRun(r.p)
		for range r.random.IntN(200) {
			body := r.text(r.next)
			if len(body) >= LargeFrame {
				break
			}
			if cap(run.Head)-len(run.Head) < len(body)+9 {
				break
			}
			run.Head = wire.AppendFrame(run.Head, 0, body)
			run.count++
			r.next++
		}
		if run.count > 0 {
			r.rest = append(r.rest, run)
		}
		if body := r.text(r.next); len(body) >= LargeFrame {
			frame := append(r.p.Memory().Frame(len(body)), body...)
			r.rest = append(r.rest, Item{Message: Message{Head: frame, Owned: true, Apart: true}})
			r.next++
		}
	}
	r.push()
}

func (r *reader) push() {
	n := r.p.Deliver(r.rest)
	r.rest = r.rest[n:]
}

// What was received by Read never changes, whatever comes in memory that Into gave
// back, and nothing is lost or out of order where the high-water mark cuts runs.
func TestMemoryThatComesBackIsNobodys(t *testing.T) {
	for seed := range zmqtest.Seeds(20) {
		p := New(Config{Mailbox: new(Mailbox), Buffers: new(Buffers), RecvHWM: 10 + int(seed)*20})
		r := &reader{TB: t, random: rand.New(rand.NewPCG(seed, 1)), p: p}
		var into [2]Message
		kept := map[int][]byte{}
		for got := 0; got < 5000; {
			if len(r.rest) == 0 {
				r.deliver()
			} else {
				r.push()
			}
			for range r.random.IntN(300) {
				var m Message
				var n int
				switch k := r.random.IntN(10); {
				case k < 8:
					m = into[k%2]
					m.Into = true
					if p.Read(&m) {
						n = 1
						into[k%2] = m
					}
				case k == 8:
					if p.Read(&m) {
						n = 1
						kept[got] = m.Head
					}
				default:
					var it Item
					n = p.ReadRun(&it, 1+r.random.IntN(50))
					for i, one := range Separate(nil, []Item{it})[:n] {
						kept[got+i] = one.Head
						m = one
					}
				}
				if n == 0 {
					break
				}
				if n == 1 && !bytes.Equal(m.Head, r.text(got)) {
					t.Fatalf("seed %d: message %d is %.20q, want %.20q", seed, got, m.Head, r.text(got))
				}
				got += n
			}
			if len(kept) > 500 {
				for i, b := range kept {
					if !bytes.Equal(b, r.text(i)) {
						t.Fatalf("seed %d: message %d has become %.20q, want %.20q", seed, i, b, r.text(i))
					}
				}
				clear(kept)
			}
		}
	}
}

// slabRun is an empty run in a slab that it alone holds, as a connection's reader
// fills one.
func slabRun(p *Pipe) Item {
	slab := p.Memory().Slab(SlabSize)
	if slab == nil {
		slab = NewSlab(make([]byte, 0, SlabSize))
	}
	return Item{Message: Message{Head: slab.Memory(), Owned: true}, slab: slab}
}

// A receiver that keeps a message keeps the slab that it lies in, however often the mark has
// cut the run that brought it.
func TestSlabStaysWithEveryMessageThatWasHandedOut(t *testing.T) {
	const size, hwm = 14, 3
	for _, kept := range []int{0, 1, 2, 3, 4, 5, 8, 9} {
		p := New(Config{Mailbox: new(Mailbox), Buffers: new(Buffers), RecvHWM: hwm})
		run := slabRun(p)
		for i := range 10 {
			run.Head = wire.AppendFrame(run.Head, 0, fmt.Appendf(nil, "message %06d", i))
			run.count++
		}
		mem := run.slab
		var into, keep Message
		items := []Item{run}
		for i := range 10 {
			into.Into = i != kept
			m := &into
			if i == kept {
				m = &keep
			}
			ok := p.Read(m)
			if !ok {
				items = items[p.Deliver(items):]
				ok = p.Read(m)
			}
			if !ok || len(m.Head) != size {
				t.Fatalf("message %d is %q", i, m.Head)
			}
		}
		for { // a fresh one is nil
			s := p.Memory().Slab(SlabSize)
			if s == nil {
				break
			}
			if s == mem {
				t.Errorf("the slab came back although message %d was kept", kept)
			}
		}
		if want := fmt.Sprintf("message %06d", kept); string(keep.Head) != want {
			t.Errorf("%q has become %q", want, keep.Head)
		}
	}
}

// A run that is taken in parts gives its slab back with the last of them.
func TestSlabComesBackWithItsLastPart(t *testing.T) {
	p := New(Config{Mailbox: new(Mailbox), Buffers: new(Buffers)})
	run := slabRun(p)
	run.Head = append(run.Head, runOf(0, 9).Head...)
	run.count = 9
	p.Deliver([]Item{run})
	var parts [3]Item
	for i := range parts {
		if n := p.ReadRun(&parts[i], 3); n != 3 {
			t.Fatalf("%d messages", n)
		}
	}
	for _, i := range []int{1, 2, 0} {
		if run.slab.holders.Load() == 0 {
			t.Fatal("nobody holds the slab while a part is used")
		}
		p.Memory().ReleaseItem(&parts[i])
	}
	if n := run.slab.holders.Load(); n != 0 {
		t.Errorf("%d holders are left", n)
	}
}
