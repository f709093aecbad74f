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
	Source   int    // index of the stream in SubscriberStats.Sources
	Live     bool   // nothing that was published before it is missing or still to come

	// Snapshot tells that the message is a part of the state before the message with
	// Number, and Part which, counted from 0.
	Snapshot bool
	Part     int // see Snapshot

	nanos int64
	body  []byte   // the first frame
	more  [][]byte // the others
}

// set makes x a message of what was received: body is the first frame, which lies in
// frame first of m, and the frames after it are the others.
func (x *Message) set(stream string, p Position, nanos int64, body []byte, m zmq.Message, first int) {
	x.Stream, x.Position, x.nanos, x.body, x.more = stream, p, nanos, body, nil
	x.Snapshot, x.Part, x.Live = false, 0, false
	if m.Len() > first+1 {
		x.more = m.Frames()[first+1:]
	}
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
func (m *Message) Len() int { return 1 + len(m.more) }

// Frame returns frame i, counted from 0. It panics if there is none.
func (m *Message) Frame(i int) []byte {
	if i == 0 {
		return m.body
	}
	return m.more[i-1]
}

// Frames returns all frames in a new slice. The frames are not copied.
func (m *Message) Frames() [][]byte { return append([][]byte{m.body}, m.more...) }

// String returns the first frame as text.
func (m *Message) String() string { return string(m.body) }

// size is what the message counts in the limits of a subscriber.
func (m *Message) size() int64 {
	n := int64(len(m.body)) + Overhead
	for _, f := range m.more {
		n += int64(len(f))
	}
	return n
}
