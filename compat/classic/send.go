// SPDX-License-Identifier: Apache-2.0

package classic

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/gozmq/zmq"
)

// Send sends one frame, which is copied. With SendMore it begins or continues a
// message, which goes out, whole, with the first frame sent without SendMore.
// A message is refused with its first frame, as libzmq does: that is where Send
// waits, or with DontWait fails with zmq.ErrAgain. SNDTIMEO limits the wait. If the
// peer leaves between two frames, the message is discarded without an error. On a
// STREAM, and a ROUTER with ROUTER_RAW, the frame behind the routing id is the last,
// whatever the flags. (zmq_send)
func (x *Socket) Send(frame []byte, flags int) error {
	if flags&SendMore == 0 && !x.started.Load() {
		if x.unfinished() {
			return x.stateError("send")
		}
		return x.transmit(flags, frame)
	}
	return x.sendPart(frame, flags)
}

// SendAll sends a whole message, whose frames are copied; behind frames that were
// sent with SendMore it continues that message. With SendMore in flags the
// message goes on.
func (x *Socket) SendAll(frames [][]byte, flags int) error {
	if len(frames) > 0 && flags&SendMore == 0 && !x.started.Load() {
		if x.unfinished() {
			return x.stateError("send")
		}
		return x.transmit(flags, frames...)
	}
	for i, f := range frames {
		more := flags
		if i < len(frames)-1 {
			more |= SendMore
		}
		if err := x.Send(f, more); err != nil {
			return err
		}
	}
	return nil
}

// SendMessage sends a message with what it carries beside its frames: see
// zmq.Message.WithRoutingID and WithGroup. The message is handed over. (zmq_msg_send)
func (x *Socket) SendMessage(m zmq.Message, flags int) error {
	if flags&SendMore != 0 {
		return &zmq.Error{Op: "send", Endpoint: x.s.String(), Err: zmq.ErrInvalid}
	}
	if flags&DontWait != 0 {
		return x.fate(x.s.TrySendMessage(m))
	}
	return x.fate(x.s.SendMessage(context.Background(), m))
}

// Join makes a DISH receive a group. (zmq_join)
func (x *Socket) Join(group string) error { return x.fate(x.s.Join(group)) }

// Leave takes Join back. (zmq_leave)
func (x *Socket) Leave(group string) error { return x.fate(x.s.Leave(group)) }

// unfinished tells whether a REQ or REP still has frames of a message to hand out:
// only behind the last of them is it its turn to send.
func (x *Socket) unfinished() bool {
	return x.left.Load() && (x.kind == zmq.REQ || x.kind == zmq.REP)
}

func (x *Socket) stateError(op string) error {
	return &zmq.Error{Op: op, Endpoint: x.s.String(), Err: zmq.ErrState}
}

func (x *Socket) transmit(flags int, frames ...[]byte) error {
	if flags&DontWait != 0 {
		return x.fate(x.s.TrySend(frames...))
	}
	return x.fate(x.s.Send(context.Background(), frames...))
}

// sendPart takes a frame that is not the whole message.
func (x *Socket) sendPart(frame []byte, flags int) error {
	if x.unfinished() {
		return x.stateError("send")
	}
	if x.started.Load() {
		if x.raw.Load() {
			flags &^= SendMore // an identity and what goes there is all (zmq_socket, ZMQ_STREAM)
		}
	} else {
		if err := x.fate(x.await(frame, flags)); err != nil {
			return err
		}
	}
	x.outMu.Lock()
	x.out = append(x.out, bytes.Clone(nonNil(frame)))
	if flags&SendMore != 0 {
		x.started.Store(true)
		x.outMu.Unlock()
		return nil
	}
	whole := x.out
	x.out = nil
	x.started.Store(false)
	x.outMu.Unlock()
	return x.finish(whole, flags)
}

// finish sends a message whose last frame has come. The peer that was there for the
// first frame may be gone: the message is discarded then, so that the last frame does
// not wait for another peer and nothing of the message gets into the next one
// (libzmq's load balancer does the same).
func (x *Socket) finish(whole [][]byte, flags int) error {
	m := zmq.NewMessage(whole...)
	err := x.s.TrySendMessage(m)
	if errors.Is(err, zmq.ErrAgain) && flags&DontWait == 0 && len(x.s.Peers()) > 0 {
		// Another goroutine has used up the room meanwhile.
		return x.fate(x.s.SendMessage(context.Background(), m))
	}
	if errors.Is(err, zmq.ErrAgain) || errors.Is(err, zmq.ErrHostUnreachable) {
		return nil
	}
	return x.fate(err)
}

// await waits until the socket would take a message that begins with a frame.
func (x *Socket) await(first []byte, flags int) error {
	err := x.s.CheckSend(first)
	if !errors.Is(err, zmq.ErrAgain) || flags&DontWait != 0 {
		return err
	}
	limit := zmq.SendTimeout.Get(x.s)
	if limit == 0 {
		return err
	}
	ctx := context.Background()
	if limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, time.Now().Add(limit))
		defer cancel()
	}
	p := zmq.NewPoller()
	defer p.Close()
	if err := p.Add(x.s, zmq.PollOut, nil); err != nil {
		return err
	}
	for {
		events, err := p.Wait(ctx)
		switch {
		case errors.Is(err, context.DeadlineExceeded):
			return zmq.ErrAgain
		case err != nil:
			return err
		case events[0].Events&zmq.PollClosed != 0:
			return &zmq.Error{Op: "send", Endpoint: x.s.String(), Err: zmq.ErrClosed}
		}
		if err := x.s.CheckSend(first); !errors.Is(err, zmq.ErrAgain) {
			return err
		}
		// A ROUTER has room for some peer, and not for the one that is named.
		t := time.NewTimer(retry)
		select {
		case <-t.C:
		case <-ctx.Done():
		}
		t.Stop()
	}
}

// retry is how often a ROUTER with ROUTER_MANDATORY looks whether the peer of a
// message that comes frame by frame has room again.
const retry = time.Millisecond

func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
