// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"time"

	"github.com/gozmq/zmq/internal/core"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// request sends a request by a REQ and waits for its reply for a while: either may be
// lost with a connection. The reply to another request must not come instead.
func (p *peer) request(s *core.Socket, number uint32, n uint64) error {
	if err := p.send(s, number, n); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(p.random.IntN(60_000))*time.Millisecond)
	defer cancel()
	var m pipe.Message
	err := s.Recv(ctx, &m)
	if errors.Is(err, context.DeadlineExceeded) {
		return nil // REQ_RELAXED: the next request gives this one up
	}
	if err != nil {
		return err
	}
	p.w.received(number, &m)
	if want := headerOf(number, n); len(m.Head) < 2*header || !bytes.Equal(m.Head[header:2*header], want) {
		p.w.mu.Lock()
		defer p.w.mu.Unlock()
		p.w.broke("request %v got the reply to another: % x", id{number, n}, m.Head)
	}
	return nil
}

// reply answers a request that a ROUTER has received. The reply names the request, and is
// a message of the account as any other.
func (p *peer) reply(s *core.Socket, number uint32, m *pipe.Message) {
	empty := slices.IndexFunc(m.Tail, func(b []byte) bool { return len(b) == 0 })
	if empty < 0 || empty+1 >= len(m.Tail) || len(m.Tail[empty+1]) < header {
		p.w.mu.Lock()
		defer p.w.mu.Unlock()
		p.w.broke("a request has no envelope, or no body: %q", m.Tail)
		return
	}
	envelope, body := append([][]byte{m.Head}, m.Tail[:empty+1]...), m.Tail[empty+1:]
	p.w.received(number, &pipe.Message{Head: body[0], Tail: body[1:], Peer: m.Peer})
	p.replies++
	answer := slices.Concat(headerOf(number, p.replies), body[0][:header], make([]byte, p.random.IntN(p.w.size)))
	p.w.begin(number, p.replies, [][]byte{answer})
	err := s.Send(context.Background(), append(slices.Clone(envelope), answer))
	p.w.end(number, p.replies, err)
	if err != nil && !errors.Is(err, zerr.ErrClosed) && !errors.Is(err, zerr.ErrHostUnreachable) && !errors.Is(err, zerr.ErrAgain) {
		p.w.note(err)
	}
}

// headerOf is what message n of a socket begins with.
func headerOf(number uint32, n uint64) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(nil, number), n)
}
