// SPDX-License-Identifier: Apache-2.0

package core

import (
	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/transport/ipc"
	"github.com/gozmq/zmq/internal/transport/multicast"
	"github.com/gozmq/zmq/internal/transport/tcp"
	"github.com/gozmq/zmq/internal/transport/udp"
)

// Transports returns the transports of this library by scheme, without inproc.
func Transports() map[string]transport.Transport {
	all := map[string]transport.Transport{
		"tcp": tcp.New(), "ipc": ipc.New(), udp.Scheme: udp.New(),
		multicast.Pgm: multicast.New(multicast.Pgm), multicast.Epgm: multicast.New(multicast.Epgm),
	}
	for _, t := range ofThisSystem() {
		all[t.Scheme()] = t
	}
	return all
}

// ofPackageWS is for the transports that a program has to bring.
const ofPackageWS = "give the socket, or its context, zmq.WithTransports(ws.Transports(ws.Config{})...) of github.com/gozmq/zmq/ws"

// ofLinux is for those that other systems do not have.
const ofLinux = "Linux alone has it"

// LaterTransports returns the schemes that are known and not there, and why.
func LaterTransports() map[string]string {
	return map[string]string{
		"ws": ofPackageWS, "wss": ofPackageWS, "tls": ofPackageWS,
		"tipc": ofLinux, "vmci": ofLinux, "vsock": ofLinux,
	}
}
