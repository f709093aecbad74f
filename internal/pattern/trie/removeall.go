// SPDX-License-Identifier: Apache-2.0

package trie

// Losing a subscriber. Its nodes are known, but each prefix has to be put
// together from the labels above the node. Walking up from each would cost the
// square of the depth for nested prefixes; so the nodes and all those above
// them are gathered first, each once, as a tree of visits inside the tree, and
// one walk down that tree has the text at hand.

// visit is one node on the way to the prefixes of a subscriber. Visits refer
// to each other by place; place 0 is not used and means none.
type visit[V any] struct {
	n     *node[V]
	child uint32 // the first visit below
	next  uint32 // the next visit below the same one
	above int    // octets of text above n; known when the walk gets there
}

// RemoveAll cancels every subscription of k, when its peer is lost. For each
// prefix that k had it calls gone, unless nil, with the prefix, which is valid
// during the call only, and whether it has no subscriber left. A prefix comes
// before the longer ones that begin with it; otherwise the order is not
// specified. gone must not use the store.
//
// The cost is in proportion to the octets of k's prefixes and not to the size of
// the store.
func (m *Multi[K]) RemoveAll(k K, gone func(prefix []byte, last bool)) {
	list := m.held[k]
	if len(list) == 0 {
		return
	}
	m.version++
	delete(m.held, k)
	if len(m.held) == 0 {
		m.held = nil
	}
	m.leave(k, visitsTo(&m.tree.root, list), gone)
	// Backwards, since nested prefixes are mostly added from short to long and
	// nodes without children go without a merge.
	for i := len(list) - 1; i >= 0; i-- {
		tidy(list[i])
	}
}

// visitsTo returns the visits that lead from the root to the nodes of list, the
// root's at place 1. Each node's visit field says where its visit is.
func visitsTo[V any](root *node[V], list []*node[V]) []visit[V] {
	visits := make([]visit[V], 2, 2+len(list))
	visits[1].n, root.visit = root, 1
	for _, n := range list {
		for n.visit == 0 {
			n.visit = uint32(len(visits))
			visits = append(visits, visit[V]{n: n})
			n = n.parent
		}
	}
	for i := uint32(2); i < uint32(len(visits)); i++ {
		above := &visits[visits[i].n.parent.visit]
		visits[i].next, above.child = above.child, i
	}
	return visits
}

// leave takes k out of the sets of all visited nodes, with a call of gone for
// each that had it. The tree keeps its shape, and the visit fields are reset.
func (m *Multi[K]) leave(k K, visits []visit[subscribers[K]], gone func(prefix []byte, last bool)) {
	var text []byte
	stack := []uint32{1}
	for len(stack) > 0 {
		v := &visits[stack[len(stack)-1]]
		stack = stack[:len(stack)-1]
		n := v.n
		n.visit = 0
		text = append(text[:v.above], n.label...)
		if i := n.value.find(k); i >= 0 {
			n.value.remove(i)
			last := n.value.len() == 0
			if last {
				m.tree.unuse(n)
			}
			if gone != nil {
				gone(text, last)
			}
		}
		for c := v.child; c != 0; c = visits[c].next {
			visits[c].above = len(text)
			stack = append(stack, c)
		}
	}
}
