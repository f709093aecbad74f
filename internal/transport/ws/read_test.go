// SPDX-License-Identifier: Apache-2.0

package ws

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// TestFramesBecomeThoseOfZMTP: RFC 45, Framing, in the bytes that libzmq sends.
func TestFramesBecomeThoseOfZMTP(t *testing.T) {
	for _, c := range []struct {
		name     string
		server   bool
		in, want string
	}{
		{"of a client", true, `82 83 11 22 33 44 11 4A 5A`, `00 02 "hi"`},
		{"of a server", false, `82 03 00 68 69`, `00 02 "hi"`},
		{"more follows", false, `82 03 01 68 69 82 01 00`, `01 02 "hi" 00 00`},
		{"READY", false, `82 1A 02 05 52 45 41 44 59 0B 53 6F 63 6B 65 74 2D 54 79 70 65 00 00 00 03 53 55 42`,
			`04 19 05 "READY" 0B "Socket-Type" 00 00 00 03 "SUB"`},
		{"a subscription", true, `82 84 11 22 33 44 11 23 72 6A`, `00 03 01 "A."`},
		{"an identity that is empty", true, `82 81 11 22 33 44 11`, `00 00`},
		{"reserved flags are ignored", false, `82 02 F8 68`, `00 01 "h"`},
		{"a length in two bytes", false, `82 7E 00 03 00 68 69`, `00 02 "hi"`},
		{"a length in eight bytes", false, `82 7F 00 00 00 00 00 00 00 03 00 68 69`, `00 02 "hi"`},
	} {
		for piece := range 4 {
			for _, size := range []int{1, 2, 7, 100} {
				e := newEnd(c.server, true, zmqtest.MustOctets(c.in))
				e.below.piece = piece
				got, err := e.all(size)
				if want := zmqtest.MustOctets(c.want); err != nil || !bytes.Equal(got, want) {
					t.Errorf("%s, %d bytes at a time into %d: %x, %v, want %x", c.name, piece, size, got, err, want)
				}
				if e.Conn.in.block != nil {
					t.Errorf("%s: a connection that waits keeps a buffer", c.name)
				}
			}
		}
	}
}

// TestPartOfAFrameKeepsNoBuffer: a peer that stops anywhere within a frame costs no block
// while it is waited for, and what it says then is taken up where it stopped.
func TestPartOfAFrameKeepsNoBuffer(t *testing.T) {
	for _, server := range []bool{true, false} {
		all := slices.Concat(
			frame(bitFin|opBinary, "\x00hi", server),
			frame(bitFin|transport.OpPing, strings.Repeat("p", 125), server),
			frame(bitFin|opBinary, "\x01"+strings.Repeat("x", 300), server),
			frame(opBinary, "\x00frag", server), frame(bitFin|opContinuation, "ment", server),
			frame(bitFin|opBinary, "\x00"+strings.Repeat("y", 70_000), server),
		)
		want, err := newEnd(server, true, all).all(100)
		must(t, err)
		for cut := range 700 {
			e := newEnd(server, true, all[:cut])
			got, err := e.all(100)
			must(t, err)
			if e.Conn.in.block != nil {
				t.Fatalf("after %d bytes a buffer is kept", cut)
			}
			e.below.in = all[cut:]
			rest, err := e.all(100)
			must(t, err)
			if !bytes.Equal(append(got, rest...), want) || len(e.heard) != 1 {
				t.Fatalf("cut after %d bytes: %d bytes and %d control frames, want %d and 1", cut, len(got)+len(rest), len(e.heard), len(want))
			}
		}
		for _, piece := range []int{1, 3, 50, 0} { // a read that waits, as in a handshake
			e := newEnd(server, true, all)
			e.below.piece = piece
			e.below.reading = func() {
				if e.Conn.in.block != nil {
					t.Fatal("a buffer is kept during a read that waits")
				}
			}
			var got []byte
			for b := make([]byte, 100); len(got) < len(want); {
				n, err := e.Read(b)
				must(t, err)
				got = append(got, b[:n]...)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("in pieces of %d bytes: %d bytes, want %d", piece, len(got), len(want))
			}
		}
	}
}

// TestEverySizeIsRead: the boundaries of the headers' forms, into buffers of different
// sizes, and large bodies read straight into them.
func TestEverySizeIsRead(t *testing.T) {
	for _, server := range []bool{true, false} {
		for _, n := range []int{0, 1, 124, 125, 126, 255, 256, 65534, 65535, 65536, 200_000} {
			body := pattern(n)
			in := frame(bitFin|opBinary, "\x00"+string(body), server)
			in = append(in, frame(bitFin|opBinary, "\x00next", server)...)
			var head [9]byte
			want := append(slices.Clone(head[:putHeader(&head, 0, uint64(n))]), body...)
			want = append(want, 0, 4, 'n', 'e', 'x', 't')
			for _, piece := range []int{0, 1000, 5000} {
				for _, size := range []int{9, 4096, 100_000} {
					e := newEnd(server, true, slices.Clone(in))
					e.below.piece = piece
					if got, err := e.all(size); err != nil || !bytes.Equal(got, want) {
						t.Fatalf("server %v, %d bytes, %d at a time into %d: %d bytes, %v", server, n, piece, size, len(got), err)
					}
				}
			}
		}
	}
}

