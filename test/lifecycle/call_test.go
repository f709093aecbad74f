// SPDX-License-Identifier: Apache-2.0

package lifecycle_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// What calls refuse on a socket that lives, and how they end with their own
// context or the socket's time-outs.

func TestSettingsOfTheWrongKind(t *testing.T) {
	r := rig.New(t)
	if _, err := zmq.ParseSetting("NOSUCH", "1"); !errors.Is(err, zmq.ErrUnknownOption) || zmq.Errno(err) != zmq.Errno(syscall.EINVAL) {
		t.Errorf("an unknown option: %v", err)
	}
	for _, text := range []string{"many", "", "1s"} {
		if _, err := zmq.ParseSetting("SNDHWM", text); !errors.Is(err, zmq.ErrInvalid) {
			t.Errorf("SNDHWM %q: %v", text, err)
		}
	}
	push := r.Socket(zmq.PUSH)
	for _, err := range []error{
		push.Subscribe("x"), r.Socket(zmq.XSUB).Subscribe("x"), push.Set(zmq.RouterMandatory.Of(true)), push.Set(zmq.SendHWM.Of(-2)),
		push.Set(zmq.Setting{}, zmq.SendHWM.Of(-1)),
	} {
		if !errors.Is(err, zmq.ErrInvalid) {
			t.Errorf("%v, want ErrInvalid", err)
		}
	}
	if _, err := r.ZMQ.NewSocket(zmq.PUSH, zmq.ReqRelaxed.Of(true)); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("an option of another type: %v", err)
	}
}

func TestDirectionsThatATypeDoesNotHave(t *testing.T) {
	r := rig.New(t)
	ended, cancel := context.WithCancel(r.Ctx)
	cancel()
	not := func(s *zmq.Socket, name string, err error) {
		t.Helper()
		if !errors.Is(err, zmq.ErrNotSupported) || zmq.Errno(err) != zmq.Errno(syscall.ENOTSUP) {
			t.Errorf("%s on %s: %v", name, s, err)
		}
	}
	for _, typ := range []zmq.SocketType{zmq.PUSH, zmq.PUB} {
		s := r.Socket(typ)
		_, err := s.Recv(r.Ctx)
		not(s, "Recv", err)
		_, err = s.Recv(ended)
		not(s, "Recv", err)
		_, err = s.TryRecv()
		not(s, "TryRecv", err)
		for _, err = range s.Messages(r.Ctx) {
		}
		not(s, "Messages", err)
	}
	for _, typ := range []zmq.SocketType{zmq.PULL, zmq.SUB} {
		s := r.Socket(typ)
		not(s, "Send", s.Send(r.Ctx, []byte("x")))
		not(s, "TrySend", s.TrySend([]byte("x")))
		not(s, "SendMessage", s.SendMessage(r.Ctx, zmq.NewStringMessage("x", "y")))
		not(s, "WaitSubscribers", s.WaitSubscribers(r.Ctx, "", 0))
	}
	s := r.Socket(zmq.DEALER)
	_, err := s.Request(r.Ctx, []byte("x"))
	not(s, "Request", err)
}

func TestMessagesWithoutFramesAndEmptyFrames(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		b, c := r.Pair(zmq.DEALER, zmq.DEALER, endpoint)
		for name, err := range map[string]error{
			"Send": c.Send(r.Ctx), "TrySend": c.TrySend(), "SendString": c.SendString(r.Ctx),
			"SendMessage": c.SendMessage(r.Ctx, zmq.Message{}), "TrySendMessage": c.TrySendMessage(zmq.NewMessage()),
		} {
			if !errors.Is(err, zmq.ErrInvalid) || zmq.Errno(err) != zmq.Errno(syscall.EINVAL) {
				r.Errorf("%s without frames: %v", name, err)
			}
		}
		r.Check(c.Send(r.Ctx, nil))
		r.Check(c.Send(r.Ctx, nil, nil, []byte("x"), nil))
		r.Check(c.SendMessage(r.Ctx, zmq.NewMessage(nil, nil)))
		r.WantRecv(b, "")
		r.WantRecv(b, "", "", "x", "")
		m, err := b.Recv(r.Ctx)
		r.Check(err)
		if m.Len() != 2 || m.Frame(0) == nil || m.Frame(1) == nil || m.Size() != 0 {
			r.Errorf("%#v", m.Frames())
		}
		r.WantNothing(b)

		// Where an envelope is stripped, an empty frame behind it is still one.
		rep, dealer := r.Pair(zmq.REP, zmq.DEALER, second(r, endpoint))
		r.Check(dealer.SendMessage(r.Ctx, zmq.NewMessage(nil, nil)))
		r.WantRecv(rep, "")
	})
}

