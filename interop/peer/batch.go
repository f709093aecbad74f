// SPDX-License-Identifier: Apache-2.0

// Many numbered messages with one command, so that steering does not slow the
// traffic down.

package peer

import (
	"encoding/binary"
	"time"
)

// numberSize is how many bytes of a numbered message hold its number.
const numberSize = 8

// batchTimeout is what Batch.Timeout is when it is zero.
const batchTimeout = 20 * time.Second

// Batch describes messages that are numbered without a gap.
type Batch struct {
	// Count is how many messages.
	Count int
	// Size is the size of a message's last frame, at least 8.
	Size int
	// First is the number of the first message.
	First uint64
	// Timeout is the longest wait for one message, or for room for one;
	// zero means 20 seconds.
	Timeout time.Duration
	// Prefix holds the frames to send before the numbered one.
	Prefix [][]byte
	// Skip is how many frames precede the numbered one when receiving.
	Skip int
}

// Report tells how a batch went.
type Report struct {
	// Count is how many messages were sent or received.
	Count int
	// Seconds is the time that they took; when receiving, from the first one.
	Seconds float64
	// Wrong describes the first message that was out of order or had a wrong
	// size or frame count, empty when all were right. Sending leaves it empty.
	Wrong string
}

// SendMany sends numbered messages. The error is EAGAIN when there was no room
// for longer than the time-out; the report counts what was sent before.
func (s *Socket) SendMany(b Batch) (Report, error) {
	return s.many("send_many", b)
}

// RecvMany receives and checks numbered messages. The error is EAGAIN when none
// came for longer than the time-out; the report counts what came before.
func (s *Socket) RecvMany(b Batch) (Report, error) {
	return s.many("recv_many", b)
}

// Echo sends back Count messages as they came, one by one.
func (s *Socket) Echo(count int, timeout time.Duration) (Report, error) {
	return s.many("echo", Batch{Count: count, Timeout: timeout})
}

func (s *Socket) many(op string, b Batch) (Report, error) {
	if b.Timeout == 0 {
		b.Timeout = batchTimeout
	}
	var r Report
	err := s.call(op, map[string]any{
		"count": b.Count, "size": b.Size, "first": b.First, "timeout": b.Timeout.Milliseconds(),
		"prefix": b.Prefix, "skip": b.Skip,
	}, &r)
	return r, err
}

// Numbered returns the body of a numbered message as SendMany sends it.
func Numbered(number uint64, size int) []byte {
	body := make([]byte, max(size, numberSize))
	binary.BigEndian.PutUint64(body, number)
	return body
}

// Number returns the number of a numbered message's body, false when it is too
// short to have one.
func Number(body []byte) (uint64, bool) {
	if len(body) < numberSize {
		return 0, false
	}
	return binary.BigEndian.Uint64(body), true
}
