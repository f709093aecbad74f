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
func benchPipe(b *testing.B, typ int, name string) (*Socket, *pipe.Pipe) {
	s, err := NewContext(Config{}).NewSocket(typ, name)
	if err != nil {
		b.Fatal(err)
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

func BenchmarkRecv(b *testing.B) {
	s, p := benchPipe(b, pattern.Pull, "PULL")
	ms := make([]pipe.Message, burst)
	body, peer := make([]byte, 16), &pipe.Peer{}
	ctx := context.Background()
	var m pipe.Message
	b.ReportAllocs()
	for b.Loop() {
		for i := range ms {
			ms[i] = pipe.Message{Head: body, Peer: peer, Owned: true}
		}
		p.Deliver(ms)
		for range burst {
			if err := s.Recv(ctx, &m); err != nil {
				b.Fatal(err)
			}
		}
	}
	perMessage(b)
}

func BenchmarkSend(b *testing.B) {
	s, p := benchPipe(b, pattern.Push, "PUSH")
	p.Out().Attach(idleLink{}, wire.V31)
	frames := [][]byte{make([]byte, 16)}
	ctx := context.Background()
	var batch pipe.Batch
	b.ReportAllocs()
	for b.Loop() {
		for range burst {
			if err := s.Send(ctx, frames); err != nil {
				b.Fatal(err)
			}
		}
		for p.Out().Take(&batch) {
			p.Out().Sent(&batch)
		}
	}
	perMessage(b)
}
