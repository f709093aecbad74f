// SPDX-License-Identifier: Apache-2.0

// Package zmq4 has the API of github.com/go-zeromq/zmq4 on top of
// github.com/gozmq/zmq. Programs move over by changing the import path, or by a
// replace line in go.mod that names the module in the folder replace; new programs
// use github.com/gozmq/zmq itself.
//
// It does what users of that API have asked of it:
//
//   - Dial keeps trying. It waits for the peer as long as the original does, and
//     then goes on in the background instead of failing, for every endpoint, as
//     long as the socket exists. WithDialerMaxRetries and WithAutomaticReconnect
//     change that.
//   - PUSH, DEALER and REQ share messages out among their peers instead of
//     sending each to all of them.
//   - Recv goes on with the other peers, and with new ones, when a peer leaves.
//     It returns io.EOF only if that was the last one and Dial had reached it,
//     because programs dial again then. If they do not, the socket reconnects all
//     the same.
//   - A REP that is received ahead of its reply gives the next request when that
//     is sent, so that each reply goes where it belongs.
//   - Send waits for room and for a peer, and reports what it could not do.
//   - Each peer has queues of its own, up to OptionHWM messages.
//   - Sockets are safe for any number of goroutines.
//   - The server of PLAIN checks names and passwords.
//   - WithTransports adds ws, wss and tls, with certificates of the program.
//
// # Differences
//
// A Send of a REP without a request is an error. A Send without a peer waits for one,
// except as the interface Socket says. Recv reports only the loss of the last
// connection, after all messages that it left, and not of connections by inproc. A
// ROUTER makes up routing ids of five bytes, not of 36. WithTimeout bounds Send, and a
// Send that runs out of time says so. Peers speak ZMTP 3.1 with each other, and older
// versions with older peers.
//
// # Goroutines
//
//   - socket.closeWithContext, by context.AfterFunc: when the context of a socket
//     ends, closes it.
//   - socket.collectTopics: one for each PUB, from its constructor to its end;
//     keeps the list that Topics returns.
//   - socket.logEvents: one for each socket with WithLogger, to the socket's end.
//   - socket.watchDials: one for each socket that has dialled by other than inproc,
//     to the socket's end.
//   - relay.serve: one for each Listen or Dial through a registered transport or a
//     mechanism other than NULL and PLAIN, to the socket's end; for each connection
//     of these relay.connect, and two of passBytes or passFrames that it waits for.
//   - auth.Handler: one while sockets listen with PLAIN.
//   - Proxy.pass: one for each direction, which Run waits for.
//   - Conn.greet: one that writes the greeting while the peer's is read.
package zmq4
