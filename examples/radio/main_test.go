// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
	"testing"

	"github.com/gozmq/zmq/internal/zmqtest"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }

// TestRun is not over multicast, which not every network has.
func TestRun(t *testing.T) {
	var out strings.Builder
	if err := run(zmqtest.Deadline(t), &out, "udp://127.0.0.1:*"); err != nil {
		t.Fatalf("%v, after:\n%s", err, out.String())
	}
	if n := strings.Count(out.String(), "temperature reading "); n != 3 || strings.Contains(out.String(), "pressure") {
		t.Errorf("it prints:\n%s", out.String())
	}
}
