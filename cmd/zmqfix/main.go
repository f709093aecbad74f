// SPDX-License-Identifier: Apache-2.0

// Command zmqfix rewrites programs from other Go libraries for ZeroMQ to
// github.com/gozmq/zmq. Run "zmqfix -h", or see its README.md.
package main

import (
	"os"

	"github.com/gozmq/zmq/cmd/zmqfix/internal/cli"
)

func main() {
	os.Exit(cli.Run(os.Args[1:], os.Stdout, os.Stderr))
}
