// SPDX-License-Identifier: Apache-2.0

package trie

import "slices"

// A node and its children: finding, adding and removing one child. What the
// nodes mean together is in tree.go.

const (
	// octets is the number of values of an octet: the length of a table.
	octets = 256

	// tableAbove is the most children kept as a sorted slice. Printable ASCII
	// has 95 characters, so textual topics stay with slices, and a table costs
	// less than the nodes that it leads to.
	tableAbove = 96

	// sliceBelow is where a table becomes a slice again: well under tableAbove,
	// so that one subscriber coming and going does not convert back and forth.
	sliceBelow = 64
)

// node is one node of a tree. A pointer to a used node stays valid until its
// prefix is removed, whatever happens around it: splitting and merging replace
// plain nodes only.
type node[V any] struct {
	// What a match reads comes first, to be in as few cache lines as can be.

	label string // text below the parent; empty for the root only
	value V      // zero unless used

	// edges lead to the children. With fewer than octets elements it is sorted
	// by first; with octets elements it is a table indexed by first, in which
	// an absent child is nil.
	edges []edge[V]

	parent *node[V] // nil for the root and for nodes taken out of the tree
	visit  uint32   // the place in a running RemoveAll's visits; else 0
	kids   uint16   // number of children
	used   bool     // the text of this node is a stored prefix
}

// edge is the way to one child.
type edge[V any] struct {
	first byte // the first octet of to.label
	to    *node[V]
}

// next returns the child whose label begins the topic, or nil.
func (n *node[V]) next(topic []byte) *node[V] {
	if len(topic) == 0 {
		return nil
	}
	c := n.child(topic[0])
	if c == nil || len(c.label) > len(topic) {
		return nil
	}
	// The edge has compared the first octet. Labels of one octet are frequent
	// near the root, and this way their memory is not touched.
	if string(topic[1:len(c.label)]) != c.label[1:] {
		return nil
	}
	return c
}

// child returns the child whose label begins with first, or nil.
func (n *node[V]) child(first byte) *node[V] {
	if len(n.edges) == octets {
		return n.edges[first].to
	}
	if i := n.search(first); i < len(n.edges) && n.edges[i].first == first {
		return n.edges[i].to
	}
	return nil
}

// childFrom returns the first child in order whose label begins with first or
// a higher octet, or nil. A first of octets is past the last child.
func (n *node[V]) childFrom(first int) *node[V] {
	if first >= octets {
		return nil
	}
	if len(n.edges) != octets {
		if i := n.search(byte(first)); i < len(n.edges) {
			return n.edges[i].to
		}
		return nil
	}
	for _, e := range n.edges[first:] {
		if e.to != nil {
			return e.to
		}
	}
	return nil
}

// search returns the place of first in the sorted edges, or where it belongs.
func (n *node[V]) search(first byte) int {
	lo, hi := 0, len(n.edges)
	for lo < hi {
		mid := int(uint(lo+hi) / 2)
		if n.edges[mid].first < first {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// attach makes c a child. There must be none with its first octet.
func (n *node[V]) attach(c *node[V]) {
	c.parent = n
	n.kids++
	e := edge[V]{c.label[0], c}
	if len(n.edges) < octets && n.kids > tableAbove {
		n.spread()
	}
	if len(n.edges) == octets {
		n.edges[e.first] = e
		return
	}
	if len(n.edges) == cap(n.edges) {
		// A quarter in reserve: append's doubling would be a sixth of all memory.
		grown := make([]edge[V], len(n.edges), len(n.edges)+len(n.edges)/4+1)
		copy(grown, n.edges)
		n.edges = grown
	}
	n.edges = slices.Insert(n.edges, n.search(e.first), e)
}

// replace puts c where the child with the same first octet is.
func (n *node[V]) replace(c *node[V]) {
	c.parent = n
	i := int(c.label[0])
	if len(n.edges) != octets {
		i = n.search(c.label[0])
	}
	n.edges[i].to = c
}

// detach takes the child c away.
func (n *node[V]) detach(c *node[V]) {
	c.parent = nil
	n.kids--
	first := c.label[0]
	switch {
	case n.kids == 0:
		n.edges = nil
	case len(n.edges) == octets:
		n.edges[first] = edge[V]{}
		if n.kids < sliceBelow {
			n.gather()
		}
	default:
		i := n.search(first)
		n.edges = shrunk(slices.Delete(n.edges, i, i+1))
	}
}

// spread turns the sorted slice of edges into a table.
func (n *node[V]) spread() {
	table := make([]edge[V], octets)
	for _, e := range n.edges {
		table[e.first] = e
	}
	n.edges = table
}

// gather turns the table of edges into a sorted slice.
func (n *node[V]) gather() {
	sorted := make([]edge[V], 0, n.kids)
	for _, e := range n.edges {
		if e.to != nil {
			sorted = append(sorted, e)
		}
	}
	n.edges = sorted
}

// shrunk returns s in a smaller array when most of its array is unused. Short
// arrays are left alone: there is little to gain.
func shrunk[T any](s []T) []T {
	if cap(s) <= 8 || len(s) > cap(s)/4 {
		return s
	}
	return append(make([]T, 0, 2*len(s)), s...)
}
