// SPDX-License-Identifier: Apache-2.0

// Command zmq sends and receives ZeroMQ messages from the command line. Run
// "zmq help", or see its README.md.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/gozmq/zmq/cmd/zmq/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the second signal ends the process at once
	os.Exit(cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}.Run(ctx, os.Args[1:]))
}
