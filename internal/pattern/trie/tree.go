// SPDX-License-Identifier: Apache-2.0

package trie

import "math"

// The radix tree that both stores share. Adding goes insert, split, grow;
// removing goes find, unuse, tidy; both end with merge where it applies, and with
// settle, which the store calls when it has done with the numbers of nodes.

// tree is a set of prefixes with a value each, which is not zero. The zero tree is
// empty.
type tree[V comparable] struct {
	nodes  slab[node[V]] // the root first, once there is any
	blocks blocks
	size   int      // number of used nodes
	dead   []uint32 // nodes that have gone, whose numbers settle gives to others
	spare  []byte   // for the next block

	// moved, if set, hears of a used node that has another number.
	moved func(n *node[V], number uint32)
}

// room says whether a prefix of so many bytes can be added: whether numbers and
// addresses of 32 bits suffice for its nodes and blocks, and some that change.
func (t *tree[V]) room(n int) bool {
	const some = 1 << 10
	return uint64(t.nodes.n)+uint64(n/maxLabel) < math.MaxUint32-some && len(t.blocks.chunks)+n/(chunkSize/2) < maxChunks-some
}

// top returns the root, or nil of an empty tree.
func (t *tree[V]) top() *node[V] {
	if t.nodes.n == 0 {
		return nil
	}
	return t.at(root)
}

// find returns the number of the used node of exactly this prefix.
func (t *tree[V]) find(prefix []byte) (number uint32, ok bool) {
	if t.size == 0 {
		return 0, false
	}
	i := uint32(root)
	for n := t.at(root); ; n = t.at(i) {
		label := t.label(n)
		if len(label) > len(prefix) || string(label) != string(prefix[:len(label)]) {
			return 0, false
		}
		if prefix = prefix[len(label):]; len(prefix) == 0 {
			return i, n.used()
		}
		if i, ok = t.child(n, prefix[0]); !ok {
			return 0, false
		}
	}
}

// matches says whether a used node's text begins the topic.
func (t *tree[V]) matches(topic []byte) bool {
	for n := t.top(); n != nil; n = t.next(n, topic) {
		if n.used() {
			return true
		}
		topic = topic[n.size:]
	}
	return false
}

// insert returns the number of the node of this prefix and says whether it was not
// used before, in which case the caller gives it a value. The prefix is copied.
func (t *tree[V]) insert(prefix []byte) (number uint32, first bool) {
	if t.nodes.n == 0 {
		t.nodes.push()
	}
	return t.insertBelow(root, prefix)
}

// insertBelow is insert for the text of the node i followed by rest.
func (t *tree[V]) insertBelow(i uint32, rest []byte) (number uint32, first bool) {
	for len(rest) > 0 {
		c, ok := t.child(t.at(i), rest[0])
		if !ok {
			i = t.grow(i, rest)
			break
		}
		label := t.label(t.at(c))
		shared := sharedLen(label, rest)
		if shared < len(label) {
			c = t.split(c, shared)
		}
		i, rest = c, rest[shared:]
	}
	if t.at(i).used() {
		return i, false
	}
	t.size++
	return i, true
}

// grow adds the text rest below the node i, where nothing begins with its first
// byte, and returns the node of its end.
func (t *tree[V]) grow(i uint32, rest []byte) uint32 {
	for len(rest) > 0 {
		part := rest[:min(len(rest), maxLabel)]
		c := t.nodes.push()
		t.relabel(c, nil, part)
		t.attach(i, c)
		i, rest = c, rest[len(part):]
	}
	return i
}

// split puts a new plain node above the node i that takes the first bytes of its
// label, as many as at says, and returns the new node. The caller then uses it or
// gives it a second child.
func (t *tree[V]) split(i uint32, at int) uint32 {
	upper := t.nodes.push()
	label, above := t.label(t.at(i)), t.at(i).parent
	t.relabel(upper, nil, label[:at])
	t.replace(above, upper)
	t.relabel(i, nil, t.label(t.at(i))[at:])
	t.attach(upper, i)
	// Both labels are shorter now and may fit to neighbours that the one did not.
	t.merge(i)
	t.merge(above)
	return upper
}

