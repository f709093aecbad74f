// SPDX-License-Identifier: Apache-2.0

package mechanism

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/gozmq/zmq/internal/wire"
)

// Beginnings of the nonces of MESSAGE. Each direction has its own, so that both
// can share a key.
const (
	nonceFromClient = "CurveZMQMESSAGEC"
	nonceFromServer = "CurveZMQMESSAGES"
)

// messageName is what each MESSAGE begins with.
const messageName = "\x07" + wire.CommandMessage

const (
	messageBox      = len(messageName) + shortNonce
	messageOverhead = messageBox + boxOverhead + 1 // and the inner flags
)

// curveTraffic carries frames in MESSAGE commands once a handshake is over:
//
//	"\x07MESSAGE" · short nonce · box of (inner flags · payload)
type curveTraffic struct {
	// Owned by the goroutine that seals.
	out    stream
	sealed counter

	// Owned by the goroutine that opens.
	in     stream
	opened uint64 // the short nonce that was accepted last
}

func newCurveTraffic(key *curveKey, out, in string, sent counter, received uint64) *curveTraffic {
	return &curveTraffic{out: newStream(key, out), in: newStream(key, in), sealed: sent, opened: received}
}

func (t *curveTraffic) Overhead() int { return messageOverhead }

// Wipe also uses up all nonces, so that nothing is ever sealed with a key of
// zeros.
func (t *curveTraffic) Wipe() {
	t.out.wipe()
	t.in.wipe()
	t.sealed, t.opened = math.MaxUint64, math.MaxUint64
}

func (t *curveTraffic) Seal(dst []byte, flags byte, payload []byte) ([]byte, error) {
	tail, err := t.sealed.next()
	if err != nil {
		return dst, err
	}
	size := messageOverhead + len(payload)
	at := len(dst)
	dst = slices.Grow(dst, size)[:at+size]
	message := dst[at:]
	copy(message, messageName)
	copy(message[len(messageName):], tail[:])
	t.out.nonce = uint64(t.sealed)
	t.out.seal(message[messageBox:], flags, payload)
	return dst, nil
}

func (t *curveTraffic) Open(dst, body []byte) ([]byte, byte, error) {
	if err := t.check(body); err != nil {
		return dst, 0, err
	}
	size := len(body) - messageOverhead
	at := len(dst)
	dst = slices.Grow(dst, size)[:at+size]
	flags, ok := t.in.open(dst[at:], body[messageBox:])
	if !ok {
		return dst[:at], 0, errNotAuthentic
	}
	t.opened = t.in.nonce
	return dst, flags, nil
}

// check looks at what of a MESSAGE is in clear, and notes its nonce.
func (t *curveTraffic) check(body []byte) error {
	switch {
	case len(body) < 2 || int(body[0]) >= len(body):
		return violation(MalformedCommand, "a command has a name")
	case len(body) < len(messageName) || string(body[:len(messageName)]) != messageName:
		return violation(UnexpectedCommand, "after the handshake of CURVE everything is a MESSAGE")
	case len(body) < messageOverhead:
		return violation(MalformedMessage, "MESSAGE of CURVE has 33 bytes and more")
	}
	t.in.nonce = binary.BigEndian.Uint64(body[len(messageName):])
	// RFC 26 wants nonces that grow. A gap means that a command was taken out on the
	// way: frames of two messages could be joined to one. Every libzmq counts without
	// gaps, in each role.
	if t.in.nonce != t.opened+1 {
		return violation(InvalidSequence, "the nonce of a MESSAGE follows that of the one before")
	}
	return nil
}

var errNotAuthentic = violation(Cryptographic, "a MESSAGE does not open")
