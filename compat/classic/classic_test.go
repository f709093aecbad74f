// SPDX-License-Identifier: Apache-2.0

package classic

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
	"github.com/gozmq/zmq/ws"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func is(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("got %v, want %v", err, want)
	}
}

// TestTransportsOfPackageWS: for the sockets that are made afterwards, with the options of
// wss by number.
func TestTransportsOfPackageWS(t *testing.T) {
	c := newContext(t)
	before := c.socket(t, zmq.PULL)
	c.AddTransports(ws.Transports(ws.Config{})...)
	is(t, before.Bind("ws://127.0.0.1:*"), zmq.ErrUnsupportedTransport)
	pull, push := c.socket(t, zmq.PULL), c.socket(t, zmq.PUSH)
	must(t, pull.Bind("ws://127.0.0.1:*"))
	must(t, push.Connect(pull.Underlying().LastEndpoint()))
	must(t, push.Underlying().SendString(zmqtest.Deadline(t), "word"))
	m, err := pull.Underlying().Recv(zmqtest.Deadline(t))
	must(t, err)
	if m.String() != "word" {
		t.Errorf("received %q", m)
	}
	must(t, pull.Underlying().SetRawOption(104, []byte("no certificate"))) // ZMQ_WSS_CERT_PEM
	is(t, pull.Bind("wss://127.0.0.1:*"), zmq.ErrInvalid)
}

// numbers of libzmq's options, as a binding has them.
const (
	optRouterMandatory = 33
	optSendTimeout     = 28
	optRecvTimeout     = 27
	optSendHWM         = 23
	optRecvHWM         = 24
	optLinger          = 17
	optMaxMsgSize      = 22
	optType            = 16
	optLastEndpoint    = 32
	optFD              = 14
	optIPv6            = 42
)

func newContext(t testing.TB) *Context {
	t.Helper()
	c := NewContext()
	t.Cleanup(func() { must(t, c.Term()) })
	return c
}