// merge takes the node i out if it is plain and has one child, which then has the
// labels of both, unless that is too long.
func (t *tree[V]) merge(i uint32) {
	n := t.at(i)
	if i == root || n.used() || n.kids != 1 {
		return
	}
	b := t.body(n)
	c := b.kid(0)
	child := t.at(c)
	if int(n.size)+int(child.size) > maxLabel {
		return
	}
	t.relabel(c, b.label, t.label(child))
	t.replace(n.parent, c)
	t.drop(i)
}

// unuse makes the used node i plain. The caller goes on with tidy.
func (t *tree[V]) unuse(i uint32) {
	var none V
	t.at(i).value = none
	t.size--
}

// tidy takes out of the tree what is no longer needed since the node i became
// plain: it, and the plain nodes above it that led to it only.
func (t *tree[V]) tidy(i uint32) {
	for i != root && !t.at(i).used() && t.at(i).kids == 0 {
		above := t.at(i).parent
		t.detach(above, i)
		t.drop(i)
		i = above
	}
	t.merge(i)
}

// drop lets go of a node that is out of the tree.
func (t *tree[V]) drop(i uint32) {
	n := t.at(i)
	t.release(n)
	n.size, n.kids = 0, 0
	t.dead = append(t.dead, i)
}

// settle ends an operation: no number of a node is kept over it.
func (t *tree[V]) settle() {
	if len(t.dead) > 0 {
		t.fill()
	}
	if t.size == 0 && cap(t.spare) > fineBelow {
		*t = tree[V]{moved: t.moved} // what is left otherwise is little, and of use
	}
}

// fill gives the numbers of nodes that have gone to the last ones that there are,
// so that no hole is left.
func (t *tree[V]) fill() {
	for _, hole := range t.dead {
		for t.nodes.n > 1 && t.at(uint32(t.nodes.n-1)).size == 0 {
			t.nodes.pop()
		}
		if last := uint32(t.nodes.n - 1); hole < last {
			t.move(last, hole)
		}
	}
	t.dead = shrunk(t.dead[:0])
}

// move gives the node from the number to.
func (t *tree[V]) move(from, to uint32) {
	n := t.at(to)
	*n = *t.at(from)
	b := t.body(n)
	if n.class != 0 {
		t.blocks.own(n.address(), to)
	}
	for i := range b.firsts {
		t.at(b.kid(i)).parent = to
	}
	t.replace(n.parent, to)
	if t.moved != nil && n.used() {
		t.moved(n, to)
	}
	t.nodes.pop()
}

// appendText appends the text of the node i to text.
func (t *tree[V]) appendText(text []byte, i uint32) []byte {
	size := 0
	for at := i; at != root; at = t.at(at).parent {
		size += int(t.at(at).size)
	}
	text = append(text, make([]byte, size)...)
	end := len(text)
	for at := i; at != root; at = t.at(at).parent {
		label := t.label(t.at(at))
		end -= copy(text[end-len(label):], label)
	}
	return text
}

// each calls f for every used node, in the order of their texts, with its
// text, which is valid during the call only. f must not change the tree.
func (t *tree[V]) each(f func(text []byte)) {
	n := t.top()
	if n == nil {
		return
	}
	if n.used() {
		f(nil)
	}
	var text []byte
	for i, from := uint32(root), 0; ; {
		if c, ok := t.childFrom(t.at(i), from); ok {
			n = t.at(c)
			text = append(text, t.label(n)...)
			if n.used() {
				f(text)
			}
			i, from = c, 0
			continue
		}
		if i == root {
			return
		}
		n = t.at(i)
		text = text[:len(text)-int(n.size)]
		i, from = n.parent, int(t.label(n)[0])+1
	}
}

// sharedLen returns how many bytes a and b have in common at their beginning.
func sharedLen(a, b []byte) int {
	n := min(len(a), len(b))
	if string(a[:n]) == string(b[:n]) {
		return n
	}
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}
