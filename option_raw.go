// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/zerr"
)

// SetRawOption sets an option by libzmq's number to the bytes that a C program would
// pass. Numbers are in the machine's byte order. A nil value stands for C's null
// pointer, which clears some options. It is for bindings and other programs that use
// libzmq's numbers; other programs use the typed options. Errors: ErrUnknownOption, and
// ErrInvalid for bytes that the option does not accept. (zmq_setsockopt)
func (s *Socket) SetRawOption(number int, value []byte) error {
	n := opt.Num(number)
	sp, ok := opt.Lookup(n)
	if !ok {
		return s.fail("set option", zerr.Errorf(zerr.ErrUnknownOption, "option %d", number))
	}
	v, err := opt.FromRaw(sp, value)
	if err == nil {
		err = s.s.SetOption(n, v)
	}
	return s.fail("set "+n.String(), err)
}

// RawOption reads an option by libzmq's number into a buffer, in the form that a C
// program gets, and returns the number of bytes written. A number needs a buffer of
// exactly its size, a text one that has room for a NUL too, and a CURVE key one of 32
// bytes, or of 41 for its text. Errors: ErrUnknownOption, and ErrInvalid for an option
// that can only be set or a buffer of the wrong size. (zmq_getsockopt)
func (s *Socket) RawOption(number int, buffer []byte) (int, error) {
	n := opt.Num(number)
	sp, ok := opt.Lookup(n)
	if !ok {
		return 0, s.fail("get option", zerr.Errorf(zerr.ErrUnknownOption, "option %d", number))
	}
	v, err := s.s.Option(n)
	if err != nil {
		return 0, s.fail("get "+n.String(), err)
	}
	size, err := opt.ToRaw(sp, v, buffer)
	return size, s.fail("get "+n.String(), err)
}

// CheckSend returns what TrySend would return at this moment for a message that begins
// with that frame, without sending anything: nil, ErrAgain if there is no room or no
// peer, ErrHostUnreachable if a ROUTER or STREAM has no such peer, ErrState,
// ErrNotSupported. It is for programs that receive a message frame by frame and have to
// refuse it at the first frame, as libzmq does.
func (s *Socket) CheckSend(first []byte) error {
	if err := s.s.CheckSend(first); err != nil {
		return s.failSend(err, [][]byte{first}, 0)
	}
	return nil
}