// TestFragmentedMessagesAreTaken: RFC 6455, 5.4, with control frames in between.
func TestFragmentedMessagesAreTaken(t *testing.T) {
	big := string(pattern(100_000))
	for _, c := range []struct {
		name  string
		parts []string
		want  []byte
	}{
		{"two", []string{"\x00he", "llo"}, []byte("\x00\x05hello")},
		{"flags alone at first", []string{"\x01", "hello"}, []byte("\x01\x05hello")},
		{"empty ones", []string{"", "", "\x00", "", "hello", ""}, []byte("\x00\x05hello")},
		{"an empty body", []string{"\x00", ""}, []byte("\x00\x00")},
		{"large", []string{"\x00" + big[:50_000], big[50_000:]}, append([]byte{zmtpLong, 0, 0, 0, 0, 0, 1, 0x86, 0xA0}, big...)},
	} {
		var in []byte
		for i, p := range c.parts {
			first := byte(opContinuation)
			if i == 0 {
				first = opBinary
			}
			if i == len(c.parts)-1 {
				first |= bitFin
			}
			in = append(in, frame(first, p, true)...)
			if i < len(c.parts)-1 {
				in = append(in, frame(bitFin|transport.OpPing, "p", true)...)
			}
		}
		in = append(in, frame(bitFin|opBinary, "\x00!", true)...)
		want := append(slices.Clone(c.want), 0, 1, '!')
		for _, piece := range []int{0, 1, 3} {
			e := newEnd(true, true, slices.Clone(in))
			e.below.piece = piece
			if got, err := e.all(64); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s, %d at a time: %d bytes, %v", c.name, piece, len(got), err)
			}
			if len(e.heard) != len(c.parts)-1 {
				t.Errorf("%s: %d Pings, want %d", c.name, len(e.heard), len(c.parts)-1)
			}
		}
	}
}

// TestFragmentsBeyondTheLimitAreRefused: the length of a fragmented message is known at
// its end, and so each fragment is checked before it is kept.
func TestFragmentsBeyondTheLimitAreRefused(t *testing.T) {
	in := frame(opBinary, "\x00"+strings.Repeat("x", 100), true)
	exact := newEnd(true, true, append(slices.Clone(in), frame(bitFin|opContinuation, "", true)...))
	exact.Conn.in.limit = 100
	if _, err := exact.all(64); err != nil {
		t.Errorf("a body of the limit: %v", err)
	}
	e := newEnd(true, true, append(in, frame(opContinuation, "y", true)...))
	e.Conn.in.limit = 100
	if _, err := e.all(64); !errors.Is(err, zerr.ErrMessageTooLarge) || !errors.Is(err, zerr.ErrProtocol) {
		t.Errorf("one byte more: %v", err)
	}
	huge := newEnd(true, true, append(frame(opBinary, "\x00", true), appendHeader(nil, opContinuation, math.MaxInt64, true, 1)...))
	huge.Conn.in.limit = 100
	if _, err := huge.all(64); !errors.Is(err, zerr.ErrMessageTooLarge) {
		t.Errorf("a huge fragment: %v", err)
	}
}

// TestViolationsOfWebSocket ends the connection with an error that names the rule.
func TestViolationsOfWebSocket(t *testing.T) {
	for _, c := range []struct {
		name     string
		server   bool
		commands bool
		in, want string
	}{
		{"a client does not mask", true, true, `82 03 00 68 69`, "masks"},
		{"a server masks", false, true, `82 83 11 22 33 44 11 4A 5A`, "does not mask"},
		{"reserved bits", false, true, `C2 03 00 68 69`, "reserved"},
		{"a reserved operation", false, true, `83 03 00 68 69`, "no meaning"},
		{"a reserved control operation", false, true, `8B 00`, "no meaning"},
		{"text", false, true, `81 03 00 68 69`, "not in text"},
		{"no flags", false, true, `82 00`, "flags"},
		{"no flags in fragments", false, true, `02 00 80 00`, "flags"},
		{"a fragmented Ping", false, true, `09 00`, "one piece"},
		{"a large Ping", false, true, `89 7E 00 7E`, "125"},
		{"a length of 2^63", false, true, `82 7F 80 00 00 00 00 00 00 00`, "2^63"},
		{"a continuation of nothing", false, true, `80 01 00`, "continuation"},
		{"a message in another", false, true, `02 01 00 82 01 00`, "middle"},
		{"a fragment in another message", false, true, `02 01 00 02 01 00`, "middle"},
		{"a Close of one byte", false, true, `88 01 03`, "Close"},
		{"a command without a mechanism", false, false, `82 02 02 00`, "no commands"},
	} {
		for piece := range 3 {
			e := newEnd(c.server, c.commands, zmqtest.MustOctets(c.in))
			e.below.piece = piece
			_, err := e.all(100)
			var pe *zerr.ProtocolError
			if !errors.As(err, &pe) || pe.Code != 0x30000000 || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v", c.name, err)
			}
		}
	}
}

