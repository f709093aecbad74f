// SPDX-License-Identifier: Apache-2.0

package pattern

import (
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zerr"
)

// dish is DISH (RFC 48). It tells its peers what it has joined as a SUB does, and passes
// on what it receives of these groups.
type dish struct {
	sub    *sub                   // the groups as topics
	joined map[string]*pipe.Label // what the messages of a group carry
}

func newDish(h *Host) *dish {
	return &dish{sub: newSub(h, true), joined: make(map[string]*pipe.Label)}
}

func (d *dish) Attach(p *pipe.Pipe)      { d.sub.Attach(p) }
func (d *dish) Ready(p *pipe.Pipe) error { return d.sub.Ready(p) }
func (d *dish) Lost(p *pipe.Pipe)        { d.sub.Lost(p) }
func (d *dish) Detach(p *pipe.Pipe)      { d.sub.Detach(p) }

// Join implements Joiner.
func (d *dish) Join(group string) error {
	if wire.CheckGroup(group) != nil {
		return errGroup
	}
	if d.joined[group] != nil {
		return zerr.Errorf(zerr.ErrInvalid, "the group %q is joined already", group)
	}
	if err := d.sub.Subscribe([]byte(group)); err != nil {
		return err
	}
	d.joined[group] = &pipe.Label{Group: group}
	return nil
}

// AsksForNothing implements Selective.
func (d *dish) AsksForNothing() bool { return len(d.joined) == 0 }

// Leave implements Joiner.
func (d *dish) Leave(group string) error {
	if d.joined[group] == nil {
		return zerr.Errorf(zerr.ErrInvalid, "the group %q is not joined", group)
	}
	delete(d.joined, group)
	return d.sub.Unsubscribe([]byte(group))
}

func (d *dish) Send(*pipe.Message) error { return zerr.ErrNotSupported }
func (d *dish) Sink() pipe.Sink          { return nil }

// Room is for any message what libzmq says of a DISH (ZMQ_EVENTS), although it sends none.
func (d *dish) Room(head []byte, limit int) (int, error) {
	if head == nil {
		return limit, nil
	}
	return 0, zerr.ErrNotSupported
}

// Take leaves out messages of groups that are not joined, or not any more: over udp
// no sender asks, and a peer learns late of what was left.
func (d *dish) Take(m *pipe.Message) error {
	h := d.sub.h
	for n := skips(0); ; {
		back := h.again(m)
		if !back && d.sub.in.recv(m) == nil {
			return zerr.ErrAgain
		}
		if l := d.label(m, back); l != nil {
			if m.Label = l; !back {
				m.Pop()
			}
			return nil
		}
		if m.Lease.Release(); n.enough(h) {
			return zerr.ErrAgain
		}
	}
}

// label returns what a message that was received or, with back, put back is to carry:
// nil if it is to be dropped, which is counted.
func (d *dish) label(m *pipe.Message, back bool) *pipe.Label {
	group := m.Label.GroupOf()
	if !back {
		if len(m.Tail) != 1 || m.Kind != pipe.Data { // in process, a peer of another type
			d.sub.h.Drops.Malformed.Add(1)
			return nil
		}
		if l := d.joined[string(m.Head)]; l != nil {
			return l
		}
	} else if l := d.joined[group]; l != nil {
		return l
	}
	d.sub.h.Drops.Filtered.Add(1)
	return nil
}

func (d *dish) Readable() bool {
	h := d.sub.h
	for n := skips(0); ; {
		back := len(h.Returned) > 0
		m := d.sub.peek()
		if m == nil {
			return false
		}
		if d.label(m, back) != nil {
			return true
		}
		var unwanted pipe.Message
		if !h.again(&unwanted) {
			d.sub.in.recv(&unwanted)
		}
		if unwanted.Lease.Release(); n.enough(h) {
			return false
		}
	}
}
