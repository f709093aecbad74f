// SPDX-License-Identifier: Apache-2.0

package opt

import (
	"slices"
	"time"

	"github.com/gozmq/zmq/internal/zerr"
)

// Set holds the options of one socket, or of one of its endpoints. It is not safe for
// concurrent use; its owner locks. Reading a number costs an array access. The few
// options with bytes are searched for among those that are set.
type Set struct {
	libzmq   bool // which column of defaults
	asServer bool // the role in the mechanism: see secure
	raw      bool // ROUTER_RAW was true once: see Raw

	ints   [slots]int64
	given  [(slots + 63) / 64]uint64 // a bit for each option that was Put
	stored []stored
}

// The value of one option with bytes. Neither b nor the entries of list are modified
// once they are stored, so that clones may share them.
type stored struct {
	n    Num
	b    []byte   // Bytes and String
	list [][]byte // List
}

// NewSet returns a Set with the defaults of the Go API, or with those of
// libzmq.
func NewSet(libzmqDefaults bool) *Set {
	s := &Set{libzmq: libzmqDefaults}
	for i := range sorted {
		s.ints[slot(sorted[i].Num)] = s.initial(&sorted[i]).I
	}
	return s
}

// Clone returns an independent copy.
func (s *Set) Clone() *Set {
	c := *s
	c.stored = slices.Clone(s.stored)
	return &c
}

// Int returns the number that option n holds. Options of 64 bits lose their
// upper half where int has 32: use Int64 for them.
func (s *Set) Int(n Num) int { return int(s.ints[slot(n)]) }

// Int64 returns the number that option n holds. Of a Uint64 it is the bit
// pattern.
func (s *Set) Int64(n Num) int64 { return s.ints[slot(n)] }

// Bool tells whether option n is on.
func (s *Set) Bool(n Num) bool { return s.ints[slot(n)] != 0 }

// Millis returns the duration of an option of kind Millis. One below zero,
// which mostly means "for ever", is -1, that is, minus one nanosecond.
func (s *Set) Millis(n Num) time.Duration {
	ms := s.ints[slot(n)]
	if ms < 0 {
		return -1
	}
	return time.Duration(ms) * time.Millisecond
}

// Bytes returns the bytes of an option of kind Bytes or String, nil when it
// has none. They must not be modified.
func (s *Set) Bytes(n Num) []byte {
	if o := s.find(n); o != nil {
		return o.b
	}
	if sp, ok := Lookup(n); ok {
		return s.initial(sp).B
	}
	return nil
}

// String returns the bytes of an option of kind Bytes or String as a string.
func (s *Set) String(n Num) string { return string(s.Bytes(n)) }

// List returns the entries of an option of kind List in the order in which
// they came. They must not be modified.
func (s *Set) List(n Num) [][]byte {
	if o := s.find(n); o != nil {
		return o.list
	}
	return nil
}

// Get returns the value of option n, as Format and ToRaw take it. It has no
// bytes for a List: see List.
func (s *Set) Get(n Num) Value {
	return Value{I: s.Int64(n), B: s.Bytes(n)}
}

// IsSet tells whether option n was Put, as opposed to being at its default.
func (s *Set) IsSet(n Num) bool {
	at := slot(n)
	return s.given[at/64]&(1<<(at%64)) != 0
}

// Put sets option n and the options that depend on it: see effects.go. An entry for a
// List is added to those before it. The bytes are copied. It fails with
// zerr.ErrUnknownOption if there is no such option, and with zerr.ErrInvalid if the
// option does not accept the value or can only be read. After an error nothing has
// changed. The caller must check with [Spec.Accepts] that the socket's type accepts the
// option.
func (s *Set) Put(n Num, v Value) error {
	sp, ok := Lookup(n)
	if !ok {
		return zerr.Errorf(zerr.ErrUnknownOption, "option %d", n)
	}
	if sp.Access == ReadOnly {
		return sp.invalid("can only be read")
	}
	v, err := sp.Check(v)
	if err != nil {
		return err
	}
	if err := s.fits(sp, v); err != nil {
		return err
	}
	if !sp.Action {
		s.store(sp, v)
		s.mark(n)
		s.affect(n, v)
	}
	return nil
}

// Record stores what the program has not set: the answer to a read-only option
// or a default that depends on the socket, such as a LINGER of zero for SUB.
// The same values are taken as by Put; IsSet does not change, and no other
// option does, IPV4ONLY and IPV6 apart.
func (s *Set) Record(n Num, v Value) error {
	sp, ok := Lookup(n)
	if !ok {
		return zerr.Errorf(zerr.ErrUnknownOption, "option %d", n)
	}
	v, err := sp.Check(v)
	if err != nil {
		return err
	}
	if !sp.Action {
		s.store(sp, v)
		s.invert(n, v)
	}
	return nil
}

// Reset puts option n back to its default; no other option changes, IPV4ONLY
// and IPV6 apart. CONNECT_ROUTING_ID, which holds for one connect, is used up
// in this way.
func (s *Set) Reset(n Num) {
	sp, ok := Lookup(n)
	if !ok {
		return
	}
	at := slot(n)
	s.ints[at] = s.initial(sp).I
	s.invert(n, Value{I: s.ints[at]})
	s.given[at/64] &^= 1 << (at % 64)
	s.stored = slices.DeleteFunc(s.stored, func(o stored) bool { return o.n == n })
}

func (s *Set) initial(sp *Spec) Value {
	if s.libzmq {
		return sp.LibzmqDefault
	}
	return sp.Default
}

func (s *Set) find(n Num) *stored {
	for i := range s.stored {
		if s.stored[i].n == n {
			return &s.stored[i]
		}
	}
	return nil
}

func (s *Set) mark(n Num) {
	at := slot(n)
	s.given[at/64] |= 1 << (at % 64)
}

func (s *Set) store(sp *Spec, v Value) {
	if sp.Ints() {
		s.ints[slot(sp.Num)] = v.I
		return
	}
	if s.keepsOld(sp, v) {
		return
	}
	o := s.find(sp.Num)
	if o == nil {
		s.stored = append(s.stored, stored{n: sp.Num})
		o = &s.stored[len(s.stored)-1]
	}
	switch {
	case sp.Kind != List:
		o.b = slices.Clone(v.B)
	case v.B == nil:
		o.list = nil
	default:
		// Clipped, so that a clone's list is not appended to in place.
		o.list = append(slices.Clip(o.list), slices.Clone(v.B))
	}
}
