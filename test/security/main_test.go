// SPDX-License-Identifier: Apache-2.0

// Package security_test has the black-box tests of NULL, PLAIN and CURVE, the
// authentication handler, the authorizer and keys.
package security_test

import (
	"testing"

	"github.com/gozmq/zmq/internal/zmqtest"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }
