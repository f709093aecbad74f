// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"context"

	"github.com/gozmq/zmq/internal/core"
	"github.com/gozmq/zmq/internal/pipe"
)

// Incoming returns a channel of what the socket receives, for select statements:
//
//	in := sock.Incoming(ctx)
//	for {
//		select {
//		case m, ok := <-in:
//			if !ok {
//				return
//			}
//			…
//		case <-ticker.C:
//			…
//		}
//	}
//
// The channel has no buffer, and one goroutine serves it until it is closed: when
// ctx ends, the socket is closed, or its Context shut down. Socket.Done and
// ctx.Err tell which. On a socket that cannot receive it is closed at once.
//
// One message at a time is taken off the socket before somebody receives from the
// channel. If ctx ends meanwhile, the message goes back: it is the next that
// Recv, or another Incoming, returns. So no message is lost by ending ctx. Like
// all that was not received, it is lost when the socket is closed.
//
// RecvTimeout has no meaning here. On a REP and a REQ the next message comes once
// the socket may receive again: send the reply, or the request, in between.
//
// A channel costs several times what Recv costs for a message. Where nothing else
// is waited for, range over Messages.
func (s *Socket) Incoming(ctx context.Context) <-chan Message {
	ch := make(chan Message)
	bell := make(chan struct{}, 1)
	w := s.s.Watch(core.CanRecv, func() {
		select {
		case bell <- struct{}{}:
		default:
		}
	})
	go func() {
		defer close(ch)
		defer w.Stop()
		for {
			w.Rearm()
			var m Message
			switch err := s.s.TryRecv(&m.m); err {
			case nil:
				if !s.hand(ctx, ch, m) {
					return
				}
				continue
			case ErrAgain, ErrState: // or not our turn
			default:
				return
			}
			select {
			case <-bell:
			case <-ctx.Done():
				return
			}
		}
	}()
	return ch
}

// hand passes a message to who receives from ch, or gives it back.
func (s *Socket) hand(ctx context.Context, ch chan<- Message, m Message) bool {
	select {
	case ch <- m:
		return ctx.Err() == nil
	case <-ctx.Done():
	case <-s.s.Done():
	case <-s.ctx.Done():
	}
	_ = s.s.Unread([]pipe.Message{m.m}) // fails on a socket that has ended only
	return false
}
