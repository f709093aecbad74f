// SPDX-License-Identifier: Apache-2.0

package zmq4

import (
	"strings"

	"github.com/gozmq/zmq/compat/classic"
)

// Defaults of a context.
const (
	// MaxSocketsDflt is the default of SetMaxSockets.
	MaxSocketsDflt = int(classic.DefaultMaxSockets)
	// IoThreadsDflt is the default of SetIoThreads.
	IoThreadsDflt = int(classic.DefaultIOThreads)
)

// Type is the messaging pattern of a socket.
type Type int

// Types of sockets.
const (
	// PAIR has one peer and talks both ways.
	PAIR = Type(0)
	// PUB sends to every peer that subscribed.
	PUB = Type(1)
	// SUB receives what it subscribed to.
	SUB = Type(2)
	// REQ sends a request and receives its reply, in turn.
	REQ = Type(3)
	// REP receives a request and sends its reply, in turn.
	REP = Type(4)
	// DEALER sends to its peers in turn and receives from all.
	DEALER = Type(5)
	// ROUTER sends to the peer that the first part names.
	ROUTER = Type(6)
	// PULL receives from all its peers.
	PULL = Type(7)
	// PUSH sends to its peers in turn.
	PUSH = Type(8)
	// XPUB is a PUB that receives the subscriptions of its peers.
	XPUB = Type(9)
	// XSUB is a SUB that sends its subscriptions as messages.
	XSUB = Type(10)
	// STREAM is raw TCP: the first part names the connection.
	STREAM = Type(11)
)

const invalid = "<INVALID>"

var typeNames = [...]string{
	PAIR: "PAIR", PUB: "PUB", SUB: "SUB", REQ: "REQ", REP: "REP", DEALER: "DEALER", ROUTER: "ROUTER", PULL: "PULL",
	PUSH: "PUSH", XPUB: "XPUB", XSUB: "XSUB", STREAM: "STREAM",
}

// String returns the name of the type, "DEALER".
func (t Type) String() string {
	if t < 0 || int(t) >= len(typeNames) {
		return invalid
	}
	return typeNames[t]
}

// Flag changes how Send and Recv work.
type Flag int

// Flags of Send and Recv.
const (
	// DONTWAIT makes a call fail with EAGAIN instead of waiting.
	DONTWAIT = Flag(classic.DontWait)
	// SNDMORE says that further parts of the message follow.
	SNDMORE = Flag(classic.SendMore)
)

// String returns the names of the flags, joined by "|".
func (f Flag) String() string {
	return names(int(f), []bit{{int(DONTWAIT), "DONTWAIT"}, {int(SNDMORE), "SNDMORE"}})
}

// State is what a socket can do without waiting.
type State int

// States of sockets.
const (
	// POLLIN says that something can be received.
	POLLIN = State(1)
	// POLLOUT says that something can be sent.
	POLLOUT = State(2)
)

// String returns the names of the states, joined by "|".
func (s State) String() string {
	return names(int(s), []bit{{int(POLLIN), "POLLIN"}, {int(POLLOUT), "POLLOUT"}})
}

// Mechanism is a way to authenticate and encrypt.
type Mechanism int

// Mechanisms.
const (
	// NULL is none.
	NULL = Mechanism(0)
	// PLAIN is in clear text: a name and a password.
	PLAIN = Mechanism(1)
	// CURVE encrypts, and proves keys.
	CURVE = Mechanism(2)
	// GSSAPI is Kerberos, which this package does not have.
	GSSAPI = Mechanism(3)
)

// String returns the name of the mechanism, "CURVE".
func (m Mechanism) String() string {
	switch m {
	case NULL:
		return "NULL"
	case PLAIN:
		return "PLAIN"
	case CURVE:
		return "CURVE"
	case GSSAPI:
		return "GSSAPI"
	}
	return invalid
}

// bit is a flag and its name.
type bit struct {
	value int
	name  string
}

func names(v int, all []bit) string {
	var found []string
	for _, b := range all {
		if v&b.value != 0 {
			found = append(found, b.name)
		}
	}
	if len(found) == 0 {
		return "<NONE>"
	}
	return strings.Join(found, "|")
}
