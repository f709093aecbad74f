// SPDX-License-Identifier: Apache-2.0

// Package docs_test has the black-box tests of documents that are compared with
// the tables and the source that they describe.
package docs_test

import (
	"testing"

	"github.com/gozmq/zmq/internal/zmqtest"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }
