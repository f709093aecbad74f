// SPDX-License-Identifier: Apache-2.0

package zmq_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	zmq "github.com/gozmq/zmq"
)

// What calls refuse on a socket that lives, and how they end with their own
// context or the socket's time-outs.

func TestSettingsOfTheWrongKind(t *testing.T) {
	r := newRig(t)
	if _, err := zmq.ParseSetting("NOSUCH", "1"); !errors.Is(err, zmq.ErrUnknownOption) || zmq.Errno(err) != int(syscall.EINVAL) {
		t.Errorf("an unknown option: %v", err)
	}
	for _, text := range []string{"many", "", "1s"} {
		if _, err := zmq.ParseSetting("SNDHWM", text); !errors.Is(err, zmq.ErrInvalid) {
			t.Errorf("SNDHWM %q: %v", text, err)
		}
	}
	push := r.socket(zmq.PUSH)
	for _, err := range []error{
		push.Subscribe("x"), r.socket(zmq.XSUB).Subscribe("x"), push.Set(zmq.RouterMandatory.Of(true)), push.Set(zmq.SendHWM.Of(-2)),
		push.Set(zmq.Setting{}, zmq.SendHWM.Of(-1)),
	} {
		if !errors.Is(err, zmq.ErrInvalid) {
			t.Errorf("%v, want ErrInvalid", err)
		}
	}
	if _, err := r.zc.NewSocket(zmq.PUSH, zmq.ReqRelaxed.Of(true)); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("an option of another type: %v", err)
	}
}

func TestDirectionsThatATypeDoesNotHave(t *testing.T) {
	r := newRig(t)
	ended, cancel := context.WithCancel(r.ctx)
	cancel()
	not := func(s *zmq.Socket, name string, err error) {
		t.Helper()
		if !errors.Is(err, zmq.ErrNotSupported) || zmq.Errno(err) != int(syscall.ENOTSUP) {
			t.Errorf("%s on %s: %v", name, s, err)
		}
	}
	for _, typ := range []zmq.SocketType{zmq.PUSH, zmq.PUB} {
		s := r.socket(typ)
		_, err := s.Recv(r.ctx)
		not(s, "Recv", err)
		_, err = s.Recv(ended)
		not(s, "Recv", err)
		_, err = s.TryRecv()
		not(s, "TryRecv", err)
		for _, err = range s.Messages(r.ctx) {
		}
		not(s, "Messages", err)
	}
	for _, typ := range []zmq.SocketType{zmq.PULL, zmq.SUB} {
		s := r.socket(typ)
		not(s, "Send", s.Send(r.ctx, []byte("x")))
		not(s, "TrySend", s.TrySend([]byte("x")))
		not(s, "SendMessage", s.SendMessage(r.ctx, zmq.NewStringMessage("x", "y")))
		not(s, "WaitSubscribers", s.WaitSubscribers(r.ctx, "", 0))
	}
	s := r.socket(zmq.DEALER)
	_, err := s.Request(r.ctx, []byte("x"))
	not(s, "Request", err)
}

func TestMessagesWithoutFramesAndEmptyFrames(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		b, c := r.pair(zmq.DEALER, zmq.DEALER, endpoint)
		for name, err := range map[string]error{
			"Send": c.Send(r.ctx), "TrySend": c.TrySend(), "SendString": c.SendString(r.ctx),
			"SendMessage": c.SendMessage(r.ctx, zmq.Message{}), "TrySendMessage": c.TrySendMessage(zmq.NewMessage()),
		} {
			if !errors.Is(err, zmq.ErrInvalid) || zmq.Errno(err) != int(syscall.EINVAL) {
				r.Errorf("%s without frames: %v", name, err)
			}
		}
		r.check(c.Send(r.ctx, nil))
		r.check(c.Send(r.ctx, nil, nil, []byte("x"), nil))
		r.check(c.SendMessage(r.ctx, zmq.NewMessage(nil, nil)))
		r.want(b, "")
		r.want(b, "", "", "x", "")
		m, err := b.Recv(r.ctx)
		r.check(err)
		if m.Len() != 2 || m.Frame(0) == nil || m.Frame(1) == nil || m.Size() != 0 {
			r.Errorf("%#v", m.Frames())
		}
		r.none(b)

		// Where an envelope is stripped, an empty frame behind it is still one.
		rep, dealer := r.pair(zmq.REP, zmq.DEALER, second(r, endpoint))
		r.check(dealer.SendMessage(r.ctx, zmq.NewMessage(nil, nil)))
		r.want(rep, "")
	})
}

