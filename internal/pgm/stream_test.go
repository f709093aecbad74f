// SPDX-License-Identifier: Apache-2.0

package pgm

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// pack turns framed messages into the data of packets, of which each write ends one.
func pack(size int, writes ...[]byte) (packets [][]byte) {
	p := NewPacker(size)
	for _, b := range writes {
		for len(b) > 0 {
			b = b[p.Add(b):]
			if p.Full() {
				packets = append(packets, bytes.Clone(p.Data()))
				p.Next()
			}
		}
		if d := p.Data(); d != nil {
			packets = append(packets, bytes.Clone(d))
			p.Next()
		}
	}
	return packets
}

// newAssembler makes one with limits.
func newAssembler(l Limits) *assembler {
	return &assembler{limits: &l, parts: &partial{limit: l.Partial}}
}

// TestTheDataOfALoneMessage: as the specification has it.
func TestTheDataOfALoneMessage(t *testing.T) {
	got := pack(1400, wire.AppendFrame(nil, 0, []byte("hi")))
	if len(got) != 1 || !bytes.Equal(got[0], []byte{0, 0, 3, 0, 'h', 'i'}) {
		t.Errorf("% x", got)
	}
	two := append(wire.AppendFrame(nil, wire.FlagMore, []byte("m2")), wire.AppendFrame(nil, 0, bytes.Repeat([]byte("x"), 20))...)
	if got := pack(1400, two); len(got) != 1 || !bytes.Equal(got[0], append([]byte("\x00\x00\x03\x01m2\x15\x00"), bytes.Repeat([]byte("x"), 20)...)) {
		t.Errorf("% x", got)
	}
}

// TestCommandsDoNotGoOut: ZMTP 1.0 has none.
func TestCommandsDoNotGoOut(t *testing.T) {
	b := append(wire.AppendFrame(nil, wire.FlagCommand, []byte("\x09SUBSCRIBEx")), wire.AppendFrame(nil, 0, []byte("hi"))...)
	if got := pack(1400, b); len(got) != 1 || !bytes.Equal(got[0], []byte{0, 0, 3, 0, 'h', 'i'}) {
		t.Errorf("% x", got)
	}
}

// TestTheOffsetIsThatOfAMessage: of the first that begins in a packet, not of a frame, and
// FFFF if none does.
func TestTheOffsetIsThatOfAMessage(t *testing.T) {
	long := append(wire.AppendFrame(nil, wire.FlagMore, make([]byte, 10)), wire.AppendFrame(nil, 0, make([]byte, 30))...)
	b := append(long, wire.AppendFrame(nil, 0, []byte("hi"))...)
	got := pack(22, b)
	offsets := make([]int, 0, len(got))
	for _, d := range got {
		offsets = append(offsets, int(d[0])<<8|int(d[1]))
	}
	// 12 and 32 bytes of the first message, and 4 of the second, in packets of 20.
	if len(offsets) != 3 || offsets[0] != 0 || offsets[1] != noMessage || offsets[2] != 4 {
		t.Errorf("offsets %v", offsets)
	}
}

// TestMessagesPassPacketsOfAnySize: whatever pieces the writer gives, with frames of all
// kinds of length.
func TestMessagesPassPacketsOfAnySize(t *testing.T) {
	for seed := range zmqtest.Seeds(300) {
		r := rand.New(rand.NewPCG(seed, 0))
		var all []byte
		for range 40 {
			for parts := r.IntN(3); parts >= 0; parts-- {
				flags := byte(wire.FlagMore)
				if parts == 0 {
					flags = 0
				}
				size := []int{0, 1, 5, 250, 253, 254, 255, 256, 1000}[r.IntN(9)]
				all = wire.AppendFrame(all, flags, bytes.Repeat([]byte{byte(size)}, size))
			}
		}
		var writes [][]byte
		for rest := all; len(rest) > 0; {
			n := min(len(rest), 1+r.IntN(600))
			writes, rest = append(writes, rest[:n]), rest[n:]
		}
		size := MinData + r.IntN(300)
		a := newAssembler(noLimits)
		var got []byte
		for _, d := range pack(size, writes...) {
			if len(d) > size {
				t.Fatalf("%d bytes in a packet of %d", len(d), size)
			}
			var ok bool
			if got, _, ok = a.begin(got, d, false); !ok {
				t.Fatal("the stream makes no sense")
			}
		}
		if !bytes.Equal(got, all) || a.parts.held != 0 {
			t.Fatalf("seed %d, packets of %d: %d bytes of %d, %d held", seed, size, len(got), len(all), a.parts.held)
		}
	}
}

// TestAStreamIsJoinedWhereAMessageBegins: at every packet.
func TestAStreamIsJoinedWhereAMessageBegins(t *testing.T) {
	var all []byte
	for i := range 100 {
		all = append(all, message(1, uint32(i), i*7%90, 1+i%3)...)
	}
	packets := pack(64, all)
	for from := range packets {
		a := newAssembler(noLimits)
		var got []byte
		for _, d := range packets[from:] {
			got, _, _ = a.begin(got, d, false)
		}
		if !bytes.HasSuffix(all, got) {
			t.Fatalf("joined at packet %d: other bytes", from)
		}
		if h, n, _ := wire.ParseHeader(got); len(got) > 0 && (n == 0 || h.Size < 8) {
			t.Fatalf("joined at packet %d in the middle of a message", from)
		}
	}
}

