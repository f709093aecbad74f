// SPDX-License-Identifier: Apache-2.0

// Package lifecycle_test has the black-box tests of endpoints and connections
// as they come, break and go, and how sockets and contexts end.
package lifecycle_test

import (
	"testing"

	"github.com/gozmq/zmq/internal/zmqtest"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }
