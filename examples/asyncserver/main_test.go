// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
	"testing"

	"github.com/gozmq/zmq/internal/zmqtest"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }

func TestRun(t *testing.T) {
	const want = `client 0: request 0, part 0; request 0, part 1; request 1, part 0; request 1, part 1; request 2, part 0; request 2, part 1; request 3, part 0; request 3, part 1
client 1: request 0, part 0; request 0, part 1; request 1, part 0; request 1, part 1; request 2, part 0; request 2, part 1; request 3, part 0; request 3, part 1
client 2: request 0, part 0; request 0, part 1; request 1, part 0; request 1, part 1; request 2, part 0; request 2, part 1; request 3, part 0; request 3, part 1
`
	var out strings.Builder
	if err := run(zmqtest.Deadline(t), &out); err != nil {
		t.Fatalf("%v, after:\n%s", err, out.String())
	}
	if out.String() != want {
		t.Errorf("it prints:\n%s\nwant:\n%s", out.String(), want)
	}
}
