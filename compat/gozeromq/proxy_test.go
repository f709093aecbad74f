// SPDX-License-Identifier: Apache-2.0

package zmq4_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	zmq4 "github.com/gozmq/zmq/compat/gozeromq"
)

// wrapped is a socket that a program has made of another one.
type wrapped struct{ zmq4.Socket }

func serving(t *testing.T, s zmq4.Socket) (zmq4.Socket, string) {
	t.Helper()
	keep(t, s)
	if err := s.Listen("tcp://127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	return s, tcpOf(s.Addr())
}

func dialling(t *testing.T, s zmq4.Socket, ep string) zmq4.Socket {
	t.Helper()
	keep(t, s)
	if err := s.Dial(ep); err != nil {
		t.Fatal(err)
	}
	return s
}

func pass(t *testing.T, from, to zmq4.Socket, text string) {
	t.Helper()
	if err := from.Send(zmq4.NewMsgString(text)); err != nil {
		t.Fatal(err)
	}
	if msg, err := to.Recv(); err != nil || string(msg.Bytes()) != text {
		t.Fatalf("received %v, %v, want %s", msg, err, text)
	}
}

func TestProxyQueue(t *testing.T) {
	for _, wrap := range []bool{false, true} {
		front, frontAt := serving(t, zmq4.NewRouter(t.Context()))
		back, backAt := serving(t, zmq4.NewDealer(t.Context()))
		capture, captureAt := serving(t, zmq4.NewPush(t.Context()))
		if wrap {
			front, back, capture = wrapped{front}, wrapped{back}, wrapped{capture}
		}
		captured := dialling(t, zmq4.NewPull(t.Context()), captureAt)
		proxy := zmq4.NewProxy(t.Context(), front, back, capture)
		done := make(chan error, 1)
		go func() { done <- proxy.Run() }()
		req := dialling(t, zmq4.NewReq(t.Context()), frontAt)
		rep := dialling(t, zmq4.NewRep(t.Context()), backAt)
		pass(t, req, rep, "question")
		pass(t, rep, req, "answer")
		for _, want := range []string{"question", "answer"} {
			msg, err := captured.Recv()
			if err != nil || string(msg.Frames[len(msg.Frames)-1]) != want {
				t.Errorf("captured %v, %v, want %s", msg, err, want)
			}
		}
		proxy.Kill()
		if wrap { // whose Recv only their end interrupts
			front.Close()
			back.Close()
		}
		if err := <-done; err != nil {
			t.Errorf("Run after Kill: %v", err)
		}
	}
}

func TestProxyForwarderPassesSubscriptions(t *testing.T) {
	front, frontAt := serving(t, zmq4.NewXSub(t.Context()))
	back, backAt := serving(t, zmq4.NewXPub(t.Context()))
	proxy := zmq4.NewProxy(t.Context(), front, back, nil)
	done := make(chan error, 1)
	go func() { done <- proxy.Run() }()
	pub := dialling(t, zmq4.NewPub(t.Context()), frontAt)
	sub := dialling(t, zmq4.NewSub(t.Context()), backAt)
	if err := sub.SetOption(zmq4.OptionSubscribe, "A"); err != nil {
		t.Fatal(err)
	}
	wantTopics(t, pub, "A")
	pass(t, pub, sub, "A1")
	front.Close()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("Run when a socket is closed: %v", err)
	}
}

func TestProxyPauseAndContext(t *testing.T) {
	front, frontAt := serving(t, zmq4.NewPull(t.Context()))
	back, backAt := serving(t, zmq4.NewPush(t.Context()))
	ctx, cancel := context.WithCancel(t.Context())
	proxy := zmq4.NewProxy(ctx, front, back, nil)
	proxy.Pause()
	proxy.Pause()
	done := make(chan error, 1)
	go func() { done <- proxy.Run() }()
	push := dialling(t, zmq4.NewPush(t.Context()), frontAt)
	pull := dialling(t, zmq4.NewPull(t.Context()), backAt)
	for i := range 3 {
		if err := push.Send(zmq4.NewMsgString(fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
	}
	got := make(chan string)
	go func() {
		for {
			msg, err := pull.Recv()
			if err != nil {
				close(got)
				return
			}
			got <- string(msg.Bytes())
		}
	}()
	select {
	case m := <-got:
		t.Errorf("%q passes a paused proxy", m)
	case <-time.After(50 * time.Millisecond): // what must not happen has had its chance
	}
	proxy.Resume()
	proxy.Resume()
	for i := range 3 {
		if m := <-got; m != fmt.Sprint(i) {
			t.Errorf("received %q, want %d", m, i)
		}
	}
	proxy.Stats()
	cancel()
	if err := <-done; err != context.Canceled {
		t.Errorf("Run at the end of its context: %v", err)
	}
	pull.Close()
	<-got
}

func TestProxyOfSocketsThatDoNotFit(t *testing.T) {
	a, _ := serving(t, zmq4.NewPull(t.Context()))
	b, _ := serving(t, zmq4.NewSub(t.Context()))
	if err := zmq4.NewProxy(t.Context(), a, b, nil).Run(); err == nil {
		t.Error("PULL and SUB have a proxy")
	}
	if err := zmq4.NewProxy(t.Context(), a, nil, nil).Run(); err == nil {
		t.Error("one socket has a proxy")
	}
}
