// SPDX-License-Identifier: Apache-2.0

package pipe

// Kind tells what a message is.
type Kind uint8

const (
	// Data is an application message.
	Data Kind = iota
	// Subscribe asks for the topic in Head (RFC 37 SUBSCRIBE, or a message
	// that starts with byte 1 where the receiving pattern reads those).
	Subscribe
	// Cancel takes a subscription back.
	Cancel
	// Notice tells the application of an XPUB of a subscription, or of the end of
	// one, in the form of a message.
	Notice
)

// Message is one whole message, or one subscription, on its way through the
// library. Its frames are Head and then Tail; a message without frames has a
// nil Head. It is passed by value so that queues hold no pointers to it.
type Message struct {
	Head []byte
	Tail [][]byte
	Peer *Peer // the sender; nil on the way out
	// Label is what the message carries beside its frames; nil for most.
	Label *Label
	Kind  Kind
	// Owned means that the frames belong to the library: they may be kept and
	// handed on without a copy. Otherwise they belong to a caller and are only
	// valid until the call returns.
	Owned bool
	// Kept means that conflation leaves the message alone.
	Kept bool
	// Injected means that the library made the message for the application: see
	// Pipe.Inject. No peer has sent it, so none is lost with it.
	Injected bool
	// Apart means that the last frame has memory that nothing else refers to, so that
	// the receiver may give it back: see Buffers.Release. Memory that messages share
	// is a Slab, which counts its holders.
	Apart bool
	// Into, set on the way to a receiver, asks for the message in the memory that is
	// there already, if that is Apart: see Pipe.Read.
	Into bool
	// Lease is held where the last frame is memory that was lent; nil for most.
	Lease *Lease
}

// Label is what a message carries beside its frames, where the socket type routes by
// it. Messages share labels, which never change.
type Label struct {
	Routing uint32 // number of the peer, SERVER and PEER; 0 is none
	Group   string // RADIO and DISH
}

// GroupOf returns the group of a label, the empty one for none.
func (l *Label) GroupOf() string {
	if l == nil {
		return ""
	}
	return l.Group
}

// RoutingOf returns the number of the peer in a label, 0 for none.
func (l *Label) RoutingOf() uint32 {
	if l == nil {
		return 0
	}
	return l.Routing
}

// Len returns the number of frames.
func (m *Message) Len() int {
	if m.Head == nil {
		return 0
	}
	return 1 + len(m.Tail)
}

// Size returns the bytes of all frames together.
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
	o.Owned, o.Apart, o.Lease = true, false, nil // several queues may hold it
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
