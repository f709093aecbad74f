// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/zerr"
)

// SetRawOption sets an option by libzmq's number to the octets that a C program
// would pass, numbers in the machine's byte order. A nil value stands for C's
// null pointer, which clears some options. It is for programs that carry the
// numbers over from C, such as bindings; others use the typed options. Errors:
// ErrUnknownOption, ErrInvalid for octets that the option does not take.
// (zmq_setsockopt)
func (s *Socket) SetRawOption(number int, value []byte) error {
	n := opt.Num(number)
	sp, ok := opt.Lookup(n)
	if !ok {
		return fail("set option", s.s.String(), zerr.Errorf(zerr.ErrUnknownOption, "option %d", number))
	}
	v, err := opt.FromRaw(sp, value)
	if err == nil {
		err = s.s.SetOption(n, v)
	}
	return fail("set "+n.String(), s.s.String(), err)
}

// RawOption reads an option by libzmq's number into a buffer, in the form that a
// C program gets, and returns how many octets that takes. Numbers want a buffer
// of exactly their size, text one that holds a NUL too, and a CURVE key 32 octets
// or 41 for its text. Errors: ErrUnknownOption, ErrInvalid for an option that can
// only be set or a buffer that does not fit. (zmq_getsockopt)
func (s *Socket) RawOption(number int, buffer []byte) (int, error) {
	n := opt.Num(number)
	sp, ok := opt.Lookup(n)
	if !ok {
		return 0, fail("get option", s.s.String(), zerr.Errorf(zerr.ErrUnknownOption, "option %d", number))
	}
	v, err := s.s.Option(n)
	if err != nil {
		return 0, fail("get "+n.String(), s.s.String(), err)
	}
	size, err := opt.ToRaw(sp, v, buffer)
	return size, fail("get "+n.String(), s.s.String(), err)
}

// CheckSend says what TrySend would say at this moment of a message that begins
// with that frame, without sending anything: nil, ErrAgain where there is no room
// or no peer, ErrHostUnreachable where a ROUTER or STREAM has no such peer,
// ErrState, ErrNotSupported. It is for programs that get a message frame by frame
// and have to refuse it with the first, as libzmq does.
func (s *Socket) CheckSend(first []byte) error {
	return fail("send", s.s.String(), s.s.CheckSend(first))
}
