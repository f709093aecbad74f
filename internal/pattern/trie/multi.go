// SPDX-License-Identifier: Apache-2.0

package trie

// Multi is the store of a publisher, PUB or XPUB: which subscribers each
// prefix has. A subscriber is in the set of a prefix once, however often it
// subscribes, and one cancel takes it out. The zero value is empty and ready
// for use; it must not be copied once used. It is not safe for concurrent use.
//
// K stands for a subscriber and should be small, such as a pointer.
type Multi[K comparable] struct {
	tree tree[subscribers[K]]

	// held lists, for each subscriber, the nodes of its prefixes, in no
	// particular order. An entry of a node says where in its subscriber's list
	// the node is, so that either is found from the other at once.
	held map[K][]*node[subscribers[K]]

	version uint64 // counts the changes
}

// Place stands for the set of subscribers that a topic has: equal places mean
// equal sets. The zero Place stands for none.
type Place[K comparable] struct {
	at      *node[subscribers[K]] // the longest prefix that has subscribers
	version uint64
}

// Place returns the place of a topic in the store as it is now.
func (m *Multi[K]) Place(topic []byte) (p Place[K]) {
	for n := &m.tree.root; n != nil; n = n.next(topic) {
		topic = topic[len(n.label):]
		if n.used {
			p = Place[K]{n, m.version}
		}
	}
	return p
}

// Add subscribes k to prefix. It says whether prefix had no subscriber before,
// and whether k is new to it. The prefix is copied; empty stands for every
// topic.
func (m *Multi[K]) Add(prefix []byte, k K) (first, added bool) {
	n, first := m.tree.insert(prefix)
	return first, m.join(n, k)
}

// join adds k to the subscribers of n, unless it is there.
func (m *Multi[K]) join(n *node[subscribers[K]], k K) (added bool) {
	if n.value.find(k) >= 0 {
		return false
	}
	if m.held == nil {
		m.held = make(map[K][]*node[subscribers[K]])
	}
	m.version++
	list := m.held[k]
	n.value.add(k, len(list))
	m.held[k] = append(list, n)
	return true
}

// Remove cancels k's subscription to prefix. It says whether prefix has no
// subscriber left, and whether k had subscribed at all; if not, nothing
// changes and last is false.
func (m *Multi[K]) Remove(prefix []byte, k K) (last, removed bool) {
	n := m.tree.find(prefix)
	if n == nil {
		return false, false
	}
	i := n.value.find(k)
	if i < 0 {
		return false, false
	}
	m.version++
	m.unlist(k, int(n.value.entry(i).at))
	n.value.remove(i)
	if n.value.len() > 0 {
		return false, true
	}
	m.tree.unuse(n)
	tidy(n)
	return true, true
}

// unlist takes the node at a place out of k's list. The last node of the list
// takes its place.
func (m *Multi[K]) unlist(k K, at int) {
	list := m.held[k]
	end := len(list) - 1
	if end == 0 {
		delete(m.held, k)
		if len(m.held) == 0 {
			m.held = nil // a map does not shrink by itself
		}
		return
	}
	if at < end {
		moved := list[end]
		moved.value.entry(moved.value.find(k)).at = uint32(at)
		list[at] = moved
	}
	list[end] = nil
	m.held[k] = shrunk(list[:end])
}

// Match calls visit for every subscriber of every prefix of topic, the empty
// one included. One that holds several such prefixes is visited once for each.
// visit must not change the store. Match does not allocate.
func (m *Multi[K]) Match(topic []byte, visit func(k K)) {
	for n := &m.tree.root; n != nil; n = n.next(topic) {
		topic = topic[len(n.label):]
		n.value.visit(visit)
	}
}

// MatchAny says whether topic begins with any subscriber's prefix.
func (m *Multi[K]) MatchAny(topic []byte) bool {
	return m.tree.matches(topic)
}

// Has says whether exactly this prefix has a subscriber.
func (m *Multi[K]) Has(prefix []byte) bool {
	return m.tree.find(prefix) != nil
}

// Count returns the number of distinct prefixes (ZMQ_TOPICS_COUNT).
func (m *Multi[K]) Count() int {
	return m.tree.size
}

// CountOf returns the number of prefixes of k.
func (m *Multi[K]) CountOf(k K) int {
	return len(m.held[k])
}

// Subscribers returns how many subscribers would receive a message with
// exactly this topic, each counted once however many of its prefixes match.
func (m *Multi[K]) Subscribers(topic []byte) int {
	var only *subscribers[K]    // the first set met
	var distinct map[K]struct{} // made when there is a second one
	for n := &m.tree.root; n != nil; n = n.next(topic) {
		topic = topic[len(n.label):]
		switch {
		case !n.used:
		case only == nil:
			only = &n.value
		default:
			if distinct == nil {
				distinct = make(map[K]struct{}, only.len()+n.value.len())
				only.visit(func(k K) { distinct[k] = struct{}{} })
			}
			n.value.visit(func(k K) { distinct[k] = struct{}{} })
		}
	}
	switch {
	case distinct != nil:
		return len(distinct)
	case only != nil:
		return only.len()
	}
	return 0
}
