// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// refusing returns an endpoint at which nothing listens. The port stays taken.
func refusing(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	// The local end of a connection is a port that no listener gets.
	t.Cleanup(func() { c.Close(); l.Close() })
	return "tcp://" + c.LocalAddr().String()
}

func TestToldAtOnceWhyNothingIsThere(t *testing.T) {
	for endpoint, want := range map[string]string{
		refusing(t): "nothing listens there (connection refused)\n",
		"ipc://" + filepath.Join(t.TempDir(), "none"): "nothing listens there (no such socket file)\n",
	} {
		p := startReading(t, idle(t), "sub", "--connect", endpoint)
		p.waitFor(t, p.errs, endpoint+": "+want) // without a time-out that could have said it
		p.interrupt()
		p.ends(t, exitOK)
	}
}

// A cause is told once, however often connecting is tried, and what became of it is
// told, too.
func TestToldOnceAndThatItIsOver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socket")
	sub := start(t, "", "sub", "ipc://"+path, "--count", "1", "--set", "RECONNECT_IVL=1")
	sub.waitFor(t, sub.errs, "nothing listens there")
	retries := start(t, "", "pub", "--bind", "ipc://"+path, "hello")
	sub.wrote(t, "hello\n")
	retries.ends(t, exitOK)
	text, _, found := strings.Cut(sub.errs.String(), "ipc://"+path+": connected\n")
	if !found {
		t.Errorf("it does not say that it has connected: %s", text)
	}
	if n := strings.Count(text, "no such socket file"); n != 1 { // until then
		t.Errorf("told %d times: %s", n, text)
	}
}

// A time-out says why nothing was there, once that is known.
func TestTimeoutSaysWhy(t *testing.T) {
	ctx := zmqtest.Deadline(t)
	sock, err := zmq.NewSocket(zmq.REQ, zmq.Linger.Of(0))
	if err != nil {
		t.Fatal(err)
	}
	defer sock.Close()
	events := sock.Monitor(ctx, zmq.EventConnectRetried)
	if err := sock.Connect(refusing(t)); err != nil {
		t.Fatal(err)
	}
	for range events {
		break
	}
	l := &link{sock: sock}
	err = l.explain(ctx, context.DeadlineExceeded, "no reply came", 300*time.Millisecond)
	if err == nil || !strings.Contains(err.Error(), "nothing listens there (connection refused); no reply came within 300ms") {
		t.Errorf("it says %v", err)
	}
}

func TestEndpointsAsArguments(t *testing.T) {
	push := start(t, "", "push", "@"+anyPort, "one", "two")
	start(t, "", "pull", push.endpoint(t), "--count", "1").wrote(t, "one\ttwo\n")
	push.ends(t, exitOK)
	// What follows --connect is a frame, whatever it looks like.
	pull := start(t, "", "pull", "@"+anyPort, "--count", "1")
	start(t, "", "push", "--connect", pull.endpoint(t), "tcp://host:1").ends(t, exitOK)
	pull.wrote(t, "tcp://host:1\n")
	for _, c := range []struct {
		arg           string
		bind, connect int
	}{{"tcp://*:5555", 1, 0}, {"tcp://host:5555", 0, 1}, {">tcp://*:5555", 0, 1}, {"@ipc:///x", 1, 0}, {"http://x", 0, 0}, {"tcp://", 0, 0}, {"word", 0, 0}} {
		var f socketFlags
		rest := f.claim([]string{c.arg, "frame"})
		if len(f.bind) != c.bind || len(f.connect) != c.connect || len(rest) != 2-c.bind-c.connect {
			t.Errorf("%s: bind %q, connect %q, rest %q", c.arg, f.bind, f.connect, rest)
		}
	}
}

// A publisher of a file is slowed down by its slowest subscriber instead of losing
// messages: more of them than the marks and the system's buffers hold.
func TestPublishLosesNothing(t *testing.T) {
	const messages = 3000
	line := strings.Repeat("x", 2000)
	var input strings.Builder
	for i := range messages {
		fmt.Fprintln(&input, i, line)
	}
	pub := start(t, input.String(), "pub", "--bind", anyPort, "--set", "SNDHWM=10", "--set", "SNDBUF=4096")
	sub, err := zmq.NewSocket(zmq.SUB, zmq.RecvHWM.Of(10), zmq.RecvBuffer.Of(4096), zmq.Linger.Of(0))
	if err != nil {
		t.Fatal(err)
	}
	defer sub.Close()
	if err := sub.Subscribe(""); err != nil {
		t.Fatal(err)
	}
	if err := sub.Connect(pub.endpoint(t)); err != nil {
		t.Fatal(err)
	}
	pub.waitFor(t, pub.errs, "a subscriber has no room; waiting") // before anything is received
	for i := range messages {
		m, err := sub.Recv(pub.ctx)
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprint(i, " "); !strings.HasPrefix(m.String(), want) {
			t.Fatalf("message %.10q in the place of %d", m.String(), i)
		}
	}
	pub.ends(t, exitOK)
}

