// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"strings"

	"github.com/gozmq/zmq/internal/pattern"
	"github.com/gozmq/zmq/internal/zerr"
)

// SocketType is the messaging pattern of a socket. The values are libzmq's.
type SocketType uint8

// Socket types.
const (
	// PAIR has one peer, and sends and receives. (RFC 31)
	PAIR SocketType = 0
	// PUB sends to every peer that subscribed. (RFC 29)
	PUB SocketType = 1
	// SUB receives the messages that it has subscribed to. (RFC 29)
	SUB SocketType = 2
	// REQ sends a request and receives its reply, in turn. (RFC 28)
	REQ SocketType = 3
	// REP receives a request and sends its reply, in turn. (RFC 28)
	REP SocketType = 4
	// DEALER sends to its peers in turn and receives from all. (RFC 28)
	DEALER SocketType = 5
	// ROUTER sends to the peer that the first frame names, and puts the sender's name
	// before each message that it receives. (RFC 28)
	ROUTER SocketType = 6
	// PULL receives from all its peers. (RFC 30)
	PULL SocketType = 7
	// PUSH sends to its peers in turn. It shares out evenly, not fairly: a slow peer gets as
	// many messages as a fast one until its queues are full, and beside the high-water marks
	// the buffers of both systems hold hundreds of small messages. If tasks take long, let
	// the peers ask for them; examples/credit shows how. (RFC 30)
	PUSH SocketType = 8
	// XPUB is a PUB that receives the subscriptions of its peers. (RFC 29)
	XPUB SocketType = 9
	// XSUB is a SUB that sends its subscriptions as messages. (RFC 29)
	XSUB SocketType = 10
	// STREAM is raw TCP. The first frame names the connection. (libzmq: ZMQ_STREAM)
	STREAM SocketType = 11
	// SERVER receives from its peers, and sends to the peer whose number the message
	// carries (Message.RoutingID), without envelopes. (RFC 41)
	SERVER SocketType = 12
	// CLIENT sends to its SERVERs in turn and receives from all. (RFC 41)
	CLIENT SocketType = 13
	// RADIO sends to every peer that has joined the group of the message. (RFC 48)
	RADIO SocketType = 14
	// DISH receives the messages of the groups that it has joined. (RFC 48)
	DISH SocketType = 15
	// GATHER receives from all its peers. (RFC 49)
	GATHER SocketType = 16
	// SCATTER sends to its peers in turn. (RFC 49)
	SCATTER SocketType = 17
	// DGRAM sends udp datagrams to the address in the first frame, such as
	// "192.0.2.1:5555", and puts the sender's address before each datagram that it
	// receives. (libzmq: ZMQ_DGRAM)
	DGRAM SocketType = 18
	// PEER sends to and receives from other PEERs, each of which has a number.
	// (libzmq: ZMQ_PEER)
	PEER SocketType = 19
	// CHANNEL has one peer, and sends and receives as PAIR does, in messages of one
	// frame. (RFC 51)
	CHANNEL SocketType = 20
)

// SocketTypes returns all socket types of this library, by number.
func SocketTypes() []SocketType {
	var list []SocketType
	for n := 0; pattern.TypeOf(n) != nil; n++ {
		list = append(list, SocketType(n))
	}
	return list
}

// String returns the name that handshakes use, "DEALER".
func (t SocketType) String() string {
	if row := pattern.TypeOf(int(t)); row != nil {
		return row.Name
	}
	return "unknown"
}

// ParseSocketType returns the type with that name, in any case. The old names XREQ and
// XREP are accepted too. It fails with ErrInvalid for other names.
func ParseSocketType(name string) (SocketType, error) {
	t := pattern.TypeNamed(strings.ToUpper(name))
	if t == nil {
		return 0, zerr.Errorf(zerr.ErrInvalid, "no socket type is named %q", name)
	}
	return SocketType(t.Number), nil
}
