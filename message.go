// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"iter"
	"slices"

	"github.com/gozmq/zmq/internal/pipe"
)

// Message is one whole message: one or more frames of octets. It is a small
// value that refers to its frames; copies share them. The zero Message has no
// frames and cannot be sent.
//
// A Message that Recv returned belongs to the caller, who may keep and change
// its frames: nobody else has them, however many got the same message. Messages
// that arrived together may share one allocation: keeping one frame of 20 octets
// for long can keep 16 KiB; bytes.Clone it then. One that RecvInto filled is good
// until the next RecvInto.
//
// A Message must not be changed while another goroutine uses it.
type Message struct {
	m     pipe.Message
	lease *lease // nil unless it was received by RecvInto
}

// lease says which Message may use its memory again. A copy of that Message refers
// to the same memory and must not.
type lease struct {
	of *Message // nil once it was sent: then the memory is others'
}

// NewMessage makes a message of the given frames without copying them. A nil
// frame is an empty one; without frames the result is the zero Message.
func NewMessage(frames ...[]byte) Message {
	if len(frames) == 0 {
		return Message{}
	}
	m := Message{m: pipe.Message{Head: frames[0], Tail: slices.Clone(frames[1:])}}
	if m.m.Head == nil {
		m.m.Head = []byte{}
	}
	return m
}

// NewStringMessage makes a message of the given frames.
func NewStringMessage(frames ...string) Message {
	b := make([][]byte, len(frames))
	for i, f := range frames {
		b[i] = []byte(f)
	}
	return NewMessage(b...)
}

// Len returns the number of frames.
func (m Message) Len() int { return m.m.Len() }

// Size returns the octets of all frames together.
func (m Message) Size() int { return m.m.Size() }

// Frame returns frame i, counted from 0. It panics if there is none.
func (m Message) Frame(i int) []byte {
	if i == 0 && m.m.Head != nil {
		return m.m.Head
	}
	return m.m.Tail[i-1]
}

// Frames returns all frames in a new slice. The frames are not copied.
func (m Message) Frames() [][]byte {
	if m.m.Head == nil {
		return nil
	}
	return append([][]byte{m.m.Head}, m.m.Tail...)
}

// Strings returns all frames as text, in a new slice.
func (m Message) Strings() []string {
	if m.m.Head == nil {
		return nil
	}
	s := make([]string, m.Len())
	for i, f := range m.All() {
		s[i] = string(f)
	}
	return s
}

// All iterates over the frames with their indices.
func (m Message) All() iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		for i := range m.Len() {
			if !yield(i, m.Frame(i)) {
				return
			}
		}
	}
}

// Bytes returns the first frame, nil if there is none. For a message of one
// frame that is all of it.
func (m Message) Bytes() []byte { return m.m.Head }

// Clone returns a message with copies of the frames, in memory of its own. What is
// known of the sender stays with it.
func (m Message) Clone() Message {
	c := m.m
	if c.Head == nil {
		return m
	}
	c.Owned = false
	return Message{m: c.Own()}
}

// Last returns the last frame, nil if there is none: the body of a message whose
// other frames are an envelope.
func (m Message) Last() []byte {
	if n := len(m.m.Tail); n > 0 {
		return m.m.Tail[n-1]
	}
	return m.m.Head
}

// String returns the first frame as text.
func (m Message) String() string { return string(m.m.Head) }

// Peer tells who sent the message; see Peer. It is the zero Peer for a message
// that was not received.
func (m Message) Peer() Peer { return newPeer(m.m.Peer) }

// Property returns what is known of the sender by name, as libzmq's
// zmq_msg_gets does: "Socket-Type", "Identity" (also "Routing-Id"),
// "Peer-Address", "User-Id", and whatever the peer sent in its handshake, such
// as "X-Version". ok is false for what is not known, and for every name on a
// message that came by inproc.
func (m Message) Property(name string) (value string, ok bool) { return m.m.Peer.Property(name) }

// surrender returns what is to be sent by who takes the message over, without
// allocating for one frame.
func (m *Message) surrender(scratch *[1][]byte) [][]byte {
	if m.lease != nil {
		m.lease.of = nil
	}
	return m.frames(scratch)
}

// frames returns what is to be sent, without allocating for one frame.
func (m *Message) frames(scratch *[1][]byte) [][]byte {
	if len(m.m.Tail) > 0 {
		return m.Frames()
	}
	if m.m.Head == nil {
		return nil
	}
	scratch[0] = m.m.Head
	return scratch[:]
}
