// SPDX-License-Identifier: Apache-2.0

// Package zmq is ZeroMQ in pure Go: sockets that carry whole messages over many
// transports in proven patterns. It speaks ZMTP 3.1 and every older version, and
// interoperates with libzmq from 2.x on; it needs no C library.
//
// A server and a client:
//
//	rep, err := zmq.NewSocket(zmq.REP)
//	err = rep.Bind("tcp://*:5555")
//	for m, err := range rep.Messages(ctx) {
//		if err != nil {
//			break
//		}
//		err = rep.Send(ctx, m.Bytes())
//	}
//
//	req, err := zmq.NewSocket(zmq.REQ)
//	err = req.Connect("tcp://localhost:5555")
//	reply, err := req.Request(ctx, []byte("hello"))
//
// Sockets are safe for any number of goroutines, and everything that waits takes
// a context.Context. Connections are made in the background, made again when
// they are lost, and watched by heartbeats.
//
// # Memory
//
// A message that Recv returns is its receiver's for good. Who is through with one
// before the next receives by RecvInto, which uses the memory again: where messages
// are large or many that is twice as fast, because the garbage collector has nothing
// to do. Send copies; SendMessage hands over.
//
// # Options
//
// An option is a variable with a type: zmq.SendHWM.Of(5000) is a Setting for
// NewSocket, Bind, Connect or Set; zmq.SendHWM.Get(sock) reads it. Defaults are
// chosen for today's networks and differ from libzmq's where these hurt: see the
// options' documentation, and ContextConfig.LibzmqDefaults.
//
// # Security
//
// CURVE encrypts a connection, proves the server to the client and the client's key
// to the server: CurveKeypair.AsServer and AsClient are settings for a socket, or
// for one Bind or Connect. Who may connect is decided by WithAuthorizer, a function
// for each socket or endpoint, or by an authentication handler for all servers of a
// context, as in libzmq; package auth has one. PLAIN sends passwords, as all else,
// in clear text. A socket with a mechanism talks to no peer that has another one.
// What stays in the process, by inproc, is neither encrypted nor authenticated.
package zmq
