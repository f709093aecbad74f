// SPDX-License-Identifier: Apache-2.0

package pipe

// Kind tells what an item of a queue is.
type Kind uint8

const (
	// Data is an application message.
	Data Kind = iota
	// Subscribe asks for the topic in Head (RFC 37 SUBSCRIBE, or a message
	// that starts with octet 1 where the receiving pattern reads those).
	Subscribe
	// Cancel takes a subscription back.
	Cancel
	// Run stands for Count messages of one frame each, which Head holds as they
	// came over the wire, framed as in ZMTP 2.0. Only inboxes take runs, and they
	// take them apart as they are read: a message that was never a value of its
	// own costs neither side one.
	Run
)

// Message is one whole message, or one subscription, on its way through the
// library. Its frames are Head and then Tail; a message without frames has a
// nil Head. It is passed by value so that queues hold no pointers to it.
type Message struct {
	Head []byte
	Tail [][]byte
	Peer *Peer // who sent it; nil on the way out
	Kind Kind
	// Count is the number of messages in a Run.
	Count uint32
	// Owned means that the frames belong to the library: they may be kept and
	// handed on without a copy. Otherwise they belong to a caller and are only
	// valid until the call returns.
	Owned bool
	// Kept means that conflation leaves the message alone.
	Kept bool
	// Apart means that the last frame, or a run, has memory that it shares with
	// nothing, so that whoever receives it last may give it back: see Buffers.Release.
	Apart bool
	// Into, set on the way to a receiver, asks for the message in the memory that is
	// there already, if that is Apart: see Pipe.Read.
	Into bool
}

// Len returns the number of frames.
func (m *Message) Len() int {
	if m.Head == nil {
		return 0
	}
	return 1 + len(m.Tail)
}

// Size returns the octets of all frames together.
func (m *Message) Size() int {
	n := len(m.Head)
	for _, f := range m.Tail {
		n += len(f)
	}
	return n
}

// Pop removes the first frame and returns it. The message must have a second.
func (m *Message) Pop() []byte {
	f := m.Head
	m.Head = m.Tail[0]
	m.Tail = m.Tail[1:]
	return f
}

// Own returns the message with frames that belong to the library, copying what
// belongs to a caller into one allocation. The slice of further frames is
// copied always: patterns pass scratch space there.
func (m *Message) Own() Message {
	o := *m
	o.Owned, o.Apart = true, false // several queues may hold it
	if len(m.Tail) > 0 {
		o.Tail = append(make([][]byte, 0, len(m.Tail)), m.Tail...)
	} else {
		o.Tail = nil
	}
	if m.Owned {
		return o
	}
	if len(m.Tail) == 0 && len(m.Head) > 0 {
		o.Head = append([]byte(nil), m.Head...) // which need not be cleared first
		o.Head = o.Head[:len(m.Head):len(m.Head)]
		return o
	}
	buf := make([]byte, 0, m.Size())
	buf = append(buf, m.Head...)
	o.Head = buf[:len(m.Head):len(m.Head)]
	for i, f := range m.Tail {
		at := len(buf)
		buf = append(buf, f...)
		o.Tail[i] = buf[at:len(buf):len(buf)]
	}
	return o
}
