// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package tcp

import (
	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
)

// checkDevice refuses BINDTODEVICE: SO_BINDTODEVICE is Linux's.
func checkDevice(cfg *transport.Config) error {
	if cfg.Device != "" {
		return zerr.Errorf(zerr.ErrNotSupported, "bind to device %q", cfg.Device)
	}
	return nil
}

// checkReusePort refuses to share a port. Other systems have SO_REUSEPORT too, but not
// all spread connections over the listeners, and Windows would let another user's
// program take the port.
func checkReusePort(cfg *transport.Config) error {
	if cfg.ReusePort {
		return zerr.Errorf(zerr.ErrNotSupported, "REUSE_PORT is set, and listeners share a port on Linux only")
	}
	return nil
}
