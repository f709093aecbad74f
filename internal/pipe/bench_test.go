// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"testing"

	"github.com/gozmq/zmq/internal/wire"
)

// burst is how many messages one round of a hot path has.
const burst = 100

// hot are the queues that every message passes. A path returns a round of burst
// messages.
var hot = []struct {
	name   string
	path   func(tb testing.TB) func()
	allocs float64 // of a round
}{
	{"Outbox/16", func(testing.TB) func() { return outgoing(wire.V31, 16) }, 0},
	{"Outbox/1024", func(testing.TB) func() { return outgoing(wire.V31, 1024) }, 0},
	{"Outbox/64K", func(testing.TB) func() { return outgoing(wire.V31, 64<<10) }, 2}, // the list of what is not copied, which grows
	{"Outbox/10 frames", func(testing.TB) func() { return outgoing(wire.V31, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16) }, 0},
	{"Outbox/ZMTP 1.0", func(testing.TB) func() { return outgoing(wire.V1, 16) }, 0},
	{"Inbox", incoming, 0},
	{"Inproc/16", func(tb testing.TB) func() { return inProcess(tb, 16) }, 0},
	{"Inproc/64K", func(tb testing.TB) func() { return inProcess(tb, 64<<10) }, 0},
	{"Broadcast/1", func(tb testing.TB) func() { return broadcasting(tb, 1) }, 0},
	{"Broadcast/1000", func(tb testing.TB) func() { return broadcasting(tb, 1000) }, 0},
}

// sized is a message of frames that belong to the pipe.
func sized(sizes ...int) *Message {
	m := &Message{Head: make([]byte, sizes[0]), Owned: true}
	for _, n := range sizes[1:] {
		m.Tail = append(m.Tail, make([]byte, n))
	}
	return m
}

func outgoing(v wire.Version, sizes ...int) func() {
	o := newOutbox(0)
	o.Attach(idleLink{}, v)
	m := sized(sizes...)
	var b Batch
	return func() {
		for range burst {
			o.append(m)
		}
		for o.Take(&b) {
			o.Sent(&b)
		}
	}
}

func incoming(tb testing.TB) func() {
	p := box(1000, 0, false)
	ms, kept := make([]Item, burst), sized(16)
	var m Message
	return func() {
		for i := range ms {
			ms[i] = Item{Message: *kept}
		}
		if p.Deliver(ms) != burst {
			tb.Fatal("refused")
		}
		p.mailbox.Readable(func(*Pipe) {})
		for range burst {
			if !p.Read(&m) {
				tb.Fatal("nothing to read")
			}
		}
	}
}

func inProcess(tb testing.TB, size int) func() {
	from, to := joined(Config{Mailbox: &Mailbox{}}, Config{Mailbox: &Mailbox{Readers: true}})
	m, got := sized(size), Message{}
	return func() {
		for range burst {
			if ok, _ := from.Write(m); !ok {
				tb.Fatal("refused")
			}
		}
		to.mailbox.Readable(func(*Pipe) {})
		for range burst {
			if !to.Read(&got) {
				tb.Fatal("nothing to read")
			}
		}
	}
}

func broadcasting(tb testing.TB, members int) func() {
	b, ps := audienceOf(tb, members, 0)
	m := message("sixteen bytes...")
	flush := make([]*Pipe, 0, members)
	batches := make([]Batch, members)
	return func() {
		for range burst {
			flush = b.Add(m, flush[:0])
		}
		for i, p := range ps {
			for p.out.Take(&batches[i]) {
				p.out.Sent(&batches[i])
			}
		}
	}
}

func BenchmarkHot(b *testing.B) {
	for _, h := range hot {
		b.Run(h.name, func(b *testing.B) {
			round := h.path(b)
			round()
			b.ReportAllocs()
			for b.Loop() {
				round()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/burst, "ns/msg")
		})
	}
}
