// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
	"testing"

	"github.com/gozmq/zmq/internal/zmqtest"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }

// The slow worker has its window and no more, however fast the other is.
func TestRun(t *testing.T) {
	const want = "100 results; the slow worker had 2 tasks, the fast one 98\n"
	var out strings.Builder
	if err := run(zmqtest.Deadline(t), &out); err != nil {
		t.Fatalf("%v, after:\n%s", err, out.String())
	}
	if out.String() != want {
		t.Errorf("it prints:\n%s\nwant:\n%s", out.String(), want)
	}
}
