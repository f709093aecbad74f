// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"time"

	"github.com/gozmq/zmq"
)

// Message is a message of a stream. It belongs to the receiver permanently, like a
// zmq.Message.
type Message struct {
	Stream   string // name of the stream
	Position        // epoch and number
	Live     bool   // nothing that was published before it is missing or still to come

	nanos int64
	body  []byte      // the first frame
	zmq   zmq.Message // as it was received
	skip  int         // frames of zmq that are the format's or have the first frame in them
}

// Time returns when the publisher published the message, by its clock. It is zero if
// the format does not tell.
func (m *Message) Time() time.Time {
	if m.nanos == 0 {
		return time.Time{}
	}
	return time.Unix(0, m.nanos)
}

// Bytes returns the first frame.
func (m *Message) Bytes() []byte { return m.body }

// Len returns the number of frames.
func (m *Message) Len() int { return 1 + m.zmq.Len() - m.skip }

// Frame returns frame i, counted from 0. It panics if there is none.
func (m *Message) Frame(i int) []byte {
	if i == 0 {
		return m.body
	}
	return m.zmq.Frame(m.skip + i - 1)
}

// Frames returns all frames in a new slice. The frames are not copied.
func (m *Message) Frames() [][]byte {
	all := make([][]byte, m.Len())
	for i := range all {
		all[i] = m.Frame(i)
	}
	return all
}

// String returns the first frame as text.
func (m *Message) String() string { return string(m.body) }

// size is what the message counts in the limits of a subscriber.
func (m *Message) size() int64 { return int64(m.zmq.Size()) + Overhead }
