// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"bytes"
	"strings"
	"testing"
)

func TestSubscriptionFormFollowsTheVersion(t *testing.T) {
	const (
		command = "04 0C 09 53 55 42 53 43 52 49 42 45 41 2E"
		cancel  = "04 09 06 43 41 4E 43 45 4C 41 2E"
	)
	tests := []struct {
		version           Version
		subscribe, cancel string
	}{
		{V1Unversioned, "00 03 01 41 2E", "00 03 00 41 2E"},
		{V1, "00 03 01 41 2E", "00 03 00 41 2E"},
		{V2, "00 03 01 41 2E", "00 03 00 41 2E"},
		{V30, "00 03 01 41 2E", "00 03 00 41 2E"},
		{V31, command, cancel},
	}
	for _, tt := range tests {
		got := prefixed(t, func(dst []byte) []byte {
			return AppendSubscription(dst, []byte("A."), false, tt.version)
		})
		wantOctets(t, tt.version.String()+" subscribe", got, unhex(t, tt.subscribe))
		got = prefixed(t, func(dst []byte) []byte {
			return AppendSubscription(dst, []byte("A."), true, tt.version)
		})
		wantOctets(t, tt.version.String()+" cancel", got, unhex(t, tt.cancel))
	}
}

func TestV1SubscriptionExample(t *testing.T) {
	frame := AppendSubscription(nil, []byte("A."), false, V1)
	h, n, err := ParseHeader(frame)
	if err != nil {
		t.Fatal(err)
	}
	got := append(AppendHeaderV1(nil, h.Flags, int(h.Size)), frame[n:]...)
	wantOctets(t, "v1", got, unhex(t, "04 00 01 41 2E"))
}

// libzmq's encoder chooses the form of the length before it adds the first
// octet, which desynchronises the stream for a topic of 255 octets.
func TestTopicOf255OctetsHasLongFlag(t *testing.T) {
	for _, v := range []Version{V2, V30, V31} {
		for _, size := range []int{244, 245, 254, 255, 256} {
			for _, cancel := range []bool{false, true} {
				frame := AppendSubscription(nil, bytes.Repeat([]byte{'t'}, size), cancel, v)
				h, n, err := ParseHeader(frame)
				if err != nil || h.Size != uint64(len(frame)-n) || n != HeaderSize(int(h.Size)) {
					t.Errorf("%v, topic of %d octets: %+v, %d, %v", v, size, h, n, err)
				}
			}
		}
	}
	frame := AppendSubscription(nil, make([]byte, 255), false, V30)
	wantOctets(t, "header", frame[:10], unhex(t, "02 00 00 00 00 00 00 01 00 01"))
}

func TestEmptyTopicMeansEverything(t *testing.T) {
	wantOctets(t, "3.0", AppendSubscription(nil, nil, false, V30), unhex(t, "00 01 01"))
	wantOctets(t, "3.1", AppendSubscription(nil, nil, false, V31), unhex(t, "04 0A 09 53 55 42 53 43 52 49 42 45"))
	topic, cancel, ok := ParseSubscription([]byte{1})
	if len(topic) != 0 || cancel || !ok {
		t.Errorf("%q, %v, %v", topic, cancel, ok)
	}
}

func TestSubscriptionMessages(t *testing.T) {
	tests := []struct {
		body, topic string
		cancel, ok  bool
	}{
		{"\x01A.", "A.", false, true},
		{"\x00A.", "A.", true, true},
		{"\x01", "", false, true},
		{"\x00", "", true, true},
		{"\x01\x00\x01", "\x00\x01", false, true},
		{"", "", false, false},
		{"\x02A.", "", false, false},
		{"A.", "", false, false},
		{"\xFF", "", false, false},
	}
	for _, tt := range tests {
		topic, cancel, ok := ParseSubscription([]byte(tt.body))
		if string(topic) != tt.topic || cancel != tt.cancel || ok != tt.ok {
			t.Errorf("%q: %q, %v, %v", tt.body, topic, cancel, ok)
		}
	}
}

func TestSubscriptionAtEveryPrefix(t *testing.T) {
	body := "\x01" + strings.Repeat("topic", 60)
	for i := range len(body) + 1 {
		topic, _, ok := ParseSubscription([]byte(body[:i]))
		if ok != (i > 0) || ok && string(topic) != body[1:i] {
			t.Errorf("%d octets: %q, %v", i, topic, ok)
		}
	}
}

func FuzzParseSubscription(f *testing.F) {
	for _, s := range []string{"", "\x01A.", "\x00A.", "\x01", "\x00", "\x02A."} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		topic, cancel, ok := ParseSubscription(body)
		if !ok {
			if topic != nil || cancel || len(body) > 0 && body[0] < 2 {
				t.Fatalf("% X: %q, %v", body, topic, cancel)
			}
			return
		}
		frame := AppendSubscription(nil, topic, cancel, V30)
		wantOctets(t, "round trip", frame[HeaderSize(len(body)):], body)
		frame = AppendSubscription(nil, topic, cancel, V31)
		h, n, err := ParseHeader(frame)
		if err != nil || h.Flags != FlagCommand || h.Size != uint64(len(frame)-n) {
			t.Fatalf("%+v, %d, %v", h, n, err)
		}
		name, data, err := ParseCommand(frame[n:])
		if err != nil || (string(name) == CommandCancel) != cancel || !bytes.Equal(data, topic) {
			t.Fatalf("%q, %q, %v", name, data, err)
		}
	})
}
