// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"iter"
	"slices"

	"github.com/gozmq/zmq/internal/pipe"
)

// Message is one whole message: one or more frames of bytes. It is a small value that
// refers to its frames, and copies share them. The zero Message has no frames and
// cannot be sent.
//
// A Message that Recv returned belongs to the caller, which may keep and change its
// frames. No other receiver shares them, however many received the same message.
// Messages that arrived together may share one allocation, so keeping one frame of 20
// bytes can keep 16 KiB in memory. Clone the frames that you keep. A message that
// RecvInto filled is valid until the next RecvInto.
//
// A Message must not be changed while another goroutine uses it.
type Message struct {
	m     pipe.Message
	lease *lease // nil unless it was received by RecvInto
}

// lease says which Message may reuse its memory. A copy of that Message refers to the
// same memory and must not.
type lease struct {
	of *Message // nil once it was sent, which gives the memory away
}

// NewMessage makes a message of the given frames without copying them. A nil frame
// counts as empty. Without frames the result is the zero Message.
func NewMessage(frames ...[]byte) Message {
	if len(frames) == 0 {
		return Message{}
	}
	m := Message{m: pipe.Message{Head: frames[0], Tail: slices.Clone(frames[1:])}}
	if m.m.Head == nil {
		m.m.Head = []byte{}
	}
	for i, f := range m.m.Tail {
		if f == nil {
			m.m.Tail[i] = []byte{}
		}
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

// Size returns the number of bytes of all frames together.
func (m Message) Size() int { return m.m.Size() }

// Frame returns frame i, counted from 0, or nil if there is none. A frame that is there
// is not nil, even if it is empty. It is the sender that decides how many frames a message
// has, so a program that indexes Frames instead has to look at Len first.
func (m Message) Frame(i int) []byte {
	switch {
	case i == 0:
		return m.m.Head
	case i < 0 || i > len(m.m.Tail):
		return nil
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

// Bytes returns the first frame, or nil if there is none. If the message has one frame,
// that is the whole message.
func (m Message) Bytes() []byte { return m.m.Head }

// Clone returns a message with copies of the frames in separate memory. It keeps the
// sender's Peer.
func (m Message) Clone() Message {
	c := m.m
	if c.Head == nil {
		return m
	}
	c.Owned = false
	return Message{m: c.Own()}
}

// Last returns the last frame, or nil if there is none. It is the body of a message
// whose other frames are an envelope.
func (m Message) Last() []byte {
	if n := len(m.m.Tail); n > 0 {
		return m.m.Tail[n-1]
	}
	return m.m.Head
}

// RoutingID returns the number of the peer that a SERVER or PEER received the message
// from, or that WithRoutingID gave it. It is 0 for other messages.
func (m Message) RoutingID() uint32 { return m.m.Label.RoutingOf() }

// WithRoutingID returns the message addressed to the peer with that number, for a
// SERVER or PEER to send. The numbers belong to the socket. They are not sent, and mean
// nothing to another socket. A received message carries the number of its sender, so it
// can be sent back without WithRoutingID.
func (m Message) WithRoutingID(id uint32) Message {
	m.m.Label = &pipe.Label{Routing: id, Group: m.Group()}
	return m
}

// Group returns the group in which a DISH received the message, or that WithGroup gave
// it. It is empty for other messages.
func (m Message) Group() string { return m.m.Label.GroupOf() }

// WithGroup returns the message with the group that a RADIO sends it to: at most 255
// bytes, none of which is zero. A message without a group goes to the empty group,
// which is an ordinary group.
func (m Message) WithGroup(group string) Message {
	m.m.Label = &pipe.Label{Routing: m.RoutingID(), Group: group}
	return m
}

// String returns the first frame as text.
func (m Message) String() string { return string(m.m.Head) }

// Peer returns the sender of the message. It is the zero Peer for a message
// that was not received.
func (m Message) Peer() Peer { return newPeer(m.m.Peer) }

// Property returns a property of the sender by name, as libzmq's zmq_msg_gets does:
// "Socket-Type", "Identity" (also "Routing-Id"), "Peer-Address", "User-Id", and the
// properties that the peer sent in its handshake, such as "X-Version". ok is false if
// there is no such property, and for every name on a message that came by inproc.
func (m Message) Property(name string) (value string, ok bool) { return m.m.Peer.Property(name) }

// surrender returns the frames for a call that takes ownership of the message. It does
// not allocate for one frame.
func (m *Message) surrender(scratch *[1][]byte) [][]byte {
	if m.lease != nil {
		m.lease.of = nil
	}
	return m.frames(scratch)
}

// frames returns the frames to send. It does not allocate for one frame.
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
