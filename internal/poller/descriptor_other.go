// SPDX-License-Identifier: Apache-2.0

//go:build !unix

package poller

import "github.com/gozmq/zmq/internal/zerr"

// descriptors are not supported on systems without poll(2).
type descriptors struct{}

func checkFD(int) error {
	return zerr.Errorf(zerr.ErrNotSupported, "descriptors of this system cannot be polled together with sockets")
}

func (*descriptors) start(*Poller) error { return nil }
func (*descriptors) stop()               {}
func (*descriptors) disarm(*entry)       {}

func (*descriptors) ask(*entry) (Events, error) { return 0, nil }
