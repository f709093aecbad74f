// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"encoding/binary"
	"errors"
	"testing"

	"github.com/gozmq/zmq"
)

func TestRawOptions(t *testing.T) {
	s, err := zmq.NewSocket(zmq.DEALER)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	four := binary.NativeEndian.AppendUint32(nil, 7)
	if err := s.SetRawOption(23, four); err != nil {
		t.Error(err)
	}
	var b [8]byte
	if n, err := s.RawOption(23, b[:4]); n != 4 || err != nil || zmq.SendHWM.Get(s) != 7 || binary.NativeEndian.Uint32(b[:4]) != 7 {
		t.Errorf("SNDHWM: %d bytes, %v, %v", n, err, b)
	}
	for _, c := range []struct {
		what string
		err  error
		want error
	}{
		{"length", s.SetRawOption(23, four[:3]), zmq.ErrInvalid},
		{"value", s.SetRawOption(23, []byte{255, 255, 255, 255}), zmq.ErrInvalid},
		{"number", s.SetRawOption(3, four), zmq.ErrUnknownOption},
		{"read only", s.SetRawOption(16, four), zmq.ErrInvalid},
		{"get length", second(s.RawOption(23, b[:])), zmq.ErrInvalid},
		{"get number", second(s.RawOption(3, b[:4])), zmq.ErrUnknownOption},
		{"write only", second(s.RawOption(6, b[:4])), zmq.ErrInvalid},
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
	if _, err := b.TryRecv(); !errors.Is(err, zmq.ErrAgain) {
		t.Errorf("something was sent: %v", err)
	}
}

func newPair(t *testing.T) (*zmq.Socket, *zmq.Socket) {
	t.Helper()
	var pair [2]*zmq.Socket
	for i := range pair {
		s, err := zmq.NewSocket(zmq.PAIR)
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
