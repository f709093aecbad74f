// SPDX-License-Identifier: Apache-2.0

package zmq4

import (
	"errors"

	"github.com/gozmq/zmq/compat/zmq4"
)

// Type is the messaging pattern of a socket.
type Type int

// Types of sockets; package zmq4 describes those that it has.
const (
	PAIR   = Type(zmq4.PAIR)   // PAIR is zmq4.PAIR.
	PUB    = Type(zmq4.PUB)    // PUB is zmq4.PUB.
	SUB    = Type(zmq4.SUB)    // SUB is zmq4.SUB.
	REQ    = Type(zmq4.REQ)    // REQ is zmq4.REQ.
	REP    = Type(zmq4.REP)    // REP is zmq4.REP.
	DEALER = Type(zmq4.DEALER) // DEALER is zmq4.DEALER.
	ROUTER = Type(zmq4.ROUTER) // ROUTER is zmq4.ROUTER.
	PULL   = Type(zmq4.PULL)   // PULL is zmq4.PULL.
	PUSH   = Type(zmq4.PUSH)   // PUSH is zmq4.PUSH.
	XPUB   = Type(zmq4.XPUB)   // XPUB is zmq4.XPUB.
	XSUB   = Type(zmq4.XSUB)   // XSUB is zmq4.XSUB.
	STREAM = Type(zmq4.STREAM) // STREAM is zmq4.STREAM.

	// SERVER talks to many CLIENT sockets, by routing ids that are numbers (RFC 41).
	SERVER = Type(12)
	// CLIENT talks to SERVER sockets (RFC 41).
	CLIENT = Type(13)
	// RADIO sends to the DISH sockets that have joined the message's group (RFC 48).
	RADIO = Type(14)
	// DISH receives the messages of the groups that it has joined (RFC 48).
	DISH = Type(15)
	// GATHER receives from its SCATTER peers (RFC 49).
	GATHER = Type(16)
	// SCATTER sends to its GATHER peers in turn (RFC 49).
	SCATTER = Type(17)
	// DGRAM is raw UDP.
	DGRAM = Type(18)
)

var draftNames = [...]string{"SERVER", "CLIENT", "RADIO", "DISH", "GATHER", "SCATTER", "DGRAM"}

// isDraft tells whether libzmq calls the type draft.
func (t Type) isDraft() bool { return t >= SERVER && t <= DGRAM }

// String returns the name of the type, "DEALER".
func (t Type) String() string {
	if t.isDraft() {
		return draftNames[t-SERVER]
	}
	return zmq4.Type(t).String()
}

// HasDraft tells whether there are the draft socket types: true.
func HasDraft() bool { return true }

// notImplemented makes an error with the original's text.
func notImplemented(text string) error { return errors.New(text) }

// Errors that say which libzmq it takes.
var (
	// ErrorNotImplemented42draft does not occur: the draft socket types are there.
	ErrorNotImplemented42draft = notImplemented("Not implemented, requires 0MQ version 4.2 with drafts enabled")
	// ErrorNotImplemented43 does not occur: all of libzmq 4.3 is there.
	ErrorNotImplemented43 = notImplemented("Not implemented, requires 0MQ version 4.3")
	// ErrorNotImplemented433 does not occur: all of libzmq 4.3 is there.
	ErrorNotImplemented433 = notImplemented("Not implemented, requires 0MQ version 4.3.3")
	// ErrorNotImplemented435 does not occur: all of libzmq 4.3 is there.
	ErrorNotImplemented435 = notImplemented("Not implemented, requires 0MQ version 4.3.5")
)