// TestLimitsOfMessages: a stream that breaks one is left, and joined again behind it.
func TestLimitsOfMessages(t *testing.T) {
	small := wire.AppendFrame(nil, 0, []byte("ok"))
	three := bytes.Repeat(wire.AppendFrame(nil, wire.FlagMore, []byte("a")), 2)
	three = append(three, wire.AppendFrame(nil, 0, []byte("a"))...)
	for name, x := range map[string]struct {
		limits Limits
		b      []byte
		fits   bool
	}{
		"a frame of the limit":     {Limits{Frame: 100}, wire.AppendFrame(nil, 0, make([]byte, 100)), true},
		"a frame above it":         {Limits{Frame: 100}, wire.AppendFrame(nil, 0, make([]byte, 101)), false},
		"a frame where 0 is most":  {Limits{Frame: 0}, wire.AppendFrame(nil, 0, make([]byte, 1)), false},
		"a message above its most": {Limits{Frame: -1, Message: 100}, wire.AppendFrame(nil, 0, make([]byte, 101)), false},
		"as many frames":           {Limits{Frame: -1, Frames: 3}, three, true},
		"more frames":              {Limits{Frame: -1, Frames: 2}, three, false},
		"parts above their most":   {Limits{Frame: -1, Partial: 50}, wire.AppendFrame(nil, 0, make([]byte, 101)), false},
	} {
		a := newAssembler(x.limits)
		fits := true
		for _, d := range pack(30, x.b) {
			if _, _, ok := a.begin(nil, d, false); !ok {
				fits = false
				a.leave()
			}
		}
		if fits != x.fits || a.parts.held != 0 {
			t.Errorf("%s: %v, %d held", name, fits, a.parts.held)
		}
		if got, n, ok := a.begin(nil, pack(30, small)[0], false); x.limits.Frame != 0 && (n != 1 || !ok || !bytes.Equal(got, small)) {
			t.Errorf("%s: then % x", name, got)
		}
	}
}

// TestWrongOffsets are no reason to stop.
func TestWrongOffsets(t *testing.T) {
	for _, d := range [][]byte{{}, {0}, {0, 7, 3, 0, 'h', 'i'}, {0, 0, 0}, {0, 0, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0}} {
		a := newAssembler(noLimits)
		if _, _, ok := a.begin(nil, d, false); ok {
			t.Errorf("% x is taken", d)
		}
	}
	a := newAssembler(noLimits) // just behind the end: the next packet begins with a message
	if _, _, ok := a.begin(nil, []byte{0, 2, 'x', 'x'}, false); !ok || !a.joined {
		t.Error("an offset just behind the end")
	}
}

// TestAFragmentedUnitIsOne: its later parts have no offset.
func TestAFragmentedUnitIsOne(t *testing.T) {
	want := wire.AppendFrame(nil, 0, bytes.Repeat([]byte("y"), 50))
	unit := pack(1400, want)[0]
	a := newAssembler(noLimits)
	got, _, _ := a.begin(nil, unit[:20], true)
	if got, _, _ = a.follow(got, unit[20:]); !bytes.Equal(got, want) {
		t.Errorf("% x", got)
	}
	a = newAssembler(noLimits)
	got, _, _ = a.begin(nil, append([]byte{0, 30}, make([]byte, 20)...), true)
	if got, _, _ = a.follow(got, append(make([]byte, 10), 3, 0, 'h', 'i')); !bytes.Equal(got, wire.AppendFrame(nil, 0, []byte("hi"))) {
		t.Errorf("an offset into a later part: % x", got)
	}
}

// FuzzAssembler: a stream of any bytes gives whole messages or none.
func FuzzAssembler(f *testing.F) {
	f.Add([]byte{0, 0, 3, 0, 'h', 'i'}, 3)
	f.Add([]byte{0, 0, 3, 1, 'h', 'i', 1, 0}, 4)
	f.Fuzz(func(t *testing.T, b []byte, cut int) {
		a := newAssembler(Limits{Frame: 1000, Message: 5000, Frames: 10, Partial: 8000})
		cut = max(0, min(cut, len(b)))
		out, n, ok := a.begin(nil, b[:cut], false)
		if ok {
			var m int
			out, m, _ = a.follow(out, b[cut:])
			n += m
		}
		for len(out) > 0 {
			h, size, err := wire.ParseHeader(out)
			if err != nil || size == 0 || uint64(len(out)-size) < h.Size {
				t.Fatalf("% x", out)
			}
			if out = out[size+int(h.Size):]; h.Flags&wire.FlagMore == 0 {
				n--
			}
		}
		if n != 0 {
			t.Fatalf("%d messages are missing", n)
		}
	})
}
