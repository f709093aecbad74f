// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"errors"
	"fmt"
	"io"
	"syscall"

	"github.com/gozmq/zmq/internal/mechanism"
	"github.com/gozmq/zmq/internal/zerr"
)

// departed explains a connection that the peer has ended in the middle of the handshake.
// ZMTP has no word for most reasons, but how far the handshake had come limits them.
// Other errors are returned unchanged.
func (h *handshake) departed(err error) error {
	if !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, syscall.EPIPE) &&
		!errors.Is(err, syscall.ECONNABORTED) { // which Windows says of a reset
		return err
	}
	return &DepartedError{Answered: h.got > 0 && h.said != "", stage: h.stage(), err: err}
}

// DepartedError is the end of a connection in the middle of a handshake.
type DepartedError struct {
	// Answered means that a ZeroMQ peer is there, and closed the connection after a
	// command of ours.
	Answered bool
	stage    string
	err      error
}

func (e *DepartedError) Error() string {
	return fmt.Sprintf("zmq: the peer closed the connection %s: %v", e.stage, e.err)
}

// Unwrap returns what reading or writing has failed with.
func (e *DepartedError) Unwrap() error { return e.err }

// Section says that this is about handshakes, whatever the connection ended with.
func (e *DepartedError) Section() zerr.Section { return zerr.HandshakeFailed }

// stage says when that was, and for which reasons peers do so then.
func (h *handshake) stage() string {
	curve := h.m != nil && h.m.Name() == mechanism.Curve
	switch {
	case h.got == 0:
		return "before it sent anything (it accepts no more peers or none from here, or is no ZeroMQ socket)"
	case h.said == "":
		return "during the greetings"
	case curve && h.said == "HELLO":
		return "after our HELLO, as a CURVE server does whose public key is not the one that this client was given"
	case curve && h.said == "INITIATE":
		return "after our INITIATE, as a CURVE server does that does not let this client's key in, or whose socket type does not fit"
	case h.said == "HELLO":
		return "after our HELLO, as a PLAIN server does that does not let this user in"
	}
	return "after our " + h.said + ", as a peer does whose socket type does not fit, or that does not let this one in"
}
