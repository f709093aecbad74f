// SPDX-License-Identifier: Apache-2.0

package zerr

import (
	"errors"
	"fmt"
	"strings"
)

// Error says which operation failed on which endpoint. It wraps once: Err is a
// Code, an error made by Errorf, or one of the operating system.
type Error struct {
	Op       string // what was tried: "bind", "connect", "send"
	Endpoint string // as the caller wrote it; empty where none is involved
	Err      error  // what is wrong; not nil
}

// Error is the operation, the endpoint and the cause: "zmq: connect
// tcp://host:1: address in use".
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(prefix)
	b.WriteString(e.Op)
	if e.Endpoint != "" {
		b.WriteByte(' ')
		b.WriteString(e.Endpoint)
	}
	if e.Err != nil {
		b.WriteString(": ")
		b.WriteString(bare(e.Err))
	}
	return b.String()
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }

// Timeout reports whether the cause is a time-out, as net.Error asks.
func (e *Error) Timeout() bool {
	var t interface{ Timeout() bool }
	return errors.As(e.Err, &t) && t.Timeout()
}

// Temporary reports whether the cause may go away by itself, as net.Error asks.
func (e *Error) Temporary() bool {
	var t interface{ Temporary() bool }
	return errors.As(e.Err, &t) && t.Temporary()
}

// PeerFullError reports that a send call names one peer and that the queue for that
// peer is full. It matches ErrAgain, because the same call may succeed later.
type PeerFullError struct {
	RoutingID []byte // names the peer of a ROUTER or STREAM, as the message did; belongs to the caller
	Number    uint32 // names the peer of a SERVER or PEER, as the message did; 0 for others
}

// Error names the peer: "zmq: the queue for peer "worker" is full: operation would
// block".
func (e *PeerFullError) Error() string {
	if e.Number != 0 {
		return fmt.Sprintf("%sthe queue for peer %d is full: %s", prefix, e.Number, ErrAgain.text())
	}
	return fmt.Sprintf("%sthe queue for peer %q is full: %s", prefix, e.RoutingID, ErrAgain.text())
}

// Unwrap is ErrAgain.
func (e *PeerFullError) Unwrap() error { return ErrAgain }

// Errorf adds a detail to a code: the text is "zmq: <detail>: <text of code>",
// and errors.Is matches code. The format may contain %w, whose operands are
// matched too.
func Errorf(code Code, format string, args ...any) error {
	return &detailError{code: code, detail: fmt.Errorf(format, args...)}
}

// detailError is a code with words of its own.
type detailError struct {
	code   Code
	detail error
}

func (e *detailError) Error() string {
	return prefix + bare(e.detail) + ": " + e.code.text()
}

// Unwrap puts the code first, so that Errno prefers it to what it wraps.
func (e *detailError) Unwrap() []error { return []error{e.code, e.detail} }

// bare is the text of err without the prefix, which an error that wraps err has
// written already.
func bare(err error) string { return strings.TrimPrefix(err.Error(), prefix) }
