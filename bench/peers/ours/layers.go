// SPDX-License-Identifier: Apache-2.0

//go:build layers

package main

import (
	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/bench/internal/role"
	"github.com/gozmq/zmq/ws"
)

// layers has the transports ws and wss, which are part of the program only where they are
// measured: they cost memory, and time when it starts.
func layers() ([]zmq.Setting, error) {
	cfg, err := role.TLS()
	if err != nil {
		return nil, err
	}
	return []zmq.Setting{zmq.WithTransports(ws.Transports(ws.Config{TLS: cfg})...)}, nil
}
