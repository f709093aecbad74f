// SPDX-License-Identifier: Apache-2.0

//go:build !unix

package transport

import (
	"net"
	"syscall"

	"github.com/gozmq/zmq/internal/zerr"
)

// AdoptListener reports ErrNotSupported: the net package takes over no sockets
// on this system.
func AdoptListener[L net.Listener](int) (L, error) {
	var none L
	return none, zerr.Errorf(zerr.ErrNotSupported, "adopt a descriptor")
}

// SetBacklog does nothing: on Windows a second listen leaves the backlog as it
// is, which the net package has set to the system's maximum.
func SetBacklog(syscall.Conn, int) error { return nil }
