// SPDX-License-Identifier: Apache-2.0

package ws

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// TestFramesOfZMTPBecomeThoseOfWebSocket: RFC 45, Framing, in the shortest form.
func TestFramesOfZMTPBecomeThoseOfWebSocket(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"one frame", `00 02 "hi"`, `82 03 00 "hi"`},
		{"more", `01 02 "hi" 00 00`, `82 03 01 "hi" 82 01 00`},
		{"a command", `04 05 04 "PING"`, `82 06 02 04 "PING"`},
		{"the long form of a short frame", `02 00 00 00 00 00 00 00 02 "hi"`, `82 03 00 "hi"`},
		{"Ping", `0C 01 09`, `89 00`},
		{"Pong", `0C 03 0A "hi"`, `8A 02 "hi"`},
		{"125 bytes", `00 7D 125*78`, `82 7E 00 7E 00 125*78`},
		{"124 bytes", `00 7C 124*78`, `82 7D 00 124*78`},
	} {
		e := newEnd(true, true, nil)
		n, err := e.Write(zmqtest.MustOctets(c.in))
		if want := zmqtest.MustOctets(c.want); err != nil || n != len(zmqtest.MustOctets(c.in)) || !bytes.Equal(e.below.out, want) {
			t.Errorf("%s: %d, %v, % x, want % x", c.name, n, err, e.below.out, want)
		}
		if e.Conn.out.block != nil {
			t.Errorf("%s: a connection that has sent all keeps a buffer", c.name)
		}
	}
}

// TestWhatIsWrittenIsRead: a client's frames, masked, through a server's reader and back,
// in buffers that are cut anywhere.
func TestWhatIsWrittenIsRead(t *testing.T) {
	for _, server := range []bool{true, false} {
		for seed := range zmqtest.Seeds(6) {
			r := rand.New(rand.NewPCG(seed, 1))
			stream, bufs := randomStream(r)
			from, to := newEnd(server, true, nil), newEnd(!server, true, nil)
			from.below.room = 0
			got := 0
			for got < len(stream) {
				from.below.room = r.IntN(150_000)
				n, again, err := from.TryWrite(0, rest(bufs, got))
				must(t, err)
				if again && n > 0 {
					t.Fatal("again, and something has gone")
				}
				got += n
			}
			to.below.in = from.below.out
			to.below.piece = r.IntN(100_000)
			if back, err := to.all(1 + r.IntN(100_000)); err != nil || !bytes.Equal(back, stream) {
				t.Fatalf("server %v, seed %d: %d bytes of %d, %v", server, seed, len(back), len(stream), err)
			}
			if from.Written() != uint64(len(from.below.out)) {
				t.Errorf("written %d, want %d", from.Written(), len(from.below.out))
			}
		}
	}
}

// TestOnlyWhatThePeerCanReadIsReported: a message that is reported has gone out whole, and
// one that has gone out whole is reported. So none is lost or sent twice when the
// connection breaks.
func TestOnlyWhatThePeerCanReadIsReported(t *testing.T) {
	for _, server := range []bool{true, false} {
		for seed := range zmqtest.Seeds(25) {
			r := rand.New(rand.NewPCG(seed, 2))
			stream, bufs := randomStream(r)
			from, to := newEnd(server, true, nil), newEnd(!server, true, nil)
			reported := 0
			for range 1 + r.IntN(4) {
				from.below.room = r.IntN(len(stream)/2 + 1)
				n, _, err := from.TryWrite(0, rest(bufs, reported))
				must(t, err)
				reported += n
			}
			to.below.in = slices.Clone(from.below.out)
			back, err := to.all(1 << 20)
			must(t, err)
			// The reader gives the parts of a frame as they come, and its header with the
			// first byte of WebSocket's payload.
			if reported != len(back) {
				t.Fatalf("server %v, seed %d: reported %d, the peer has %d", server, seed, reported, len(back))
			}
		}
	}
}

// TestAWriteThatFailsReportsWhatHasGone in the same way.
func TestAWriteThatFailsReportsWhatHasGone(t *testing.T) {
	from := newEnd(true, true, nil)
	from.below.room, from.below.err = 4, errors.New("broken")
	n, _, err := from.TryWrite(0, [][]byte{[]byte("\x00\x01a\x00\x01b")})
	if n != 3 || err == nil { // 82 02 00 61, and nothing of the second
		t.Errorf("reported %d, %v", n, err)
	}
}

// TestEachFrameHasAKeyOfItsOwn: RFC 6455, 5.3.
func TestEachFrameHasAKeyOfItsOwn(t *testing.T) {
	e := newEnd(false, true, nil)
	_, err := e.Write([]byte("\x00\x01a\x00\x01a\x00\x01a"))
	must(t, err)
	seen := make(map[uint32]bool)
	for b := e.below.out; len(b) > 0; {
		h, n, err := parseHeader(b, true)
		must(t, err)
		seen[h.key] = true
		b = b[n+int(h.size):]
	}
	if len(seen) != 3 {
		t.Errorf("%d keys for three frames", len(seen))
	}
}

// TestCommandsNeedAMechanism: the engine does not send any without.
func TestCommandsNeedAMechanism(t *testing.T) {
	if _, err := newEnd(true, false, nil).Write([]byte("\x04\x01\x00")); err == nil {
		t.Error("a command went out")
	}
}

// TestCloseWriteSaysClose: RFC 6455, 7.1.2, with the code of a normal end, but not in the
// middle of a frame.
func TestCloseWriteSaysClose(t *testing.T) {
	e := newEnd(true, true, nil)
	must(t, e.CloseWrite())
	if want := zmqtest.MustOctets(`88 02 03 E8`); !bytes.Equal(e.below.out, want) {
		t.Errorf("% x", e.below.out)
	}
	e = newEnd(true, true, nil)
	e.below.room = 3
	_, _, err := e.TryWrite(0, [][]byte{[]byte("\x00\x04four")})
	must(t, err)
	e.below.room = -1
	must(t, e.CloseWrite())
	if len(e.below.out) != 3 {
		t.Errorf("% x", e.below.out)
	}
}

// randomStream is frames of ZMTP, and the same in buffers as an outbox has them: a large
// body in one of its own.
func randomStream(r *rand.Rand) (stream []byte, bufs [][]byte) {
	var head [9]byte
	for range 1 + r.IntN(40) {
		n := r.IntN(300)
		if r.IntN(8) == 0 {
			n = r.IntN(100_000)
		}
		from := len(stream)
		stream = append(stream, head[:putHeader(&head, byte(r.IntN(2)), uint64(n))]...)
		if n > 4096 {
			bufs = append(bufs, slices.Clone(stream[from:]))
			from = len(stream)
		}
		stream = append(stream, pattern(n)...)
		bufs = append(bufs, slices.Clone(stream[from:]))
	}
	return stream, bufs
}

// rest returns the buffers from a byte on.
func rest(bufs [][]byte, from int) (list [][]byte) {
	for _, b := range bufs {
		k := min(from, len(b))
		from -= k
		if k < len(b) {
			list = append(list, b[k:])
		}
	}
	return list
}

var _ transport.Layer = (*script)(nil)
