// SPDX-License-Identifier: Apache-2.0

package session

import (
	"fmt"

	"github.com/gozmq/zmq/internal/zerr"
)

// GaveUpError is the end of a connection in the middle of a message that is not sent
// again, because the peer ended the previous connection in the same message. It matches
// zerr.ErrMessageTooLarge, which is the usual reason for a peer to do so.
type GaveUpError struct {
	Size int   // of the message, all frames together
	Err  error // how the connection ended
}

// Error says which message was given up, and why.
func (e *GaveUpError) Error() string {
	return fmt.Sprintf("%v: a message of %d bytes was given up, since the peer ended two connections in a row over it: %v",
		zerr.ErrMessageTooLarge, e.Size, e.Err)
}

// Unwrap returns both causes.
func (e *GaveUpError) Unwrap() []error { return []error{zerr.ErrMessageTooLarge, e.Err} }
