// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/gozmq/zmq/internal/zerr"
)

// commands are frames as the specification prints them, with the body's parts.
var commands = []struct {
	what, name, data string
	wire             string
}{
	{"READY, PUB", "READY", "\x0BSocket-Type\x00\x00\x00\x03PUB",
		"04 19 05 52 45 41 44 59 0B 53 6F 63 6B 65 74 2D 54 79 70 65 00 00 00 03 50 55 42"},
	{"READY, DEALER with empty Identity", "READY",
		"\x0BSocket-Type\x00\x00\x00\x06DEALER\x08Identity\x00\x00\x00\x00",
		`04 29 05 52 45 41 44 59 0B 53 6F 63 6B 65 74 2D 54 79 70 65 00 00 00 06 44 45 41 4C 45 52
		08 49 64 65 6E 74 69 74 79 00 00 00 00`},
	{"ERROR 400", "ERROR", "\x03400", "04 0A 05 45 52 52 4F 52 03 34 30 30"},
	{"PING, TTL 30 s, no context", "PING", "\x01\x2C", "04 07 04 50 49 4E 47 01 2C"},
	{"PING, TTL 0, context abc", "PING", "\x00\x00abc", "04 0A 04 50 49 4E 47 00 00 61 62 63"},
	{"PONG, no context", "PONG", "", "04 05 04 50 4F 4E 47"},
	{"PONG, context abc", "PONG", "abc", "04 08 04 50 4F 4E 47 61 62 63"},
	{"SUBSCRIBE A.", "SUBSCRIBE", "A.", "04 0C 09 53 55 42 53 43 52 49 42 45 41 2E"},
	{"CANCEL A.", "CANCEL", "A.", "04 09 06 43 41 4E 43 45 4C 41 2E"},
	{"JOIN weather", "JOIN", "weather", "04 0C 04 4A 4F 49 4E 77 65 61 74 68 65 72"},
	{"LEAVE weather", "LEAVE", "weather", "04 0D 05 4C 45 41 56 45 77 65 61 74 68 65 72"},
}

func TestCommandExamples(t *testing.T) {
	for _, tt := range commands {
		wire := unhex(t, tt.wire)
		got := prefixed(t, func(dst []byte) []byte {
			return AppendCommandFrame(dst, tt.name, []byte(tt.data))
		})
		wantOctets(t, tt.what, got, wire)
		got = prefixed(t, func(dst []byte) []byte { return AppendCommand(dst, tt.name, []byte(tt.data)) })
		wantOctets(t, tt.what+", body", got, wire[2:])

		h, n, err := ParseHeader(wire)
		if h != (Header{FlagCommand, uint64(len(wire) - 2)}) || n != 2 || err != nil {
			t.Fatalf("%s: %+v, %d, %v", tt.what, h, n, err)
		}
		name, data, err := ParseCommand(wire[n:])
		if string(name) != tt.name || string(data) != tt.data || err != nil {
			t.Errorf("%s: %q, %q, %v", tt.what, name, data, err)
		}
	}
}

func TestCommandTruncatedAtEveryPrefix(t *testing.T) {
	for _, tt := range commands {
		body := unhex(t, tt.wire)[2:]
		for i := range body {
			name, data, err := ParseCommand(body[:i])
			switch {
			case i == 0:
				if err != CommandEmpty {
					t.Errorf("%s, no octets: %v", tt.what, err)
				}
			case i < 1+len(tt.name):
				if err != CommandTruncated || name != nil || data != nil {
					t.Errorf("%s, %d octets: %q, %q, %v", tt.what, i, name, data, err)
				}
			case err != nil || string(name) != tt.name || string(data) != tt.data[:i-1-len(tt.name)]:
				t.Errorf("%s, %d octets: %q, %q, %v", tt.what, i, name, data, err)
			}
		}
	}
}

