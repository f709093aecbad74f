// SPDX-License-Identifier: Apache-2.0

package zmq_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	zmq "github.com/gozmq/zmq"
)

// dial opens a plain connection to a STREAM's endpoint.
func (r *rig) dial(at string) net.Conn {
	r.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(at, "tcp://"))
	r.check(err)
	r.Cleanup(func() { _ = c.Close() })
	r.check(c.SetDeadline(time.Now().Add(patience)))
	return c
}

// listen accepts plain connections.
func (r *rig) listen() (net.Listener, string) {
	r.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	r.check(err)
	r.Cleanup(func() { _ = l.Close() })
	return l, "tcp://" + l.Addr().String()
}

// chunks receives from a STREAM until that many octets of one peer are there.
func (r *rig) chunks(s *zmq.Socket, id string, n int) string {
	r.Helper()
	var b strings.Builder
	for b.Len() < n {
		m := r.recv(s)
		if len(m) != 2 || m[0] != id || m[1] == "" || len(m[1]) > 8192 {
			r.Fatalf("the STREAM received %d frames of %q", len(m), m[0])
		}
		b.WriteString(m[1])
	}
	return b.String()
}

func TestStreamTalksPlainTCPUnderFiveOctetIDs(t *testing.T) {
	r := newRig(t)
	stream, at := r.bind(zmq.STREAM, "tcp://127.0.0.1:*")
	var ids []string
	for i := range 2 {
		c := r.dial(at)
		m := r.recv(stream) // the connection's beginning
		if len(m) != 2 || len(m[0]) != 5 || m[0][0] != 0 || m[1] != "" {
			t.Fatalf("the STREAM received %q", m)
		}
		id := m[0]
		if _, err := fmt.Fprint(c, "hello", i); err != nil {
			t.Fatal(err)
		}
		if got := r.chunks(stream, id, 6); got != fmt.Sprint("hello", i) {
			t.Errorf("the STREAM received %q", got)
		}
		r.send(stream, id, "answer")
		got := make([]byte, 6)
		if _, err := io.ReadFull(c, got); err != nil || string(got) != "answer" {
			t.Errorf("the client received %q, %v", got, err)
		}
		ids = append(ids, id)
	}
	if ids[0] == ids[1] {
		t.Error("two connections have one id")
	}
}

func TestStreamDeliversLargeDataInChunks(t *testing.T) {
	r := newRig(t)
	stream, at := r.bind(zmq.STREAM, "tcp://127.0.0.1:*")
	c := r.dial(at)
	id := r.recv(stream)[0]
	body := large(1 << 20)
	go func() { _, _ = io.WriteString(c, body) }()
	if got := r.chunks(stream, id, len(body)); got != body {
		t.Error("the data came out different")
	}
	sent := r.blocks(stream, id, body)
	got := make([]byte, len(body))
	if _, err := io.ReadFull(c, got); err != nil || string(got) != body {
		t.Errorf("the client received something else: %v", err)
	}
	r.check(r.result(sent))
}

func TestStreamTellsOfConnectionsThatTheRemoteClosed(t *testing.T) {
	r := newRig(t)
	stream, at := r.bind(zmq.STREAM, "tcp://127.0.0.1:*")
	c := r.dial(at)
	id := r.recv(stream)[0]
	if _, err := io.WriteString(c, "bye"); err != nil {
		t.Fatal(err)
	}
	r.check(c.Close())
	r.want(stream, id, "bye")
	r.want(stream, id, "")
	r.left(stream, 0)
	if err := stream.Send(r.ctx, []byte(id), []byte("x")); !errors.Is(err, zmq.ErrHostUnreachable) {
		t.Errorf("send to a connection that is gone: %v", err)
	}
}

// IN_BATCH_SIZE bounds what is received as one message.
func TestStreamReceivesChunksOfInBatchSize(t *testing.T) {
	for _, size := range []int{1, 7, 8192, 20_000} {
		r := newRig(t)
		stream, at := r.bind(zmq.STREAM, "tcp://127.0.0.1:*", zmq.InBatchSize.Of(size), zmq.StreamNotify.Of(false))
		c := r.dial(at)
		want := large(30_000)
		if _, err := io.WriteString(c, want); err != nil {
			t.Fatal(err)
		}
		got, longest := "", 0
		for len(got) < len(want) {
			m := r.recv(stream)
			got, longest = got+m[1], max(longest, len(m[1]))
		}
		if got != want || longest > size {
			t.Errorf("InBatchSize %d: %d octets, the longest chunk has %d", size, len(got), longest)
		}
	}
}

func TestStreamWithoutNotifyTellsNothing(t *testing.T) {
	r := newRig(t)
	stream, at := r.bind(zmq.STREAM, "tcp://127.0.0.1:*", zmq.StreamNotify.Of(false))
	for _, text := range []string{"one", "two"} {
		c := r.dial(at)
		if _, err := io.WriteString(c, text); err != nil {
			t.Fatal(err)
		}
		r.check(c.Close())
		if m := r.recv(stream); len(m) != 2 || m[1] != text {
			t.Errorf("the STREAM received %q", m)
		}
		r.left(stream, 0)
		r.none(stream)
	}
}

