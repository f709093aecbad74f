// SPDX-License-Identifier: Apache-2.0

package gozmq

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"
)

func TestEcho(t *testing.T) {
	c := newContext(t)
	rep, req := c.socket(t, REP), c.socket(t, REQ)
	must(t, rep.Bind("inproc://a"))
	must(t, rep.Bind("inproc://b"))
	must(t, req.Connect("inproc://a"))
	must(t, req.Connect("inproc://b"))
	for i := range 10 {
		text := fmt.Sprintf("msg %d", i)
		send(t, req, text, 0)
		want(t, rep, text, false)
		send(t, rep, text, 0)
		want(t, req, text, false)
	}
}

func TestParts(t *testing.T) {
	push, pull := join(t, PUSH, PULL)
	send(t, push, "a", SNDMORE)
	send(t, push, "", SNDMORE)
	send(t, push, "c", 0)
	want(t, pull, "a", true)
	want(t, pull, "", true)
	want(t, pull, "c", false)
	must(t, push.SendMultipart([][]byte{[]byte("x"), []byte("y")}, 0))
	parts, err := pull.RecvMultipart(0)
	if fmt.Sprintf("%s", parts) != "[x y]" || err != nil {
		t.Errorf("%s %v", parts, err)
	}
	if _, err := pull.RecvMultipart(NOBLOCK); err != syscall.EAGAIN {
		t.Errorf("%v", err)
	}
}

