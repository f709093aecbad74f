// SPDX-License-Identifier: Apache-2.0

// Package zmq is ZeroMQ in pure Go: sockets that carry whole messages over many
// transports in proven patterns. It speaks ZMTP 3.1 and every older version, and
// interoperates with libzmq from 2.x on. It needs no C library.
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
// Sockets may be used from any number of goroutines, and every call that blocks takes a
// context.Context. Connections are made in the background, restored when they are lost,
// and monitored with heartbeats.
//
// # Memory
//
// A message that Recv returns belongs to the receiver permanently. If you finish with
// each message before receiving the next, use RecvInto, which reuses its memory. With
// large or many messages that is twice as fast, because there is no garbage to collect.
// Send copies its frames. SendMessage takes ownership of the message.
//
// # Options
//
// An option is a variable with a type. zmq.SendHWM.Of(5000) is a Setting for NewSocket,
// Bind, Connect or Set, and zmq.SendHWM.Get(sock) reads the option. The defaults suit
// today's networks and differ from libzmq's where those cause trouble: see the options'
// documentation, and ContextConfig.LibzmqDefaults.
//
// # Security
//
// CURVE encrypts a connection and authenticates the server to the client and the
// client's key to the server. CurveKeypair.AsServer and AsClient return settings for a
// socket, or for one Bind or Connect. WithCurveServerKeys lets a server change its key
// while it runs. Two mechanisms decide which peers may connect. WithAuthorizer sets a
// function for a socket or an endpoint. An authentication handler serves all servers of a
// context, as in libzmq, and package auth has one. PLAIN sends passwords, like everything
// else, in clear text. A socket with a mechanism exchanges messages only with peers that
// use the same one. Messages over inproc stay in the process, and are neither encrypted
// nor authenticated.
package zmq
