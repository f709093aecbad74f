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
