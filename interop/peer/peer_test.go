// SPDX-License-Identifier: Apache-2.0

package peer

import (
	"bytes"
	"errors"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/gozmq/zmq/internal/zmqtest"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }

const wait = time.Minute

// pair is a bound socket of one process and a connected one of another.
func pair(t *testing.T, endpoint, bound, connected string) (*Socket, *Socket) {
	t.Helper()
	b, c := Start(t).Socket(bound, nil), Start(t).Socket(connected, nil)
	c.Connect(b.Bind(endpoint))
	return b, c
}

func TestSendRecv(t *testing.T) {
	for _, endpoint := range []string{"tcp://127.0.0.1:*", "ipc://" + filepath.Join(t.TempDir(), "s")} {
		pull, push := pair(t, endpoint, "PULL", "PUSH")
		large := bytes.Repeat([]byte("zmq\x00"), 1<<20)
		for _, frames := range [][][]byte{{{}}, {[]byte("a")}, {[]byte("a"), {}, large}} {
			if err := push.Send(wait, frames...); err != nil {
				t.Fatal(err)
			}
			got, err := pull.Recv(wait)
			if err != nil || len(got) != len(frames) {
				t.Fatalf("%s: %d frames, %v; want %d", endpoint, len(got), err, len(frames))
			}
			for i := range got {
				if !bytes.Equal(got[i], frames[i]) {
					t.Errorf("%s: frame %d has %d bytes, want %d", endpoint, i, len(got[i]), len(frames[i]))
				}
			}
		}
	}
}

func TestManyInOrder(t *testing.T) {
	pull, push := pair(t, "tcp://127.0.0.1:*", "PULL", "PUSH")
	batch := Batch{Count: 20_000, Size: 16, First: 7}
	sent := make(chan error, 1)
	go func() {
		r, err := push.SendMany(batch)
		if err == nil && r.Count != batch.Count {
			err = errors.New("fewer sent than asked for")
		}
		sent <- err
	}()
	got, err := pull.RecvMany(batch)
	if err != nil || got.Count != batch.Count || got.Wrong != "" || got.Seconds <= 0 {
		t.Errorf("received %+v, %v", got, err)
	}
	if err := <-sent; err != nil {
		t.Error(err)
	}
}

func TestRecvManySeesWhatIsWrong(t *testing.T) {
	pull, push := pair(t, "tcp://127.0.0.1:*", "PULL", "PUSH")
	for _, body := range [][]byte{Numbered(0, 16), Numbered(2, 16)} {
		if err := push.Send(wait, body); err != nil {
			t.Fatal(err)
		}
	}
	got, err := pull.RecvMany(Batch{Count: 3, Size: 16, Timeout: 100 * time.Millisecond})
	if got.Count != 2 || got.Wrong == "" || !errors.Is(err, syscall.EAGAIN) {
		t.Errorf("received %+v, %v; want 2, a complaint, EAGAIN", got, err)
	}
}

func TestEchoOnTwoSocketsAtOnce(t *testing.T) {
	p := Start(t)
	rep, req := p.Socket("REP", nil), p.Socket("REQ", nil)
	req.Connect(rep.Bind("tcp://127.0.0.1:*"))
	echoed := make(chan error, 1)
	go func() {
		_, err := rep.Echo(1, wait)
		echoed <- err
	}()
	if err := req.Send(wait, []byte("hello")); err != nil {
		t.Fatal(err)
	}
	if got, err := req.Recv(wait); err != nil || string(got[0]) != "hello" {
		t.Errorf("reply %q, %v", got, err)
	}
	if err := <-echoed; err != nil {
		t.Error(err)
	}
}

func TestSubscribeAndPrefix(t *testing.T) {
	xpub, sub := pair(t, "tcp://127.0.0.1:*", "XPUB", "SUB")
	sub.Subscribe("a")
	if got, err := xpub.Recv(wait); err != nil || string(got[0]) != "\x01a" {
		t.Fatalf("subscription %q, %v", got, err)
	}
	if _, err := xpub.SendMany(Batch{Count: 3, Prefix: [][]byte{[]byte("b")}}); err != nil {
		t.Fatal(err)
	}
	if _, err := xpub.SendMany(Batch{Count: 3, Prefix: [][]byte{[]byte("ab")}}); err != nil {
		t.Fatal(err)
	}
	if got, err := sub.RecvMany(Batch{Count: 3, Skip: 1}); err != nil || got.Wrong != "" {
		t.Errorf("received %+v, %v", got, err)
	}
	sub.Unsubscribe("a")
	if got, err := xpub.Recv(wait); err != nil || string(got[0]) != "\x00a" {
		t.Errorf("cancellation %q, %v", got, err)
	}
}

func TestOptions(t *testing.T) {
	p := Start(t)
	s := p.Socket("DEALER", Opts{"SNDHWM": 5, "IDENTITY": []byte("\xffid"), "IMMEDIATE": true})
	if n := s.GetInt("SNDHWM"); n != 5 {
		t.Errorf("SNDHWM %d, want 5", n)
	}
	if n := s.GetInt("39"); n != 1 {
		t.Errorf("IMMEDIATE by number %d, want 1", n)
	}
	if id := s.GetBytes("IDENTITY"); string(id) != "\xffid" {
		t.Errorf("IDENTITY %q", id)
	}
	s.Set("LINGER", 250)
	if n := s.GetInt("LINGER"); n != 250 {
		t.Errorf("LINGER %d, want 250", n)
	}
}

func TestErrorsHaveNumbers(t *testing.T) {
	s := Start(t).Socket("PULL", nil)
	if _, err := s.Recv(0); !errors.Is(err, syscall.EAGAIN) {
		t.Errorf("Recv: %v, want EAGAIN", err)
	}
	if err := s.Send(0, []byte("x")); !errors.Is(err, syscall.ENOTSUP) {
		t.Errorf("Send on PULL: %v, want ENOTSUP", err)
	}
	if err := s.TryBind("nonsense"); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("Bind: %v, want EINVAL", err)
	}
	s.Close()
	if _, err := s.Recv(0); err == nil {
		t.Error("Recv after Close: no error")
	}
}

