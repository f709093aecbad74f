// SPDX-License-Identifier: Apache-2.0

package pattern

import (
	"slices"

	"github.com/gozmq/zmq/internal/pipe"
)

// fairQueue takes one whole message from each pipe in turn. A pipe found empty
// leaves the ring and comes back when the mailbox says that it has something.
type fairQueue struct {
	h    *Host
	ring []*pipe.Pipe
	at   int
	add  func(*pipe.Pipe) // bound once, so that collecting allocates nothing
	// skip leaves out pipes that must not be read (a ROUTER's anonymous peers).
	skip func(*pipe.Pipe) bool

	origins    map[string]*pipe.Origin // of departed pipes, by key
	departures uint64

	touched int  // pipes whose turn is next that touch has looked at
	saw     byte // what it saw, or the compiler would leave the looking out
}

// touchAhead is how many pipes are looked at together before their turn. What they
// hold was written by another processor, a piece here and a piece there that no cache
// expects: one after the other, with a lock in between, each message waits for its
// piece alone. Fewer pipes than that stay near anyway.
const touchAhead = 16

func newFairQueue(h *Host) *fairQueue {
	h.Mailbox.Readers = true
	q := &fairQueue{h: h}
	q.add = q.include
	return q
}

// attach takes in a pipe: messages that wait when the first is asked for are taken in
// the order in which their pipes came, whichever has told of its own first.
func (q *fairQueue) attach(p *pipe.Pipe) {
	q.follow(p)
	q.include(p)
}

// detach forgets a pipe that nothing is sent through any more, unless it has something to
// read: peers may come and go while nothing is received.
func (q *fairQueue) detach(p *pipe.Pipe) {
	q.depart(p)
	if p.Route.InRing && p.Peek() == nil {
		q.leave(slices.Index(q.ring, p))
	}
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
	for p := q.turn(); p != nil; p = q.turn() {
		if p.Read(m) {
			return p
		}
		q.empty()
	}
	return nil
}

// turn returns the pipe whose turn it is, nil if none can have anything. The caller
// reads from it, or says that it is empty.
func (q *fairQueue) turn() *pipe.Pipe {
	q.h.Mailbox.Readable(q.add)
	if q.at >= len(q.ring) {
		if q.at = 0; len(q.ring) == 0 {
			return nil
		}
	}
	if len(q.ring) > touchAhead {
		if q.touched == 0 {
			q.touch()
		}
		q.touched--
	}
	q.at++
	if p := q.ring[q.at-1]; p.Route.After == nil {
		return p
	}
	return q.first(q.ring[q.at-1])
}

// empty takes the pipe that turn returned out of the ring.
func (q *fairQueue) empty() { q.leave(q.at - 1) }

// touch looks at what the next pipes hold.
func (q *fairQueue) touch() {
	next := q.ring[q.at:min(q.at+touchAhead, len(q.ring))]
	q.touched = len(next)
	for _, p := range next {
		q.saw += p.Touch()
	}
}

// only returns the pipe that recv would ask first if no other can have anything.
func (q *fairQueue) only() *pipe.Pipe {
	if len(q.ring) != 1 || q.h.Mailbox.AnyReadable() {
		return nil
	}
	return q.ring[0]
}

// drop drops what waits in all pipes, and returns how many messages that is. As behind
// recv, the mailbox tells of the next message.
func (q *fairQueue) drop() (n int) {
	q.h.Mailbox.Readable(q.add)
	for i := 0; i < len(q.ring); {
		p := q.ring[i]
		n += p.Empty()
		if p.Peek() == nil {
			q.leave(i)
			continue
		}
		q.h.Mailbox.WakeReceiver() // another has come meanwhile
		i++
	}
	return n
}

// peek returns the message that recv would take, nil if there is none.
func (q *fairQueue) peek() *pipe.Message {
	q.h.Mailbox.Readable(q.add)
	for len(q.ring) > 0 {
		if q.at >= len(q.ring) {
			q.at = 0
		}
		if m := q.first(q.ring[q.at]).Peek(); m != nil {
			return m
		}
		q.leave(q.at)
	}
	return nil
}

func (q *fairQueue) leave(i int) {
	p := q.ring[i]
	p.Route.InRing = false
	copy(q.ring[i:], q.ring[i+1:])
	q.ring[len(q.ring)-1] = nil
	q.ring = q.ring[:len(q.ring)-1]
	if q.at > i {
		q.at--
	}
	if o := p.Route.Left; o != nil {
		q.trim(o)
	}
}
