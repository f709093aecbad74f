// SPDX-License-Identifier: Apache-2.0

package core

import (
	"context"
	"testing"

	"github.com/gozmq/zmq/internal/pattern"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/wire"
)

const burst = 256 // messages that a connection hands over, or takes, at a time

// idleLink is a connection that the benchmark itself plays.
type idleLink struct{}

func (idleLink) Flush(bool) {}

// benchPipe returns a socket with one pipe.
func benchPipe(tb testing.TB, typ int) (*Socket, *pipe.Pipe) {
	s, err := NewContext(Config{}).NewSocket(typ)
	if err != nil {
		tb.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p := pipe.New(s.pipeConfig(s.opts, "", true))
	s.addPipe(p, &endpoint{})
	return s, p
}

func perMessage(b *testing.B) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/burst, "ns/msg")
}

// receiving is a burst from a connection's reader to Recv.
func receiving(tb testing.TB) func() {
	s, p := benchPipe(tb, pattern.Pull)
	items := make([]pipe.Item, burst)
	body, peer := make([]byte, 16), &pipe.Peer{}
	ctx := context.Background()
	var m pipe.Message
	return func() {
		for i := range items {
			items[i].Message = pipe.Message{Head: body, Peer: peer, Owned: true}
		}
		p.Deliver(items)
		for range burst {
			if err := s.Recv(ctx, &m); err != nil {
				tb.Fatal(err)
			}
		}
	}
}

// sending is a burst from Send to a connection's writer.
func sending(tb testing.TB) func() {
	s, p := benchPipe(tb, pattern.Push)
	p.Out().Attach(idleLink{}, wire.V31)
	frames := [][]byte{make([]byte, 16)}
	ctx := context.Background()
	var batch pipe.Batch
	return func() {
		for range burst {
			if err := s.Send(ctx, frames); err != nil {
				tb.Fatal(err)
			}
		}
		for p.Out().Take(&batch) {
			p.Out().Sent(&batch)
		}
	}
}

func BenchmarkRecv(b *testing.B) { benchmark(b, receiving(b)) }

func BenchmarkSend(b *testing.B) { benchmark(b, sending(b)) }

func benchmark(b *testing.B, round func()) {
	b.ReportAllocs()
	for b.Loop() {
		round()
	}
	perMessage(b)
}
