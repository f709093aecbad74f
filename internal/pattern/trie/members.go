// SPDX-License-Identifier: Apache-2.0

package trie

// members is the subscribers of a store, by number, each with the list of the
// nodes of its prefixes, in no particular order. A seat says where in its
// subscriber's list its node is, so that either is found from the other at once.
type members[K comparable] struct {
	numbers map[K]uint32
	keys    []K // by number; from 1
	lists   []slab[uint32]
	free    []uint32 // numbers of members that have gone

	// recent is the member that was looked up last, since a subscriber sends many
	// subscriptions at once. 0 is none.
	recent uint32
}

// number returns the number of k, if it is a member.
func (m *members[K]) number(k K) (member uint32, ok bool) {
	if m.recent != 0 && m.keys[m.recent] == k {
		return m.recent, true
	}
	if member, ok = m.numbers[k]; ok {
		m.recent = member
	}
	return member, ok
}

// admit returns the number of k, which is a member from now on. It has to be put
// on its list at once.
func (m *members[K]) admit(k K) (member uint32) {
	if member, ok := m.number(k); ok {
		return member
	}
	if m.numbers == nil {
		m.numbers = make(map[K]uint32)
		m.keys, m.lists = make([]K, 1), make([]slab[uint32], 1)
	}
	if end := len(m.free) - 1; end >= 0 {
		member, m.free = m.free[end], m.free[:end]
		m.keys[member] = k
	} else {
		member = uint32(len(m.keys))
		m.keys, m.lists = append(m.keys, k), append(m.lists, slab[uint32]{})
	}
	m.numbers[k], m.recent = member, member
	return member
}

// count returns how many nodes a member has.
func (m *members[K]) count(member uint32) int { return m.lists[member].n }

// last returns the last node of a member.
func (m *members[K]) last(member uint32) uint32 {
	return *m.lists[member].at(uint32(m.lists[member].n - 1))
}

// list appends a node to a member's list and returns its place there.
func (m *members[K]) list(member, node uint32) uint32 {
	at := m.lists[member].push()
	*m.lists[member].at(at) = node
	return at
}

// relist notes that the node of a seat has another number.
func (m *members[K]) relist(s seat, node uint32) { *m.lists[s.member].at(s.at) = node }

// unlist takes the node of a seat from the member's list. With moved, the place of
// node in the list is s.at from now on. A member without nodes is none.
func (m *members[K]) unlist(s seat) (node uint32, moved bool) {
	list := &m.lists[s.member]
	if end := uint32(list.n - 1); s.at != end {
		node, moved = *list.at(end), true
		*list.at(s.at) = node
	}
	list.pop()
	if list.n == 0 {
		m.dismiss(s.member)
	}
	return node, moved
}

// dismiss forgets a member.
func (m *members[K]) dismiss(member uint32) {
	const few = 8
	delete(m.numbers, m.keys[member])
	if len(m.numbers) == 0 && len(m.keys) > few {
		*m = members[K]{} // a map does not shrink by itself
		return
	}
	var none K // lets go of what it points to
	m.keys[member] = none
	m.free = append(m.free, member)
	if m.recent == member {
		m.recent = 0
	}
}
