// SPDX-License-Identifier: Apache-2.0

package trie

import (
	"bytes"
	"encoding/binary"
)

// A node and its children: finding, adding and removing one child. What the
// nodes mean together is in tree.go.

const (
	// root is the number of the node of the empty text.
	root = 0
	// inlineLabel is the most bytes of a label that a node without children holds
	// itself: as many as the number of a block takes.
	inlineLabel = 4
	// maxLabel is the most bytes in one label. It bounds what splitting and
	// merging copy, and is the most that a node can count; a long prefix costs a
	// fifth more than its bytes.
	maxLabel = 255
	// fewKids is the most children that are looked at one by one; to call for it
	// takes as long.
	fewKids = 8
)

// node is one node of a tree. Nodes refer to each other by number, and no number
// is kept over a change of the tree but where tree.moved hears of it: when a node
// goes, another gets its number.
type node[V comparable] struct {
	parent uint32
	// place is the label, or where class is not 0 the address of the block that
	// has it, and the children:
	//
	//	owner   4 bytes: the number of the node
	//	firsts  a byte for each child, ascending: the first of its label
	//	kids    4 bytes for each child, in the same order: its number
	//	label   size bytes
	place [inlineLabel]byte
	kids  uint16 // number of children
	size  uint8  // bytes in the label: text below the parent; 0 for the root only
	class uint8  // of the block
	value V      // zero unless the text of this node is a stored prefix
}

// body is the parts of a node that differ in length. They lie in the tree and are
// good until it changes.
type body struct {
	firsts, kids, label []byte
}

// used says whether the text of the node is a stored prefix.
func (n *node[V]) used() bool {
	var none V
	return n.value != none
}

// address returns where the node's block is.
func (n *node[V]) address() uint32 { return binary.LittleEndian.Uint32(n.place[:]) }

// at returns a node by its number.
func (t *tree[V]) at(i uint32) *node[V] { return t.nodes.at(i) }

// body returns the parts of a node.
func (t *tree[V]) body(n *node[V]) body {
	if n.class == 0 {
		return body{label: n.place[:n.size]}
	}
	b, kids := t.blocks.get(n.address())[numberSize:], int(n.kids)
	label := b[(1+numberSize)*kids:]
	return body{b[:kids], b[kids : (1+numberSize)*kids], label[:n.size]}
}

// label returns the label of a node.
func (t *tree[V]) label(n *node[V]) []byte {
	if n.class == 0 {
		return n.place[:n.size]
	}
	return t.blocks.get(n.address())[numberSize+(1+numberSize)*int(n.kids):][:n.size]
}

// kid returns the number of the child in place i.
func (b *body) kid(i int) uint32 {
	return binary.LittleEndian.Uint32(b.kids[numberSize*i:])
}

// setKid makes c the child in place i.
func (b *body) setKid(i int, c uint32) {
	binary.LittleEndian.PutUint32(b.kids[numberSize*i:], c)
}

// next returns the child of n whose label begins the topic, or nil. A match consists
// of it, so that it spells out what it needs of a body; what is not frequent is
// elsewhere.
func (t *tree[V]) next(n *node[V], topic []byte) *node[V] {
	kids := int(n.kids)
	if kids == 0 || len(topic) == 0 {
		return nil
	}
	if kids > fewKids {
		return t.nextOfMany(n, topic)
	}
	place := n.address()
	chunk := t.blocks.chunks[place>>wordBits]
	from := int(place%chunkWords)*fineWidth + numberSize
	i := 0
	for chunk[from+i] != topic[0] {
		if i++; i == kids {
			return nil
		}
	}
	at := from + kids + numberSize*i
	c := t.at(binary.LittleEndian.Uint32(chunk[at : at+numberSize]))
	if c.size > 1 {
		return t.begins(c, topic)
	}
	return c
}

// nextOfMany is next for a node of many children.
func (t *tree[V]) nextOfMany(n *node[V], topic []byte) *node[V] {
	i, ok := t.child(n, topic[0])
	if !ok {
		return nil
	}
	return t.begins(t.at(i), topic)
}

// begins returns c if its label begins the topic, which has its first byte, or nil.
// Labels of one byte are frequent near the root, and their blocks are not touched.
func (t *tree[V]) begins(c *node[V], topic []byte) *node[V] {
	if int(c.size) > len(topic) || c.size > 1 && string(t.label(c)) != string(topic[:c.size]) {
		return nil
	}
	return c
}

