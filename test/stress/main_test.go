// SPDX-License-Identifier: Apache-2.0

// Package stress_test has the black-box tests of many sockets, connections and
// goroutines at once, and that nothing of them is left.
package stress_test

import (
	"testing"

	"github.com/gozmq/zmq/internal/zmqtest"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }
