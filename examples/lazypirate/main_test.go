// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }

func TestRun(t *testing.T) {
	const want = `one
no reply to "two", attempt 1
two
three
no reply to "never", attempt 1
no reply to "never", attempt 2
no reply to "never", attempt 3
the server does not answer "never"
`
	synctest.Test(t, func(t *testing.T) { // in virtual time, so that no pause of the machine is one of a server
		var network zmqtest.Network
		zctx, err := zmq.NewContext(zmq.ContextConfig{Settings: []zmq.Setting{zmq.WithDial(network.Dial), zmq.WithListen(network.Listen)}})
		if err != nil {
			t.Fatal(err)
		}
		defer zctx.Close()
		var out strings.Builder
		if err := run(zmqtest.Deadline(t), zctx, &out); err != nil {
			t.Fatalf("%v, after:\n%s", err, out.String())
		}
		if out.String() != want {
			t.Errorf("it prints:\n%s\nwant:\n%s", out.String(), want)
		}
	})
}
