// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

// properties parses b into "name=value" strings.
func properties(b []byte) (list []string, err error) {
	err = ParseMetadata(b, func(name string, value []byte) error {
		list = append(list, fmt.Sprintf("%s=%s", name, value))
		return nil
	})
	return list, err
}

const readyRouter = `04 3B 05 52 45 41 44 59 0B 53 6F 63 6B 65 74 2D
	54 79 70 65 00 00 00 06 52 4F 55 54 45 52 08 49
	64 65 6E 74 69 74 79 00 00 00 05 73 72 76 2D 31
	06 58 2D 5A 6F 6E 65 00 00 00 02 65 75`

func appendReadyRouter(dst []byte) []byte {
	data := AppendProperty(nil, PropertySocketType, []byte("ROUTER"))
	data = AppendProperty(data, PropertyIdentity, []byte("srv-1"))
	data = AppendProperty(data, "X-Zone", []byte("eu"))
	return AppendCommandFrame(dst, CommandReady, data)
}

func TestReadyRouterExample(t *testing.T) {
	wire := unhex(t, readyRouter)
	wantOctets(t, "READY", prefixed(t, appendReadyRouter), wire)
	if len(wire) != 61 {
		t.Errorf("%d octets", len(wire))
	}
	name, data, err := ParseCommand(wire[2:])
	if string(name) != CommandReady || err != nil {
		t.Fatalf("%q, %v", name, err)
	}
	got, err := properties(data)
	want := []string{"Socket-Type=ROUTER", "Identity=srv-1", "X-Zone=eu"}
	if !slices.Equal(got, want) || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

// Every prefix is malformed, unless it ends where a property ends.
func TestMetadataTruncatedAtEveryPrefix(t *testing.T) {
	_, data, err := ParseCommand(unhex(t, readyRouter)[2:])
	if err != nil {
		t.Fatal(err)
	}
	whole := map[int]int{0: 0, 22: 1, 40: 2, len(data): 3}
	for i := range len(data) + 1 {
		got, err := properties(data[:i])
		if n, ok := whole[i]; ok {
			if len(got) != n || err != nil {
				t.Errorf("%d octets: %q, %v", i, got, err)
			}
		} else if err != MetadataTruncated {
			t.Errorf("%d octets: %q, %v", i, got, err)
		}
	}
}

func TestMetadataForms(t *testing.T) {
	tests := []struct {
		name, b string
		want    []string
		err     error
	}{
		{"none", "", nil, nil},
		{"empty name and value", "\x00\x00\x00\x00\x00", []string{"="}, nil},
		{"duplicates in order", "\x01a\x00\x00\x00\x01x\x01a\x00\x00\x00\x01y", []string{"a=x", "a=y"}, nil},
		{"one zero octet left over", "\x01a\x00\x00\x00\x01x\x00", []string{"a=x"}, MetadataTruncated},
		{"one octet", "\x01", nil, MetadataTruncated},
		{"name runs past", "\x05ab", nil, MetadataTruncated},
		{"no value length", "\x01a\x00\x00\x00", nil, MetadataTruncated},
		{"value runs past by one", "\x01a\x00\x00\x00\x02x", nil, MetadataTruncated},
		{"value of 2^31-1", "\x01a\x7F\xFF\xFF\xFFx", nil, MetadataTruncated},
		{"value of 2^31", "\x01a\x80\x00\x00\x00x", nil, MetadataTooLong},
		{"value of 2^32-1", "\x01a\xFF\xFF\xFF\xFFx", nil, MetadataTooLong},
	}
	for _, tt := range tests {
		got, err := properties([]byte(tt.b))
		if !slices.Equal(got, tt.want) || err != tt.err {
			t.Errorf("%s: %q, %v; want %q, %v", tt.name, got, err, tt.want, tt.err)
		}
	}
}

// RFC 23: names are case-insensitive.
func TestKnownPropertyNamesComeInCanonicalSpelling(t *testing.T) {
	tests := map[string]string{
		"socket-type":       PropertySocketType,
		"SOCKET-TYPE":       PropertySocketType,
		"Socket-Type":       PropertySocketType,
		"identity":          PropertyIdentity,
		"ReSoUrCe":          PropertyResource,
		"user-id":           PropertyUserID,
		"peer-address":      PropertyPeerAddress,
		"x-zone":            "x-zone",
		"X-Zone":            "X-Zone",
		"Identit":           "Identit",
		"Identity ":         "Identity ",
		"Soc\u212Aet-Type":  "Soc\u212Aet-Type", // KELVIN SIGN folds to k in Unicode
		"\x13ocket\x0Dtype": "\x13ocket\x0Dtype",
	}
	for sent, want := range tests {
		got, err := properties(AppendProperty(nil, sent, nil))
		if !slices.Equal(got, []string{want + "="}) || err != nil {
			t.Errorf("%q: %q, %v", sent, got, err)
		}
	}
}

func TestMetadataStopsAtTheFirstErrorOfEach(t *testing.T) {
	b := AppendProperty(AppendProperty(nil, "a", nil), "b", nil)
	stop, calls := errors.New("stop"), 0
	err := ParseMetadata(b, func(string, []byte) error { calls++; return stop })
	if err != stop || calls != 1 {
		t.Errorf("%v after %d calls", err, calls)
	}
}

// Appending to a value must not overwrite the property behind it.
func TestPropertyValueIsCapped(t *testing.T) {
	b := AppendProperty(AppendProperty(nil, "a", []byte("1")), "b", []byte("2"))
	var names []string
	err := ParseMetadata(b, func(name string, value []byte) error {
		names = append(names, name)
		_ = append(value, "XXXXXXX"...)
		return nil
	})
	if !slices.Equal(names, []string{"a", "b"}) || err != nil {
		t.Errorf("%q, %v", names, err)
	}
}

func TestPropertyNameOver255OctetsPanics(t *testing.T) {
	if got := AppendProperty(nil, strings.Repeat("n", 255), nil); len(got) != 1+255+4 {
		t.Errorf("%d octets", len(got))
	}
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	AppendProperty(nil, strings.Repeat("n", 256), nil)
}

// CVE-2019-13132: nothing is allocated from a length that a peer announces.
func TestMetadataAllocatesNothingForKnownNames(t *testing.T) {
	b := AppendProperty(nil, "socket-type", []byte("DEALER"))
	b = AppendProperty(b, "IDENTITY", []byte("me"))
	b = binary.BigEndian.AppendUint32(append(b, 0), math.MaxInt32)
	each := func(string, []byte) error { return nil }
	if n := testing.AllocsPerRun(100, func() { _ = ParseMetadata(b, each) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzParseMetadata(f *testing.F) {
	f.Add([]byte{})
	f.Add(unhex(f, readyRouter)[8:])
	f.Add([]byte("\x00\x00\x00\x00\x00"))
	f.Add([]byte("\x01a\xFF\xFF\xFF\xFFx"))
	f.Add([]byte("\x0Bsocket-type\x00\x00\x00\x03PUB\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var again []byte
		err := ParseMetadata(b, func(name string, value []byte) error {
			again = AppendProperty(again, name, value)
			return nil
		})
		if err == nil && len(again) != len(b) {
			t.Fatalf("%d octets are %d after a round trip", len(b), len(again))
		}
		if len(again) > len(b) || !equalFoldASCII(again, string(b[:len(again)])) {
			t.Fatalf("round trip:\n got % X\nfrom % X", again, b)
		}
	})
}
