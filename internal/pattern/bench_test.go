// SPDX-License-Identifier: Apache-2.0

package pattern

import (
	"fmt"
	"testing"

	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pipe"
)

// burst is how many messages one round of a hot path has.
const burst = 100

// hot are the ways of messages through the patterns, with as many peers. A path
// returns a round of burst messages.
var hot = []struct {
	name   string
	peers  int
	path   func(tb testing.TB, typ, peers int) func()
	typ    int
	allocs float64 // of a round
}{
	{"PUSH/1", 1, sending, Push, 0},
	{"PUSH/100", 100, sending, Push, 0},
	{"DEALER/100", 100, sending, Dealer, 0},
	{"PAIR", 1, sending, Pair, 0},
	{"ROUTER/100", 100, routing, Router, 0},
	{"PUB/1", 1, publishing, Pub, 0},
	{"PUB/100", 100, publishing, Pub, 0},
	{"PULL/1", 1, receiving, Pull, 0},
	{"PULL/100", 100, receiving, Pull, 0},
	{"DEALER receives/100", 100, receiving, Dealer, 0},
	{"ROUTER echoes/100", 100, echoing, Router, 1}, // memory for the envelopes of a batch
	{"REP answers/1", 1, answering, Rep, 0},
}

// peersOf attaches peers called 0, 1, 2 …
func peersOf(b *bench, n int) (ps []*pipe.Pipe) {
	for i := range n {
		ps = append(ps, b.pipe(0, fmt.Sprint("p", i)))
	}
	return ps
}

// sent ends a round: what was queued leaves.
func (b *bench) sent(ps []*pipe.Pipe, batches []pipe.Batch) {
	b.h.Flush = b.h.Flush[:0]
	for i, p := range ps {
		for p.Out().Take(&batches[i]) {
			p.Out().Sent(&batches[i])
		}
	}
}

func (b *bench) sends(ps []*pipe.Pipe, m func(i int) *pipe.Message) func() {
	batches := make([]pipe.Batch, len(ps))
	return func() {
		for i := range burst {
			if err := b.p.Send(m(i)); err != nil {
				b.Fatal(err)
			}
		}
		b.sent(ps, batches)
	}
}

func sending(tb testing.TB, typ, peers int) func() {
	b := newBench(tb, typ)
	m := msg("sixteen bytes...")
	return b.sends(peersOf(b, peers), func(int) *pipe.Message { return m })
}

func routing(tb testing.TB, typ, peers int) func() {
	b := newBench(tb, typ, opt.RouterMandatory, 1)
	ps := peersOf(b, peers)
	ms := make([]*pipe.Message, peers)
	for i := range ms {
		ms[i] = msg(fmt.Sprint("p", i), "sixteen bytes...")
	}
	return b.sends(ps, func(i int) *pipe.Message { return ms[i%peers] })
}

func publishing(tb testing.TB, typ, peers int) func() {
	b := newBench(tb, typ)
	ps := peersOf(b, peers)
	for _, p := range ps {
		p.Deliver(pipe.Items(pipe.Message{Head: []byte{}, Kind: pipe.Subscribe}))
	}
	m := msg("sixteen bytes...")
	return b.sends(ps, func(int) *pipe.Message { return m })
}

// arrivals are the messages of a round, spread over the peers.
func arrivals(peers int, frames ...string) [][]pipe.Item {
	ms := make([][]pipe.Item, peers)
	for i := range burst {
		ms[i%peers] = append(ms[i%peers], pipe.Items(*msg(frames...))...)
	}
	return ms
}

// deliverAll hands each peer's messages over as its connection does, which gives
// the slice away but for its memory.
func (b *bench) deliverAll(ps []*pipe.Pipe, ms [][]pipe.Item, scratch []pipe.Item) {
	for i, p := range ps {
		n := copy(scratch, ms[i])
		if p.Deliver(scratch[:n]) != n {
			b.Fatal("refused")
		}
	}
}

func receiving(tb testing.TB, typ, peers int) func() {
	b := newBench(tb, typ)
	ps, ms, scratch := peersOf(b, peers), arrivals(peers, "sixteen bytes..."), make([]pipe.Item, burst)
	var m pipe.Message
	return func() {
		b.deliverAll(ps, ms, scratch)
		for range burst {
			if err := Recv(b.p, &m); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// echoing receives a message with its envelope and sends it back.
func echoing(tb testing.TB, typ, peers int) func() {
	return backAndForth(tb, typ, peers, "sixteen bytes...")
}

// answering is REP: the request has a delimiter that the program does not see.
func answering(tb testing.TB, typ, peers int) func() {
	return backAndForth(tb, typ, peers, "", "sixteen bytes...")
}

func backAndForth(tb testing.TB, typ, peers int, frames ...string) func() {
	b := newBench(tb, typ)
	ps, ms, scratch := peersOf(b, peers), arrivals(peers, frames...), make([]pipe.Item, burst)
	batches := make([]pipe.Batch, len(ps))
	var m pipe.Message
	return func() {
		b.deliverAll(ps, ms, scratch)
		for range burst {
			if err := Recv(b.p, &m); err != nil {
				b.Fatal(err)
			}
			if err := b.p.Send(&m); err != nil {
				b.Fatal(err)
			}
		}
		b.sent(ps, batches)
	}
}

func BenchmarkHot(b *testing.B) {
	for _, h := range hot {
		b.Run(h.name, func(b *testing.B) {
			round := h.path(b, h.typ, h.peers)
			round()
			b.ReportAllocs()
			for b.Loop() {
				round()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/burst, "ns/msg")
		})
	}
}