// child returns the number of the child of n whose label begins with first.
func (t *tree[V]) child(n *node[V], first byte) (c uint32, ok bool) {
	kids, i := int(n.kids), 0
	if kids == 0 {
		return 0, false
	}
	b := t.blocks.get(n.address())[numberSize:]
	if kids > fewKids {
		if i = bytes.IndexByte(b[:kids], first); i < 0 {
			return 0, false
		}
	}
	for ; b[i] != first; i++ {
		if i == kids-1 {
			return 0, false
		}
	}
	return binary.LittleEndian.Uint32(b[kids+numberSize*i:]), true
}

// childFrom returns the number of the first child in order whose label begins
// with first or a higher byte.
func (t *tree[V]) childFrom(n *node[V], first int) (c uint32, ok bool) {
	b := t.body(n)
	if i := placeOf(b.firsts, first); i < len(b.firsts) {
		return b.kid(i), true
	}
	return 0, false
}

// placeOf returns how many of the ascending bytes are below first.
func placeOf(firsts []byte, first int) int {
	lo, hi := 0, len(firsts)
	for lo < hi {
		mid := int(uint(lo+hi) / 2)
		if int(firsts[mid]) < first {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// attach makes c a child of above, which has none with its first byte.
func (t *tree[V]) attach(above, c uint32) {
	child := t.at(c)
	child.parent = above
	first := t.label(child)[0]
	b := t.body(t.at(above))
	i := placeOf(b.firsts, int(first))
	s := append(append(append(t.scratch(above), b.firsts[:i]...), first), b.firsts[i:]...)
	s = binary.LittleEndian.AppendUint32(append(s, b.kids[:numberSize*i]...), c)
	s = append(append(s, b.kids[numberSize*i:]...), b.label...)
	t.store(above, s, len(b.firsts)+1, len(b.label))
}

// detach takes the child c of above away.
func (t *tree[V]) detach(above, c uint32) {
	b := t.body(t.at(above))
	i := bytes.IndexByte(b.firsts, t.label(t.at(c))[0])
	s := append(append(t.scratch(above), b.firsts[:i]...), b.firsts[i+1:]...)
	s = append(append(s, b.kids[:numberSize*i]...), b.kids[numberSize*(i+1):]...)
	t.store(above, append(s, b.label...), len(b.firsts)-1, len(b.label))
}

// replace puts c in the place of the child of above with the same first byte.
func (t *tree[V]) replace(above, c uint32) {
	child := t.at(c)
	child.parent = above
	b := t.body(t.at(above))
	b.setKid(bytes.IndexByte(b.firsts, t.label(child)[0]), c)
}

// relabel gives the node i a label of before and then label, which may lie in the
// tree.
func (t *tree[V]) relabel(i uint32, before, label []byte) {
	b := t.body(t.at(i))
	s := append(append(t.scratch(i), b.firsts...), b.kids...)
	t.store(i, append(append(s, before...), label...), len(b.firsts), len(before)+len(label))
}

// scratch begins a new block of the node i outside the tree.
func (t *tree[V]) scratch(i uint32) []byte {
	return binary.LittleEndian.AppendUint32(t.spare[:0], i)
}

// store gives the node i the block s, which begins at t.spare, as parts of those
// lengths.
func (t *tree[V]) store(i uint32, s []byte, kids, label int) {
	t.spare = s
	n := t.at(i)
	var class uint8
	if kids > 0 || label > inlineLabel {
		class = classOf(len(s))
	}
	if n.class != class {
		t.release(n)
		if n.class = class; class != 0 {
			binary.LittleEndian.PutUint32(n.place[:], t.blocks.add(class))
		}
	}
	n.size, n.kids = uint8(label), uint16(kids)
	if class == 0 {
		copy(n.place[:], s[numberSize:])
	} else {
		copy(t.blocks.get(n.address()), s)
	}
}

// release gives the block of a node back, if there is one.
func (t *tree[V]) release(n *node[V]) {
	if n.class == 0 {
		return
	}
	gone := n.address()
	if owner, moved := t.blocks.remove(n.class, gone); moved {
		binary.LittleEndian.PutUint32(t.at(owner).place[:], gone)
	}
	n.class = 0
}
