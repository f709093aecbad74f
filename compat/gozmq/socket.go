// SPDX-License-Identifier: Apache-2.0

package gozmq

import "github.com/gozmq/zmq/compat/classic"

// SocketType is the messaging pattern of a socket.
type SocketType int

// Types of sockets.
const (
	// PAIR has one peer and talks both ways.
	PAIR = SocketType(0)
	// PUB sends to every peer that subscribed.
	PUB = SocketType(1)
	// SUB receives what it subscribed to.
	SUB = SocketType(2)
	// REQ sends a request and receives its reply, in turn.
	REQ = SocketType(3)
	// REP receives a request and sends its reply, in turn.
	REP = SocketType(4)
	// DEALER sends to its peers in turn and receives from all.
	DEALER = SocketType(5)
	// ROUTER sends to the peer that the first part names.
	ROUTER = SocketType(6)
	// PULL receives from all its peers.
	PULL = SocketType(7)
	// PUSH sends to its peers in turn.
	PUSH = SocketType(8)
	// XPUB is a PUB that receives the subscriptions of its peers.
	XPUB = SocketType(9)
	// XSUB is a SUB that sends its subscriptions as messages.
	XSUB = SocketType(10)

	// XREQ is DEALER by its old name.
	XREQ = DEALER
	// XREP is ROUTER by its old name.
	XREP = ROUTER
	// UPSTREAM is PULL by its old name.
	UPSTREAM = PULL
	// DOWNSTREAM is PUSH by its old name.
	DOWNSTREAM = PUSH
)

// SendRecvOption is a flag of Send and Recv.
type SendRecvOption int

// Flags of Send and Recv.
const (
	// SNDMORE says that further parts of the message follow.
	SNDMORE = SendRecvOption(classic.SendMore)
	// NOBLOCK makes a call fail with EAGAIN instead of waiting.
	NOBLOCK = SendRecvOption(classic.DontWait)
	// DONTWAIT is NOBLOCK.
	DONTWAIT = NOBLOCK
)

// Socket sends and receives messages. It is safe for concurrent use, see the
// package's documentation.
type Socket struct {
	s *classic.Socket
}

// Close ends the socket; further calls fail with ENOTSOCK. What is queued is sent
// in the background for as long as the socket lingers.
func (s *Socket) Close() error { return errno(s.s.Close()) }

// Bind listens on an endpoint such as "tcp://*:5555".
func (s *Socket) Bind(address string) error { return errno(s.s.Bind(address)) }

// Unbind stops listening on an endpoint; ENOENT if the socket does not.
func (s *Socket) Unbind(address string) error { return errno(s.s.Unbind(address)) }

// Connect connects to an endpoint such as "tcp://localhost:5555", now and whenever
// the connection is lost.
func (s *Socket) Connect(address string) error { return errno(s.s.Connect(address)) }

// Disconnect ends the connection to an endpoint; ENOENT if there is none.
func (s *Socket) Disconnect(address string) error { return errno(s.s.Disconnect(address)) }

// Send sends a message, or with SNDMORE a part of one, of which data is copied. It
// waits while the socket's queue is full or it has no peer, for as long as
// SetSndTimeout allows; not at all with NOBLOCK.
func (s *Socket) Send(data []byte, flags SendRecvOption) error {
	return errno(s.s.Send(data, int(flags)))
}

// SendMultipart sends a message of several parts, as one unit.
func (s *Socket) SendMultipart(parts [][]byte, flags SendRecvOption) (err error) {
	return errno(s.s.SendAll(parts, int(flags)))
}

// Recv receives a message, or one part of it: then RcvMore tells whether others
// follow. It waits for as long as SetRcvTimeout allows, not at all with NOBLOCK.
// data is the caller's.
func (s *Socket) Recv(flags SendRecvOption) (data []byte, err error) {
	data, _, err = s.s.Recv(int(flags))
	return data, errno(err)
}

// RecvMultipart receives all parts of a message.
func (s *Socket) RecvMultipart(flags SendRecvOption) (parts [][]byte, err error) {
	parts, _, err = s.s.RecvAll(int(flags))
	return parts, errno(err)
}
