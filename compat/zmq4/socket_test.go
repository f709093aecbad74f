// SPDX-License-Identifier: Apache-2.0

package zmq4

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// What is the same as in the original is tested by the programs in compat/proof.
// Here is what differs, and what the original cannot do.

func TestOptionsThatDiffer(t *testing.T) {
	s := newTestContext(t).socket(t, DEALER)
	if _, err := s.GetFd(); err != Errno(syscall.EINVAL) {
		t.Errorf("GetFd: %v", err)
	}
	must(t, s.SetVmciBufferSize(1))
	must(t, s.SetVmciBufferMinSize(1))
	must(t, s.SetVmciBufferMaxSize(1))
	must(t, s.SetVmciConnectTimeout(time.Second))
	if err := s.SetMaxmsgsize(1 << 40); err != nil {
		t.Error(err)
	}
	if n := 1 << 20; int64(n)<<20 > 1<<32 {
		if err := s.setNumber(23, int64(n)<<20); err != Errno(syscall.EINVAL) {
			t.Errorf("SNDHWM beyond a C int: %v", err)
		}
	}
	if HasGssapi() || !HasCurve() || !HasIpc() && runtime.GOOS == "linux" {
		t.Error("features")
	}
	for name, has := range map[string]bool{"norm": HasNorm(), "pgm": HasPgm(), "tipc": HasTipc()} {
		s, err := newTestContext(t).NewSocket(PUB)
		must(t, err)
		if known := s.Connect(name+"://x") != EPROTONOSUPPORT; has != known {
			t.Errorf("%s: %v, but Connect knows it: %v", name, has, known)
		}
		must(t, s.Close())
	}
}

func TestKeysThatAreNone(t *testing.T) {
	if _, err := AuthCurvePublic("short"); err == nil {
		t.Error("a key of five characters")
	}
	if Z85encode("") != "" || Z85decode("") != "" || Z85decode("     ") != "" {
		t.Error("no bytes, no text")
	}
}

func TestErrorsWorkWithErrorsIs(t *testing.T) {
	s := newTestContext(t).socket(t, PULL)
	_, err := s.Recv(DONTWAIT)
	if !errors.Is(err, syscall.EAGAIN) || AsErrno(err) != Errno(syscall.EAGAIN) {
		t.Errorf("%v", err)
	}
	if _, err := s.Send("x", 0); !errors.Is(err, ENOTSUP) || !errors.Is(err, syscall.ENOTSUP) {
		t.Errorf("%v", err)
	}
}

// TestSocketsAreSafeForGoroutines is what pebbe/zmq4#41 and others ask for.
func TestSocketsAreSafeForGoroutines(t *testing.T) {
	const workers, each = 4, 100
	x, y := join(t, PUSH, PULL)
	var all sync.WaitGroup
	var mu sync.Mutex
	got := make(map[string]int)
	for i := range workers {
		all.Go(func() {
			for j := range each {
				if _, err := x.SendMessage(i, fmt.Sprint(i, "-", j)); err != nil {
					t.Error(err)
				}
			}
		})
		all.Go(func() {
			for range each {
				m, err := y.RecvMessage(0)
				if err != nil || len(m) != 2 || !strings.HasPrefix(m[1], m[0]) {
					t.Errorf("%q %v", m, err)
					return
				}
				mu.Lock()
				got[m[1]]++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if len(got) != workers*each {
		t.Errorf("%d messages of %d", len(got), workers*each)
	}
}

func TestCloseEndsACallThatWaits(t *testing.T) {
	c := newTestContext(t)
	s := c.socket(t, PULL)
	got := make(chan error, 2)
	go func() { got <- second(s.Recv(0)) }()
	p := NewPoller()
	p.Add(s, POLLIN)
	go func() { got <- second(p.Poll(-1)) }()
	must(t, s.Close())
	for range 2 {
		if err := <-got; err != ErrorSocketClosed {
			t.Errorf("%v, want ErrorSocketClosed", err)
		}
	}
}

func TestTermClosesForgottenSockets(t *testing.T) {
	c, err := NewContext()
	must(t, err)
	s, err := c.NewSocket(REP)
	must(t, err)
	must(t, s.Monitor("inproc://mon", EVENT_ALL))
	must(t, s.Bind("tcp://127.0.0.1:*"))
	must(t, c.Term())
	if err := second(s.Recv(0)); err != ETERM {
		t.Errorf("%v, want ETERM", err)
	}
}

func TestPortIsFreeAfterClose(t *testing.T) {
	c := newTestContext(t)
	s := c.socket(t, REP)
	must(t, s.Bind("tcp://127.0.0.1:*"))
	at, err := s.GetLastEndpoint()
	must(t, err)
	must(t, s.Close())
	must(t, c.socket(t, REP).Bind(at))
}

func TestSocketNamesDiffer(t *testing.T) {
	x, y := join(t, PAIR, PAIR)
	if x.String() == y.String() || !strings.HasPrefix(x.String(), "Socket(PAIR,") {
		t.Errorf("%v %v", x, y)
	}
}

// TestReactorIsSafeForGoroutines adds and removes while Run works.
func TestReactorIsSafeForGoroutines(t *testing.T) {
	x, y := join(t, PUSH, PULL)
	r := NewReactor()
	n := 0
	stop := errors.New("enough")
	r.AddSocket(y, POLLIN, func(State) error {
		if _, err := y.Recv(0); err != nil {
			return err
		}
		if n++; n == 100 {
			return stop
		}
		return nil
	})
	var all sync.WaitGroup
	all.Go(func() {
		for range 100 {
			if _, err := x.Send("x", 0); err != nil {
				t.Error(err)
			}
			r.RemoveChannel(r.AddChannel(make(chan interface{}), 1, func(interface{}) error { return nil }))
			r.SetVerbose(false)
		}
	})
	if err := r.Run(time.Millisecond); err != stop {
		t.Error(err)
	}
	all.Wait()
}