func TestUnbindFreesThePort(t *testing.T) {
	p := Start(t)
	a, b := p.Socket("PULL", nil), p.Socket("PUSH", nil)
	endpoint := a.Bind("tcp://127.0.0.1:*")
	b.Connect(endpoint)
	b.Disconnect(endpoint)
	a.Unbind(endpoint)
	if err := a.TryBind(endpoint); err != nil && !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("bind again: %v", err)
	}
}

func TestKillAndRestart(t *testing.T) {
	server := Start(t)
	first := server.Socket("PULL", nil)
	endpoint := first.Bind("tcp://127.0.0.1:*")
	push := Start(t).Socket("PUSH", Opts{"IMMEDIATE": 1})
	push.Connect(endpoint)
	if err := push.Send(wait, []byte("before")); err != nil {
		t.Fatal(err)
	}
	if got, err := first.Recv(wait); err != nil || string(got[0]) != "before" {
		t.Fatalf("received %q, %v", got, err)
	}
	server.Restart()
	pull := server.Socket("PULL", nil)
	pull.Bind(endpoint)
	// libzmq may still give the first of these to the dead connection.
	sent := make(chan error, 1)
	go func() {
		var err error
		for range 200 {
			if err = push.Send(wait, []byte("after")); err != nil {
				break
			}
		}
		sent <- err
	}()
	if got, err := pull.Recv(wait); err != nil || string(got[0]) != "after" {
		t.Errorf("received %q, %v", got, err)
	}
	if err := <-sent; err != nil {
		t.Error(err)
	}
}

func TestKillEndsWaitingCalls(t *testing.T) {
	p := Start(t)
	pull := p.Socket("PULL", nil)
	ended := make(chan error, 1)
	go func() {
		_, err := pull.Recv(time.Hour)
		ended <- err
	}()
	p.Kill()
	if err := <-ended; !errors.Is(err, errGone) {
		t.Errorf("Recv: %v, want %v", err, errGone)
	}
	if _, err := pull.Recv(0); !errors.Is(err, errGone) {
		t.Errorf("Recv after Kill: %v, want %v", err, errGone)
	}
}

// recorder stands for a test that is skipped or failed.
type recorder struct {
	testing.TB
	skipped, failed bool
}

func (r *recorder) Helper()               {}
func (r *recorder) Skipf(string, ...any)  { r.skipped = true }
func (r *recorder) Fatalf(string, ...any) { r.failed = true }

func TestMissingLibzmq(t *testing.T) {
	err := available(filepath.Join(t.TempDir(), "python3"))
	if err == nil {
		t.Fatal("an interpreter that is not there is available")
	}
	for _, required := range []string{"", "1"} {
		t.Setenv("ZMQ_INTEROP_REQUIRED", required)
		r := &recorder{TB: t}
		missing(r, err)
		if required == "1" && !r.failed || required == "" && (r.failed || !r.skipped) {
			t.Errorf("required %q: skipped %v, failed %v", required, r.skipped, r.failed)
		}
	}
}
