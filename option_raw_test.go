// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"encoding/binary"
	"errors"
	"testing"
)

func TestRawOptions(t *testing.T) {
	s, err := NewSocket(DEALER)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	four := binary.NativeEndian.AppendUint32(nil, 7)
	if err := s.SetRawOption(23, four); err != nil {
		t.Error(err)
	}
	var b [8]byte
	if n, err := s.RawOption(23, b[:4]); n != 4 || err != nil || SendHWM.Get(s) != 7 || binary.NativeEndian.Uint32(b[:4]) != 7 {
		t.Errorf("SNDHWM: %d octets, %v, %v", n, err, b)
	}
	for _, c := range []struct {
		what string
		err  error
		want error
	}{
		{"length", s.SetRawOption(23, four[:3]), ErrInvalid},
		{"value", s.SetRawOption(23, []byte{255, 255, 255, 255}), ErrInvalid},
		{"number", s.SetRawOption(3, four), ErrUnknownOption},
		{"read only", s.SetRawOption(16, four), ErrInvalid},
		{"get length", second(s.RawOption(23, b[:])), ErrInvalid},
		{"get number", second(s.RawOption(3, b[:4])), ErrUnknownOption},
		{"write only", second(s.RawOption(6, b[:4])), ErrInvalid},
	} {
		if !errors.Is(c.err, c.want) {
			t.Errorf("%s: %v, want %v", c.what, c.err, c.want)
		}
	}
}

func second(_ int, err error) error { return err }

func TestCheckSendSendsNothing(t *testing.T) {
	a, b := newPair(t)
	if err := a.CheckSend([]byte("x")); err != nil {
		t.Error(err)
	}
	if _, err := b.TryRecv(); !errors.Is(err, ErrAgain) {
		t.Errorf("something was sent: %v", err)
	}
}

func newPair(t *testing.T) (*Socket, *Socket) {
	t.Helper()
	var pair [2]*Socket
	for i := range pair {
		s, err := NewSocket(PAIR)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		pair[i] = s
	}
	if err := errors.Join(pair[0].Bind("inproc://check-send"), pair[1].Connect("inproc://check-send")); err != nil {
		t.Fatal(err)
	}
	return pair[0], pair[1]
}
