// SPDX-License-Identifier: Apache-2.0

package pipe

import "github.com/gozmq/zmq/internal/wire"

// next takes the first message off a run, whose octets it shares.
func (r *Message) next(m *Message) {
	b := r.Head
	// The connection's reader has seen every header: this one is whole.
	n, at := int(b[1]), 2
	if b[0]&wire.FlagLong != 0 {
		h, hn, _ := wire.ParseHeader(b)
		n, at = int(h.Size), hn
	}
	*m = Message{Head: b[at : at+n : at+n], Peer: r.Peer, Owned: true}
	r.Head = b[at+n:]
	r.Count--
}

// cut takes the first n messages off a run and returns them as one. The rest, which
// follows them in the queue, gives the memory of both back.
func (r *Message) cut(n int) Message {
	at := 0
	for range n {
		if b := r.Head[at:]; b[0]&wire.FlagLong == 0 {
			at += 2 + int(b[1])
		} else {
			h, hn, _ := wire.ParseHeader(b)
			at += hn + int(h.Size)
		}
	}
	if r.Apart && r.Tail == nil {
		r.Tail = [][]byte{r.Head}
	}
	first := *r
	first.Apart, first.Tail = false, nil
	first.Head, first.Count = r.Head[:at:at], uint32(n)
	r.Head, r.Count = r.Head[at:], r.Count-uint32(n)
	return first
}

// messages returns how many messages m stands for.
func (m *Message) messages() int {
	if m.Kind == Run {
		return int(m.Count)
	}
	return 1
}

// separate replaces runs by their messages.
func separate(ms []Message) []Message {
	n := 0
	for i := range ms {
		n += ms[i].messages()
	}
	if n == len(ms) {
		return ms
	}
	all := make([]Message, 0, n)
	for i := range ms {
		r := ms[i]
		if r.Kind != Run {
			all = append(all, r)
			continue
		}
		for r.Count > 0 {
			var m Message
			r.next(&m)
			all = append(all, m)
		}
	}
	return all
}
