// SPDX-License-Identifier: Apache-2.0

//go:build cgo && linux

package main

import (
	"crypto/tls"

	"github.com/gozmq/zmq/internal/core"
	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/transport/tcp"
	overtls "github.com/gozmq/zmq/internal/transport/tls"
	"github.com/gozmq/zmq/internal/transport/ws"
)

// transports are those of this library: a program in C cannot choose what it pays for.
// What pages may connect over ws it cannot say either, and so libzmq's rule holds: all.
func transports() map[string]transport.Transport {
	list := core.Transports()
	below, cfg := tcp.New(), &ws.Config{Origins: []string{"*"}}
	for _, t := range []transport.Transport{
		ws.New("ws", below, cfg),
		ws.New("wss", overtls.New("wss", tls.VersionTLS12, below, nil), cfg),
		overtls.New(overtls.Scheme, tls.VersionTLS13, below, nil),
	} {
		list[t.Scheme()] = t
	}
	return list
}
