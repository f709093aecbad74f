// SPDX-License-Identifier: Apache-2.0

//go:build !unix && !windows

package tcp

import (
	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
)

// The network of js/wasm is one inside the process, without options.

func setListening(_ uintptr, cfg *transport.Config) error      { return refuseDevice(cfg) }
func setConnecting(_ uintptr, cfg *transport.Config) error     { return refuseDevice(cfg) }
func setConnectingFrom(_ uintptr, cfg *transport.Config) error { return refuseDevice(cfg) }
func setAccepted(uintptr, *transport.Config) error             { return nil }
func setConnected(uintptr, *transport.Config) error            { return nil }

func refuseDevice(cfg *transport.Config) error {
	if cfg.Device != "" {
		return zerr.Errorf(zerr.ErrNotSupported, "bind to device %q", cfg.Device)
	}
	return nil
}
