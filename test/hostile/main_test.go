// SPDX-License-Identifier: Apache-2.0

// Package hostile_test has the black-box tests of peers that break the
// protocol, flood a socket or leave it hanging, and an honest peer that must
// not notice.
package hostile_test

import (
	"testing"

	"github.com/gozmq/zmq/internal/zmqtest"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }
