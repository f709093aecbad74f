// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"bytes"
	"errors"
	"math"
	"testing"

	"github.com/gozmq/zmq/internal/zerr"
)

// framesV2 are headers that senders write, with what they say.
var framesV2 = []struct {
	name  string
	flags byte
	size  int
	wire  string
}{
	{"empty message", 0, 0, "00 00"},
	{"empty frame with more", FlagMore, 0, "01 00"},
	{"hello", 0, 5, "00 05"},
	{"group weather", FlagMore, 7, "01 07"},
	{"largest short", 0, 255, "00 FF"},
	{"smallest long", 0, 256, "02 00 00 00 00 00 00 01 00"},
	{"300 octets", 0, 300, "02 00 00 00 00 00 00 01 2C"},
	{"long with more", FlagMore, 300, "03 00 00 00 00 00 00 01 2C"},
	{"command", FlagCommand, 5, "04 05"},
	{"CURVE INITIATE", FlagCommand, 292, "06 00 00 00 00 00 00 01 24"},
	{"2 GiB - 1", 0, math.MaxInt32, "02 00 00 00 00 7F FF FF FF"},
}

func TestV2HeaderOctets(t *testing.T) {
	for _, tt := range framesV2 {
		wire := unhex(t, tt.wire)
		got := prefixed(t, func(dst []byte) []byte { return AppendHeader(dst, tt.flags, tt.size) })
		wantOctets(t, tt.name, got, wire)
		if n := HeaderSize(tt.size); n != len(wire) {
			t.Errorf("%s: HeaderSize = %d, want %d", tt.name, n, len(wire))
		}
		h, n, err := ParseHeader(append(wire, "body"...))
		if want := (Header{tt.flags, uint64(tt.size)}); h != want || n != len(wire) || err != nil {
			t.Errorf("%s: ParseHeader = %+v, %d, %v; want %+v", tt.name, h, n, err, want)
		}
	}
}

func TestV2HeaderIsShortAtEveryPrefix(t *testing.T) {
	for _, tt := range framesV2 {
		wire := unhex(t, tt.wire)
		for i := range wire {
			if h, n, err := ParseHeader(wire[:i]); h != (Header{}) || n != 0 || err != nil {
				t.Errorf("%s: %d octets: %+v, %d, %v", tt.name, i, h, n, err)
			}
		}
	}
}

func TestV2FrameExamples(t *testing.T) {
	tests := []struct {
		name   string
		frames []string
		wire   string
	}{
		{"single empty frame", []string{""}, "00 00"},
		{"REQ hello", []string{"", "hello"}, "01 00 00 05 68 65 6C 6C 6F"},
		{"RADIO weather rain", []string{"weather", "rain"},
			"01 07 77 65 61 74 68 65 72 00 04 72 61 69 6E"},
	}
	for _, tt := range tests {
		var got []byte
		for i, f := range tt.frames {
			var flags byte
			if i < len(tt.frames)-1 {
				flags = FlagMore
			}
			got = AppendFrame(got, flags, []byte(f))
		}
		wantOctets(t, tt.name, got, unhex(t, tt.wire))
	}
}

func TestV2FrameOf255OctetsIsShort(t *testing.T) {
	got := AppendFrame(nil, 0, bytes.Repeat([]byte{'x'}, 255))
	wantOctets(t, "header", got[:2], unhex(t, "00 FF"))
	if len(got) != 2+255 {
		t.Errorf("%d octets", len(got))
	}
}

func TestV2FrameOf300OctetsIsLong(t *testing.T) {
	got := AppendFrame(nil, 0, bytes.Repeat([]byte{'x'}, 300))
	wantOctets(t, "header", got[:9], unhex(t, "02 00 00 00 00 00 00 01 2C"))
	if len(got) != 9+300 {
		t.Errorf("%d octets", len(got))
	}
}

func TestV2LongFormIsAcceptedForAnySize(t *testing.T) {
	for _, size := range []byte{0, 1, 255} {
		h, n, err := ParseHeader([]byte{FlagLong, 0, 0, 0, 0, 0, 0, 0, size})
		if h != (Header{0, uint64(size)}) || n != 9 || err != nil {
			t.Errorf("size %d: %+v, %d, %v", size, h, n, err)
		}
	}
}

func TestV2ReservedFlagsAreIgnored(t *testing.T) {
	for flags := range 256 {
		b := append([]byte{byte(flags)}, 0, 0, 0, 0, 0, 0, 0, 7)
		h, _, err := ParseHeader(b)
		if err != nil || h.Flags != byte(flags)&(FlagMore|FlagCommand) {
			t.Errorf("flags %02X: %+v, %v", flags, h, err)
		}
	}
}

func TestV2LongFlagFollowsFromTheSizeAlone(t *testing.T) {
	wantOctets(t, "short", AppendHeader(nil, FlagMore|FlagLong, 255), unhex(t, "01 FF"))
	wantOctets(t, "long", AppendHeader(nil, FlagLong, 256), unhex(t, "02 00 00 00 00 00 00 01 00"))
}

// CVE-2019-6250: lengths that overflow when anything is added to them.
func TestV2AnnouncedSizes(t *testing.T) {
	tests := []struct {
		size uint64
		err  error
	}{
		{1 << 31, nil},
		{1 << 32, nil},
		{1 << 62, nil},
		{1<<63 - 1, nil},
		{1 << 63, FrameTooLong},
		{1<<64 - 1, FrameTooLong},
	}
	for _, tt := range tests {
		b := appendLongHeader(nil, 0, 0)
		for i := range 8 {
			b[1+i] = byte(tt.size >> (56 - 8*i))
		}
		h, n, err := ParseHeader(b)
		if err != tt.err {
			t.Errorf("%#x: error %v, want %v", tt.size, err, tt.err)
		}
		if err == nil && (h.Size != tt.size || n != 9) {
			t.Errorf("%#x: %+v, %d", tt.size, h, n)
		}
		if err != nil && (h != (Header{}) || n != 0 || !errors.Is(err, zerr.ErrProtocol)) {
			t.Errorf("%#x: %+v, %d, %v", tt.size, h, n, err)
		}
	}
}

func FuzzParseHeader(f *testing.F) {
	for _, tt := range framesV2 {
		f.Add(unhex(f, tt.wire))
	}
	f.Add([]byte{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF})
	f.Fuzz(func(t *testing.T, b []byte) {
		h, n, err := ParseHeader(b)
		if err != nil || n == 0 {
			if h != (Header{}) || n != 0 {
				t.Fatalf("%+v, %d with error %v", h, n, err)
			}
			if err == nil && len(b) >= 9 {
				t.Fatal("nine octets are always enough")
			}
			return
		}
		if n > len(b) || h.Size > math.MaxInt64 || h.Flags&^(FlagMore|FlagCommand) != 0 {
			t.Fatalf("%+v, %d of %d octets", h, n, len(b))
		}
		if h.Size > math.MaxInt {
			return
		}
		again, _, err := ParseHeader(AppendHeader(nil, h.Flags, int(h.Size)))
		if again != h || err != nil {
			t.Fatalf("%+v is %+v after a round trip, %v", h, again, err)
		}
	})
}
