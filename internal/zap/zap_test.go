// SPDX-License-Identifier: Apache-2.0

package zap

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zerr"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// onWire writes frames as ZMTP 3.x would, which is how they would travel.
func onWire(frames [][]byte) (b []byte) {
	for i, f := range frames {
		flags := byte(wire.FlagMore)
		if i == len(frames)-1 {
			flags = 0
		}
		b = wire.AppendFrame(b, flags, f)
	}
	return b
}

func frames(texts ...string) (list [][]byte) {
	for _, s := range texts {
		list = append(list, []byte(s))
	}
	return list
}

// answer is a reply as a handler sends it, the empty delimiter first.
func answer(r Reply) [][]byte {
	list := frames("", version, requestID, fmt.Sprintf("%03d", r.Status), r.Text, r.UserID)
	return append(list, r.Metadata)
}

// TestRequestOnTheWire: an example
func TestRequestOnTheWire(t *testing.T) {
	r := Request{Domain: "global", Address: "192.0.2.7", Mechanism: "PLAIN", Credentials: frames("admin", "secret")}
	want := zmqtest.MustOctets(`01 00 01 03 31 2E 30 01 01 31 01 06 67 6C 6F 62 61 6C 01 09 31 39 32 2E 30 2E 32 2E 37 01 00 01
		05 50 4C 41 49 4E 01 05 61 64 6D 69 6E 00 06 73 65 63 72 65 74`)
	if got := onWire(r.Frames()); !bytes.Equal(got, want) {
		t.Errorf("% X, want % X", got, want)
	}
}

// TestReplyOnTheWire: an example
func TestReplyOnTheWire(t *testing.T) {
	r := Reply{Status: 200, Text: "OK", UserID: "alice", Metadata: wire.AppendProperty(nil, "X-Role", []byte("op"))}
	want := zmqtest.MustOctets(`01 00 01 03 31 2E 30 01 01 31 01 03 32 30 30 01 02 4F 4B 01 05 61 6C 69 63 65
		00 0D 06 58 2D 52 6F 6C 65 00 00 00 02 6F 70`)
	if got := onWire(answer(r)); !bytes.Equal(got, want) {
		t.Errorf("% X, want % X", got, want)
	}
}

// TestFrameCounts: what a REP receives has one frame less, the delimiter.
func TestFrameCounts(t *testing.T) {
	for mechanism, n := range map[string]int{"NULL": 0, "PLAIN": 2, "CURVE": 1, "GSSAPI": 1} {
		r := Request{Mechanism: mechanism, Credentials: make([][]byte, n)}
		if got := len(r.Frames()); got != 7+n {
			t.Errorf("%s has %d frames", mechanism, got)
		}
	}
}

func TestRepliesComeThrough(t *testing.T) {
	for _, status := range []int{200, 300, 400, 500} {
		r := Reply{Status: status, Text: "\x00text", UserID: "user", Metadata: wire.AppendProperty(nil, "X-A", nil)}
		got, err := ParseReply(answer(r))
		if err != nil || fmt.Sprint(*got) != fmt.Sprint(r) {
			t.Errorf("%+v comes through as %+v, %v", r, got, err)
		}
	}
}

// TestReplyChecks: the checks of RFC 27. If a reply has several faults, the first in
// that order counts.
func TestReplyChecks(t *testing.T) {
	for _, x := range []struct {
		frames [][]byte
		code   uint32
	}{
		{nil, 0x20000001},
		{frames("", "1.0", "1", "200", "", ""), 0x20000001},
		{frames("x", "2.0", "2", "999", "", "", "x", "x"), 0x20000001},
		{frames("x", "2.0", "2", "999", "", "", "x"), 0x20000000},
		{frames("", "2.0", "2", "999", "", "", "x"), 0x20000003},
		{frames("", "", "1", "200", "", "", ""), 0x20000003},
		{frames("", "1.0", "2", "999", "", "", "x"), 0x20000002},
		{frames("", "1.0", "", "200", "", "", ""), 0x20000002},
		{frames("", "1.0", "1", "999", "", "", "x"), 0x20000004},
		{frames("", "1.0", "1", "", "", "", ""), 0x20000004},
		{frames("", "1.0", "1", "201", "", "", ""), 0x20000004},
		{frames("", "1.0", "1", "100", "", "", ""), 0x20000004},
		{frames("", "1.0", "1", "600", "", "", ""), 0x20000004},
		{frames("", "1.0", "1", "2000", "", "", ""), 0x20000004},
		{frames("", "1.0", "1", "+20", "", "", ""), 0x20000004},
		{frames("", "1.0", "1", "200", "", "", "x"), 0x20000005},
		{frames("", "1.0", "1", "400", "", "", "\x01X\x00\x00\x00\x01"), 0x20000005},
	} {
		_, err := ParseReply(x.frames)
		var pe *zerr.ProtocolError
		if !errors.As(err, &pe) || pe.Code != x.code || !errors.Is(err, zerr.ErrProtocol) {
			t.Errorf("%q: %v, want %#x", x.frames, err, x.code)
		}
	}
}

// FuzzReply cuts bytes into frames. If they are accepted, the reply reads the same when
// it is written again.
func FuzzReply(f *testing.F) {
	for _, r := range []Reply{{Status: 200}, {Status: 400, Text: "no", UserID: "x", Metadata: wire.AppendProperty(nil, "a", []byte("b"))}} {
		f.Add(bytes.Join(answer(r), []byte("/")))
	}
	f.Add([]byte("/1.0/1/200////"))
	f.Add([]byte("/1.0/1/200///\x06X"))
	f.Fuzz(func(t *testing.T, b []byte) {
		in := bytes.Split(b, []byte("/"))
		r, err := ParseReply(in)
		if err != nil {
			var pe *zerr.ProtocolError
			if !errors.As(err, &pe) || pe.Code>>28 != 2 {
				t.Errorf("%v", err)
			}
			return
		}
		if out := answer(*r); !slices.EqualFunc(in, out, bytes.Equal) {
			t.Errorf("%q is written as %q", in, out)
		}
	})
}
