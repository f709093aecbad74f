// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"errors"
	"net"
	"testing"

	"github.com/gozmq/zmq"
)

// ETERM is libzmq's number of the error (ZMQ_HAUSNUMERO + 53 in zmq.h).
const ETERM = 156384712 + 53

// WantEnd checks that a call that was named has ended with one of the errors of
// a closed socket or context, that libzmq's number belongs to it and that it is
// net.ErrClosed.
func WantEnd(t *testing.T, name string, err, code error, number int) {
	t.Helper()
	if !errors.Is(err, code) || zmq.Errno(err) != number || !errors.Is(err, net.ErrClosed) {
		t.Errorf("%s: %v (%d), want %v, which is net.ErrClosed", name, err, zmq.Errno(err), code)
	}
}
