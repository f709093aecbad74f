// SPDX-License-Identifier: Apache-2.0

// Package opt is the one table of options: number, kind, range, both defaults,
// when each applies and what it means. The typed options of the public API,
// the access by number of the C library and of the compatibility packages, the
// command line and the compatibility document all read it.
//
// The table_*.go files hold the rows, set.go the values of one socket,
// effects.go what setting one option does to others, check.go the validation,
// raw.go the bytes of C callers, parse.go the text of a command line.
package opt

import (
	"fmt"
	"math"
	"slices"
)

// Kind is what the value of an option is.
type Kind uint8

// The kinds. Int, Bool, Millis and Seconds are a C int for C callers, Uint64
// and Int64 take eight bytes.
const (
	Int     Kind = iota // Int is a number in Value.I.
	Bool                // Bool is 0 or 1 in Value.I.
	Millis              // Millis is a duration in milliseconds in Value.I.
	Seconds             // Seconds is a duration in seconds in Value.I.
	Uint64              // Uint64 is the bit pattern of an unsigned number in Value.I.
	Int64               // Int64 is a number in Value.I that needs 64 bits.
	Bytes               // Bytes is bytes in Value.B.
	String              // String is text in Value.B.
	List                // List gathers the entries that arrive in Value.B one by one.
)

// Access says whether C callers may set an option, get it, or both. A Set can
// be asked for any option whatever its Access.
type Access uint8

// The kinds of access. To set a read-only option or to get a write-only one
// is EINVAL in libzmq.
const (
	ReadWrite Access = iota // ReadWrite options can be set and got.
	ReadOnly                // ReadOnly options can be got only.
	WriteOnly               // WriteOnly options can be set only.
)

// When says what a new value reaches.
type When uint8

// The times at which a new value takes effect.
const (
	Next  When = iota // Next is for every later bind and connect; those made before keep the old value.
	Now               // Now is for the next operation of the socket.
	Pipe              // Pipe is at once, for the queues that exist too.
	Call              // Call is at the start of each send or receive.
	Close             // Close is when the socket or one of its endpoints is shut down.
	Never             // Never is for what cannot be set.
)

// Value is the value of an option. The zero Value is zero, false or empty; for
// an option that can be cleared, nil B clears it.
type Value struct {
	I int64  // numbers, bools, and durations in the unit of their kind
	B []byte // bytes and text
}

// Spec is a row of the table: all that is known about an option.
type Spec struct {
	Num     Num
	Name    string   // as libzmq spells it, without ZMQ_: "SNDHWM"
	Go      string   // as the Go API spells it: "SendHWM"
	Aliases []string // other names of libzmq, without ZMQ_
	Kind    Kind
	Access  Access

	// Default is for sockets made through the Go API, LibzmqDefault for those
	// made through the C library and the compatibility packages.
	Default, LibzmqDefault Value

	// Min and Max bound Value.I. For a Bool they say which integers a caller
	// may pass: 0 and 1 only, or more, of which any but 0 means true.
	Min, Max int64
	// MinLen and MaxLen bound the length of Value.B. MaxLen 0 is no bound.
	MinLen, MaxLen int
	// Clears tells that a nil Value.B empties the option. Without it, nil is a
	// value of no bytes, and MinLen decides.
	Clears bool

	When       When
	Sockets    string   // the socket types on which it has an effect
	Only       []string // the socket types that take it; nil is every type. For a read-only option, those on which it can be got.
	Transports string   // the transports on which it has an effect
	Unit       string   // what a number counts

	Draft      bool   // libzmq has it in draft builds
	Deprecated bool   // there are better ways, but it works
	Stored     bool   // accepted and kept, without effect yet
	Action     bool   // done by the socket at once; a Set checks it and keeps nothing
	Secret     bool   // must not appear in logs or error texts
	Doc        string // the meaning, in one to three sentences

	form form
}

// form is how the bytes of an option must look, beyond their length.
type form uint8

const (
	formFree     form = iota
	formKey           // a CURVE key: 32 bytes, 40 characters of Z85, or those and a NUL
	formRange         // an address or a range of addresses
	formPID           // a signed 32-bit number in decimal
	formID            // an unsigned 32-bit number in decimal
	formProperty      // "X-name:value"
	formTenths        // a number of milliseconds that is kept in tenths of a second
)

// Ints tells whether the value is a number in Value.I.
func (sp *Spec) Ints() bool { return sp.Kind <= Int64 }

// Accepts tells whether a socket of the named type ("ROUTER") takes the
// option. Where it does not, libzmq says EINVAL.
func (sp *Spec) Accepts(socketType string) bool {
	return sp.Only == nil || slices.Contains(sp.Only, socketType)
}

// ROUTER's and REP's option handler are one in libzmq, and so on: these are
// the sets of types that share one.
var (
	onlyRouter = []string{"ROUTER", "REP"}
	onlyXPub   = []string{"XPUB", "PUB"}
	onlyReq    = []string{"REQ"}
)

// onlyDropping are the types that lose messages by their nature.
var onlyDropping = []string{"PUB", "XPUB", "RADIO", "SUB", "XSUB", "DISH"}

const (
	maxInt = 1<<31 - 1 // the largest C int
	minInt = -1 << 31  // the smallest
	max64  = 1<<63 - 1
	min64  = -1 << 63
)

// String returns the kind in words.
func (k Kind) String() string {
	return nameOf(int(k), "int", "bool", "milliseconds", "seconds", "uint64", "int64", "bytes", "string", "list")
}

// String returns the access in words.
func (a Access) String() string { return nameOf(int(a), "read and write", "read only", "write only") }

// String returns the time in words, to follow "applies".
func (w When) String() string {
	return nameOf(int(w), "next bind or connect", "now", "now, for existing peers too", "next call", "close", "never")
}

func nameOf(i int, names ...string) string {
	if i < len(names) {
		return names[i]
	}
	return "unknown"
}

// Range says in words which values the option takes.
func (sp *Spec) Range() string {
	switch {
	case sp.Kind == Bool:
		return "true or false"
	case !sp.Ints() && sp.MaxLen == 0:
		return "any bytes"
	case !sp.Ints():
		return fmt.Sprintf("%d to %d bytes", sp.MinLen, sp.MaxLen)
	case sp.Min <= math.MinInt32 && sp.Max >= math.MaxInt32:
		return "any number"
	case sp.Max >= math.MaxInt32:
		return fmt.Sprintf("%d or more", sp.Min)
	}
	return fmt.Sprintf("%d to %d", sp.Min, sp.Max)
}
