// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"strings"

	"github.com/gozmq/zmq/internal/zerr"
)

// SocketType is the messaging pattern of a socket. The values are libzmq's.
type SocketType uint8

// Socket types.
const (
	// PAIR has one peer and talks both ways. (RFC 31)
	PAIR SocketType = 0
	// PUB sends to every peer that subscribed. (RFC 29)
	PUB SocketType = 1
	// SUB receives what it subscribed to. (RFC 29)
	SUB SocketType = 2
	// REQ sends a request and receives its reply, in turn. (RFC 28)
	REQ SocketType = 3
	// REP receives a request and sends its reply, in turn. (RFC 28)
	REP SocketType = 4
	// DEALER sends to its peers in turn and receives from all. (RFC 28)
	DEALER SocketType = 5
	// ROUTER sends to the peer that the first frame names, and puts the sender's
	// name in front of what it receives. (RFC 28)
	ROUTER SocketType = 6
	// PULL receives from all its peers. (RFC 30)
	PULL SocketType = 7
	// PUSH sends to its peers in turn. (RFC 30)
	PUSH SocketType = 8
	// XPUB is a PUB that receives the subscriptions of its peers. (RFC 29)
	XPUB SocketType = 9
	// XSUB is a SUB that sends its subscriptions as messages. (RFC 29)
	XSUB SocketType = 10
	// STREAM is raw TCP: the first frame names the connection. (libzmq:
	// ZMQ_STREAM)
	STREAM SocketType = 11
)

var typeNames = [...]string{"PAIR", "PUB", "SUB", "REQ", "REP", "DEALER", "ROUTER", "PULL", "PUSH", "XPUB", "XSUB", "STREAM"}

// String returns the name as it travels in handshakes, "DEALER".
func (t SocketType) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return "unknown"
}

// ParseSocketType returns the type with that name, in any case; the old names
// XREQ and XREP are known too. It fails with ErrInvalid.
func ParseSocketType(name string) (SocketType, error) {
	upper := strings.ToUpper(name)
	switch upper {
	case "XREQ":
		return DEALER, nil
	case "XREP":
		return ROUTER, nil
	}
	for i, n := range typeNames {
		if n == upper {
			return SocketType(i), nil
		}
	}
	return 0, zerr.Errorf(zerr.ErrInvalid, "no socket type is named %q", name)
}
