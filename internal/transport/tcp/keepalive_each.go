// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package tcp

import (
	"net"

	"github.com/gozmq/zmq/internal/zerr"
)

// inheritsKeepAlive says that the options are set on each connection.
const inheritsKeepAlive = false

func setKeepAliveOn(uintptr, net.KeepAliveConfig) error { return zerr.ErrNotSupported }
