// SPDX-License-Identifier: Apache-2.0

//go:build !linux && !darwin && !freebsd

package transport

import "github.com/gozmq/zmq/internal/zerr"

// HasCredentials and HasPID say what PeerCredentials can learn on this system.
const (
	HasCredentials = false
	HasPID         = false
)

func peerCredentials(uintptr) (Credentials, error) {
	return Credentials{}, zerr.ErrNotSupported
}
