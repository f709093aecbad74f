// SPDX-License-Identifier: Apache-2.0

// Package api_test has the black-box tests of messages, options, pollers,
// proxies, monitors, statistics and timers as a program uses them.
package api_test

import (
	"testing"

	"github.com/gozmq/zmq/internal/zmqtest"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }
