// SPDX-License-Identifier: Apache-2.0

package opt

import (
	"bytes"
	"net/netip"
	"strconv"
	"strings"

	"github.com/gozmq/zmq/internal/zerr"
)

// Check reports whether the option accepts v, and returns it in the form in which it is
// stored: a Bool as 0 or 1, a key as 32 bytes, a heartbeat time to live in whole tenths
// of a second. The error is zerr.ErrInvalid with the name of the option, the value and
// the accepted range. Check ignores Access, because a socket may give a value to its
// own read-only option.
func (sp *Spec) Check(v Value) (Value, error) {
	if sp.Ints() {
		return sp.checkInt(v)
	}
	return sp.checkBytes(v)
}

func (sp *Spec) checkInt(v Value) (Value, error) {
	if v.B != nil {
		return Value{}, sp.invalid("takes a number, not bytes")
	}
	if v.I < sp.Min || v.I > sp.Max {
		unit := ""
		if sp.Kind == Millis || sp.Kind == Seconds {
			unit = " " + sp.Unit
		}
		return Value{}, sp.invalid("%d%s is not between %d and %d", v.I, unit, sp.Min, sp.Max)
	}
	if sp.Kind == Bool && v.I != 0 {
		v.I = 1
	}
	if sp.form == formTenths {
		v.I = v.I / 100 * 100 // toward zero, as C divides: -99 is 0
	}
	return v, nil
}

func (sp *Spec) checkBytes(v Value) (Value, error) {
	if v.I != 0 {
		return Value{}, sp.invalid("takes bytes, not a number")
	}
	if v.B == nil && sp.Clears {
		return v, nil
	}
	switch n := len(v.B); {
	case n < sp.MinLen && sp.Clears:
		return Value{}, sp.invalid("%d bytes are fewer than %d; nil clears it", n, sp.MinLen)
	case n < sp.MinLen:
		return Value{}, sp.invalid("%d bytes are fewer than %d", n, sp.MinLen)
	case sp.MaxLen > 0 && n > sp.MaxLen:
		return Value{}, sp.invalid("%d bytes are more than %d", n, sp.MaxLen)
	}
	switch sp.form {
	case formKey:
		return sp.checkKey(v.B)
	case formRange:
		if _, ok := parseRange(string(v.B)); !ok {
			return Value{}, sp.invalid("%q is not an address or an address/bits", v.B)
		}
	case formPID, formID:
		return sp.checkID(v.B)
	case formProperty:
		return v, sp.checkProperty(v.B)
	}
	return v, nil
}

func (sp *Spec) checkID(b []byte) (Value, error) {
	id, err := strconv.ParseInt(string(b), 10, 64)
	lo, hi := int64(0), int64(1<<32-1)
	if sp.form == formPID {
		lo, hi = minInt, maxInt
	}
	if err != nil || id < lo || id > hi {
		return Value{}, sp.invalid("%q is not a number from %d to %d", b, lo, hi)
	}
	return Value{B: strconv.AppendInt(nil, id, 10)}, nil
}

// checkProperty follows ZMQ_METADATA, which treats any value of four bytes as an int
// and so refuses it.
func (sp *Spec) checkProperty(b []byte) error {
	colon := bytes.IndexByte(b, ':')
	switch {
	case len(b) == 4:
		return sp.invalid("a property of four bytes is taken for an integer")
	case colon <= 0 || colon == len(b)-1:
		return sp.invalid("%q is not of the form X-name:value", b)
	case !bytes.HasPrefix(b[:colon], []byte("X-")):
		return sp.invalid("the name %q does not begin with X-", b[:colon])
	case colon > 255: // RFC 37: a property name has one byte of length
		return sp.invalid("the name has %d bytes, more than 255", colon)
	}
	return nil
}

// invalid is the error for a value that the option does not accept.
func (sp *Spec) invalid(format string, args ...any) error {
	return zerr.Errorf(zerr.ErrInvalid, "option "+sp.Title()+": "+format, args...)
}

// Title names the option for errors: as a Go program knows it, and as libzmq does.
func (sp *Spec) Title() string {
	switch {
	case sp.Go == "":
		return sp.Name
	case strings.EqualFold(sp.Go, sp.Name):
		return sp.Go
	}
	return sp.Go + " (" + sp.Name + ")"
}

// Refuses is the error for a socket type that does not take the option.
func (sp *Spec) Refuses(socketType string) error {
	return zerr.Errorf(zerr.ErrInvalid, "option %s does not apply to a %s, only to %s", sp.Title(), socketType, strings.Join(sp.Only, ", "))
}

// parseRange reads "address" or "address/bits".
func parseRange(text string) (netip.Prefix, bool) {
	if p, err := netip.ParsePrefix(text); err == nil {
		return p, true
	}
	a, err := netip.ParseAddr(text)
	if err != nil || a.Zone() != "" {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(a, a.BitLen()), true
}
