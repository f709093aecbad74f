// SPDX-License-Identifier: Apache-2.0

//go:build unix && !linux

package tcp

import (
	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
)

// setPriority does nothing: SO_PRIORITY and SO_BUSY_POLL are Linux's.
func setPriority(uintptr, *transport.Config) error { return nil }

// setDevice refuses: SO_BINDTODEVICE is Linux's.
func setDevice(_ uintptr, device string) error {
	if device != "" {
		return zerr.Errorf(zerr.ErrNotSupported, "bind to device %q", device)
	}
	return nil
}

// setConnected does nothing: TCP_USER_TIMEOUT is Linux's.
func setConnected(uintptr, *transport.Config) error { return nil }