// second is another endpoint of the same transport.
func second(r *rig.Test, endpoint string) string {
	if strings.HasPrefix(endpoint, "tcp:") {
		return endpoint
	}
	return endpoint + "2"
}

func TestContextThatHasEndedAlready(t *testing.T) {
	r := rig.New(t)
	ended, cancel := context.WithCancel(r.Ctx)
	cancel()
	past, cancel2 := context.WithTimeout(r.Ctx, -1)
	defer cancel2()
	for _, c := range blockingCalls {
		s := r.Socket(c.typ)
		if err := c.do(ended, s); err != context.Canceled {
			t.Errorf("%s: %v, want context.Canceled as it is", c.name, err)
		}
		if err := c.do(past, s); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v, want context.DeadlineExceeded", c.name, err)
		}
	}
	// What is there can be had all the same; what is not sent is not queued.
	b, c := r.Pair(zmq.DEALER, zmq.DEALER, "inproc://x")
	if err := c.Send(ended, []byte("not sent")); err != context.Canceled {
		t.Errorf("Send: %v", err)
	}
	r.Send(c, "sent")
	if m, err := b.Recv(ended); err != nil || m.String() != "sent" {
		t.Errorf("Recv: %q, %v", m, err)
	}
}

func TestContextEndsBlockedCalls(t *testing.T) {
	for _, c := range blockingCalls {
		r := rig.New(t)
		s := r.Socket(c.typ)
		ctx, cancel := context.WithCancel(r.Ctx)
		done := make(chan error, 1)
		go func() { done <- c.do(ctx, s) }()
		waiting(r, 1)
		cancel()
		if err := r.Result(done); err != context.Canceled {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestTimeoutIsNotAContextError(t *testing.T) {
	r := rig.New(t)
	s := r.Socket(zmq.DEALER, zmq.RecvTimeout.Of(10*time.Millisecond), zmq.SendTimeout.Of(10*time.Millisecond))
	_, recv := s.Recv(r.Ctx)
	for _, err := range []error{recv, s.Send(r.Ctx, []byte("x"))} {
		var timeout interface{ Timeout() bool }
		if !errors.Is(err, zmq.ErrTimeout) || !errors.Is(err, os.ErrDeadlineExceeded) || !errors.Is(err, syscall.EAGAIN) ||
			zmq.Errno(err) != zmq.Errno(syscall.EAGAIN) || !errors.As(err, &timeout) || !timeout.Timeout() ||
			errors.Is(err, context.DeadlineExceeded) || errors.Is(err, zmq.ErrAgain) {
			t.Errorf("the socket's time-out: %v", err)
		}
	}
	r.Check(s.Set(zmq.RecvTimeout.Of(rig.Patience), zmq.SendTimeout.Of(-1)))
	ctx, cancel := context.WithTimeout(r.Ctx, 10*time.Millisecond)
	defer cancel()
	_, recv = s.Recv(ctx)
	for _, err := range []error{recv, s.Send(ctx, []byte("x"))} {
		if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, zmq.ErrTimeout) {
			t.Errorf("the context's end: %v", err)
		}
	}
	r.Check(s.Set(zmq.RecvTimeout.Of(0), zmq.SendTimeout.Of(0)))
	_, recv = s.Recv(r.Ctx)
	for _, err := range []error{recv, s.Send(r.Ctx, []byte("x"))} {
		if !errors.Is(err, zmq.ErrAgain) || zmq.Errno(err) != zmq.Errno(syscall.EAGAIN) {
			t.Errorf("a time-out of zero: %v", err)
		}
	}
}