// second is another endpoint of the same transport.
func second(r *rig, endpoint string) string {
	if strings.HasPrefix(endpoint, "tcp:") {
		return endpoint
	}
	return endpoint + "2"
}

func TestContextThatHasEndedAlready(t *testing.T) {
	r := newRig(t)
	ended, cancel := context.WithCancel(r.ctx)
	cancel()
	past, cancel2 := context.WithTimeout(r.ctx, -1)
	defer cancel2()
	for _, c := range blockingCalls {
		s := r.socket(c.typ)
		if err := c.do(ended, s); err != context.Canceled {
			t.Errorf("%s: %v, want context.Canceled as it is", c.name, err)
		}
		if err := c.do(past, s); err != context.DeadlineExceeded {
			t.Errorf("%s: %v, want context.DeadlineExceeded as it is", c.name, err)
		}
	}
	// What is there can be had all the same; what is not sent is not queued.
	b, c := r.pair(zmq.DEALER, zmq.DEALER, "inproc://x")
	if err := c.Send(ended, []byte("not sent")); err != context.Canceled {
		t.Errorf("Send: %v", err)
	}
	r.send(c, "sent")
	if m, err := b.Recv(ended); err != nil || m.String() != "sent" {
		t.Errorf("Recv: %q, %v", m, err)
	}
}

func TestContextEndsBlockedCalls(t *testing.T) {
	for _, c := range blockingCalls {
		r := newRig(t)
		s := r.socket(c.typ)
		ctx, cancel := context.WithCancel(r.ctx)
		done := make(chan error, 1)
		go func() { done <- c.do(ctx, s) }()
		r.waiting(1)
		cancel()
		if err := r.result(done); err != context.Canceled {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestTimeoutIsNotAContextError(t *testing.T) {
	r := newRig(t)
	s := r.socket(zmq.DEALER, zmq.RecvTimeout.Of(10*time.Millisecond), zmq.SendTimeout.Of(10*time.Millisecond))
	_, recv := s.Recv(r.ctx)
	for _, err := range []error{recv, s.Send(r.ctx, []byte("x"))} {
		var timeout interface{ Timeout() bool }
		if !errors.Is(err, zmq.ErrTimeout) || !errors.Is(err, os.ErrDeadlineExceeded) || !errors.Is(err, syscall.EAGAIN) ||
			zmq.Errno(err) != int(syscall.EAGAIN) || !errors.As(err, &timeout) || !timeout.Timeout() ||
			errors.Is(err, context.DeadlineExceeded) || errors.Is(err, zmq.ErrAgain) {
			t.Errorf("the socket's time-out: %v", err)
		}
	}
	r.check(s.Set(zmq.RecvTimeout.Of(patience), zmq.SendTimeout.Of(-1)))
	ctx, cancel := context.WithTimeout(r.ctx, 10*time.Millisecond)
	defer cancel()
	_, recv = s.Recv(ctx)
	for _, err := range []error{recv, s.Send(ctx, []byte("x"))} {
		if err != context.DeadlineExceeded || errors.Is(err, zmq.ErrTimeout) {
			t.Errorf("the context's end: %v", err)
		}
	}
	r.check(s.Set(zmq.RecvTimeout.Of(0), zmq.SendTimeout.Of(0)))
	_, recv = s.Recv(r.ctx)
	for _, err := range []error{recv, s.Send(r.ctx, []byte("x"))} {
		if !errors.Is(err, zmq.ErrAgain) || zmq.Errno(err) != int(syscall.EAGAIN) {
			t.Errorf("a time-out of zero: %v", err)
		}
	}
}
