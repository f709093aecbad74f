// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"context"

	"github.com/gozmq/zmq/internal/core"
)

// Incoming returns a channel of the messages that the socket receives, for select
// statements:
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
// The channel has no buffer, and one goroutine serves it. It is closed when ctx ends,
// the socket is closed, or its Context is shut down. Socket.Done and ctx.Err tell these
// apart. If the socket's type cannot receive, or ctx is nil, the channel is closed at once
// and the log has a warning.
//
// The goroutine takes one message at a time off the socket before the program receives
// it from the channel. If ctx ends meanwhile, the message is put back, and the next
// Recv or Incoming returns it. So ending ctx loses no message. Closing the socket drops
// it like all messages that have not been received. A reply that was put back on a REQ
// is also dropped by the next request.
//
// A message counts as received when the program has received it from the channel. Until
// then a REP owes no reply to it, a REQ still waits for it, and Subscribe on an XPUB
// with XPubManual applies to the peer of the message before. On these types a
// concurrent Recv or Request gets the message instead of the channel.
//
// RecvTimeout has no effect on the channel. On a REP and a REQ the next message comes
// once the socket may receive again, after the program has sent the reply or the
// request.
//
// A message from the channel costs several times as much as one from Recv. If the
// program waits for nothing else, range over Messages.
func (s *Socket) Incoming(ctx context.Context) <-chan Message {
	ch := make(chan Message)
	if ctx == nil {
		s.s.Warn("Incoming returns a closed channel", errNilContext)
		close(ch)
		return ch
	}
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
		var o core.Offer
		for {
			w.Rearm()
			switch err := s.s.Offer(&o); err {
			case nil:
				if !s.hand(ctx, ch, &o) {
					return
				}
				continue
			case ErrAgain, ErrState: // or not our turn
			case ErrNotSupported:
				s.s.Warn("Incoming returns a closed channel", err)
				return
			default:
				return
			}
			s.s.NoteWaiting()
			select {
			case <-bell:
			case <-ctx.Done():
				return
			}
		}
	}()
	return ch
}

// hand passes a message to the receiver of ch, or withdraws it. It reports whether to
// fetch another.
func (s *Socket) hand(ctx context.Context, ch chan<- Message, o *core.Offer) bool {
	select {
	case ch <- Message{m: o.Message}:
		o.Received()
		return ctx.Err() == nil
	case <-o.Recalled(): // and offered again once the call that asks has its answer
		o.Withdraw(true)
		return true
	case <-ctx.Done():
	case <-s.s.Done():
	case <-s.ctx.Done():
	}
	o.Withdraw(false)
	return false
}
