// SPDX-License-Identifier: Apache-2.0

package mechanism

import (
	"encoding/binary"
	"math"

	"golang.org/x/crypto/nacl/secretbox"

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
	key curveKey

	// Owned by whoever seals.
	sealed    counter
	sealNonce [24]byte

	// Owned by whoever opens.
	opened    uint64 // the short nonce that was accepted last
	openNonce [24]byte
}

func newCurveTraffic(key *curveKey, out, in string, sent counter, received uint64) *curveTraffic {
	return &curveTraffic{
		key: *key, sealed: sent, opened: received,
		sealNonce: nonceOf(out, nil), openNonce: nonceOf(in, nil),
	}
}

func (t *curveTraffic) Overhead() int { return messageOverhead }

// Wipe also uses up all nonces, so that nothing is ever sealed with a key of
// zeros.
func (t *curveTraffic) Wipe() {
	wipe(&t.key)
	t.sealed, t.opened = math.MaxUint64, math.MaxUint64
}

func (t *curveTraffic) Seal(dst, plain []byte) ([]byte, error) {
	tail, err := t.sealed.next()
	if err != nil {
		return dst, err
	}
	copy(t.sealNonce[longNonce:], tail[:])
	dst = append(append(dst, messageName...), tail[:]...)
	return secretbox.Seal(dst, plain, &t.sealNonce, &t.key), nil
}

func (t *curveTraffic) Open(dst, body []byte) ([]byte, error) {
	switch {
	case len(body) < 2 || int(body[0]) >= len(body):
		return dst, violation(MalformedCommand, "a command has a name")
	case len(body) < len(messageName) || string(body[:len(messageName)]) != messageName:
		return dst, violation(UnexpectedCommand, "after the handshake of CURVE everything is a MESSAGE")
	case len(body) < messageOverhead:
		return dst, violation(MalformedMessage, "MESSAGE of CURVE has 33 octets and more")
	}
	at := binary.BigEndian.Uint64(body[len(messageName):])
	if at <= t.opened {
		return dst, violation(InvalidSequence, "the nonce of a MESSAGE is above that of the one before")
	}
	copy(t.openNonce[longNonce:], body[len(messageName):])
	plain, ok := secretbox.Open(dst, body[messageBox:], &t.openNonce, &t.key)
	if !ok {
		return dst, violation(Cryptographic, "a MESSAGE does not open")
	}
	t.opened = at
	return plain, nil
}
