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

// seat is one subscriber of a prefix. The zero seat is none. A node's seat whose at
// is inCrowd stands for all subscribers of a crowd, and member is the crowd's number.
type seat struct {
	member uint32 // its number, from 1
	at     uint32 // the place of the node in the member's list
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
		return len(m.crowds.at(s.member).seats)
	case s.member != 0:
		return 1
	}
	return 0
}

// visit calls f for each subscriber of a node that has s, which is not zero.
func (m *Multi[K]) visit(s *seat, f func(k K)) {
	keys := m.members.keys
	if !s.crowded() {
		f(keys[s.member])
		return
	}
	for _, s := range m.crowds.at(s.member).seats {
		f(keys[s.member])
	}
}

// find returns the place of a member among the subscribers of a node that has s.
func (m *Multi[K]) find(s *seat, member uint32) (i int, ok bool) {
	if !s.crowded() {
		return 0, s.member == member
	}
	c := m.crowds.at(s.member)
	if c.index != nil {
		i, ok = c.index[member]
		return i, ok
	}
	for i := range c.seats {
		if c.seats[i].member == member {
			return i, true
		}
	}
	return 0, false
}

// seat returns the seat in place i of a node that has s. The pointer is valid
// until the set changes.
func (m *Multi[K]) seat(s *seat, i int) *seat {
	if !s.crowded() {
		return s
	}
	return &m.crowds.at(s.member).seats[i]
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
		m.crowds.at(s.member).add(as)
	}
}

// rise removes the subscriber in place i of a node that has s, and says whether
// there is another.
func (m *Multi[K]) rise(s *seat, i int) (more bool) {
	if !s.crowded() {
		return false
	}
	number := s.member
	c := m.crowds.at(number)
	if c.remove(i); len(c.seats) > 1 {
		return true
	}
	*s = c.seats[0]
	if last := uint32(m.crowds.n - 1); number != last {
		*c = *m.crowds.at(last)
		m.tree.at(c.node).value.member = number
	}
	m.crowds.pop()
	return true
}

// add adds a subscriber.
func (c *crowd) add(s seat) {
	c.seats = append(c.seats, s)
	if c.index != nil {
		c.index[s.member] = len(c.seats) - 1
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
		c.index[moved.member] = i
		delete(c.index, gone.member)
	}
}

// reindex builds the index anew.
func (c *crowd) reindex() {
	c.index = make(map[uint32]int, len(c.seats))
	for i, s := range c.seats {
		c.index[s.member] = i
	}
}
