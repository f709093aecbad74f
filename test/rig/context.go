// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// Context returns a context that is terminated when the test ends, its
// sockets with it.
func Context(t testing.TB, settings ...zmq.Setting) *zmq.Context {
	t.Helper()
	c, err := zmq.NewContext(zmq.ContextConfig{Settings: settings})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Term(zmqtest.Deadline(t)); err != nil {
			t.Errorf("Term: %v", err)
		}
	})
	return c
}

// Socket returns a socket in a context of its own.
func Socket(t testing.TB, typ zmq.SocketType, settings ...zmq.Setting) *zmq.Socket {
	t.Helper()
	return SocketIn(t, Context(t), typ, settings...)
}

// SocketIn returns a socket that is closed with its context, without linger
// unless the settings say otherwise.
func SocketIn(t testing.TB, c *zmq.Context, typ zmq.SocketType, settings ...zmq.Setting) *zmq.Socket {
	t.Helper()
	s, err := c.NewSocket(typ, append([]zmq.Setting{zmq.Linger.Of(0)}, settings...)...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Deadline returns a context that bounds a test, so that what hangs fails.
func Deadline(t testing.TB) context.Context {
	t.Helper()
	return zmqtest.Deadline(t)
}

// SmallQueues returns settings with that high-water mark and small buffers of
// the system, which do not grow, so that a peer that does not read is felt
// soon.
func SmallQueues(hwm int) []zmq.Setting {
	return []zmq.Setting{zmq.SendHWM.Of(hwm), zmq.RecvHWM.Of(hwm), zmq.SendBuffer.Of(16 << 10), zmq.RecvBuffer.Of(16 << 10)}
}

// AnyPort is an endpoint to bind to whose port the system chooses. Until the test ends no
// other process takes the port, also while no socket has it.
var AnyPort = "tcp://" + zmqtest.Host() + ":*"

// Must ends the test if err is not nil.
func Must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// RoutingID is the setting of a routing id.
func RoutingID(id string) zmq.Setting { return zmq.RoutingID.Of([]byte(id)) }
