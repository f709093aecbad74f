// SPDX-License-Identifier: Apache-2.0

package pattern

import (
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zerr"
)

// radio is RADIO (RFC 48): a publisher whose topics are groups, which match whole. A
// message goes out as two frames, its group and its body.
//
// Groups lie in the store of a publisher's topics, with a zero byte behind each, which
// no group has: so none is the beginning of another.
type radio struct {
	*xpub
	topic []byte   // of the last message: its group and a zero byte; never changed
	body  [][]byte // of the message that is being sent

	datagrams *pipe.Pipe // one that carries datagrams; nil: there is none
}

var errGroup = zerr.Errorf(zerr.ErrInvalid, "a group has at most %d bytes and none of them is zero", wire.MaxGroup)

func newRadio(h *Host) *radio {
	r := &radio{xpub: newXPub(h, true), topic: []byte{0}}
	r.groups = true
	return r
}

// Attach has a pipe of datagrams take every group: its receivers choose.
func (r *radio) Attach(p *pipe.Pipe) {
	r.xpub.Attach(p)
	if p.Route.Datagram > 0 {
		_ = r.subs.add(p, nil) // which every topic begins with
		r.datagrams = p
	}
}

// Detach implements Pattern.
func (r *radio) Detach(p *pipe.Pipe) {
	r.xpub.Detach(p)
	if r.datagrams != p {
		return
	}
	r.datagrams = nil
	for q := range r.pipes {
		if q.Route.Datagram > 0 {
			r.datagrams = q
		}
	}
}

func (r *radio) Send(m *pipe.Message) error {
	group := m.Label.GroupOf()
	if string(r.topic[:len(r.topic)-1]) != group {
		if wire.CheckGroup(group) != nil {
			return errGroup
		}
		// In process a receiver keeps what it is sent: what is in use stays as it is.
		r.topic = append([]byte(group), 0)
	}
	if r.datagrams != nil {
		if err := fits(r.datagrams, 1+len(group)+len(m.Head)); err != nil {
			return err
		}
	}
	r.body = append(r.body[:0], m.Head)
	end := len(group)
	w := pipe.Message{Head: r.topic[:end:end], Tail: r.body, Owned: m.Owned}
	err := r.publish(&w, r.topic)
	clear(r.body)
	return err
}

func (r *radio) Room(_ []byte, limit int) (int, error) { return limit, nil }

// Subscribers returns how many peers have joined a group.
func (r *radio) Subscribers(group []byte) int {
	return r.xpub.Subscribers(append(group[:len(group):len(group)], 0))
}

// Sink takes what peers join and leave, and discards everything else.
func (r *radio) Sink() pipe.Sink { return r.changes }

func (r *radio) changes(p *pipe.Pipe, ms []pipe.Message) int {
	groups := make([]pipe.Message, 0, len(ms))
	for _, m := range ms {
		if m.Kind == pipe.Subscribe || m.Kind == pipe.Cancel {
			m.Head = append(m.Head[:len(m.Head):len(m.Head)], 0)
			groups = append(groups, m)
		}
	}
	if len(groups) > 0 {
		r.subs.sink(p, groups)
	}
	return len(ms)
}
