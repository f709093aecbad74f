// SPDX-License-Identifier: Apache-2.0

package trie

import "strings"

// The radix tree that both stores share. Adding goes insert, split, grow;
// removing goes find, unuse, tidy; both end with merge where it applies.

// maxLabel is the most octets in one label. It bounds what splitting and
// merging copy; at 256 a long prefix costs less than half again its length.
const maxLabel = 256

// tree is a set of prefixes with a value each. The zero value is empty. It
// must not be copied once used, since its nodes point to its root.
type tree[V any] struct {
	root node[V]
	size int // number of used nodes
}

// find returns the used node of exactly this prefix, or nil.
func (t *tree[V]) find(prefix []byte) *node[V] {
	n := &t.root
	for len(prefix) > 0 {
		if n = n.next(prefix); n == nil {
			return nil
		}
		prefix = prefix[len(n.label):]
	}
	if !n.used {
		return nil
	}
	return n
}

// matches says whether a used node's text begins the topic.
func (t *tree[V]) matches(topic []byte) bool {
	for n := &t.root; n != nil; n = n.next(topic) {
		if n.used {
			return true
		}
		topic = topic[len(n.label):]
	}
	return false
}

// insert returns the node of this prefix, which is used from now on, and says
// whether it was not before. The prefix is copied.
func (t *tree[V]) insert(prefix []byte) (n *node[V], first bool) {
	return t.insertBelow(&t.root, prefix)
}

// insertBelow is insert for the text of n followed by rest.
func (t *tree[V]) insertBelow(n *node[V], rest []byte) (at *node[V], first bool) {
	for len(rest) > 0 {
		c := n.child(rest[0])
		if c == nil {
			n = grow(n, rest)
			break
		}
		shared := sharedLen(c.label, rest)
		if shared < len(c.label) {
			c = split(c, shared)
		}
		n, rest = c, rest[shared:]
	}
	if n.used {
		return n, false
	}
	n.used = true
	t.size++
	return n, true
}

// grow adds the text rest below n, where nothing begins with its first octet,
// and returns the node of its end.
func grow[V any](n *node[V], rest []byte) *node[V] {
	for len(rest) > 0 {
		part := rest[:min(len(rest), maxLabel)]
		c := &node[V]{label: string(part)}
		n.attach(c)
		n, rest = c, rest[len(part):]
	}
	return n
}

// split puts a new plain node above n that takes the first at octets of its
// label, and returns the new node. The caller then uses it or gives it a
// second child.
func split[V any](n *node[V], at int) *node[V] {
	above := n.parent
	// Copies: a part of a string would keep all of it in memory.
	upper := &node[V]{label: strings.Clone(n.label[:at])}
	above.replace(upper)
	n.label = strings.Clone(n.label[at:])
	upper.attach(n)
	// Both labels are shorter now and may fit to neighbours that n's did not.
	merge(n)
	merge(above)
	return upper
}

// merge takes n out if it is plain and has one child, which then has the
// labels of both, unless that is too long.
func merge[V any](n *node[V]) {
	if n.parent == nil || n.used || n.kids != 1 {
		return
	}
	c := n.edges[0].to
	if len(n.label)+len(c.label) > maxLabel {
		return
	}
	c.label = n.label + c.label
	n.parent.replace(c)
	n.parent, n.edges, n.kids = nil, nil, 0
}

// unuse makes the used node n plain and drops its value. The caller goes on
// with tidy.
func (t *tree[V]) unuse(n *node[V]) {
	var none V
	n.used, n.value = false, none
	t.size--
}

// tidy takes out of the tree what is no longer needed since n became plain: n
// and the plain nodes above it that led to it only. A node that is already
// out of the tree is left alone.
func tidy[V any](n *node[V]) {
	for n.parent != nil && !n.used && n.kids == 0 {
		above := n.parent
		above.detach(n)
		n = above
	}
	merge(n)
}

// each calls f for every used node, in the order of their texts, with its
// text, which is valid during the call only. f must not change the tree.
func (t *tree[V]) each(f func(text []byte, n *node[V])) {
	var text []byte
	n, from := &t.root, 0
	if n.used {
		f(text, n)
	}
	for {
		if c := n.childFrom(from); c != nil {
			text = append(text, c.label...)
			if c.used {
				f(text, c)
			}
			n, from = c, 0
			continue
		}
		if n.parent == nil {
			return
		}
		text = text[:len(text)-len(n.label)]
		n, from = n.parent, int(n.label[0])+1
	}
}

// sharedLen returns how many octets a and b have in common at their beginning.
func sharedLen(a string, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}
