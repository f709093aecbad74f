// SPDX-License-Identifier: Apache-2.0

// Package pattern_test has the black-box tests of the rules of the socket
// types, each over every transport that the type can use.
package pattern_test

import (
	"testing"

	"github.com/gozmq/zmq/internal/zmqtest"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }
