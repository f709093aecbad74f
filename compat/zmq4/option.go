// SPDX-License-Identifier: Apache-2.0

package zmq4

import "time"

// What the options have in common, by the types of their values. Options have
// libzmq's numbers.

func (soc *Socket) number64(option int) (int64, error) {
	s, err := soc.open()
	if err != nil {
		return 0, err
	}
	v, err := s.Int(option)
	if err != nil {
		return 0, soc.failed(err)
	}
	return v, nil
}

func (soc *Socket) number(option int) (int, error) {
	v, err := soc.number64(option)
	return int(v), err
}

func (soc *Socket) unsigned(option int) (uint64, error) {
	v, err := soc.number64(option)
	return uint64(v), err
}

func (soc *Socket) truth(option int) (bool, error) {
	v, err := soc.number64(option)
	return v != 0, err
}

// duration reads milliseconds; -1, which mostly is for ever, is a Duration of -1.
func (soc *Socket) duration(option int) (time.Duration, error) {
	v, err := soc.number64(option)
	if v < 0 {
		return -1, err
	}
	return time.Duration(v) * time.Millisecond, err
}

func (soc *Socket) text(option int) (string, error) {
	s, err := soc.open()
	if err != nil {
		return "", err
	}
	v, err := s.ReadString(option)
	if err != nil {
		return "", soc.failed(err)
	}
	return v, nil
}

func (soc *Socket) rawKey(option int) (string, error) {
	s, err := soc.open()
	if err != nil {
		return "", err
	}
	v, err := s.Key(option)
	if err != nil {
		return "", soc.failed(err)
	}
	return string(v), nil
}

func (soc *Socket) setNumber(option int, value int64) error {
	s, err := soc.open()
	if err != nil {
		return err
	}
	return soc.failed(s.SetInt(option, value))
}

// setDuration sets milliseconds, of which fractions are cut off, as the original
// does: less than one is 0.
func (soc *Socket) setDuration(option int, d time.Duration) error {
	return soc.setNumber(option, int64(d/time.Millisecond))
}

// setWait is setDuration for options of which a Duration of -1 is for ever.
func (soc *Socket) setWait(option int, d time.Duration) error {
	if d == -1 {
		return soc.setNumber(option, -1)
	}
	return soc.setDuration(option, d)
}

func (soc *Socket) setText(option int, value string) error {
	s, err := soc.open()
	if err != nil {
		return err
	}
	return soc.failed(s.SetBytes(option, []byte(value)))
}

// setOrClear is setText for options that the empty text clears.
func (soc *Socket) setOrClear(option int, value string) error {
	s, err := soc.open()
	if err != nil {
		return err
	}
	if value == "" {
		return soc.failed(s.SetBytes(option, nil))
	}
	return soc.failed(s.SetBytes(option, []byte(value)))
}
