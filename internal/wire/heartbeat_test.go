// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"bytes"
	"testing"
)

func TestPingOctets(t *testing.T) {
	tests := []struct {
		name    string
		ttl     uint16
		context string
		wire    string
	}{
		{"TTL 30 s, no context", 300, "", "04 07 04 50 49 4E 47 01 2C"},
		{"TTL 0, context abc", 0, "abc", "04 0A 04 50 49 4E 47 00 00 61 62 63"},
		{"longest TTL", 65535, "", "04 07 04 50 49 4E 47 FF FF"},
	}
	for _, tt := range tests {
		got := prefixed(t, func(dst []byte) []byte { return AppendPing(dst, tt.ttl, []byte(tt.context)) })
		wantOctets(t, tt.name, got, unhex(t, tt.wire))
		name, data, err := ParseCommand(got[2:])
		if string(name) != CommandPing || err != nil {
			t.Fatalf("%s: %q, %v", tt.name, name, err)
		}
		ttl, context, err := ParsePing(data)
		if ttl != tt.ttl || string(context) != tt.context || err != nil {
			t.Errorf("%s: %d, %q, %v", tt.name, ttl, context, err)
		}
	}
}

func TestPongEchoesContext(t *testing.T) {
	got := prefixed(t, func(dst []byte) []byte { return AppendPong(dst, nil) })
	wantOctets(t, "no context", got, unhex(t, "04 05 04 50 4F 4E 47"))
	_, context, err := ParsePing([]byte("\x00\x00abc"))
	if err != nil {
		t.Fatal(err)
	}
	wantOctets(t, "context abc", AppendPong(nil, context), unhex(t, "04 08 04 50 4F 4E 47 61 62 63"))
}

// libzmq takes a shorter PING and computes a negative context length.
func TestPingTruncatedAtEveryPrefix(t *testing.T) {
	data := []byte("\x01\x2C0123456789abcdef")
	for i := range data {
		ttl, context, err := ParsePing(data[:i])
		if i < 2 {
			if err != PingTruncated || ttl != 0 || context != nil {
				t.Errorf("%d octets: %d, %q, %v", i, ttl, context, err)
			}
			continue
		}
		if ttl != 300 || !bytes.Equal(context, data[2:i]) || err != nil {
			t.Errorf("%d octets: %d, %q, %v", i, ttl, context, err)
		}
	}
}

// RFC 37 allows 16 octets. libzmq answers a longer context with its beginning.
func TestPingContextIsReadUpTo16Octets(t *testing.T) {
	for n := range 64 {
		_, context, err := ParsePing(make([]byte, 2+n))
		if want := min(n, MaxPingContext); len(context) != want || err != nil {
			t.Errorf("context of %d octets: %d, %v; want %d", n, len(context), err, want)
		}
	}
}

func TestHeartbeatContextIsCutAt16Octets(t *testing.T) {
	context := []byte("0123456789abcdef and more")
	wantOctets(t, "PING", AppendPing(nil, 1, context), AppendPing(nil, 1, context[:16]))
	wantOctets(t, "PONG", AppendPong(nil, context), AppendPong(nil, context[:16]))
}

func FuzzParsePing(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{1})
	f.Add([]byte("\x01\x2C"))
	f.Add([]byte("\x00\x00abc"))
	f.Add([]byte("\xFF\xFF0123456789abcdef"))
	f.Add([]byte("\xFF\xFF0123456789abcdefg"))
	f.Fuzz(func(t *testing.T, data []byte) {
		ttl, context, err := ParsePing(data)
		if (err == nil) != (len(data) >= 2) {
			t.Fatalf("%d octets: %v", len(data), err)
		}
		if err == nil {
			wantOctets(t, "round trip", AppendPing(nil, ttl, context)[7:], data[:min(len(data), 18)])
		}
	})
}
