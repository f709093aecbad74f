// SPDX-License-Identifier: Apache-2.0

package trie

import "math"

// The set of subscribers of one prefix. Most prefixes of a large store have
// one subscriber, whose seat is in the node; several are a crowd elsewhere. A few
// are found by looking at each.

const (
	// indexAbove is the most subscribers in a crowd without an index: looking
	// at so many costs about as much as a map does.
	indexAbove = 32

	// indexBelow is where a crowd drops its index: well under indexAbove, so
	// that one subscriber coming and going does not build it again and again.
	indexBelow = 16
)

// seat is one subscriber of a prefix. The zero seat is none. In a node, one in
// place inCrowd stands for all subscribers of the crowd with the number who.
type seat struct {
	who uint32 // a member's number, from 1
	at  uint32 // the place of the node in the member's list
}

const inCrowd = math.MaxUint32

// crowded says whether the seat stands for a crowd.
func (s seat) crowded() bool { return s.at == inCrowd }

// crowd is two subscribers of a prefix or more.
type crowd struct {
	seats []seat
	index map[uint32]int // the place of a member in seats; nil while they are few
	node  uint32         // whose it is
}

// occupancy returns the number of subscribers of a node that has s.
func (m *Multi[K]) occupancy(s *seat) int {
	switch {
	case s.crowded():
		return len(m.crowds.at(s.who).seats)
	case s.who != 0:
		return 1
	}
	return 0
}

// visit calls f for each subscriber of a node that has s, which is not zero.
func (m *Multi[K]) visit(s *seat, f func(k K)) {
	keys := m.members.keys
	if !s.crowded() {
		f(keys[s.who])
		return
	}
	for _, s := range m.crowds.at(s.who).seats {
		f(keys[s.who])
	}
}

// find returns the place of a member among the subscribers of a node that has s.
func (m *Multi[K]) find(s *seat, who uint32) (i int, ok bool) {
	if !s.crowded() {
		return 0, s.who == who
	}
	c := m.crowds.at(s.who)
	if c.index != nil {
		i, ok = c.index[who]
		return i, ok
	}
	for i := range c.seats {
		if c.seats[i].who == who {
			return i, true
		}
	}
	return 0, false
}

// seat returns the seat in place i of a node that has s. The pointer is good until
// the set changes.
func (m *Multi[K]) seat(s *seat, i int) *seat {
	if !s.crowded() {
		return s
	}
	return &m.crowds.at(s.who).seats[i]
}

// sit adds a subscriber to the node n, which has s.
func (m *Multi[K]) sit(s *seat, n uint32, as seat) {
	switch {
	case *s == seat{}:
		*s = as
	case !s.crowded():
		number := m.crowds.push()
		*m.crowds.at(number) = crowd{seats: []seat{*s, as}, node: n}
		*s = seat{number, inCrowd}
	default:
		m.crowds.at(s.who).add(as)
	}
}

// rise removes the subscriber in place i of a node that has s, and says whether
// there is another.
func (m *Multi[K]) rise(s *seat, i int) (more bool) {
	if !s.crowded() {
		return false
	}
	number := s.who
	c := m.crowds.at(number)
	if c.remove(i); len(c.seats) > 1 {
		return true
	}
	*s = c.seats[0]
	if last := uint32(m.crowds.n - 1); number != last {
		*c = *m.crowds.at(last)
		m.tree.at(c.node).value.who = number
	}
	m.crowds.pop()
	return true
}

// add adds a subscriber.
func (c *crowd) add(s seat) {
	c.seats = append(c.seats, s)
	if c.index != nil {
		c.index[s.who] = len(c.seats) - 1
	} else if len(c.seats) > indexAbove {
		c.reindex()
	}
}

// remove removes the subscriber in place i. The last one takes its place.
func (c *crowd) remove(i int) {
	end := len(c.seats) - 1
	gone, moved := c.seats[i], c.seats[end]
	c.seats[i] = moved
	before := cap(c.seats)
	c.seats = shrunk(c.seats[:end])
	switch {
	case c.index == nil:
	case end < indexBelow:
		c.index = nil
	case cap(c.seats) < before:
		c.reindex() // a map does not shrink by itself
	default:
		c.index[moved.who] = i
		delete(c.index, gone.who)
	}
}

// reindex builds the index anew.
func (c *crowd) reindex() {
	c.index = make(map[uint32]int, len(c.seats))
	for i, s := range c.seats {
		c.index[s.who] = i
	}
}
