// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }

// TestRun is over the loopback interface, where no other program can be in the way.
func TestRun(t *testing.T) {
	at := fmt.Sprintf("epgm://127.0.0.1;239.193.%d.%d:%d", rand.IntN(256), rand.IntN(256), 20_000+rand.IntN(10_000))
	s, err := zmq.NewSocket(zmq.SUB)
	if err != nil {
		t.Fatal(err)
	}
	err = s.Connect(at)
	_ = s.Close()
	if err != nil {
		t.Skipf("the loopback interface carries no multicast: %v", err)
	}
	var out strings.Builder
	if err := run(zmqtest.Deadline(t), &out, at); err != nil {
		t.Fatalf("%v, after:\n%s", err, out.String())
	}
	if n := strings.Count(out.String(), "ACME "); n != 3 || strings.Contains(out.String(), "OTHER") || !strings.Contains(out.String(), " packets from 127.0.0.1, ") {
		t.Errorf("it prints:\n%s", out.String())
	}
}
