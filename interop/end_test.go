// SPDX-License-Identifier: Apache-2.0

package interop

import (
	"context"
	"fmt"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/interop/peer"
)

// end is one end of a conversation: ours or libzmq's.
type end interface {
	Bind(endpoint string) string
	Connect(endpoint string)
	SendShape(m peer.Shape) error
	RecvShape(m peer.Shape) error
	SendMany(b peer.Batch) (peer.Report, error)
	RecvMany(b peer.Batch) (peer.Report, error)
}

// goEnd is a socket of ours.
type goEnd struct {
	t testing.TB
	*zmq.Socket
}

func (e goEnd) Bind(endpoint string) string { return bind(e.t, e.Socket, endpoint) }
func (e goEnd) Connect(endpoint string)     { connect(e.t, e.Socket, endpoint) }

func (e goEnd) SendShape(m peer.Shape) error {
	return e.SendMessage(within(e.t), zmq.NewMessage(m.Frames()...))
}

func (e goEnd) RecvShape(m peer.Shape) error {
	got, err := e.Recv(within(e.t))
	if err != nil {
		return err
	}
	return m.Check(got.Frames())
}

func (e goEnd) SendMany(b peer.Batch) (peer.Report, error) {
	ctx := within(e.t)
	frames := append(append([][]byte{}, b.Prefix...), nil)
	for i := range b.Count {
		frames[len(b.Prefix)] = peer.Numbered(b.First+uint64(i), b.Size)
		if err := e.Send(ctx, frames...); err != nil {
			return peer.Report{Count: i}, err
		}
	}
	return peer.Report{Count: b.Count}, nil
}

func (e goEnd) RecvMany(b peer.Batch) (peer.Report, error) { return recvMany(within(e.t), e.Socket, b) }

// recvMany does for ours what peer.Socket.RecvMany does for libzmq.
func recvMany(ctx context.Context, s *zmq.Socket, b peer.Batch) (peer.Report, error) {
	var r peer.Report
	for r.Count < b.Count {
		m, err := s.Recv(ctx)
		if err != nil {
			return r, err
		}
		n, ok := peer.Number(m.Last())
		if want := b.First + uint64(r.Count); r.Wrong == "" && (!ok || n != want || m.Len() != b.Skip+1 || len(m.Last()) != max(b.Size, 8)) {
			r.Wrong = describe(m, want)
		}
		r.Count++
	}
	return r, nil
}

// theirEnd is a socket of libzmq.
type theirEnd struct{ *peer.Socket }

func (e theirEnd) Bind(endpoint string) string  { return e.Socket.Bind(endpoint) }
func (e theirEnd) Connect(endpoint string)      { e.Socket.Connect(endpoint) }
func (e theirEnd) SendShape(m peer.Shape) error { return e.Socket.SendShape(patience, m) }
func (e theirEnd) RecvShape(m peer.Shape) error { return e.Socket.RecvShape(patience, m) }

func describe(m zmq.Message, want uint64) string {
	n, _ := peer.Number(m.Last())
	return fmt.Sprintf("%d frames, the last of %d bytes with number %d, want number %d", m.Len(), len(m.Last()), n, want)
}
