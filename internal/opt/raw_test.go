// SPDX-License-Identifier: Apache-2.0

package opt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"testing"

	"github.com/gozmq/zmq/internal/zerr"
)

func native32(i int32) []byte { return binary.NativeEndian.AppendUint32(nil, uint32(i)) }
func native64(i int64) []byte { return binary.NativeEndian.AppendUint64(nil, uint64(i)) }

func TestRawNumberHasExactlyItsLength(t *testing.T) {
	for _, sp := range Table() {
		if sp.Access == ReadOnly || !sp.Ints() {
			continue
		}
		for size := range 12 {
			_, err := FromRaw(&sp, make([]byte, size))
			if sp.Min > 0 && err != nil {
				continue // zero is out of range
			}
			if (err == nil) != (size == sp.rawSize()) {
				t.Errorf("%s with %d bytes: %v", sp.Name, size, err)
			}
		}
	}
}

func TestRawNumbersAreInHostOrder(t *testing.T) {
	for _, c := range []struct {
		n    Num
		raw  []byte
		want int64
	}{
		{Linger, native32(-1), -1}, {SendHWM, native32(70000), 70000}, {MaxMessageSize, native64(-9), -9},
		{Affinity, native64(min64), min64}, {InvertMatching, native32(-3), 1}, {HeartbeatTTL, native32(299), 200},
	} {
		if v, err := FromRaw(row(t, c.n), c.raw); err != nil || v.I != c.want {
			t.Errorf("%v: %d, %v", c.n, v.I, err)
		}
	}
}

func TestRawNullIsNotEmpty(t *testing.T) {
	for _, c := range []struct {
		n           Num
		null, empty bool
	}{
		{PlainUsername, true, false}, {ZAPDomain, false, false}, {XPubWelcomeMessage, true, true},
		{IPCFilterPID, true, false}, {TCPAcceptFilter, true, false}, {SOCKSUsername, true, true},
		{Subscribe, true, true}, {ConnectRoutingID, false, false}, {SendHWM, false, false},
	} {
		sp := row(t, c.n)
		if _, err := FromRaw(sp, nil); (err == nil) != c.null {
			t.Errorf("%s with a null pointer: %v", sp.Name, err)
		}
		if _, err := FromRaw(sp, []byte{}); (err == nil) != c.empty {
			t.Errorf("%s with no bytes: %v", sp.Name, err)
		}
	}
}

func TestRawIDHasFourBytes(t *testing.T) {
	for _, c := range []struct {
		n    Num
		want string
	}{{IPCFilterPID, "-1"}, {IPCFilterUID, "4294967295"}, {IPCFilterGID, "4294967295"}} {
		sp := row(t, c.n)
		if v, err := FromRaw(sp, native32(-1)); err != nil || string(v.B) != c.want {
			t.Errorf("%s: %q, %v", sp.Name, v.B, err)
		}
		if _, err := FromRaw(sp, []byte("12345")); !errors.Is(err, zerr.ErrInvalid) {
			t.Errorf("%s with five bytes: %v", sp.Name, err)
		}
	}
}

func TestRawMetadataOfFourBytesIsAnInteger(t *testing.T) {
	if _, err := FromRaw(row(t, Metadata), []byte("X-:a")); !errors.Is(err, zerr.ErrInvalid) {
		t.Error(err)
	}
}

func TestRawAccess(t *testing.T) {
	for _, sp := range Table() {
		if sp.Access == ReadOnly {
			if _, err := FromRaw(&sp, native32(1)); !errors.Is(err, zerr.ErrInvalid) {
				t.Errorf("set %s: %v", sp.Name, err)
			}
		}
		if sp.Access == WriteOnly {
			if _, err := ToRaw(&sp, Value{}, make([]byte, 300)); !errors.Is(err, zerr.ErrInvalid) {
				t.Errorf("get %s: %v", sp.Name, err)
			}
		}
	}
}

// full is a buffer in which every byte that is not written shows.
func full(n int) []byte { return bytes.Repeat([]byte{0xEE}, n) }

