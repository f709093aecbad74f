// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
	"github.com/gozmq/zmq/ws"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }

// TestRun is what a page does, without one: interop/browser has it in a browser.
func TestRun(t *testing.T) {
	ctx, cancel := context.WithCancel(zmqtest.Deadline(t))
	defer cancel()
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, "127.0.0.1:0", in) }()
	line := make([]byte, 100)
	n, err := out.Read(line)
	if err != nil {
		t.Fatal(err)
	}
	address := strings.Fields(string(line[:n]))[1]

	for path, want := range map[string]string{"": "<h1>Wind farm", "page.js": "figures.connect", "page.css": "--card", "zmq/zmq.js": "export"} {
		response, err := http.Get(address + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil || !strings.Contains(string(body), want) {
			t.Errorf("%s: %s, %v, without %q", path, response.Status, err, want)
		}
	}

	transports := zmq.WithTransports(ws.Transports(ws.Config{})...)
	at := strings.Replace(address, "http:", "ws:", 1)
	sub, err := zmq.NewSocket(zmq.SUB, transports)
	if err != nil {
		t.Fatal(err)
	}
	defer sub.Close()
	if err := sub.Subscribe("power"); err != nil {
		t.Fatal(err)
	}
	if err := sub.Connect(at + "figures"); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		m, err := sub.Recv(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if m.Len() != 2 || !strings.Contains(string(m.Frame(1)), `"value":`) {
			t.Errorf("published is %q", m.Strings())
		}
	}
	req, err := zmq.NewSocket(zmq.REQ, transports)
	if err != nil {
		t.Fatal(err)
	}
	defer req.Close()
	if err := req.Connect(at + "questions"); err != nil {
		t.Fatal(err)
	}
	for question, want := range map[string]string{"13": `{"power":40.8}`, "0": `{"power":0}`, "gale": `{"error":"a wind is a number from 0 to 100"}`, "NaN": "error"} {
		reply, err := req.Request(ctx, []byte(question))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(reply.String(), want) {
			t.Errorf("%s: %s, want %s", question, reply, want)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
