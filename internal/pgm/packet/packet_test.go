// SPDX-License-Identifier: Apache-2.0

package packet

import (
	"bytes"
	"encoding/hex"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

var (
	source  = TSI{GSI{1, 2, 3, 4, 5, 6}, 0x8000}
	path    = netip.MustParseAddr("192.0.2.1")
	group   = netip.MustParseAddr("239.192.0.1")
	path6   = netip.MustParseAddr("2001:db8::1")
	group6  = netip.MustParseAddr("ff08::1")
	session = uint16(5555)
)

func fromHex(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.NewReplacer(" ", "", "\n", "", "\t", "").Replace(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// golden are the examples of the specification that libzmq's packets follow, and what
// makes them; each packet that libzmq was seen to send has no second name.
var golden = []struct {
	name, bytes string
	make        func() []byte
}{
	{"ODATA", `80 00 15 B3 04 00 F1 D0 01 02 03 04 05 06 00 06
		00 00 00 00 00 00 00 00 00 00 03 00 68 69`,
		func() []byte {
			return AppendData(nil, OData, source, session, 0, 0, []byte{0, 0, 3, 0, 'h', 'i'})
		}},
	{"SPM", `80 00 15 B3 00 00 9F 3A 01 02 03 04 05 06 00 00
		00 00 00 03 00 00 00 00 00 00 00 00 00 01 00 00 C0 00 02 01`,
		func() []byte { return AppendSPM(nil, source, session, &PathMessage{Seq: 3, Path: path}) }},
	{"SPM with FIN", `80 00 15 B3 00 01 11 29 01 02 03 04 05 06 00 00
		00 00 00 03 00 00 00 00 00 00 00 00 00 01 00 00 C0 00 02 01 00 04 00 08 8E 04 00 00`,
		func() []byte {
			return AppendSPM(nil, source, session, &PathMessage{Seq: 3, Path: path, Options: Options{Fin: true}})
		}},
	{"NAK", `15 B3 80 00 08 00 A7 75 01 02 03 04 05 06 00 00
		00 00 00 05 00 01 00 00 C0 00 02 01 00 01 00 00 EF C0 00 01`,
		func() []byte { return AppendNak(nil, session, source, path, group, []uint32{5}) }},
	{"NAK of three", `15 B3 80 00 08 03 25 45 01 02 03 04 05 06 00 00
		00 00 00 05 00 01 00 00 C0 00 02 01 00 01 00 00 EF C0 00 01
		00 04 00 10 82 0C 00 00 00 00 00 06 00 00 00 07`,
		func() []byte { return AppendNak(nil, session, source, path, group, []uint32{5, 6, 7}) }},
	{"NCF", `80 00 15 B3 0A 00 A5 75 01 02 03 04 05 06 00 00
		00 00 00 05 00 01 00 00 C0 00 02 01 00 01 00 00 EF C0 00 01`,
		func() []byte { return AppendNCF(nil, source, session, path, group, []uint32{5}) }},
	{"SPMR", `15 B3 80 00 0C 00 55 40 01 02 03 04 05 06 00 00`,
		func() []byte { return AppendSPMR(nil, session, source) }},
	{"ODATA of libzmq 4.3.4", `f3 16 15 b3 04 00 2c 22 b7 c6 d1 bc 03 8a 00 1c
		00 00 00 02 00 00 00 00 00 00 03 01 6d 32 15 00 78 78 78 78 78 78 78 78 78 78 78 78 78 78 78 78 78 78 78 78`,
		func() []byte {
			return AppendData(nil, OData, seen, session, 2, 0, append([]byte("\x00\x00\x03\x01m2\x15\x00"), strings.Repeat("x", 20)...))
		}},
	{"SPM with FIN of libzmq 4.3.4", `f3 16 15 b3 00 01 d2 01 b7 c6 d1 bc 03 8a 00 00
		00 00 00 08 00 00 00 00 00 00 00 02 00 01 00 00 0a 09 00 01 00 04 00 08 8e 04 00 00`,
		func() []byte {
			return AppendSPM(nil, seen, session, &PathMessage{Seq: 8, Lead: 2, Path: netip.MustParseAddr("10.9.0.1"), Options: Options{Fin: true}})
		}},
}

var seen = TSI{GSI{0xb7, 0xc6, 0xd1, 0xbc, 0x03, 0x8a}, 0xf316}

func TestGoldenPackets(t *testing.T) {
	for _, g := range golden {
		want := fromHex(t, g.bytes)
		if got := g.make(); !bytes.Equal(got, want) {
			t.Errorf("%s:\n% x, want\n% x", g.name, got, want)
		}
		if err := read(want); err != nil {
			t.Errorf("%s: %v", g.name, err)
		}
	}
}

// read parses a packet of any type to its end.
func read(b []byte) error {
	h, body, err := Parse(b)
	if err != nil {
		return err
	}
	switch h.Type {
	case SPM:
		_, err = ParseSPM(&h, body)
	case OData, RData:
		_, err = ParseData(&h, body)
	case NAK, NCF:
		_, err = ParseRequest(&h, body)
	}
	return err
}

// TestWhatIsEncodedIsDecoded: with addresses of both families, and every length of a list.
func TestWhatIsEncodedIsDecoded(t *testing.T) {
	for _, a := range [][2]netip.Addr{{path, group}, {path6, group6}} {
		for n := 1; n <= 1+MaxListed; n++ {
			seqs := make([]uint32, n)
			for i := range seqs {
				seqs[i] = 0xFFFFFFF0 + uint32(i)
			}
			h, body, err := Parse(AppendNak(nil, session, source, a[0], a[1], seqs))
			if err != nil || h.Asked() != source || h.From != session {
				t.Fatalf("%+v, %v", h, err)
			}
			r, err := ParseRequest(&h, body)
			if err != nil || r.Source != a[0] || r.Group != a[1] || !slices.Equal(slices.Collect(r.Seqs()), seqs) {
				t.Fatalf("%+v, %v: %v", r, slices.Collect(r.Seqs()), err)
			}
		}
		want := PathMessage{Seq: 7, Trail: 8, Lead: 9, Path: a[0], Options: Options{Syn: true}}
		h, body, err := Parse(AppendSPM(nil, source, session, &want))
		if err != nil || h.Source() != source {
			t.Fatalf("%+v, %v", h, err)
		}
		if m, err := ParseSPM(&h, body); err != nil || m.Path != a[0] || m.Lead != 9 || !m.Syn || m.Fin {
			t.Fatalf("%+v, %v", m, err)
		}
	}
}

// TestARepeatedPacketHasThePresentTrail: and the checksum for it.
func TestARepeatedPacketHasThePresentTrail(t *testing.T) {
	p := AppendData(nil, OData, source, session, 70, 1, []byte("body"))
	Repeat(p, 60)
	if want := AppendData(nil, RData, source, session, 70, 60, []byte("body")); !bytes.Equal(p, want) {
		t.Errorf("% x, want % x", p, want)
	}
}

// TestFragmentOption: a receiver learns of fragments, which libzmq does not make.
func TestFragmentOption(t *testing.T) {
	fields := []byte{0, 0, 0, 0, 5, 0, 0, 1, 0, 0, 0, 2, 0}
	p := begin(nil, OData, source.Port, session, source.GSI)
	p = appendOption(append(p, 0, 0, 0, 6, 0, 0, 0, 0), optFragment, fields)
	p = finish(append(p, "part"...), 0, present, 4)
	h, body, err := Parse(p)
	if err != nil {
		t.Fatal(err)
	}
	m, err := ParseData(&h, body)
	if err != nil || !m.Fragmented || m.Fragment != (Fragment{5, 256, 512}) || string(m.Data) != "part" {
		t.Errorf("%+v, %v", m, err)
	}
}

// TestUnknownOptionsAreSkipped: by their length.
func TestUnknownOptionsAreSkipped(t *testing.T) {
	p := begin(nil, SPM, source.Port, session, source.GSI)
	p = appendAddress(append(p, make([]byte, spmHead)...), path)
	p = append(p, 0, 4, 0, 4+8+4, 0x55, 8, 0, 0, 1, 2, 3, 4, optFin|lastOption, 4, 0, 0)
	h, body, err := Parse(finish(p, 0, present, 0))
	if err != nil {
		t.Fatal(err)
	}
	if m, err := ParseSPM(&h, body); err != nil || !m.Fin {
		t.Errorf("%+v, %v", m, err)
	}
}

// TestTruncatedPacketsAreMalformed: at every length, with a checksum for it.
func TestTruncatedPacketsAreMalformed(t *testing.T) {
	for _, g := range golden {
		whole := g.make()
		for n := range whole {
			cut := bytes.Clone(whole[:n])
			if n >= HeaderSize {
				seal(cut)
			}
			if err := read(cut); err == nil {
				t.Errorf("%s cut to %d bytes is taken", g.name, n)
			}
		}
	}
}

// TestChecksum: a wrong one is refused, and none at all where there is data.
func TestChecksum(t *testing.T) {
	for _, g := range golden {
		for i := range g.make() {
			p := g.make()
			p[i] ^= 0x10
			if err := read(p); err == nil {
				t.Errorf("%s with byte %d changed is taken", g.name, i)
			}
		}
		p := g.make()
		p[6], p[7] = 0, 0
		if err := read(p); (err != nil) != (p[4] == byte(OData)) {
			t.Errorf("%s without a checksum: %v", g.name, err)
		}
	}
	for n := range 40 { // against the sum as RFC 1071 describes it
		b := bytes.Repeat([]byte{0xFF, 0xFE, 0x80}, n)
		var sum uint32
		for i, x := range b {
			sum += uint32(x) << (8 * (1 - i%2))
		}
		for sum > 0xFFFF {
			sum = sum>>16 + sum&0xFFFF
		}
		if got := Sum(b); got != uint16(sum) {
			t.Errorf("sum of %d bytes: %x, want %x", len(b), got, sum)
		}
	}
}

// TestParsingAllocatesNothing: a flood costs no memory.
func TestParsingAllocatesNothing(t *testing.T) {
	for _, g := range golden {
		p := g.make()
		if n := testing.AllocsPerRun(100, func() { _ = read(p) }); n > 0 {
			t.Errorf("%s: %v allocations", g.name, n)
		}
	}
}
