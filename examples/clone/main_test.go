// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
	"testing"

	"github.com/gozmq/zmq/internal/zmqtest"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }

func TestRun(t *testing.T) {
	const want = `first, at change 6: first=was here key0=value0 key1=value1 key2=value2 key3=value3 key4=value4
second, at change 7: first=was here key0=value0 key1=value1 key2=value2 key3=value3 key4=value4 second=was here
`
	var out strings.Builder
	if err := run(zmqtest.Deadline(t), &out); err != nil {
		t.Fatalf("%v, after:\n%s", err, out.String())
	}
	if out.String() != want {
		t.Errorf("it prints:\n%s\nwant:\n%s", out.String(), want)
	}
}
