// SPDX-License-Identifier: Apache-2.0

package pattern_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// listen accepts plain connections.
func listen(r *rig.Test) (net.Listener, string) {
	r.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	r.Check(err)
	r.Cleanup(func() { _ = l.Close() })
	return l, "tcp://" + l.Addr().String()
}

// chunks receives from a STREAM until that many bytes of one peer are there.
func chunks(r *rig.Test, s *zmq.Socket, id string, n int) string {
	r.Helper()
	var b strings.Builder
	for b.Len() < n {
		m := r.Recv(s)
		if len(m) != 2 || m[0] != id || m[1] == "" || len(m[1]) > 8192 {
			r.Fatalf("the STREAM received %d frames of %q", len(m), m[0])
		}
		b.WriteString(m[1])
	}
	return b.String()
}

func TestStreamTalksPlainTCPUnderFiveByteIDs(t *testing.T) {
	r := rig.New(t)
	stream, at := r.Bind(zmq.STREAM, rig.AnyPort)
	var ids []string
	for i := range 2 {
		c := r.Dial(at)
		m := r.Recv(stream) // the connection's beginning
		if len(m) != 2 || len(m[0]) != 5 || m[0][0] != 0 || m[1] != "" {
			t.Fatalf("the STREAM received %q", m)
		}
		id := m[0]
		if _, err := fmt.Fprint(c, "hello", i); err != nil {
			t.Fatal(err)
		}
		if got := chunks(r, stream, id, 6); got != fmt.Sprint("hello", i) {
			t.Errorf("the STREAM received %q", got)
		}
		r.Send(stream, id, "answer")
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
	r := rig.New(t)
	stream, at := r.Bind(zmq.STREAM, rig.AnyPort)
	c := r.Dial(at)
	id := r.Recv(stream)[0]
	body := rig.Large(1 << 20)
	go func() { _, _ = io.WriteString(c, body) }()
	if got := chunks(r, stream, id, len(body)); got != body {
		t.Error("the data came out different")
	}
	sent := r.GoSend(stream, id, body)
	got := make([]byte, len(body))
	if _, err := io.ReadFull(c, got); err != nil || string(got) != body {
		t.Errorf("the client received something else: %v", err)
	}
	r.Check(r.Result(sent))
}

func TestStreamTellsOfConnectionsThatTheRemoteClosed(t *testing.T) {
	r := rig.New(t)
	stream, at := r.Bind(zmq.STREAM, rig.AnyPort)
	c := r.Dial(at)
	id := r.Recv(stream)[0]
	if _, err := io.WriteString(c, "bye"); err != nil {
		t.Fatal(err)
	}
	r.Check(c.Close())
	r.WantRecv(stream, id, "bye")
	r.WantRecv(stream, id, "")
	r.WaitPeersLeft(stream, 0)
	if err := stream.Send(r.Ctx, []byte(id), []byte("x")); !errors.Is(err, zmq.ErrHostUnreachable) {
		t.Errorf("send to a connection that is gone: %v", err)
	}
}

// IN_BATCH_SIZE bounds what is received as one message.
func TestStreamReceivesChunksOfInBatchSize(t *testing.T) {
	for _, size := range []int{1, 7, 8192, 20_000} {
		r := rig.New(t)
		stream, at := r.Bind(zmq.STREAM, rig.AnyPort, zmq.InBatchSize.Of(size), zmq.StreamNotify.Of(false))
		c := r.Dial(at)
		want := rig.Large(30_000)
		if _, err := io.WriteString(c, want); err != nil {
			t.Fatal(err)
		}
		var got strings.Builder
		longest := 0
		for got.Len() < len(want) {
			m := r.Recv(stream)
			got.WriteString(m[1])
			longest = max(longest, len(m[1]))
		}
		if got.String() != want || longest > size {
			t.Errorf("InBatchSize %d: %d bytes, the longest chunk has %d", size, got.Len(), longest)
		}
	}
}

func TestStreamWithoutNotifyTellsNothing(t *testing.T) {
	r := rig.New(t)
	stream, at := r.Bind(zmq.STREAM, rig.AnyPort, zmq.StreamNotify.Of(false))
	for _, text := range []string{"one", "two"} {
		c := r.Dial(at)
		if _, err := io.WriteString(c, text); err != nil {
			t.Fatal(err)
		}
		r.Check(c.Close())
		if m := r.Recv(stream); len(m) != 2 || m[1] != text {
			t.Errorf("the STREAM received %q", m)
		}
		r.WaitPeersLeft(stream, 0)
		r.WantNothing(stream)
	}
}

func TestStreamEmptyDataClosesTheConnection(t *testing.T) {
	r := rig.New(t)
	stream, at := r.Bind(zmq.STREAM, rig.AnyPort)
	c := r.Dial(at)
	id := r.Recv(stream)[0]
	r.Send(stream, id, "")
	if _, err := io.ReadAll(c); err != nil {
		t.Errorf("the client reads until the end: %v", err)
	}
	if err := stream.Send(r.Ctx, []byte(id), []byte("x")); !errors.Is(err, zmq.ErrHostUnreachable) {
		t.Errorf("send to a connection that was closed: %v", err)
	}
	r.WaitPeersLeft(stream, 0)
	r.WantNothing(stream) // a program gets no notice of its own disconnect
}

func TestStreamUnknownIDIsHostUnreachable(t *testing.T) {
	r := rig.New(t)
	stream, _ := r.Bind(zmq.STREAM, rig.AnyPort)
	if err := stream.Send(r.Ctx, []byte("nobody"), []byte("x")); !errors.Is(err, zmq.ErrHostUnreachable) {
		t.Errorf("send to an unknown id: %v", err)
	}
	if err := stream.Send(r.Ctx, []byte("alone")); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("an id alone: %v", err)
	}
}

