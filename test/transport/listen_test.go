// SPDX-License-Identifier: Apache-2.0

package transport_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// TestListenerOfAProgram: one of the system has its address as LAST_ENDPOINT, and belongs
// to the socket from then on.
func TestListenerOfAProgram(t *testing.T) {
	r := rig.New(t)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	r.Check(err)
	with := zmq.WithListener(ln)
	pull := r.Socket(zmq.PULL)
	r.Check(pull.Bind("tcp://a-name", with))
	at := "tcp://" + ln.Addr().String()
	if got := pull.LastEndpoint(); got != at {
		t.Fatalf("LAST_ENDPOINT is %s, and it listens on %s", got, at)
	}
	push := r.Connect(zmq.PUSH, at)
	r.Send(push, "x")
	r.WantRecv(pull, "x")
	if err := pull.Bind("tcp://another", with); !errors.Is(err, zmq.ErrAddressInUse) {
		t.Errorf("a second Bind: %v", err)
	}
	r.Check(pull.Unbind(at))
	if _, err := ln.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("after Unbind: %v", err)
	}
	if err := pull.Bind("tcp://a-name", zmq.WithListener(nil)); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("no listener: %v", err)
	}
}

// slow is a listener that keeps a Bind until the socket is closed.
type slow struct {
	net.Listener
	wait func()
}

func (l slow) Addr() net.Addr {
	l.wait()
	return l.Listener.Addr()
}

// TestListenerOfABindThatFailed: it belongs to the program, which can bind it again.
func TestListenerOfABindThatFailed(t *testing.T) {
	r := rig.New(t)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	r.Check(err)
	first := r.Socket(zmq.PULL)
	closed := make(chan error, 1)
	end := sync.OnceFunc(func() {
		go func() { closed <- first.Close() }()
		r.WaitUntil("the socket is closed", func() bool { _, err := first.TryRecv(); return errors.Is(err, zmq.ErrClosed) })
	})
	with := zmq.WithListener(slow{ln, end})
	if err := first.Bind("tcp://a-name", with); !errors.Is(err, zmq.ErrClosed) {
		t.Fatalf("the Bind of a socket that is closed meanwhile: %v", err)
	}
	r.Check(<-closed)
	second := r.Socket(zmq.PULL)
	r.Check(second.Bind("tcp://a-name", with))
	push := r.Connect(zmq.PUSH, second.LastEndpoint())
	r.Send(push, "x")
	r.WantRecv(second, "x")
	r.Check(second.Unbind(second.LastEndpoint()))
	if _, err := ln.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("after Unbind: %v", err)
	}
}

// TestListenFunctionGetsTheAddress: as net.Listen takes it.
func TestListenFunctionGetsTheAddress(t *testing.T) {
	r := rig.New(t)
	no := errors.New("no")
	for endpoint, want := range map[string]string{
		"tcp://*:*": "tcp :0", "tcp://*:5555": "tcp :5555", "tcp://host:5555": "tcp host:5555", "tcp://[::1]:1": "tcp [::1]:1",
		"tcp://my-service": "tcp my-service", "ipc://@name": "unix @name", "ipc://*": "unix *",
	} {
		err := r.Socket(zmq.PULL).Bind(endpoint, zmq.WithListen(func(_ context.Context, network, address string) (net.Listener, error) {
			if got := network + " " + address; got != want {
				t.Errorf("%s: listen is called with %q", endpoint, got)
			}
			return nil, no
		}))
		if !errors.Is(err, no) || !strings.Contains(err.Error(), endpoint) {
			t.Errorf("%s: %v", endpoint, err)
		}
	}
	for name, listen := range map[string]func(context.Context, string, string) (net.Listener, error){
		"nothing": func(context.Context, string, string) (net.Listener, error) { return nil, nil },
		"a panic": func(context.Context, string, string) (net.Listener, error) { panic("mine") },
	} {
		if err := r.Socket(zmq.PULL).Bind("tcp://*:1", zmq.WithListen(listen)); err == nil {
			t.Errorf("%s is listened on", name)
		}
	}
}

// stubborn is a listener whose Accept does not return when it is closed.
type stubborn struct {
	*listener
	let chan struct{}
}

func (l stubborn) Accept() (net.Conn, error) {
	<-l.let
	return nil, net.ErrClosed
}

// TestListenerThatDoesNotLetGo: Unbind and Close do not wait for its Accept.
func TestListenerThatDoesNotLetGo(t *testing.T) {
	r := rig.New(t)
	l := stubborn{newListener(), make(chan struct{})}
	defer close(l.let)
	s := r.Socket(zmq.PULL)
	r.Check(s.Bind("tcp://here:1", zmq.WithListener(l)))
	r.Check(s.Unbind("tcp://here:1"))
	r.Check(s.Close())
}

// TestListenerThatTheProgramCloses: the monitor tells it, once, and the endpoint has
// ended. Unbind takes it away as ever.
func TestListenerThatTheProgramCloses(t *testing.T) {
	r := rig.New(t)
	l := newListener()
	s := r.Socket(zmq.PULL)
	w := r.Watch(s, zmq.EventAcceptFailed|zmq.EventClosed)
	r.Check(s.Bind("tcp://here:1", zmq.WithListener(l)))
	r.Check(l.Close())
	if e := w.Want(zmq.EventAcceptFailed)[0]; !errors.Is(e.Err, net.ErrClosed) {
		t.Errorf("%v", e.Err)
	}
	if e := s.Endpoints()[0]; e.State != zmq.EndpointEnded {
		t.Errorf("%+v", e)
	}
	r.Check(s.Unbind("tcp://here:1"))
	w.Want(zmq.EventClosed)
}

// TestAcceptFailsAndGoesOn: other errors are told, and the listener is asked again.
func TestAcceptFailsAndGoesOn(t *testing.T) {
	r := rig.New(t)
	l := failing{newListener(), make(chan error, 2)}
	l.errs <- errors.New("once")
	l.errs <- nil
	s := r.Socket(zmq.PULL)
	w := r.Watch(s, zmq.EventAcceptFailed)
	r.Check(s.Bind("tcp://here:1", zmq.WithListener(l)))
	for _, want := range []string{"once", "neither"} {
		if e := w.Want(zmq.EventAcceptFailed)[0]; !strings.Contains(e.Err.Error(), want) {
			t.Errorf("%v", e.Err)
		}
	}
	push := r.Connect(zmq.PUSH, "tcp://here:1", zmq.WithDial(func(ctx context.Context, _, _ string) (net.Conn, error) { return l.connect(ctx) }))
	r.Send(push, "x")
	r.WantRecv(s, "x")
}

// failing is a listener whose Accept returns errors first, or with nil nothing at all.
type failing struct {
	*listener
	errs chan error
}

func (l failing) Accept() (net.Conn, error) {
	select {
	case err := <-l.errs:
		return nil, err
	default:
		return l.listener.Accept()
	}
}

// TestAcceptFilterOfAConnectionWithoutAddress: it is refused, because no filter names it.
func TestAcceptFilterOfAConnectionWithoutAddress(t *testing.T) {
	n := newMemory()
	r := newTest(t, n)
	s := r.Socket(zmq.PULL)
	w := r.Watch(s, zmq.EventAcceptFailed)
	r.Check(s.Bind("tcp://here:1", zmq.TCPAcceptFilter.Of("0.0.0.0/0")))
	c, err := n.dial(r.Ctx, "tcp", "here:1")
	r.Check(err)
	w.Want(zmq.EventAcceptFailed)
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("the connection is served")
	}
}
