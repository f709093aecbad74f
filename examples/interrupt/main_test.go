// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }

func TestRun(t *testing.T) {
	ctx, interrupt := context.WithCancel(zmqtest.Deadline(t))
	defer interrupt()
	out, in := io.Pipe()
	done := make(chan error, 1)
	go func() {
		done <- run(ctx, in)
		in.Close()
	}()
	line := make([]byte, 100)
	n, err := out.Read(line)
	if err != nil {
		t.Fatal(err)
	}
	endpoint := strings.TrimSpace(strings.TrimPrefix(string(line[:n]), "serving at"))

	req, err := zmq.NewSocket(zmq.REQ)
	if err != nil {
		t.Fatal(err)
	}
	defer req.Close()
	if err := req.Connect(endpoint); err != nil {
		t.Fatal(err)
	}
	if reply, err := req.Request(ctx, []byte("x")); err != nil || reply.String() != "done: x" {
		t.Errorf("reply %q, %v", reply, err)
	}
	interrupt()
	rest, _ := io.ReadAll(out)
	if string(rest) != "interrupted after 1 requests\n" {
		t.Errorf("it prints %q", rest)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}
