// SPDX-License-Identifier: Apache-2.0

// Package transport_test has the tests of connections that programs bring: in memory,
// through SSH, through proxies.
package transport_test

import (
	"testing"

	"github.com/gozmq/zmq/internal/zmqtest"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }
