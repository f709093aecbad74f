// SPDX-License-Identifier: Apache-2.0

package interop

import (
	"io"
	"net"
	"strings"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/interop/peer"
)

// streamed gathers what a stream brings until there are n of them: TCP may cut it
// anywhere.
func streamed(t *testing.T, n int, next func() (id, part []byte)) (id string, all string) {
	t.Helper()
	for len(all) < n {
		from, part := next()
		id, all = string(from), all+string(part)
	}
	return id, all
}

func nextOfOurs(t *testing.T, s *zmq.Socket) func() (id, part []byte) {
	return func() (id, part []byte) {
		m, err := s.Recv(within(t))
		if err != nil || m.Len() != 2 {
			t.Fatalf("%d frames, %v; want id and bytes", m.Len(), err)
		}
		return m.Frame(0), m.Frame(1)
	}
}

func nextOfTheirs(t *testing.T, s *peer.Socket) func() (id, part []byte) {
	return func() (id, part []byte) {
		frames, err := s.Recv(patience)
		if err != nil || len(frames) != 2 {
			t.Fatalf("%d frames, %v; want id and bytes", len(frames), err)
		}
		return frames[0], frames[1]
	}
}

// TestStreamWithPlainTCPClient: id and empty frame announce it, its bytes come
// with the id, an empty frame ends it.
func TestStreamWithPlainTCPClient(t *testing.T) {
	s := ours(t, zmq.STREAM, nil)
	conn, err := net.Dial("tcp", strings.TrimPrefix(bind(t, s, "tcp://127.0.0.1:*"), "tcp://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	next := nextOfOurs(t, s)
	id, empty := next()
	if len(id) != 5 || id[0] != 0 || len(empty) != 0 {
		t.Fatalf("notice %q %q; want an id of 5 bytes that begins with 0, and nothing", id, empty)
	}
	big := strings.Repeat("x", 300_000)
	go io.WriteString(conn, "GET /"+big)
	if from, got := streamed(t, 5+len(big), next); from != string(id) || got != "GET /"+big {
		t.Errorf("%d bytes from %q", len(got), from)
	}
	if err := s.Send(within(t), id, []byte("200 OK")); err != nil {
		t.Fatal(err)
	}
	if err := s.Send(within(t), id, nil); err != nil { // ends the connection
		t.Fatal(err)
	}
	if got, err := io.ReadAll(conn); err != nil || string(got) != "200 OK" {
		t.Errorf("the client read %q, %v", got, err)
	}
}

// TestStreamSeesPlainTCPClientLeave: a second notice.
func TestStreamSeesPlainTCPClientLeave(t *testing.T) {
	s := ours(t, zmq.STREAM, nil)
	conn, err := net.Dial("tcp", strings.TrimPrefix(bind(t, s, "tcp://127.0.0.1:*"), "tcp://"))
	if err != nil {
		t.Fatal(err)
	}
	next := nextOfOurs(t, s)
	id, _ := next()
	conn.Close()
	if from, empty := next(); string(from) != string(id) || len(empty) != 0 {
		t.Errorf("notice %q %q", from, empty)
	}
}

// TestStreamWithLibzmqStream both ways round.
func TestStreamWithLibzmqStream(t *testing.T) {
	libzmq := peer.Start(t)
	for _, oursBinds := range []bool{true, false} {
		s, theirs := ours(t, zmq.STREAM, nil), libzmq.Socket("STREAM", nil)
		if oursBinds {
			theirs.Connect(bind(t, s, "tcp://127.0.0.1:*"))
		} else {
			connect(t, s, theirs.Bind("tcp://127.0.0.1:*"))
		}
		goNext, theirNext := nextOfOurs(t, s), nextOfTheirs(t, theirs)
		toThem, empty := goNext()
		if len(empty) != 0 {
			t.Fatalf("notice with %q", empty)
		}
		toUs, empty := theirNext()
		if len(empty) != 0 {
			t.Fatalf("libzmq's notice with %q", empty)
		}
		big := strings.Repeat("stream", 50_000)
		go s.SendString(within(t), string(toThem), big)
		if _, got := streamed(t, len(big), theirNext); got != big {
			t.Errorf("libzmq received %d bytes", len(got))
		}
		go theirs.Send(patience, toUs, []byte(big))
		if _, got := streamed(t, len(big), goNext); got != big {
			t.Errorf("ours received %d bytes", len(got))
		}
		theirs.Set("LINGER", 0)
		theirs.Close()
		if _, empty := goNext(); len(empty) != 0 {
			t.Errorf("notice of the end with %q", empty)
		}
	}
}

// TestStreamSpeaksToZMTPOfLibzmq: what libzmq's PUSH sends first is its greeting.
func TestStreamSpeaksToZMTPOfLibzmq(t *testing.T) {
	s := ours(t, zmq.STREAM, nil)
	push := peer.Start(t).Socket("PUSH", nil)
	push.Connect(bind(t, s, "tcp://127.0.0.1:*"))
	next := nextOfOurs(t, s)
	next()
	if _, got := streamed(t, 10, next); got[0] != 0xff || got[9] != 0x7f {
		t.Errorf("%q is not a signature", got)
	}
}