func TestStreamEmptyDataClosesTheConnection(t *testing.T) {
	r := newRig(t)
	stream, at := r.bind(zmq.STREAM, "tcp://127.0.0.1:*")
	c := r.dial(at)
	id := r.recv(stream)[0]
	r.send(stream, id, "")
	if _, err := io.ReadAll(c); err != nil {
		t.Errorf("the client reads until the end: %v", err)
	}
	if err := stream.Send(r.ctx, []byte(id), []byte("x")); !errors.Is(err, zmq.ErrHostUnreachable) {
		t.Errorf("send to a connection that was closed: %v", err)
	}
	r.left(stream, 0)
	r.none(stream) // nobody is told of what he did himself
}

func TestStreamUnknownIDIsHostUnreachable(t *testing.T) {
	r := newRig(t)
	stream, _ := r.bind(zmq.STREAM, "tcp://127.0.0.1:*")
	if err := stream.Send(r.ctx, []byte("nobody"), []byte("x")); !errors.Is(err, zmq.ErrHostUnreachable) {
		t.Errorf("send to an unknown id: %v", err)
	}
	if err := stream.Send(r.ctx, []byte("alone")); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("an id alone: %v", err)
	}
}

func TestStreamKeepsIDWhenItConnectsAgain(t *testing.T) {
	r := newRig(t)
	l, at := r.listen()
	stream := r.socket(zmq.STREAM)
	r.check(stream.Connect(at))
	id := string(zmq.RoutingID.Get(stream)) // known at once
	if len(id) != 5 {
		t.Fatalf("the new connection's id is %q", id)
	}
	for range 3 {
		c, err := l.Accept()
		r.check(err)
		r.want(stream, id, "")
		if _, err := io.WriteString(c, "x"); err != nil {
			t.Fatal(err)
		}
		r.want(stream, id, "x")
		r.check(c.Close())
		r.want(stream, id, "")
	}
	c, err := l.Accept()
	r.check(err)
	defer c.Close()
	r.want(stream, id, "")
	r.send(stream, id, "") // for good
	_, err = io.ReadAll(c)
	r.check(err)
	r.left(stream, 0)
	if err := stream.Send(r.ctx, []byte(id), []byte("x")); !errors.Is(err, zmq.ErrHostUnreachable) {
		t.Errorf("send to a connection that was closed: %v", err)
	}
}

func TestStreamConnectRoutingIDNamesTheConnection(t *testing.T) {
	r := newRig(t)
	l, at := r.listen()
	stream := r.socket(zmq.STREAM, zmq.ConnectRoutingID.Of([]byte("web")))
	r.check(stream.Connect(at))
	r.send(stream, "web", "early") // before there is a connection
	c, err := l.Accept()
	r.check(err)
	defer c.Close()
	r.check(c.SetDeadline(time.Now().Add(patience)))
	got := make([]byte, 5)
	if _, err := io.ReadFull(c, got); err != nil || string(got) != "early" {
		t.Errorf("the server received %q, %v", got, err)
	}
	r.want(stream, "web", "")
	if _, err := io.WriteString(c, "re"); err != nil {
		t.Fatal(err)
	}
	r.want(stream, "web", "re")
}

func TestStreamTakesNoOtherTransportThanTCP(t *testing.T) {
	r := newRig(t)
	stream := r.socket(zmq.STREAM)
	for _, endpoint := range []string{socketPath(t), "inproc://it"} {
		if err := stream.Bind(endpoint); !errors.Is(err, zmq.ErrIncompatibleTransport) {
			t.Errorf("bind to %s: %v", endpoint, err)
		}
		if err := stream.Connect(endpoint); !errors.Is(err, zmq.ErrIncompatibleTransport) {
			t.Errorf("connect to %s: %v", endpoint, err)
		}
	}
}

func TestStreamOfFullConnectionIsMute(t *testing.T) {
	r := newRig(t)
	stream, at := r.bind(zmq.STREAM, "tcp://127.0.0.1:*", zmq.SendHWM.Of(2))
	c := r.dial(at)
	id := r.recv(stream)[0]
	n := r.stuff(stream, id, large(1<<20))
	sent := r.blocks(stream, id, "end")
	if got, err := io.ReadAll(io.LimitReader(c, int64(n)<<20+3)); err != nil || len(got) != n<<20+3 || string(got[n<<20:]) != "end" {
		t.Errorf("the client received %d octets, %v", len(got), err)
	}
	r.check(r.result(sent))
}

func TestRouterRawTalksPlainTCPWithoutNotices(t *testing.T) {
	r := newRig(t)
	router, at := r.bind(zmq.ROUTER, "tcp://127.0.0.1:*", zmq.RouterRaw.Of(true))
	c := r.dial(at)
	if _, err := io.WriteString(c, "hello"); err != nil {
		t.Fatal(err)
	}
	m := r.recv(router)
	if len(m) != 2 || len(m[0]) != 5 || m[1] != "hello" {
		t.Fatalf("the ROUTER received %q", m)
	}
	r.send(router, m[0], "answer")
	got := make([]byte, 6)
	if _, err := io.ReadFull(c, got); err != nil || string(got) != "answer" {
		t.Errorf("the client received %q, %v", got, err)
	}
	r.send(router, m[0], "")
	if rest, err := io.ReadAll(c); err != nil || len(rest) > 0 {
		t.Errorf("after the empty frame the client reads %q, %v", rest, err)
	}
}
