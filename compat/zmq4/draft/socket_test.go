// SPDX-License-Identifier: Apache-2.0

package zmq4

import (
	"errors"
	"syscall"
	"testing"
	"time"

	"github.com/gozmq/zmq/compat/zmq4"
)

func TestHelloMessageIsTheFirstThatAPeerReceives(t *testing.T) {
	c := newTestContext(t)
	router, dealer := c.socket(t, ROUTER), c.socket(t, DEALER)
	must(t, dealer.SetHelloMsg("hello"))
	must(t, dealer.SetIdentity("d"))
	must(t, dealer.Connect(listen(t, router)))
	wantMessage(t, router, "d", "hello")
}

func TestDisconnectMessageComesWhenAPeerHasGone(t *testing.T) {
	c := newTestContext(t)
	router, dealer := c.socket(t, ROUTER), c.socket(t, DEALER)
	must(t, router.SetDisconnectMsg("gone"))
	must(t, dealer.SetIdentity("d"))
	must(t, dealer.Connect(listen(t, router)))
	_, err := dealer.Send("x", 0)
	must(t, err)
	wantMessage(t, router, "d", "x")
	must(t, dealer.Close())
	wantMessage(t, router, "d", "gone")
}

func TestHiccupMessageComesWhenTheServerHasGone(t *testing.T) {
	c := newTestContext(t)
	server, client := c.socket(t, DEALER), c.socket(t, DEALER)
	must(t, client.SetHiccupMsg("hiccup"))
	must(t, client.Connect(listen(t, server)))
	_, err := server.Send("x", 0)
	must(t, err)
	wantMessage(t, client, "x")
	must(t, server.Close())
	wantMessage(t, client, "hiccup")
}

func TestRouterNotifyTellsOfConnectAndDisconnect(t *testing.T) {
	c := newTestContext(t)
	router, dealer := c.socket(t, ROUTER), c.socket(t, DEALER)
	must(t, router.SetRouterNotify(NotifyConnect|NotifyDisconnect))
	if v, err := router.GetRouterNotify(); v != 3 || err != nil {
		t.Errorf("set is %v, %v", v, err)
	}
	if err := router.SetRouterNotify(4); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("4 is %v", err)
	}
	must(t, dealer.SetIdentity("d"))
	must(t, dealer.Connect(listen(t, router)))
	wantMessage(t, router, "d", "")
	must(t, dealer.Close())
	wantMessage(t, router, "d", "")
}

func TestDraftTypesAreThere(t *testing.T) {
	if !HasDraft() {
		t.Error("HasDraft is false")
	}
	c := newTestContext(t)
	for kind := SERVER; kind <= DGRAM; kind++ {
		s := c.socket(t, kind)
		if got, err := s.GetType(); got != kind || err != nil {
			t.Errorf("%v: %v, %v", kind, got, err)
		}
	}
	for _, kind := range []Type{-1, 21, 99} {
		if _, err := c.NewSocket(kind); !errors.Is(err, syscall.EINVAL) {
			t.Errorf("%d: %v", int(kind), err)
		}
	}
}

func TestOptionsOfAMessage(t *testing.T) {
	c := newTestContext(t)
	server, client := c.socket(t, SERVER), c.socket(t, CLIENT)
	must(t, server.Bind("inproc://server"))
	must(t, client.Connect("inproc://server"))
	_, err := client.Send("ask", 0)
	must(t, err)
	text, opts, err := server.RecvWithOpts(0, OptRoutingId(0))
	must(t, err)
	if text != "ask" || len(opts) != 1 {
		t.Fatalf("received %q, %v", text, opts)
	}
	_, err = server.Send("answer", 0, opts...)
	must(t, err)
	if text, opts, err := client.RecvWithOpts(0); text != "answer" || len(opts) != 0 || err != nil {
		t.Errorf("received %q, %v, %v", text, opts, err)
	}
	if _, err := server.Send("x", 0, OptRoutingId(7)); !errors.Is(err, syscall.EHOSTUNREACH) {
		t.Errorf("sent to nobody: %v", err)
	}
	radio, dish := c.socket(t, RADIO), c.socket(t, DISH)
	must(t, dish.Join("g"))
	if err := dish.Join("g"); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("joined twice: %v", err)
	}
	if err := radio.Join("g"); !errors.Is(err, syscall.ENOTSUP) {
		t.Errorf("a RADIO joins: %v", err)
	}
	must(t, radio.Bind("inproc://radio"))
	must(t, dish.Connect("inproc://radio"))
	for _, g := range []OptGroup{"h", "g"} {
		_, err = radio.SendBytes([]byte("to "+g), 0, g)
		must(t, err)
	}
	if b, opts, err := dish.RecvBytesWithOpts(0, OptGroup("")); string(b) != "to g" || len(opts) != 1 || opts[0] != OptGroup("g") || err != nil {
		t.Errorf("received %q, %v, %v", b, opts, err)
	}
	must(t, dish.Leave("g"))
}

