// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"errors"
	"net/netip"

	"github.com/gozmq/zmq/internal/zerr"
)

// The types of errors are declared here, so that their documentation shows fields and
// methods. The layers below have types of their own with the same fields, because they
// cannot import this package; their methods do the work, and public converts.

// Error says which operation failed, and on what. It wraps the reason, so that
// errors.Is finds the constants of this package and the system's error numbers in it.
type Error struct {
	Op       string // what was tried: "bind", "connect", "send"
	Endpoint string // the endpoint, as it was given, or the socket, "REQ#1"; may be empty
	Err      error  // what is wrong; not nil
}

// Error is the operation, the endpoint and the cause: "zmq: connect
// tcp://host:1: address in use".
func (e *Error) Error() string { return (*zerr.Error)(e).Error() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Timeout reports whether the cause is a time-out, as net.Error asks.
func (e *Error) Timeout() bool { return (*zerr.Error)(e).Timeout() }

// Temporary reports whether the cause may go away by itself, as net.Error asks.
func (e *Error) Temporary() bool { return (*zerr.Error)(e).Temporary() }

// PeerFullError is returned at once by a send of a ROUTER, STREAM, SERVER or PEER if
// the queue for the peer that the message names is full, because the peer does not
// read, or reads more slowly than messages are sent. The message is not sent, and other
// peers are not affected. The error matches ErrAgain. With WaitForPeer the send blocks
// instead.
//
//	if full := (*zmq.PeerFullError)(nil); errors.As(err, &full) {
//		log.Printf("dropped a reply for %q", full.RoutingID)
//	}
type PeerFullError struct {
	RoutingID []byte // names the peer of a ROUTER or STREAM, as the message did
	Number    uint32 // names the peer of a SERVER or PEER, as the message did; 0 for others
}

// Error names the peer: "zmq: the queue for peer "worker" is full: operation would
// block".
func (e *PeerFullError) Error() string { return (*zerr.PeerFullError)(e).Error() }

// Unwrap returns ErrAgain.
func (e *PeerFullError) Unwrap() error { return ErrAgain }

// ProtocolError says which rule a peer broke. It ends the connection, and is the error of
// the monitor's event and of the endpoint, and in the log. No call returns it. It matches
// ErrProtocol.
type ProtocolError struct {
	Addr string // the peer's address; empty where it is not known yet
	Rule string // the rule that was broken, in words; empty if Err says it
	Code uint32 // number of libzmq's event for protocol errors; 0 for none
	Err  error  // the cause; nil if it is the rule itself
}

// Error is the address, the rule and the cause: "zmq: protocol error from
// 10.0.0.1: command without a name".
func (e *ProtocolError) Error() string { return (*zerr.ProtocolError)(e).Error() }

// Unwrap returns Err, or ErrProtocol if that is nil.
func (e *ProtocolError) Unwrap() error { return (*zerr.ProtocolError)(e).Unwrap() }

// Is reports that every protocol error matches ErrProtocol, whatever its cause.
func (e *ProtocolError) Is(target error) bool { return (*zerr.ProtocolError)(e).Is(target) }

// LossError says that packets of a publisher over pgm or epgm are lost for good. It comes
// with EventPacketsLost and is logged. No call returns it.
type LossError struct {
	Source  string     // the publisher, as in MulticastSource
	Address netip.Addr // that its packets come from
	Packets uint64     // how many are missing in a row
}

// Error is the number and the publisher: "zmq: 3 packets of the source 0a0b0c0d0e0f.8000 at
// 10.0.0.1 lost, and not repaired in time".
func (e *LossError) Error() string { return (*zerr.LossError)(e).Error() }

// public returns an error of the layers below as errors.As finds it with the types above.
// Its text stays the same, and so does what errors.Is finds in it.
func public(err error) error {
	if err == nil {
		return nil
	}
	if same := counterpart(err); same != nil {
		return same
	}
	var e *zerr.Error
	var full *zerr.PeerFullError
	var protocol *zerr.ProtocolError
	var loss *zerr.LossError
	switch {
	case errors.As(err, &loss):
		return &translated{err, counterpart(loss)}
	case errors.As(err, &protocol):
		return &translated{err, counterpart(protocol)}
	case errors.As(err, &full):
		return &translated{err, counterpart(full)}
	case errors.As(err, &e):
		return &translated{err, counterpart(e)}
	}
	return err
}

// counterpart returns the error of this package for one of the layers below, nil for any
// other error.
func counterpart(err error) error {
	switch e := err.(type) {
	case *zerr.Error:
		return (*Error)(e)
	case *zerr.PeerFullError:
		return (*PeerFullError)(e)
	case *zerr.ProtocolError:
		return (*ProtocolError)(e)
	case *zerr.LossError:
		return (*LossError)(e)
	}
	return nil
}

// translated is an error that wraps one of the layers below.
type translated struct {
	error
	same error // the wrapped error as one of this package
}

// Unwrap returns both, so that errors.Is and errors.As find what either has.
func (t *translated) Unwrap() []error { return []error{t.error, t.same} }