func TestPublishSaysWhatItDropped(t *testing.T) {
	in := strings.Repeat(strings.Repeat("x", 2000)+"\n", 3000)
	pub := start(t, in, "pub", "--bind", anyPort, "--drop", "--wait-subscribers", "1", "--set", "SNDHWM=1", "--set", "SNDBUF=4096", "--linger", "0")
	sub, err := zmq.NewSocket(zmq.SUB, zmq.RecvHWM.Of(1), zmq.RecvBuffer.Of(4096), zmq.Linger.Of(0))
	if err != nil {
		t.Fatal(err)
	}
	defer sub.Close()
	if err := sub.Subscribe(""); err != nil {
		t.Fatal(err)
	}
	if err := sub.Connect(pub.endpoint(t)); err != nil {
		t.Fatal(err)
	}
	pub.waitFor(t, pub.errs, " messages were dropped for subscribers that had no room")
}

// A publisher whose only subscriber has left holds what it has read for the next one.
func TestPublishWaitsWhenAllHaveLeft(t *testing.T) {
	in, stop := make(chan string), make(chan struct{})
	pub := startReading(t, lines(in), "pub", "--bind", anyPort)
	first := start(t, "", "sub", pub.endpoint(t), "--count", "1")
	var fed atomic.Int64
	go func() {
		defer close(in)
		for n := int64(0); ; n++ {
			select {
			case in <- fmt.Sprintln(n):
				fed.Store(n)
			case <-stop:
				return
			}
		}
	}()
	first.wrote(t, "0\n")
	pub.waitFor(t, pub.errs, "every subscriber has left; waiting for one")
	last := fed.Load() // the reader is ahead, but nothing takes what it has
	second := start(t, "", "sub", pub.endpoint(t))
	second.waitFor(t, second.out, "\n")
	close(stop)
	pub.ends(t, exitOK)
	var got int64
	if _, err := fmt.Sscan(second.out.String(), &got); err != nil || got > last {
		t.Errorf("the next subscriber begins with %d (%v), and %d had been read before it came", got, err, last)
	}
	second.interrupt()
	second.ends(t, exitOK)
}

// lines is a reader of what a channel brings.
type lines <-chan string

func (l lines) Read(b []byte) (int, error) {
	text, ok := <-l
	if !ok {
		return 0, io.EOF
	}
	return copy(b, text), nil
}

func TestPublishingWhatNobodyWantsIsAnError(t *testing.T) {
	pub := start(t, "a\nb\n", "pub", "--bind", anyPort)
	sub := start(t, "", "sub", pub.endpoint(t), "--subscribe", "z")
	pub.ends(t, exitError)
	if text := pub.errs.String(); !strings.Contains(text, "no subscriber wanted any of the 2 messages") {
		t.Errorf("it says %q", text)
	}
	sub.interrupt()
	sub.ends(t, exitOK)
}

func TestDurations(t *testing.T) {
	for text, want := range map[string]time.Duration{"5": 5 * time.Second, "0.25": 250 * time.Millisecond, "2m": 2 * time.Minute, "0": 0, "-1": -time.Second} {
		if d, err := parseDuration(text); err != nil || d != want {
			t.Errorf("%s: %v, %v", text, d, err)
		}
	}
	f := socketFlags{linger: "5"}
	list, err := f.settings()
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	sock, err := zmq.NewSocket(zmq.PUSH, list...)
	if err != nil {
		t.Fatal(err)
	}
	defer sock.Close()
	if d := zmq.Linger.Get(sock); d != 5*time.Second {
		t.Errorf("--linger 5 is %v", d)
	}
}

// What is wrong with an endpoint is said once: neither also by the log, nor, of a bind, by
// the error that the command ends with.
func TestWhatIsWrongIsSaidOnce(t *testing.T) {
	pull := start(t, "", "pull", anyPort0)
	where := pull.endpoint(t)
	req := start(t, "", "req", "--connect", where, "hello")
	req.waitFor(t, req.errs, where+": the handshake failed: ", "a REQ does not talk to a \"PULL\"")
	pull.waitFor(t, pull.errs, "level=WARN", "a PULL does not talk to a", "see=docs/troubleshooting.md#handshake-failed")
	req.interrupt()
	<-req.done
	if text := req.errs.String(); strings.Contains(text, "level=WARN") {
		t.Errorf("it says %q", text)
	}
	taken := start(t, "", "pull", "--bind", where)
	taken.ends(t, exitError)
	if text := taken.errs.String(); strings.Count(text, "address already in use") != 1 {
		t.Errorf("it says %q", text)
	}
}