func TestClosedAndZeroSocketsSayThatTheyAreClosed(t *testing.T) {
	closed := newTestContext(t).socket(t, ROUTER)
	must(t, closed.Close())
	for _, s := range []*Socket{closed, new(Socket)} {
		_, err1 := s.Send("x", 0, OptGroup("g"))
		_, err2 := s.Recv(0)
		_, err3 := s.Context()
		_, err4 := s.GetRouterNotify()
		for i, err := range []error{err1, err2, err3, err4, s.SetHelloMsg("x"), s.Join("g"), Proxy(s, s, nil)} {
			if err != ErrorSocketClosed {
				t.Errorf("call %d: %v", i, err)
			}
		}
		if s.String() != "Socket(CLOSED)" {
			t.Error(s)
		}
	}
}

// TestPollerReturnsTheSocketsThatWereAdded: not those of package zmq4 below them.
func TestPollerReturnsTheSocketsThatWereAdded(t *testing.T) {
	c := newTestContext(t)
	push, pull := c.socket(t, PUSH), c.socket(t, PULL)
	must(t, push.Bind("inproc://poll"))
	must(t, pull.Connect("inproc://poll"))
	p := NewPoller()
	p.Add(push, POLLIN)
	p.Add(pull, POLLIN)
	if v, err := p.UpdateBySocket(push, POLLOUT); v != POLLIN || err != nil {
		t.Errorf("it was %v, %v", v, err)
	}
	if list, err := p.Poll(time.Second); err != nil || len(list) != 1 || list[0] != (Polled{push, POLLOUT}) {
		t.Errorf("polled %v, %v", list, err)
	}
	_, err := push.Send("x", 0)
	must(t, err)
	must(t, p.RemoveBySocket(push))
	if list, err := p.PollAll(-1); err != nil || len(list) != 1 || list[0] != (Polled{pull, POLLIN}) {
		t.Errorf("polled %v, %v", list, err)
	}
	if err := p.RemoveBySocket(push); err != ErrorNoSocket {
		t.Errorf("again: %v", err)
	}
}

func TestReactorAndProxyTakeSocketsOfThisPackage(t *testing.T) {
	c := newTestContext(t)
	in, front, back, out, control, steer := c.socket(t, PUSH), c.socket(t, PULL), c.socket(t, PUSH), c.socket(t, PULL), c.socket(t, PAIR), c.socket(t, PAIR)
	for i, pair := range [][2]*Socket{{front, in}, {back, out}, {control, steer}} {
		name := "inproc://" + string(rune('a'+i))
		must(t, pair[0].Bind(name))
		must(t, pair[1].Connect(name))
	}
	ended := make(chan error)
	go func() { ended <- ProxySteerable(front, back, nil, control) }()
	_, err := in.Send("x", 0)
	must(t, err)
	r := NewReactor()
	stop := errors.New("stop")
	r.AddSocket(in, POLLIN, func(State) error { return errors.New("a PUSH has received") })
	r.RemoveSocket(in)
	r.AddSocket(out, POLLIN, func(State) error {
		wantMessage(t, out, "x")
		return stop
	})
	if err := r.Run(time.Minute); err != stop {
		t.Errorf("the reactor ended by %v", err)
	}
	_, err = steer.Send("TERMINATE", 0)
	must(t, err)
	must(t, <-ended)
}

func TestContextOfASocketMakesFurtherOnes(t *testing.T) {
	s := newTestContext(t).socket(t, REP)
	c, err := s.Context()
	must(t, err)
	if kind, err := c.socket(t, ROUTER).GetType(); kind != ROUTER || err != nil {
		t.Errorf("it is a %v, %v", kind, err)
	}
	var stable *zmq4.Socket = s.below()
	if s.String() != stable.String() || above(stable) != s {
		t.Errorf("%v, %v", s, stable)
	}
	if (*Socket)(nil).below() != nil {
		t.Error("nil has become a socket")
	}
}
