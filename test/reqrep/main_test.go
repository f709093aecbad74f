// SPDX-License-Identifier: Apache-2.0

// Package reqrep_test tests package reqrep with the sockets of package zmq as peers.
package reqrep_test

import (
	"context"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
	"github.com/gozmq/zmq/reqrep"
	"github.com/gozmq/zmq/test/rig"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }

// newClient returns a client that is closed with the test.
func newClient(r *rig.Test, cfg reqrep.Config, endpoints ...string) *reqrep.Client {
	cfg.Context = r.ZMQ
	c, err := reqrep.NewClient(cfg, endpoints...)
	r.Check(err)
	r.Cleanup(func() { _ = c.Close() })
	return c
}

// echo answers with the request itself.
func echo(_ context.Context, x reqrep.Request) zmq.Message { return x.Body }

// serve runs a server, and returns what stops it and waits for its end.
func serve(r *rig.Test, s reqrep.Server) (stop func() error) {
	ctx, cancel := context.WithCancel(r.Ctx)
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx) }()
	ended := false
	stop = func() error {
		if ended {
			return nil
		}
		ended = true
		cancel()
		return r.Result(done)
	}
	r.Cleanup(func() { _ = stop() })
	return stop
}

// ask makes a request and compares the reply.
func ask(r *rig.Test, c *reqrep.Client, question, want string) {
	r.Helper()
	m, err := c.Request(r.Ctx, []byte(question))
	if err != nil || m.String() != want {
		r.Fatalf("the reply to %q is %q, %v, want %q", question, m, err, want)
	}
}

// answer has a REP or ROUTER answer the next request, with an envelope as it came.
func answer(r *rig.Test, s *zmq.Socket, want, reply string) {
	r.Helper()
	m, err := s.Recv(r.Ctx)
	r.Check(err)
	if string(m.Last()) != want {
		r.Fatalf("received %q, want %q", m.Strings(), want)
	}
	frames := m.Strings()
	frames[len(frames)-1] = reply
	r.Check(s.SendString(r.Ctx, frames...))
}
