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
	PAIR   SocketType = 0  // one peer, both ways
	PUB    SocketType = 1  // sends to every subscriber
	SUB    SocketType = 2  // receives what it subscribed to
	REQ    SocketType = 3  // sends a request, receives its reply
	REP    SocketType = 4  // receives a request, sends its reply
	DEALER SocketType = 5  // sends to peers in turn, receives from all
	ROUTER SocketType = 6  // sends to the peer that the first frame names
	PULL   SocketType = 7  // receives from all
	PUSH   SocketType = 8  // sends to peers in turn
	XPUB   SocketType = 9  // a PUB that sees subscriptions
	XSUB   SocketType = 10 // a SUB that sends subscriptions as messages
	STREAM SocketType = 11 // raw TCP
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
