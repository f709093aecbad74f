// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"bytes"
	"strings"
	"testing"
)

func TestGroupExamples(t *testing.T) {
	got := prefixed(t, func(dst []byte) []byte { return AppendGroup(dst, []byte("weather"), false) })
	wantOctets(t, "JOIN", got, unhex(t, "04 0C 04 4A 4F 49 4E 77 65 61 74 68 65 72"))
	got = prefixed(t, func(dst []byte) []byte { return AppendGroup(dst, []byte("weather"), true) })
	wantOctets(t, "LEAVE", got, unhex(t, "04 0D 05 4C 45 41 56 45 77 65 61 74 68 65 72"))
}

func TestGroupHasAtMost255BytesAndNoneIsZero(t *testing.T) {
	for group, want := range map[string]error{
		"": nil, "g": nil, "\xff": nil, strings.Repeat("g", 255): nil,
		strings.Repeat("g", 256): GroupTooLong, strings.Repeat("\x00", 256): GroupTooLong,
		"\x00": GroupHasNUL, "g\x00": GroupHasNUL,
	} {
		if err := CheckGroup(group); err != want {
			t.Errorf("a group of %d bytes: %v", len(group), err)
		}
		if err := CheckGroup([]byte(group)); err != want {
			t.Errorf("a group of %d bytes: %v", len(group), err)
		}
	}
}

// FuzzGroup: what a peer calls a group either is refused or comes back as it was.
func FuzzGroup(f *testing.F) {
	for _, seed := range []string{"", "weather", "a\x00b", strings.Repeat("g", 256)} {
		f.Add([]byte(seed), true)
	}
	f.Fuzz(func(t *testing.T, group []byte, leave bool) {
		if CheckGroup(group) != nil {
			return
		}
		frame := AppendGroup(nil, group, leave)
		h, n, err := ParseHeader(frame)
		if err != nil || h.Flags&FlagCommand == 0 || n+int(h.Size) != len(frame) {
			t.Fatalf("%x: %+v, %v", frame, h, err)
		}
		name, data, err := ParseCommand(frame[n:])
		if err != nil || !bytes.Equal(data, group) || string(name) == CommandLeave != leave {
			t.Fatalf("%x: %q %q, %v", frame, name, data, err)
		}
	})
}
