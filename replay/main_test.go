// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"testing"

	"github.com/gozmq/zmq/internal/zmqtest"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }
