// SPDX-License-Identifier: Apache-2.0

package wire

// First octet of a subscription in the form of a message (RFC 23, The
// Publish-Subscribe Pattern).
const (
	messageCancel    = 0
	messageSubscribe = 1
)

// AppendSubscription appends a subscription to topic, or its cancellation, as a
// whole ZMTP 2.0 or 3.x frame: a command if v is V31, else a message. Links with
// ZMTP 1.0 framing carry the same body under their own header.
func AppendSubscription(dst []byte, topic []byte, cancel bool, v Version) []byte {
	if v.SubscribesByCommand() {
		name := CommandSubscribe
		if cancel {
			name = CommandCancel
		}
		return AppendCommandFrame(dst, name, topic)
	}
	kind := byte(messageSubscribe)
	if cancel {
		kind = messageCancel
	}
	return append(append(AppendHeader(dst, 0, 1+len(topic)), kind), topic...)
}

// ParseSubscription reads a subscription in the form of a message, which is
// accepted on every version. ok is false if body is a user's message: empty, or
// beginning with another octet than 0 or 1. topic is a slice of body.
func ParseSubscription(body []byte) (topic []byte, cancel, ok bool) {
	if len(body) == 0 || body[0] > messageSubscribe {
		return nil, false, false
	}
	return body[1:], body[0] == messageCancel, true
}
