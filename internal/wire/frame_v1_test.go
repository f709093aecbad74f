// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"math"
	"testing"
)

var framesV1 = []struct {
	name  string
	flags byte
	size  int
	wire  string
}{
	{"empty identity", 0, 0, "01 00"},
	{"identity peer1", 0, 5, "06 00"},
	{"topic with more", FlagMore, 5, "06 01"},
	{"largest short", 0, 253, "FE 00"},
	{"smallest long", 0, 254, "FF 00 00 00 00 00 00 00 FF 00"},
	{"255 octets", FlagMore, 255, "FF 00 00 00 00 00 00 01 00 01"},
	{"8192 octets", 0, 8192, "FF 00 00 00 00 00 00 20 01 00"},
	{"2 GiB - 1", 0, math.MaxInt32, "FF 00 00 00 00 80 00 00 00 00"},
}

func TestV1HeaderOctets(t *testing.T) {
	for _, tt := range framesV1 {
		wire := unhex(t, tt.wire)
		got := prefixed(t, func(dst []byte) []byte { return AppendHeaderV1(dst, tt.flags, tt.size) })
		wantOctets(t, tt.name, got, wire)
		h, n, err := ParseHeaderV1(append(wire, "body"...))
		if want := (Header{tt.flags, uint64(tt.size)}); h != want || n != len(wire) || err != nil {
			t.Errorf("%s: ParseHeaderV1 = %+v, %d, %v; want %+v", tt.name, h, n, err, want)
		}
	}
}

func TestV1HeaderIsShortAtEveryPrefix(t *testing.T) {
	for _, tt := range framesV1 {
		wire := unhex(t, tt.wire)
		for i := range wire {
			if h, n, err := ParseHeaderV1(wire[:i]); h != (Header{}) || n != 0 || err != nil {
				t.Errorf("%s: %d octets: %+v, %d, %v", tt.name, i, h, n, err)
			}
		}
	}
}

func TestV1TwoFrameMessageExample(t *testing.T) {
	got := append(AppendHeaderV1(nil, FlagMore, 5), "topic"...)
	got = append(AppendHeaderV1(got, 0, 4), "body"...)
	wantOctets(t, "topic, body", got, unhex(t, "06 01 74 6F 70 69 63 05 00 62 6F 64 79"))
}

func TestV1IdentityFrameExample(t *testing.T) {
	got := append(AppendHeaderV1(nil, 0, 5), "peer1"...)
	wantOctets(t, "identity", got, unhex(t, "06 00 70 65 65 72 31"))
}

func TestV1LengthZeroIsProtocolError(t *testing.T) {
	tests := []string{
		"00",
		"00 00",
		"FF 00 00 00 00 00 00 00 00",
		"FF 00 00 00 00 00 00 00 00 00",
	}
	for _, s := range tests {
		if h, n, err := ParseHeaderV1(unhex(t, s)); h != (Header{}) || n != 0 || err != LengthZero {
			t.Errorf("%s: %+v, %d, %v", s, h, n, err)
		}
	}
}

func TestV1LongFormIsAcceptedForAnySize(t *testing.T) {
	for _, length := range []byte{1, 2, 254, 255} {
		h, n, err := ParseHeaderV1([]byte{0xFF, 0, 0, 0, 0, 0, 0, 0, length, 0})
		if h != (Header{0, uint64(length) - 1}) || n != 10 || err != nil {
			t.Errorf("length %d: %+v, %d, %v", length, h, n, err)
		}
	}
}

func TestV1FlagsOtherThanMoreAreIgnored(t *testing.T) {
	for flags := range 256 {
		want := Header{byte(flags) & FlagMore, 4}
		if h, _, err := ParseHeaderV1([]byte{5, byte(flags)}); h != want || err != nil {
			t.Errorf("short, flags %02X: %+v, %v", flags, h, err)
		}
		if h, _, err := ParseHeaderV1([]byte{0xFF, 0, 0, 0, 0, 0, 0, 0, 5, byte(flags)}); h != want || err != nil {
			t.Errorf("long, flags %02X: %+v, %v", flags, h, err)
		}
	}
}

func TestV1SendsNoFlagButMore(t *testing.T) {
	wantOctets(t, "short", AppendHeaderV1(nil, 0xFE, 0), unhex(t, "01 00"))
	wantOctets(t, "long", AppendHeaderV1(nil, 0xFF, 254), unhex(t, "FF 00 00 00 00 00 00 00 FF 01"))
}

// Our signature is, to a peer without a greeting, the header of our identity.
func TestSignatureIsV1IdentityHeader(t *testing.T) {
	for _, size := range []int{0, 5, 255} {
		h, n, err := ParseHeaderV1(AppendSignature(nil, size))
		if n != SignatureSize || h.Size != uint64(size) || err != nil {
			t.Errorf("identity of %d octets: %+v, %d, %v", size, h, n, err)
		}
	}
}

func TestV1AnnouncedSizes(t *testing.T) {
	tests := []struct {
		length string
		size   uint64
		err    error
	}{
		{"00 00 00 00 80 00 00 00", 1<<31 - 1, nil},
		{"00 00 00 01 00 00 00 01", 1 << 32, nil},
		{"40 00 00 00 00 00 00 00", 1<<62 - 1, nil},
		{"80 00 00 00 00 00 00 00", 1<<63 - 1, nil},
		{"80 00 00 00 00 00 00 01", 0, FrameTooLong},
		{"FF FF FF FF FF FF FF FF", 0, FrameTooLong},
	}
	for _, tt := range tests {
		h, _, err := ParseHeaderV1(unhex(t, "FF"+tt.length+"00"))
		if h.Size != tt.size || err != tt.err {
			t.Errorf("%s: %+v, %v", tt.length, h, err)
		}
	}
}

func FuzzParseHeaderV1(f *testing.F) {
	for _, tt := range framesV1 {
		f.Add(unhex(f, tt.wire))
	}
	f.Add([]byte{0})
	f.Fuzz(func(t *testing.T, b []byte) {
		h, n, err := ParseHeaderV1(b)
		if err != nil || n == 0 {
			if h != (Header{}) || n != 0 {
				t.Fatalf("%+v, %d with error %v", h, n, err)
			}
			if err == nil && len(b) >= 10 {
				t.Fatal("ten octets are always enough")
			}
			return
		}
		if n > len(b) || h.Size > math.MaxInt64 || h.Flags&^FlagMore != 0 {
			t.Fatalf("%+v, %d of %d octets", h, n, len(b))
		}
		if h.Size > math.MaxInt {
			return
		}
		again, _, err := ParseHeaderV1(AppendHeaderV1(nil, h.Flags, int(h.Size)))
		if again != h || err != nil {
			t.Fatalf("%+v is %+v after a round trip, %v", h, again, err)
		}
	})
}