func TestGetNumberNeedsExactlyItsLength(t *testing.T) {
	roomy := []Num{RecvMore, FD, Events, ThreadSafe, TopicsCount}
	for _, sp := range Table() {
		if sp.Access == WriteOnly || !sp.Ints() {
			continue
		}
		size := sp.rawSize()
		for have := range 20 {
			buf := full(have)
			n, err := ToRaw(&sp, Value{I: 1}, buf)
			ok := have == size || have > size && slices.Contains(roomy, sp.Num)
			if (err == nil) != ok {
				t.Errorf("%s with %d bytes: %v", sp.Name, have, err)
			}
			if err != nil && !bytes.Equal(buf, full(have)) {
				t.Errorf("%s with %d bytes was written to", sp.Name, have)
			}
			if err == nil && (n != size || !allZero(buf[size:])) {
				t.Errorf("%s with %d bytes: %d, %x", sp.Name, have, n, buf)
			}
		}
	}
}

func allZero(b []byte) bool { return len(bytes.Trim(b, "\x00")) == 0 }

func TestGetBoolIsZeroOrOne(t *testing.T) {
	buf := full(4)
	if _, err := ToRaw(row(t, Immediate), Value{I: 7}, buf); err != nil || !bytes.Equal(buf, native32(1)) {
		t.Errorf("%x, %v", buf, err)
	}
}

func TestGetStringEndsWithNUL(t *testing.T) {
	sp := row(t, LastEndpoint)
	for _, c := range []struct {
		value string
		have  int
		want  int // 0 is an error
	}{{"", 0, 0}, {"", 1, 1}, {"abc", 3, 0}, {"abc", 4, 4}, {"abc", 9, 4}} {
		buf := full(c.have)
		n, err := ToRaw(sp, text(c.value), buf)
		if n != c.want || (err == nil) != (c.want > 0) {
			t.Errorf("%q in %d: %d, %v", c.value, c.have, n, err)
		}
		if err == nil && (string(buf[:n-1]) != c.value || !allZero(buf[n-1:])) {
			t.Errorf("%q in %d: %q", c.value, c.have, buf)
		}
	}
}

func TestGetRoutingIDHasNoNUL(t *testing.T) {
	sp := row(t, RoutingID)
	buf := full(8)
	if n, err := ToRaw(sp, text("abc"), buf); n != 3 || err != nil || string(buf[:3]) != "abc" || buf[3] != 0xEE {
		t.Errorf("%d, %v, %q", n, err, buf)
	}
	if n, err := ToRaw(sp, Value{}, nil); n != 0 || err != nil {
		t.Errorf("unset: %d, %v", n, err)
	}
	if _, err := ToRaw(sp, text("abc"), full(2)); !errors.Is(err, zerr.ErrInvalid) {
		t.Error(err)
	}
}

func TestGetCurveKeyIn32Or41Bytes(t *testing.T) {
	s := NewSet(true)
	key := bytes.Repeat([]byte{0xA5}, keySize)
	put(t, s, CurveServerKey, Value{B: key})
	sp := row(t, CurveServerKey)
	for have := range 50 {
		buf := full(have)
		n, err := ToRaw(sp, s.Get(CurveServerKey), buf)
		switch have {
		case 32:
			if n != 32 || !bytes.Equal(buf, key) {
				t.Errorf("%d, %v, %x", n, err, buf)
			}
		case 41:
			if n != 41 || buf[40] != 0 || !bytes.Equal(buf[:40], keyText(key)) {
				t.Errorf("%d, %v, %q", n, err, buf)
			}
		default:
			if !errors.Is(err, zerr.ErrInvalid) {
				t.Errorf("%d bytes: %v", have, err)
			}
		}
	}
}

func TestRawRoundTrip(t *testing.T) {
	for _, sp := range Table() {
		if sp.Access != ReadWrite {
			continue
		}
		for _, v := range samples(&sp) {
			size := sp.rawSize()
			if !sp.Ints() {
				size = len(v.B)
				if sp.Kind == String {
					size++
				}
			}
			buf := full(size)
			n, err := ToRaw(&sp, v, buf)
			if err != nil {
				t.Errorf("%s %v: %v", sp.Name, v, err)
				continue
			}
			if sp.Kind == String {
				n--
			}
			if n == 0 {
				continue // what is empty reads as empty, and is cleared by null
			}
			if got, err := FromRaw(&sp, buf[:n]); err != nil || got.I != v.I || !bytes.Equal(got.B, v.B) {
				t.Errorf("%s %v: %v, %v", sp.Name, v, got, err)
			}
		}
	}
}
