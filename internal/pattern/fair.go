// SPDX-License-Identifier: Apache-2.0

package pattern

import "github.com/gozmq/zmq/internal/pipe"

// fairQueue takes one whole message from each pipe in turn. A pipe found empty
// leaves the ring and comes back when the mailbox says that it has something.
type fairQueue struct {
	h    *Host
	ring []*pipe.Pipe
	at   int
	add  func(*pipe.Pipe) // bound once, so that collecting allocates nothing
	// skip leaves out pipes that must not be read (a ROUTER's anonymous peers).
	skip func(*pipe.Pipe) bool
}

func newFairQueue(h *Host) *fairQueue {
	h.Mailbox.Readers = true
	q := &fairQueue{h: h}
	q.add = q.include
	return q
}

func (q *fairQueue) include(p *pipe.Pipe) {
	if p.Route.InRing || q.skip != nil && q.skip(p) {
		return
	}
	p.Route.InRing = true
	q.ring = append(q.ring, p)
}

// recv takes the next message and returns the pipe it came from, nil if there
// is none.
func (q *fairQueue) recv(m *pipe.Message) *pipe.Pipe {
	q.h.Mailbox.Readable(q.add)
	for len(q.ring) > 0 {
		if q.at >= len(q.ring) {
			q.at = 0
		}
		p := q.ring[q.at]
		if p.Read(m) {
			q.at++
			return p
		}
		q.leave(q.at)
	}
	return nil
}

// only returns the pipe that recv would ask first if no other can have anything.
func (q *fairQueue) only() *pipe.Pipe {
	if len(q.ring) != 1 || q.h.Mailbox.AnyReadable() {
		return nil
	}
	return q.ring[0]
}

// peek returns the message that recv would take, nil if there is none.
func (q *fairQueue) peek() *pipe.Message {
	q.h.Mailbox.Readable(q.add)
	for len(q.ring) > 0 {
		if q.at >= len(q.ring) {
			q.at = 0
		}
		if m := q.ring[q.at].Peek(); m != nil {
			return m
		}
		q.leave(q.at)
	}
	return nil
}

func (q *fairQueue) leave(i int) {
	q.ring[i].Route.InRing = false
	copy(q.ring[i:], q.ring[i+1:])
	q.ring[len(q.ring)-1] = nil
	q.ring = q.ring[:len(q.ring)-1]
	if q.at > i {
		q.at--
	}
}