func TestErrorsOfCalls(t *testing.T) {
	c := newContext(t)
	req, pull, push := c.socket(t, REQ), c.socket(t, PULL), c.socket(t, PUSH)
	must(t, pull.SetRcvTimeout(5*time.Millisecond))
	must(t, push.SetSndTimeout(5*time.Millisecond))
	for name, c := range map[string]struct{ got, want error }{
		"receive now":      {second(pull.Recv(NOBLOCK)), syscall.EAGAIN},
		"receive in time":  {second(pull.Recv(0)), syscall.EAGAIN},
		"send now":         {push.Send(nil, DONTWAIT), syscall.EAGAIN},
		"send in time":     {push.Send(nil, 0), syscall.EAGAIN},
		"a part in time":   {push.Send(nil, SNDMORE), syscall.EAGAIN},
		"out of turn":      {second(req.Recv(0)), EFSM},
		"wrong direction":  {pull.Send(nil, 0), syscall.ENOTSUP},
		"wrong direction2": {second(push.Recv(0)), syscall.ENOTSUP},
		"endpoint":         {pull.Bind("nonsense"), EINVAL},
		"scheme":           {pull.Connect("nonsense://x"), syscall.EPROTONOSUPPORT},
		"unbind":           {pull.Unbind("inproc://nothing"), syscall.ENOENT},
		"disconnect":       {pull.Disconnect("inproc://nothing"), syscall.ENOENT},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
	must(t, pull.Bind("inproc://taken"))
	if err := push.Bind("inproc://taken"); err != syscall.EADDRINUSE {
		t.Errorf("%v, want EADDRINUSE", err)
	}
	must(t, pull.Unbind("inproc://taken"))
	must(t, push.Connect("inproc://later"))
	must(t, push.Disconnect("inproc://later"))
	must(t, pull.Close())
	if err := pull.Close(); err != ENOTSOCK || !errors.Is(err, syscall.ENOTSOCK) {
		t.Errorf("%v, want ENOTSOCK", err)
	}
	for _, e := range []error{ENOTSOCK, EFSM, EINVAL, ENOCOMPATPROTO, ETERM, EMTHREAD} {
		if e.Error() == "" {
			t.Errorf("%d has no text", e)
		}
	}
}

func TestClosedContext(t *testing.T) {
	c, err := NewContext()
	must(t, err)
	s, err := c.NewSocket(PULL)
	must(t, err)
	got := make(chan error, 1)
	go func() { got <- second(s.Recv(0)) }()
	c.Close()
	if err := <-got; err != ETERM {
		t.Errorf("%v, want ETERM", err)
	}
	if _, err := s.Recv(0); err != ETERM {
		t.Errorf("%v, want ETERM", err)
	}
	if _, err := c.NewSocket(PULL); err != ETERM {
		t.Errorf("%v, want ETERM", err)
	}
	must(t, s.Close())
}

func TestPoll(t *testing.T) {
	push, pull := join(t, PUSH, PULL)
	items := PollItems{{Socket: push, Events: POLLIN | POLLOUT}, {Socket: pull, Events: POLLIN}}
	if n, err := Poll(items, -1); n != 1 || err != nil || items[0].REvents != POLLOUT || items[1].REvents != 0 {
		t.Errorf("%d %v %+v", n, err, items)
	}
	if n, err := Poll(items[1:], 5*time.Millisecond); n != 0 || err != nil {
		t.Errorf("%d %v", n, err)
	}
	send(t, push, "a", 0)
	if n, err := Poll(items[1:], -1); n != 1 || err != nil || items[1].REvents != POLLIN {
		t.Errorf("%d %v %+v", n, err, items)
	}
}

func TestPollDescriptor(t *testing.T) {
	switch runtime.GOOS {
	case "windows", "js", "wasip1", "plan9":
		t.Skip("no poll(2) here")
	}
	_, pull := join(t, PUSH, PULL)
	r, w, err := os.Pipe()
	must(t, err)
	defer r.Close()
	items := PollItems{{Fd: ZmqOsSocketType(r.Fd()), Events: POLLIN}, {Socket: pull, Events: POLLIN}}
	if items[0].Fd.ToRaw() < 0 {
		t.Error("no descriptor")
	}
	if n, err := Poll(items, 5*time.Millisecond); n != 0 || err != nil {
		t.Errorf("%d %v", n, err)
	}
	_, err = w.WriteString("x")
	must(t, err)
	if n, err := Poll(items, -1); n != 1 || err != nil || items[0].REvents != POLLIN {
		t.Errorf("%d %v %+v", n, err, items)
	}
	must(t, w.Close())
	b := make([]byte, 1)
	_, _ = r.Read(b)
	if n, err := Poll(items, -1); n != 1 || err != nil || items[0].REvents&POLLERR == 0 {
		t.Errorf("a pipe without a writer: %d %v %+v", n, err, items)
	}
}

func TestDevice(t *testing.T) {
	c := newContext(t)
	in, out, tap := c.socket(t, PULL), c.socket(t, PUSH), c.socket(t, PUSH)
	feed, sink, ear := c.socket(t, PUSH), c.socket(t, PULL), c.socket(t, PULL)
	for name, pair := range map[string][2]*Socket{"in": {in, feed}, "out": {out, sink}, "tap": {tap, ear}} {
		must(t, pair[0].Bind("inproc://"+name))
		must(t, pair[1].Connect("inproc://"+name))
	}
	done := make(chan error, 1)
	go func() { done <- Proxy(in, out, tap) }()
	send(t, feed, "a", SNDMORE)
	send(t, feed, "b", 0)
	for _, s := range []*Socket{sink, ear} {
		want(t, s, "a", true)
		want(t, s, "b", false)
	}
	must(t, in.Close())
	if err := <-done; err != ENOTSOCK {
		t.Errorf("%v, want ENOTSOCK", err)
	}
	if err := Device(STREAMER, in, out); err == nil {
		t.Error("a device of a closed socket")
	}
	if err := Device(QUEUE, nil, nil); err != EINVAL {
		t.Errorf("%v, want EINVAL", err)
	}
}

func TestMonitor(t *testing.T) {
	c := newContext(t)
	rep, mon := c.socket(t, REP), c.socket(t, PAIR)
	must(t, rep.Monitor("inproc://events", EVENT_ALL))
	must(t, mon.Connect("inproc://events"))
	must(t, rep.Bind("tcp://127.0.0.1:*"))
	parts, err := mon.RecvMultipart(0)
	must(t, err)
	if len(parts) != 2 || len(parts[0]) != 6 || Event(binary.NativeEndian.Uint16(parts[0])) != EVENT_LISTENING {
		t.Errorf("%q", parts)
	}
	must(t, rep.Monitor("", 0))
}

func TestVersion(t *testing.T) {
	if major, minor, _ := Version(); major != 4 || minor != 3 {
		t.Errorf("%d.%d", major, minor)
	}
}
