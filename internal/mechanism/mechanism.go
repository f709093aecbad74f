// SPDX-License-Identifier: Apache-2.0

// Package mechanism holds the security handshakes of ZMTP 3.x as machines
// without I/O, clock, randomness or goroutines of their own: the peer's command
// goes in, and ours comes out, or a question that the caller has answered elsewhere.
// A test can step them byte by byte.
//
// The driver of a machine repeats this loop until Ready:
//
//	Question  if there is one, have it answered, then Admit or end with Refusal
//	Next      send what it returns, and go round again
//	Receive   read a command of the peer and hand it in
package mechanism

import "github.com/gozmq/zmq/internal/wire"

// Machine is one side of one handshake. It is used by one goroutine at a time.
type Machine interface {
	// Name is what the greeting announces.
	Name() string
	// AsServer is what the greeting says of our role.
	AsServer() bool
	// Question returns what the authentication handler is to be asked (RFC 27)
	// before the handshake can go on, nil if nothing. It stays until Admit.
	Question() *Question
	// Admit answers the question with yes.
	Admit()
	// Next returns the body of the command to send now, or nil when the peer
	// must speak first or the handshake is over.
	Next() ([]byte, error)
	// Longest is the most bytes that the next command of the peer is worth being
	// read for, 0 where it may be of any length.
	Longest() int
	// Receive takes the body of a command of the peer. An error ends the
	// handshake. A peer that broke a rule gets no explanation.
	Receive(body []byte) error
	// Refusal returns the body of the ERROR command that tells the peer why it is
	// refused, in the place of what Next would have sent; nil where the protocol
	// has no such place. The handshake is over then. The peer speaks version v.
	Refusal(reason string, v wire.Version) []byte
	// Ready reports that both sides have said everything.
	Ready() bool
	// Metadata returns the properties that the peer announced, encoded; nil until
	// they are known.
	Metadata() []byte
	// Traffic returns what frames go through once Ready, nil if they travel as
	// they are.
	Traffic() Traffic
	// Wipe forgets all secrets of the handshake; those of Traffic stay.
	Wipe()
}

// longestFirst is what Longest returns for a peer that has sent nothing yet, if its
// first command is short. No HELLO has more than 518 bytes, no WELCOME more than 168,
// no ERROR more than 262. An unknown peer gets no more memory than that.
const longestFirst = 1 << 10

// Question is what the authentication handler needs to know of a peer.
type Question struct {
	Mechanism   string
	Credentials [][]byte // as RFC 27 lists them for the mechanism
}

// Verdict is the handler's answer.
type Verdict struct {
	Status   int    // one of the constants
	Text     string // in words
	UserID   string
	Metadata []byte // encoded properties
	Domain   string // by whose rules the handler has decided
}

// The statuses of RFC 27.
const (
	Accepted  = 200
	Temporary = 300 // the peer may try again
	Denied    = 400
	Failed    = 500 // the handler could not decide
)

// Traffic encrypts and decrypts the frames of one connection. Its two directions
// share nothing that changes: one goroutine may Seal while another Opens.
type Traffic interface {
	// Overhead is by how much the body of a frame is longer than its payload.
	Overhead() int
	// Seal appends the body of the frame that carries a payload with inner flags.
	// The payload must not overlap dst.
	Seal(dst []byte, flags byte, payload []byte) ([]byte, error)
	// Open appends the payload that a body carries. They must not overlap. Any error
	// is the end of the connection.
	Open(dst, body []byte) (payload []byte, flags byte, err error)
	// Wipe forgets the keys. Nothing can be sealed or opened any more.
	Wipe()
}

// Inner flags of a frame that is carried by another.
const (
	InnerMore    = 1 // another frame of the same message follows
	InnerCommand = 2 // a command
)
