// SPDX-License-Identifier: Apache-2.0

package trie

// Multi is the store of a publisher, PUB or XPUB: which subscribers each
// prefix has. A subscriber is in the set of a prefix once, however often it
// subscribes, and one cancel takes it out. The zero value is empty and ready
// for use; it must not be copied once used. It is not safe for concurrent use.
//
// K stands for a subscriber and should be small, such as a pointer.
type Multi[K comparable] struct {
	tree    tree[seat]
	members members[K]
	crowds  slab[crowd] // of the prefixes with more than one subscriber
	version uint64      // counts the changes
}

// Place stands for the set of subscribers that a topic has: equal places mean
// equal sets. The zero Place stands for none.
type Place struct {
	longest seat // of the longest prefix that has subscribers; no other has the same
	version uint64
}

// Place returns the place of a topic in the store as it is now.
func (m *Multi[K]) Place(topic []byte) (p Place) {
	for n := m.tree.top(); n != nil; n = m.tree.next(n, topic) {
		topic = topic[n.size:]
		if n.used() {
			p = Place{n.value, m.version}
		}
	}
	return p
}

// Room says whether the store has room for prefix, however much memory there is.
// Without, Add must not be called.
func (m *Multi[K]) Room(prefix []byte) bool { return m.tree.room(len(prefix)) }

// Add subscribes k to prefix. It says whether prefix had no subscriber before,
// and whether k is new to it. The prefix is copied; empty stands for every
// topic.
func (m *Multi[K]) Add(prefix []byte, k K) (first, added bool) {
	if m.tree.moved == nil {
		m.tree.moved = m.moved
	}
	n, first := m.tree.insert(prefix)
	added = m.join(n, k)
	m.tree.settle()
	return first, added
}

// join adds k to the subscribers of the node n, unless it is there.
func (m *Multi[K]) join(n uint32, k K) (added bool) {
	member := m.members.admit(k)
	s := &m.tree.at(n).value
	if _, ok := m.find(s, member); ok {
		return false
	}
	m.version++
	m.sit(s, n, seat{member, m.members.list(member, n)})
	return true
}

// Remove cancels k's subscription to prefix. It says whether prefix has no
// subscriber left, and whether k had subscribed at all; if not, nothing
// changes and last is false.
func (m *Multi[K]) Remove(prefix []byte, k K) (last, removed bool) {
	member, ok := m.members.number(k)
	if !ok {
		return false, false
	}
	n, ok := m.tree.find(prefix)
	if !ok {
		return false, false
	}
	i, ok := m.find(&m.tree.at(n).value, member)
	if !ok {
		return false, false
	}
	last = m.leave(n, i)
	m.tree.settle()
	return last, true
}

// leave takes the subscriber in place i of the node n out, and says whether there
// is none left. The caller goes on with settle.
func (m *Multi[K]) leave(n uint32, i int) (last bool) {
	m.version++
	s := &m.tree.at(n).value
	gone := *m.seat(s, i)
	if other, moved := m.members.unlist(gone); moved {
		of := &m.tree.at(other).value
		at, _ := m.find(of, gone.member)
		m.seat(of, at).at = gone.at
	}
	if m.rise(s, i) {
		return false
	}
	m.tree.unuse(n)
	m.tree.tidy(n)
	return true
}

// RemoveSome cancels subscriptions of k, whose peer is lost, and reports whether some
// are left. It stops when it has done so many steps: one is a topic, or a node of the
// tree that goes with it or whose text is read. For each prefix that k had it calls
// gone, unless nil, with the prefix, which is valid during the call only, and whether
// it has no subscriber left, in no particular order. gone must not use the store.
//
// The cost of all calls together is in proportion to the bytes of k's prefixes and
// not to the size of the store.
func (m *Multi[K]) RemoveSome(k K, steps int, gone func(prefix []byte, last bool)) (more bool) {
	member, ok := m.members.number(k)
	if !ok {
		return false
	}
	var text []byte
	for left := m.members.count(member); left > 0; left-- {
		if steps <= 0 {
			return true
		}
		// Backwards, since nested prefixes are mostly added from short to long and
		// nodes without children go without a merge.
		n, nodes := m.members.last(member), m.tree.nodes.n
		if gone != nil {
			text = m.tree.appendText(text[:0], n)
			steps -= len(text) / maxLabel
		}
		i, _ := m.find(&m.tree.at(n).value, member)
		last := m.leave(n, i)
		m.tree.settle()
		steps -= 1 + nodes - m.tree.nodes.n
		if gone != nil {
			gone(text, last)
		}
	}
	return false
}

// moved notes that the node n has another number.
func (m *Multi[K]) moved(n *node[seat], number uint32) {
	if !n.value.crowded() {
		m.members.relist(n.value, number)
		return
	}
	c := m.crowds.at(n.value.member)
	c.node = number
	for _, s := range c.seats {
		m.members.relist(s, number)
	}
}

// Match calls visit for every subscriber of every prefix of topic, the empty
// one included. One that holds several such prefixes is visited once for each.
// visit must not change the store. Match does not allocate.
func (m *Multi[K]) Match(topic []byte, visit func(k K)) {
	for n := m.tree.top(); n != nil; n = m.tree.next(n, topic) {
		topic = topic[n.size:]
		switch s := &n.value; {
		case s.crowded():
			m.visit(s, visit)
		case s.member != 0: // spelled out: most have one
			visit(m.members.keys[s.member])
		}
	}
}

// MatchAny says whether topic begins with any subscriber's prefix.
func (m *Multi[K]) MatchAny(topic []byte) bool {
	return m.tree.matches(topic)
}

// Has says whether exactly this prefix has a subscriber.
func (m *Multi[K]) Has(prefix []byte) bool {
	_, ok := m.tree.find(prefix)
	return ok
}

// Count returns the number of distinct prefixes (ZMQ_TOPICS_COUNT).
func (m *Multi[K]) Count() int {
	return m.tree.size
}

// CountOf returns the number of prefixes of k.
func (m *Multi[K]) CountOf(k K) int {
	member, ok := m.members.number(k)
	if !ok {
		return 0
	}
	return m.members.count(member)
}

// Subscribers returns how many subscribers would receive a message with
// exactly this topic, each counted once however many of its prefixes match.
func (m *Multi[K]) Subscribers(topic []byte) int {
	var only *seat              // the first set met
	var distinct map[K]struct{} // made when there is a second one
	for n := m.tree.top(); n != nil; n = m.tree.next(n, topic) {
		topic = topic[n.size:]
		switch {
		case !n.used():
		case only == nil:
			only = &n.value
		default:
			if distinct == nil {
				distinct = make(map[K]struct{}, m.occupancy(only)+m.occupancy(&n.value))
				m.visit(only, func(k K) { distinct[k] = struct{}{} })
			}
			m.visit(&n.value, func(k K) { distinct[k] = struct{}{} })
		}
	}
	switch {
	case distinct != nil:
		return len(distinct)
	case only != nil:
		return m.occupancy(only)
	}
	return 0
}