func TestMalformedCommands(t *testing.T) {
	tests := []struct {
		body string
		want error
	}{
		{"", CommandEmpty},
		{"00", CommandUnnamed},
		{"00 50 49 4E 47", CommandUnnamed},
		{"01", CommandTruncated},
		{"05 50 49 4E 47", CommandTruncated},
		{"FF 50", CommandTruncated},
	}
	for _, tt := range tests {
		_, _, err := ParseCommand(unhex(t, tt.body))
		if err != tt.want || !errors.Is(err, zerr.ErrProtocol) {
			t.Errorf("%s: %v, want %v", tt.body, err, tt.want)
		}
	}
}

func TestUnknownCommandIsParsed(t *testing.T) {
	name, data, err := ParseCommand([]byte("\x04nopedata"))
	if string(name) != "nope" || string(data) != "data" || err != nil {
		t.Errorf("%q, %q, %v", name, data, err)
	}
	long := strings.Repeat("N", 255)
	name, data, err = ParseCommand(AppendCommand(nil, long, nil))
	if string(name) != long || len(data) != 0 || err != nil {
		t.Errorf("%q, %q, %v", name, data, err)
	}
}

// Appending to a parsed name must not overwrite the data behind it.
func TestCommandNameIsCapped(t *testing.T) {
	name, data, err := ParseCommand([]byte("\x04PINGdata"))
	if err != nil {
		t.Fatal(err)
	}
	_ = append(name, "XXXX"...)
	if string(data) != "data" {
		t.Errorf("data is %q", data)
	}
}

func TestCommandOver255OctetsIsLong(t *testing.T) {
	got := AppendCommandFrame(nil, CommandInitiate, bytes.Repeat([]byte{1}, 283))
	wantOctets(t, "header", got[:9], unhex(t, "06 00 00 00 00 00 00 01 24"))
}

func TestCommandNameOutOfRangePanics(t *testing.T) {
	for _, name := range []string{"", strings.Repeat("N", 256)} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("name of %d octets: no panic", len(name))
				}
			}()
			AppendCommand(nil, name, nil)
		}()
	}
}

func TestErrorReason(t *testing.T) {
	wire := unhex(t, "05 45 52 52 4F 52 03 34 30 30")
	got := prefixed(t, func(dst []byte) []byte { return AppendError(dst, "400") })
	wantOctets(t, "ERROR 400", got, wire)
	tests := []struct {
		data, reason string
		err          error
	}{
		{"\x03400", "400", nil},
		{"\x00", "", nil},
		{"\x03400 and more", "400", nil}, // octets behind the reason are ignored
		{"", "", ErrorTruncated},
		{"\x01", "", ErrorTruncated},
		{"\x0340", "", ErrorTruncated},
		{"\xFF", "", ErrorTruncated},
	}
	for _, tt := range tests {
		if reason, err := ParseError([]byte(tt.data)); reason != tt.reason || err != tt.err {
			t.Errorf("%q: %q, %v", tt.data, reason, err)
		}
	}
}

func TestErrorReasonIsCutAt255Octets(t *testing.T) {
	_, data, err := ParseCommand(AppendError(nil, strings.Repeat("r", 300)))
	if err != nil {
		t.Fatal(err)
	}
	if reason, err := ParseError(data); reason != strings.Repeat("r", 255) || err != nil {
		t.Errorf("%d octets, %v", len(reason), err)
	}
}

func FuzzParseCommand(f *testing.F) {
	for _, tt := range commands {
		f.Add(unhex(f, tt.wire)[2:])
	}
	f.Add([]byte{})
	f.Add([]byte{0xFF})
	f.Fuzz(func(t *testing.T, body []byte) {
		name, data, err := ParseCommand(body)
		if err != nil {
			if name != nil || data != nil || !errors.Is(err, zerr.ErrProtocol) {
				t.Fatalf("%q, %q with error %v", name, data, err)
			}
			return
		}
		wantOctets(t, "round trip", AppendCommand(nil, string(name), data), body)
		reason, err := ParseError(data)
		if err == nil && !bytes.HasPrefix(data, append([]byte{byte(len(reason))}, reason...)) {
			t.Fatalf("reason %q of % X", reason, data)
		}
	})
}
