// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"context"
	"fmt"

	"github.com/gozmq/zmq"
)

// hello is the hello world of ZeroMQ. The server answers each client, and the
// client's Request waits for the reply to its own request, and would survive
// a server that is restarted in between.
func hello(ctx context.Context, out *printer, size Size) error {
	server, endpoint, err := bound(zmq.REP)
	if err != nil {
		return err
	}
	defer server.Close()
	out.printf("  server listens on %s\n", endpoint)

	serve := func(ctx context.Context) error {
		for range size.Requests {
			request, err := server.Recv(ctx)
			if err != nil {
				return err
			}
			out.printf("  server got %q\n", request)
			if err := server.SendString(ctx, "World "+request.String()); err != nil {
				return err
			}
		}
		return nil
	}
	ask := func(ctx context.Context) error {
		client, err := connected(zmq.REQ, endpoint)
		if err != nil {
			return err
		}
		defer client.Close()
		for i := range size.Requests {
			reply, err := client.Request(ctx, fmt.Appendf(nil, "Hello %d", i+1))
			if err != nil {
				return err
			}
			out.printf("  client got %q\n", reply)
		}
		return nil
	}
	return together(ctx, serve, ask)
}
