// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
	"testing"

	"github.com/gozmq/zmq/internal/zmqtest"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }

func TestRun(t *testing.T) {
	const want = `did task 0
did task 1
did task 2
did task 3
did task 4
did task 5
did task 6
did task 7
did task 8
did task 9
`
	var out strings.Builder
	if err := run(zmqtest.Deadline(t), &out); err != nil {
		t.Fatalf("%v, after:\n%s", err, out.String())
	}
	if out.String() != want {
		t.Errorf("it prints:\n%s\nwant:\n%s", out.String(), want)
	}
}