func TestStreamKeepsIDWhenItConnectsAgain(t *testing.T) {
	r := rig.New(t)
	l, at := listen(r)
	stream := r.Socket(zmq.STREAM)
	r.Check(stream.Connect(at))
	id := string(zmq.RoutingID.Get(stream)) // known at once
	if len(id) != 5 {
		t.Fatalf("the new connection's id is %q", id)
	}
	for range 3 {
		c, err := l.Accept()
		r.Check(err)
		r.WantRecv(stream, id, "")
		if _, err := io.WriteString(c, "x"); err != nil {
			t.Fatal(err)
		}
		r.WantRecv(stream, id, "x")
		r.Check(c.Close())
		r.WantRecv(stream, id, "")
	}
	c, err := l.Accept()
	r.Check(err)
	defer c.Close()
	r.WantRecv(stream, id, "")
	r.Send(stream, id, "") // for good
	_, err = io.ReadAll(c)
	r.Check(err)
	r.WaitPeersLeft(stream, 0)
	if err := stream.Send(r.Ctx, []byte(id), []byte("x")); !errors.Is(err, zmq.ErrHostUnreachable) {
		t.Errorf("send to a connection that was closed: %v", err)
	}
}

func TestStreamConnectRoutingIDNamesTheConnection(t *testing.T) {
	r := rig.New(t)
	l, at := listen(r)
	stream := r.Socket(zmq.STREAM, zmq.ConnectRoutingID.Of([]byte("web")))
	r.Check(stream.Connect(at))
	r.Send(stream, "web", "early") // before there is a connection
	c, err := l.Accept()
	r.Check(err)
	defer c.Close()
	r.Check(c.SetDeadline(time.Now().Add(rig.Patience)))
	got := make([]byte, 5)
	if _, err := io.ReadFull(c, got); err != nil || string(got) != "early" {
		t.Errorf("the server received %q, %v", got, err)
	}
	r.WantRecv(stream, "web", "")
	if _, err := io.WriteString(c, "re"); err != nil {
		t.Fatal(err)
	}
	r.WantRecv(stream, "web", "re")
}

func TestStreamTakesNoOtherTransportThanTCP(t *testing.T) {
	r := rig.New(t)
	stream := r.Socket(zmq.STREAM)
	for _, endpoint := range []string{rig.IPCEndpoint(t), "inproc://it"} {
		if err := stream.Bind(endpoint); !errors.Is(err, zmq.ErrIncompatibleTransport) {
			t.Errorf("bind to %s: %v", endpoint, err)
		}
		if err := stream.Connect(endpoint); !errors.Is(err, zmq.ErrIncompatibleTransport) {
			t.Errorf("connect to %s: %v", endpoint, err)
		}
	}
}

func TestStreamOfFullConnectionIsMute(t *testing.T) {
	r := rig.New(t)
	stream, at := r.Bind(zmq.STREAM, rig.AnyPort, zmq.SendHWM.Of(2), zmq.WaitForPeer.Of(true))
	c := r.Dial(at)
	id := r.Recv(stream)[0]
	n := stuff(r, stream, id, rig.Large(1<<20))
	sent := r.GoSend(stream, id, "end")
	if got, err := io.ReadAll(io.LimitReader(c, int64(n)<<20+3)); err != nil || len(got) != n<<20+3 || string(got[n<<20:]) != "end" {
		t.Errorf("the client received %d bytes, %v", len(got), err)
	}
	r.Check(r.Result(sent))
}

func TestRouterRawTalksPlainTCPWithoutNotices(t *testing.T) {
	r := rig.New(t)
	router, at := r.Bind(zmq.ROUTER, rig.AnyPort, zmq.RouterRaw.Of(true))
	c := r.Dial(at)
	if _, err := io.WriteString(c, "hello"); err != nil {
		t.Fatal(err)
	}
	m := r.Recv(router)
	if len(m) != 2 || len(m[0]) != 5 || m[1] != "hello" {
		t.Fatalf("the ROUTER received %q", m)
	}
	r.Send(router, m[0], "answer")
	got := make([]byte, 6)
	if _, err := io.ReadFull(c, got); err != nil || string(got) != "answer" {
		t.Errorf("the client received %q, %v", got, err)
	}
	r.Send(router, m[0], "")
	if rest, err := io.ReadAll(c); err != nil || len(rest) > 0 {
		t.Errorf("after the empty frame the client reads %q, %v", rest, err)
	}
}
