// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"net"
	"syscall"
)

// FilteredError reports a connection that was closed right after it had been
// accepted, because no filter lets its peer in or because the options could not
// be applied to it. The listener goes on: the error is temporary.
type FilteredError struct {
	Local  string // our end of the connection, as LocalEndpoint gives it
	Remote string // the peer's end, as RemoteEndpoint gives it
	Peer   string // the refused peer, as PeerAddress gives it; empty if unknown
	Err    error  // why; EACCES if no filter matches
}

// Refuse closes a connection that was just accepted and says why. A nil reason
// stands for a filter that does not match.
func Refuse(c net.Conn, reason error) *FilteredError {
	if reason == nil {
		reason = syscall.EACCES
	}
	e := &FilteredError{
		Local:  LocalEndpoint(c),
		Remote: RemoteEndpoint(c),
		Peer:   PeerAddress(c),
		Err:    reason,
	}
	// The connection has not been used, so an error does not matter.
	_ = c.Close()
	return e
}

// Error names the peer and the reason.
func (e *FilteredError) Error() string {
	return "zmq: connection from " + e.Peer + " refused: " + e.Err.Error()
}

// Unwrap is the reason.
func (e *FilteredError) Unwrap() error { return e.Err }

// Timeout reports false.
func (e *FilteredError) Timeout() bool { return false }

// Temporary reports true: the next connection may be accepted.
func (e *FilteredError) Temporary() bool { return true }