// TestWhatCameBeforeAViolationIsGiven: messages in front of it are not lost.
func TestWhatCameBeforeAViolationIsGiven(t *testing.T) {
	e := newEnd(false, true, zmqtest.MustOctets(`82 03 00 68 69 82 00`))
	got, err := e.all(100)
	if !bytes.Equal(got, []byte("\x00\x02hi")) || !errors.Is(err, zerr.ErrProtocol) {
		t.Errorf("%q, %v", got, err)
	}
}

// TestViolationsStay: what follows one is not read, whatever it is.
func TestViolationsStay(t *testing.T) {
	e := newEnd(false, false, zmqtest.MustOctets(`82 03 00 68 69 82 03 02 01 00 82 03 00 68 69`))
	b := make([]byte, 100)
	n, _, err := e.TryRead(0, b)
	if string(b[:n]) != "\x00\x02hi" || err != nil {
		t.Errorf("%q, %v", b[:n], err)
	}
	for range 3 {
		if n, again, err := e.TryRead(0, b); n != 0 || again || !errors.Is(err, zerr.ErrProtocol) {
			t.Errorf("%q, %v, %v", b[:n], again, err)
		}
	}
}

// TestControlFramesAreTold: RFC 6455, 5.5, to the one that answers them.
func TestControlFramesAreTold(t *testing.T) {
	long := strings.Repeat("p", 125)
	in := frame(bitFin|transport.OpPing, "", true)
	in = append(in, frame(bitFin|transport.OpPong, "pong", true)...)
	in = append(in, frame(bitFin|opBinary, "\x00hi", true)...)
	in = append(in, frame(bitFin|transport.OpPing, long, true)...)
	for piece := range 3 {
		e := newEnd(true, true, slices.Clone(in))
		e.below.piece = piece
		got, err := e.all(64)
		want := []heard{{transport.OpPing, ""}, {transport.OpPong, "pong"}, {transport.OpPing, long}}
		if err != nil || string(got) != "\x00\x02hi" || !slices.Equal(e.heard, want) {
			t.Errorf("%q, %v, heard %q", got, err, e.heard)
		}
	}
}

// TestCloseIsAnswered: RFC 6455, 5.5.1: with the same code. What follows does not count.
func TestCloseIsAnswered(t *testing.T) {
	for _, payload := range []string{"", "\x03\xe8", "\x03\xe9going away"} {
		for _, server := range []bool{true, false} {
			in := frame(bitFin|opBinary, "\x00hi", server)
			in = append(in, frame(bitFin|transport.OpClose, payload, server)...)
			in = append(in, frame(bitFin|opBinary, "\x00late", server)...)
			e := newEnd(server, true, in)
			if got, err := e.all(64); err != nil || string(got) != "\x00\x02hi" {
				t.Errorf("%q, %v", got, err)
			}
			h, n, err := parseHeader(e.below.out, !server)
			must(t, err)
			echo := e.below.out[n:]
			mask(echo, h.key)
			if h.op != transport.OpClose || string(echo) != payload {
				t.Errorf("answered with %d %q, want %q", h.op, echo, payload)
			}
			if _, err := e.Write([]byte("\x00\x02no")); err == nil {
				t.Error("a message behind Close")
			}
		}
	}
}

// TestAwaitHoldsNoBuffer: a connection that cannot be polled is waited for with a few
// bytes, which are read afterwards.
func TestAwaitHoldsNoBuffer(t *testing.T) {
	for _, n := range []int{1, 16, 28, 29, 200} {
		e := newEnd(true, true, frame(bitFin|opBinary, "\x00"+string(pattern(n)), true))
		must(t, e.Await())
		if e.Conn.in.block != nil {
			t.Error("a buffer is held")
		}
		must(t, e.Await()) // at once
		if got, err := e.all(1000); err != nil || len(got) != n+2 {
			t.Errorf("%d bytes: %d, %v", n, len(got), err)
		}
	}
}

func ExampleConn_Read() {
	e := newEnd(false, true, zmqtest.MustOctets(`82 03 00 68 69`))
	b := make([]byte, 10)
	n, _ := e.Read(b)
	fmt.Printf("% x\n", b[:n])
	// Output: 00 02 68 69
}
