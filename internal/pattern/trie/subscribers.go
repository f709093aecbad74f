// SPDX-License-Identifier: Apache-2.0

package trie

// The set of subscribers of one prefix. Most prefixes of a large store have
// one subscriber, so one is held in place; a few are found by looking at each.

const (
	// indexAbove is the most subscribers in a crowd without an index: looking
	// at so many costs about as much as a map does.
	indexAbove = 32

	// indexBelow is where a crowd drops its index: well under indexAbove, so
	// that one subscriber coming and going does not build it again and again.
	indexBelow = 16
)

// subscribers is a set of subscribers. Place 0 is in the struct and the places
// from 1 are in the crowd. Removing one moves another to its place.
type subscribers[K comparable] struct {
	zero entry[K]
	more *crowd[K] // nil with fewer than two
}

// entry is one subscriber of a prefix, or none if not taken. With a pointer for
// K it has two words, and a node with its one subscriber has ten: a million
// subscriptions are a million nodes, so a word here is 16 MB with the rounding
// of the allocator.
type entry[K comparable] struct {
	k     K
	at    uint32 // the place of the prefix in k's list, Multi.held
	taken bool
}

// crowd is the subscribers of a prefix but the first.
type crowd[K comparable] struct {
	entries []entry[K]
	index   map[K]int // the place in entries; nil while they are few
}

// len returns the number of subscribers.
func (s *subscribers[K]) len() int {
	switch {
	case !s.zero.taken:
		return 0
	case s.more == nil:
		return 1
	}
	return 1 + len(s.more.entries)
}

// find returns the place of k, or -1.
func (s *subscribers[K]) find(k K) int {
	if !s.zero.taken {
		return -1
	}
	if s.zero.k == k {
		return 0
	}
	if s.more == nil {
		return -1
	}
	if s.more.index != nil {
		if i, ok := s.more.index[k]; ok {
			return i + 1
		}
		return -1
	}
	for i := range s.more.entries {
		if s.more.entries[i].k == k {
			return i + 1
		}
	}
	return -1
}

// entry returns the subscriber at place i. The pointer is valid until the set
// changes.
func (s *subscribers[K]) entry(i int) *entry[K] {
	if i == 0 {
		return &s.zero
	}
	return &s.more.entries[i-1]
}

// add adds k, which is not in the set. The prefix is at place at in its list.
func (s *subscribers[K]) add(k K, at int) {
	e := entry[K]{k, uint32(at), true}
	if !s.zero.taken {
		s.zero = e
		return
	}
	if s.more == nil {
		s.more = &crowd[K]{}
	}
	c := s.more
	c.entries = append(c.entries, e)
	if c.index != nil {
		c.index[k] = len(c.entries) - 1
	} else if len(c.entries) > indexAbove {
		c.reindex()
	}
}

// remove removes the subscriber at place i. The last one takes its place.
func (s *subscribers[K]) remove(i int) {
	if s.more == nil {
		s.zero = entry[K]{} // lets go of what k points to
		return
	}
	c := s.more
	end := len(c.entries) - 1
	gone, moved := s.entry(i).k, c.entries[end]
	*s.entry(i) = moved
	if c.index != nil {
		delete(c.index, gone)
		if i == 0 {
			delete(c.index, moved.k)
		} else if moved.k != gone {
			c.index[moved.k] = i - 1
		}
	}
	c.entries[end] = entry[K]{}
	c.entries = c.entries[:end]
	if end == 0 {
		s.more = nil
		return
	}
	c.trim()
}

// trim gives back memory after a removal.
func (c *crowd[K]) trim() {
	before := cap(c.entries)
	c.entries = shrunk(c.entries)
	switch {
	case c.index == nil:
	case len(c.entries) < indexBelow:
		c.index = nil
	case cap(c.entries) < before:
		c.reindex() // a map does not shrink by itself
	}
}

// reindex builds the index anew.
func (c *crowd[K]) reindex() {
	c.index = make(map[K]int, len(c.entries))
	for i := range c.entries {
		c.index[c.entries[i].k] = i
	}
}

// visit calls f for each subscriber.
func (s *subscribers[K]) visit(f func(k K)) {
	if !s.zero.taken {
		return
	}
	f(s.zero.k)
	if s.more == nil {
		return
	}
	for i := range s.more.entries {
		f(s.more.entries[i].k)
	}
}
