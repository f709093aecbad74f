// SPDX-License-Identifier: Apache-2.0

//go:build !linux && !darwin && !freebsd

package tcp

import (
	"net"

	"github.com/gozmq/zmq/internal/zerr"
)

// keepAliveOn does not know the options of this system. A listener that is
// adopted here leaves its connections with the keep-alive of the net package.
func keepAliveOn(uintptr) (net.KeepAliveConfig, error) {
	return net.KeepAliveConfig{}, zerr.ErrNotSupported
}
