// SPDX-License-Identifier: Apache-2.0

package gozmq

// The types of options by the types of their values. An option fits the methods
// for its own type; its width in C does not matter here.
type (
	// IntSocketOption is an option with an int.
	IntSocketOption int
	// Int64SocketOption is an option with an int64.
	Int64SocketOption int
	// UInt64SocketOption is an option with a uint64.
	UInt64SocketOption int
	// StringSocketOption is an option with text or bytes.
	StringSocketOption int
	// BoolSocketOption is an option that is on or off.
	BoolSocketOption int
	// MessageOption is a property of a message.
	MessageOption int
)

// MORE tells whether further parts of a message follow; see Socket.RcvMore.
const MORE = MessageOption(1)

// SetSockOptInt sets an option. It fails with EINVAL for a value or an option that
// there is not.
func (s *Socket) SetSockOptInt(option IntSocketOption, value int) error {
	return s.set(int(option), int64(value))
}

// SetSockOptInt64 sets an option; see SetSockOptInt.
func (s *Socket) SetSockOptInt64(option Int64SocketOption, value int64) error {
	return s.set(int(option), value)
}

// SetSockOptUInt64 sets an option; see SetSockOptInt.
func (s *Socket) SetSockOptUInt64(option UInt64SocketOption, value uint64) error {
	return s.set(int(option), int64(value))
}

// SetSockOptString sets an option of text or bytes; see SetSockOptInt.
func (s *Socket) SetSockOptString(option StringSocketOption, value string) error {
	return errno(s.s.SetBytes(int(option), []byte(value)))
}

// SetSockOptStringNil clears an option of text, where it can be cleared.
func (s *Socket) SetSockOptStringNil(option StringSocketOption) error {
	return errno(s.s.SetBytes(int(option), nil))
}

// GetSockOptInt reads an option. It fails with EINVAL for an option that there is
// not, or that can only be set.
func (s *Socket) GetSockOptInt(option IntSocketOption) (value int, err error) {
	v, err := s.get(int(option))
	return int(v), err
}

// GetSockOptInt64 reads an option; see GetSockOptInt.
func (s *Socket) GetSockOptInt64(option Int64SocketOption) (value int64, err error) {
	return s.get(int(option))
}

// GetSockOptUInt64 reads an option; see GetSockOptInt.
func (s *Socket) GetSockOptUInt64(option UInt64SocketOption) (value uint64, err error) {
	v, err := s.get(int(option))
	return uint64(v), err
}

// GetSockOptString reads an option of text or bytes; see GetSockOptInt.
func (s *Socket) GetSockOptString(option StringSocketOption) (value string, err error) {
	value, err = s.s.ReadString(int(option))
	return value, errno(err)
}

// GetSockOptBool reads an option; see GetSockOptInt.
func (s *Socket) GetSockOptBool(option BoolSocketOption) (value bool, err error) {
	v, err := s.get(int(option))
	return v != 0, err
}

// Numbers of libzmq's options that stand in for those that ZeroMQ 3 has taken
// away.
const (
	hwm             = 1 // by SNDHWM and RCVHWM
	swap            = 3
	mcastLoop       = 10 // by MULTICAST_LOOP
	recoveryIvlMsec = 20 // by RECOVERY_IVL
	recoveryIvl     = 9
	sndHWM          = 23
	rcvHWM          = 24
	multicastLoop   = 96
)

func (s *Socket) set(option int, value int64) error {
	switch option {
	case hwm:
		if err := s.s.SetInt(sndHWM, value); err != nil {
			return errno(err)
		}
		option = rcvHWM
	case swap:
		if value == 0 {
			return nil
		}
		return EINVAL
	case mcastLoop:
		option = multicastLoop
	case recoveryIvlMsec:
		option = recoveryIvl
	case recoveryIvl:
		value *= recoveryUnit
	}
	return errno(s.s.SetInt(option, value))
}

func (s *Socket) get(option int) (int64, error) {
	unit := int64(1)
	switch option {
	case hwm:
		option = sndHWM
	case swap:
		if s.s.Closed() {
			return 0, ENOTSOCK
		}
		return 0, nil
	case mcastLoop:
		option = multicastLoop
	case recoveryIvlMsec:
		option = recoveryIvl
	case recoveryIvl:
		unit = recoveryUnit
	}
	v, err := s.s.Int(option)
	return v / unit, errno(err)
}