func (c *Context) socket(t testing.TB, kind zmq.SocketType) *Socket {
	t.Helper()
	s, err := c.NewSocket(int(kind))
	must(t, err)
	must(t, s.SetInt(optLinger, 0))
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func join(t testing.TB, a, b zmq.SocketType) (*Socket, *Socket) {
	t.Helper()
	c := newContext(t)
	x, y := c.socket(t, a), c.socket(t, b)
	must(t, x.Bind("inproc://pair"))
	must(t, y.Connect("inproc://pair"))
	return x, y
}

func recv(t testing.TB, s *Socket) string {
	t.Helper()
	b, _, err := s.Recv(0)
	must(t, err)
	return string(b)
}

func TestFramesOfAMessageGoOutTogether(t *testing.T) {
	x, y := join(t, zmq.PUSH, zmq.PULL)
	must(t, x.Send([]byte("a"), SendMore))
	must(t, x.Send(nil, SendMore))
	if _, _, err := y.Recv(DontWait); !errors.Is(err, zmq.ErrAgain) {
		t.Errorf("a frame arrived before the message was complete: %v", err)
	}
	must(t, x.Send([]byte("c"), 0))
	for i, want := range []string{"a", "", "c"} {
		if got := recv(t, y); got != want || y.More() != (i < 2) {
			t.Errorf("frame %d: %q, more %v", i, got, y.More())
		}
	}
}

func TestRestOfAMessageInOneCall(t *testing.T) {
	x, y := join(t, zmq.PUSH, zmq.PULL)
	must(t, x.SendAll([][]byte{[]byte("a"), []byte("b"), []byte("c")}, 0))
	recv(t, y)
	frames, _, err := y.RecvAll(0)
	must(t, err)
	if fmt.Sprintf("%s", frames) != "[b c]" || y.More() {
		t.Errorf("%s, more %v", frames, y.More())
	}
}

func TestSendAllContinuesAMessage(t *testing.T) {
	x, y := join(t, zmq.PUSH, zmq.PULL)
	must(t, x.Send([]byte("a"), SendMore))
	must(t, x.SendAll([][]byte{[]byte("b"), []byte("c")}, 0))
	frames, _, err := y.RecvAll(0)
	must(t, err)
	if fmt.Sprintf("%s", frames) != "[a b c]" {
		t.Errorf("%s", frames)
	}
}

func TestMessageIsRefusedWithItsFirstFrame(t *testing.T) {
	c := newContext(t)
	push, pull, rep := c.socket(t, zmq.PUSH), c.socket(t, zmq.PULL), c.socket(t, zmq.REP)
	is(t, push.Send([]byte("a"), SendMore|DontWait), zmq.ErrAgain)
	is(t, pull.Send([]byte("a"), SendMore), zmq.ErrNotSupported)
	is(t, rep.Send([]byte("a"), SendMore), zmq.ErrState)
	router := c.socket(t, zmq.ROUTER)
	must(t, router.SetInt(optRouterMandatory, 1))
	is(t, router.Send([]byte("nobody"), SendMore), zmq.ErrHostUnreachable)
	must(t, push.SetInt(optSendTimeout, 20))
	is(t, push.Send([]byte("a"), SendMore), zmq.ErrAgain)
	must(t, push.Bind("inproc://late"))
	must(t, push.SetInt(optSendTimeout, -1))
	pull2 := c.socket(t, zmq.PULL)
	go func() { _ = pull2.Connect("inproc://late") }()
	must(t, push.Send([]byte("a"), SendMore)) // waits for the peer
	must(t, push.Send([]byte("b"), 0))
	if got := recv(t, pull2) + recv(t, pull2); got != "ab" {
		t.Errorf("%q", got)
	}
}

func TestReplyOnlyAfterTheWholeRequest(t *testing.T) {
	rep, req := join(t, zmq.REP, zmq.REQ)
	must(t, req.SendAll([][]byte{[]byte("a"), []byte("b")}, 0))
	recv(t, rep)
	is(t, rep.Send([]byte("early"), 0), zmq.ErrState)
	is(t, rep.SendAll([][]byte{[]byte("early")}, 0), zmq.ErrState)
	is(t, rep.Send([]byte("early"), SendMore), zmq.ErrState)
	recv(t, rep)
	must(t, rep.Send([]byte("x"), SendMore))
	must(t, rep.Send([]byte("y"), 0))
	if got := recv(t, req) + recv(t, req); got != "xy" {
		t.Errorf("%q", got)
	}
}

func TestEventsKnowOfFrames(t *testing.T) {
	x, y := join(t, zmq.PUSH, zmq.PULL)
	must(t, x.SendAll([][]byte{[]byte("a"), []byte("b")}, 0))
	recv(t, y)
	if e := y.Events(); e != zmq.PollIn {
		t.Errorf("events %v while a frame is left", e)
	}
	items := []PollItem{{Socket: y, Events: zmq.PollIn | zmq.PollOut}, {Socket: y, Events: zmq.PollOut}}
	if n, err := Poll(items, -1); n != 1 || err != nil || items[0].Ready != zmq.PollIn || items[1].Ready != 0 {
		t.Errorf("%d %v %+v", n, err, items)
	}
	recv(t, y)
	if n, err := Poll(items, 0); n != 0 || err != nil {
		t.Errorf("%d %v", n, err)
	}
	if n, err := Poll(items, 10*time.Millisecond); n != 0 || err != nil {
		t.Errorf("%d %v", n, err)
	}
	if v, err := y.Int(optEvents); v != 0 || err != nil {
		t.Errorf("EVENTS %d %v", v, err)
	}
}

func TestPollSocketsAndDescriptors(t *testing.T) {
	x, y := join(t, zmq.PUSH, zmq.PULL)
	r, w, err := os.Pipe()
	must(t, err)
	defer r.Close()
	defer w.Close()
	items := []PollItem{
		{Socket: y, Events: zmq.PollIn}, {FD: int(r.Fd()), Events: zmq.PollIn}, {FD: int(w.Fd()), Events: zmq.PollOut},
	}
	n, err := Poll(items[:2], 0)
	if n != 0 || errors.Is(err, zmq.ErrNotSupported) {
		t.Skip("no poll(2) here")
	}
	must(t, err)
	if n, err := Poll(items, -1); n != 1 || err != nil || items[2].Ready != zmq.PollOut {
		t.Errorf("%d %v %+v", n, err, items)
	}
	_, err = w.WriteString("x")
	must(t, err)
	must(t, x.Send([]byte("a"), 0))
	if n, err := Poll(items[:2], -1); n != 2 || err != nil {
		t.Errorf("%d %v %+v", n, err, items)
	}
}

func TestPollOfWhatEnds(t *testing.T) {
	c := newContext(t)
	s := c.socket(t, zmq.PULL)
	got := make(chan error, 1)
	go func() {
		_, err := Poll([]PollItem{{Socket: s, Events: zmq.PollIn}}, -1)
		got <- err
	}()
	must(t, c.Term())
	is(t, <-got, zmq.ErrTerminated)
	_, err := Poll([]PollItem{{Socket: s, Events: zmq.PollIn}}, -1)
	is(t, err, zmq.ErrTerminated)
	must(t, s.Close())
	_, err = Poll([]PollItem{{Socket: s, Events: zmq.PollIn}}, -1)
	is(t, err, zmq.ErrClosed)
	is(t, s.Close(), zmq.ErrClosed)
}

func TestOptionsByNumber(t *testing.T) {
	c := newContext(t)
	s := c.socket(t, zmq.DEALER)
	for _, o := range []struct {
		number int
		value  int64
	}{{optSendHWM, 7}, {optMaxMsgSize, 1 << 40}, {optRecvTimeout, -1}} {
		must(t, s.SetInt(o.number, o.value))
		if v, err := s.Int(o.number); v != o.value || err != nil {
			t.Errorf("option %d: %d %v", o.number, v, err)
		}
	}
	if v, err := s.Int(optType); v != int64(zmq.DEALER) || err != nil {
		t.Errorf("TYPE %d %v", v, err)
	}
	must(t, s.SetBytes(optRoutingID, []byte("me")))
	if b, err := s.Bytes(optRoutingID); string(b) != "me" || err != nil {
		t.Errorf("ROUTING_ID %q %v", b, err)
	}
	must(t, s.Bind("inproc://here"))
	if e, err := s.Text(optLastEndpoint); e != "inproc://here" || err != nil {
		t.Errorf("LAST_ENDPOINT %q %v", e, err)
	}
	is(t, s.SetInt(9999, 1), zmq.ErrUnknownOption)
	is(t, s.SetInt(optSendHWM, 1<<40), zmq.ErrInvalid)
	is(t, s.SetInt(optSendHWM, -1), zmq.ErrInvalid)
	_, err := s.Int(optFD)
	is(t, err, zmq.ErrInvalid)
}

func TestContextOptions(t *testing.T) {
	c := newContext(t)
	must(t, c.Set(MaxSockets, 1))
	must(t, c.Set(IPv6, 5))
	must(t, c.Set(Blocky, 0))
	must(t, c.Set(ThreadPriority, 9))
	s, err := c.NewSocket(int(zmq.PAIR))
	must(t, err)
	if v, _ := s.Int(optIPv6); v != 1 {
		t.Errorf("IPV6 %d", v)
	}
	if v, _ := s.Int(optLinger); v != 0 {
		t.Errorf("LINGER %d", v)
	}
	_, err = c.NewSocket(int(zmq.PAIR))
	is(t, err, zmq.ErrTooManySockets)
	_, err = c.NewSocket(-1)
	is(t, err, zmq.ErrInvalid)
	for option, want := range map[int]int{MaxSockets: 1, IPv6: 1, Blocky: 0, SocketLimit: 65535, IOThreads: 1} {
		if v, err := c.Get(option); v != want || err != nil {
			t.Errorf("option %d: %d %v", option, v, err)
		}
	}
	is(t, c.Set(MaxSockets, 0), zmq.ErrInvalid)
	is(t, c.Set(MessageSize, 1), zmq.ErrInvalid)
	_, err = c.Get(999)
	is(t, err, zmq.ErrInvalid)
}

func TestContextEndsWithOpenSockets(t *testing.T) {
	c := NewContext()
	s, err := c.NewSocket(int(zmq.PULL))
	must(t, err)
	got := make(chan error, 1)
	go func() {
		_, _, err := s.Recv(0)
		got <- err
	}()
	must(t, c.Term())
	must(t, c.Term())
	is(t, <-got, zmq.ErrTerminated)
	_, err = c.NewSocket(int(zmq.PULL))
	is(t, err, zmq.ErrTerminated)
	must(t, s.Close())
	if !c.Ended() || !s.Closed() {
		t.Error("not ended")
	}
}

// TestCloseDoesNotWaitForLinger: Term does, and what was sent arrives when the peer is
// there at last.
func TestCloseDoesNotWaitForLinger(t *testing.T) {
	at := "ipc://" + filepath.ToSlash(zmqtest.ShortDir(t)) + "/s"
	c := NewContext()
	s, err := c.NewSocket(int(zmq.PUSH))
	must(t, err)
	must(t, s.SetInt(optLinger, -1))
	must(t, s.Connect(at))
	must(t, s.Send([]byte("a"), 0))
	must(t, s.Close())
	ended := make(chan error, 1)
	go func() { ended <- c.Term() }()
	other := NewContext()
	r, err := other.NewSocket(int(zmq.PULL))
	must(t, err)
	must(t, r.Bind(at))
	if b, _, err := r.Recv(0); string(b) != "a" || err != nil {
		t.Errorf("received %q, %v", b, err)
	}
	must(t, <-ended)
	must(t, r.Close())
	must(t, other.Term())
}

func TestManyGoroutinesOneSocket(t *testing.T) {
	const senders, each = 4, 200
	x, y := join(t, zmq.PUSH, zmq.PULL)
	must(t, x.SetInt(optSendHWM, 0))
	must(t, y.SetInt(optRecvHWM, 0))
	var all sync.WaitGroup
	for i := range senders {
		all.Go(func() {
			for j := range each {
				a, b := fmt.Appendf(nil, "%d", i), fmt.Appendf(nil, "%d-%d", i, j)
				if err := x.SendAll([][]byte{a, b}, 0); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range senders * each {
		frames, _, err := y.RecvAll(0)
		must(t, err)
		if len(frames) != 2 || frames[0][0] != frames[1][0] {
			t.Fatalf("mixed: %s", frames)
		}
	}
	all.Wait()
}

func TestProxyNeedsBothSides(t *testing.T) {
	is(t, Proxy(nil, nil, nil, nil), zmq.ErrInvalid)
}

func TestMonitorEvents(t *testing.T) {
	c := newContext(t)
	s, mon := c.socket(t, zmq.REP), c.socket(t, zmq.PAIR)
	must(t, s.Monitor("inproc://mon", 0xFFFF))
	must(t, mon.Connect("inproc://mon"))
	must(t, s.Bind("tcp://127.0.0.1:*"))
	at, err := s.Text(optLastEndpoint)
	must(t, err)
	frames, _, err := mon.RecvAll(0)
	must(t, err)
	if e, ok := ParseEvent(frames); !ok || e.Kind != int(zmq.EventListening) || e.Address != at || e.Value <= 0 {
		t.Errorf("%+v %v", e, ok)
	}
	must(t, s.Monitor("", 0))
	frames, _, err = mon.RecvAll(0)
	must(t, err)
	if e, ok := ParseEvent(frames); !ok || e.Kind != int(zmq.EventMonitorStopped) {
		t.Errorf("%+v %v", e, ok)
	}
	if _, ok := ParseEvent([][]byte{{1}}); ok {
		t.Error("not an event")
	}
}

func TestErrnoOfErrors(t *testing.T) {
	c := newContext(t)
	s, pull := c.socket(t, zmq.PUSH), c.socket(t, zmq.PULL)
	must(t, s.SetInt(optSendTimeout, 1))
	_, _, again := pull.Recv(DontWait)
	for _, e := range []struct {
		err  error
		want syscall.Errno
	}{
		{nil, 0},
		{again, syscall.EAGAIN},
		{s.Send([]byte("a"), 0), syscall.EAGAIN},
		{pull.Send([]byte("a"), 0), syscall.ENOTSUP},
		{s.Bind("nonsense"), syscall.EINVAL},
		{s.Bind("nonsense://x"), syscall.EPROTONOSUPPORT},
		{s.Unbind("tcp://127.0.0.1:1"), syscall.ENOENT},
		{c.socket(t, zmq.REP).Send([]byte("a"), 0), EFSM},
		{errors.New("something else"), syscall.EINVAL},
	} {
		if got := Errno(e.err); got != e.want {
			t.Errorf("%v: %d, want %d", e.err, got, e.want)
		}
	}
	must(t, s.Close())
	if got := Errno(s.Send(nil, 0)); got != syscall.ENOTSOCK {
		t.Errorf("closed: %v", got)
	}
	if text := ErrorText(syscall.ENOENT); text == "" || text[0] < 'A' || text[0] > 'Z' {
		t.Errorf("%q", text)
	}
	for n := EFSM; n <= EMTHREAD; n++ {
		if strings.HasPrefix(ErrorText(n), "errno") {
			t.Errorf("no text for %d", n)
		}
	}
}

// TestStreamIgnoresSndmoreOnData: a STREAM sends an identity and one frame.
func TestStreamIgnoresSndmoreOnData(t *testing.T) {
	c := newContext(t)
	x, y := c.socket(t, zmq.STREAM), c.socket(t, zmq.STREAM)
	must(t, x.Bind("tcp://127.0.0.1:*"))
	at, err := x.Text(optLastEndpoint)
	must(t, err)
	must(t, y.Connect(at))
	id := recv(t, y)
	recv(t, y)
	recv(t, x)
	recv(t, x)
	must(t, y.Send([]byte(id), SendMore))
	must(t, y.Send([]byte("octets"), SendMore))
	recv(t, x)
	if got := recv(t, x); got != "octets" {
		t.Errorf("%q", got)
	}
}

func TestProxyEndsWithItsContext(t *testing.T) {
	c := NewContext()
	front, err := c.NewSocket(int(zmq.PULL))
	must(t, err)
	back, err := c.NewSocket(int(zmq.PUSH))
	must(t, err)
	done := make(chan error, 1)
	go func() { done <- Proxy(front, back, nil, nil) }()
	must(t, c.Term())
	is(t, <-done, zmq.ErrTerminated)
}
