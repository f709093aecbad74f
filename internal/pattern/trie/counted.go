// SPDX-License-Identifier: Apache-2.0

package trie

import "math"

// Counted is the store of a subscriber, SUB or XSUB: how many times each
// prefix is subscribed to. The zero value is empty and ready for use; it must
// not be copied once used. It is not safe for concurrent use.
type Counted struct {
	tree  tree[count]
	total int
}

// count is how many times a prefix is subscribed to. A prefix that reaches the
// largest count, which takes hours of calls, stays for good.
type count uint32

// Room says whether the store has room for prefix, however much memory there is.
// Without, Add must not be called.
func (c *Counted) Room(prefix []byte) bool { return c.tree.room(len(prefix)) }

// Add counts one more subscription to prefix and says whether it is the first.
// The prefix is copied; empty stands for every topic.
func (c *Counted) Add(prefix []byte) (first bool) {
	i, first := c.tree.insert(prefix)
	if n := c.tree.at(i); n.value < math.MaxUint32 {
		n.value++
		c.total++
	}
	c.tree.settle()
	return first
}

// Remove counts one subscription to prefix less. It says whether it was the
// last one, which is when a cancel goes to the publishers, and whether there
// was one at all; if not, nothing changes.
func (c *Counted) Remove(prefix []byte) (last, known bool) {
	i, known := c.tree.find(prefix)
	if !known {
		return false, false
	}
	n := c.tree.at(i)
	if n.value == math.MaxUint32 {
		return false, true
	}
	c.total--
	if n.value > 1 {
		n.value--
		return false, true
	}
	c.tree.unuse(i)
	c.tree.tidy(i)
	c.tree.settle()
	return true, true
}

// Match says whether topic begins with a prefix that is subscribed to. It does
// not allocate.
func (c *Counted) Match(topic []byte) bool {
	return c.tree.matches(topic)
}

// Len returns the number of distinct prefixes.
func (c *Counted) Len() int {
	return c.tree.size
}

// Total returns the number of subscriptions, each prefix as often as it was
// added.
func (c *Counted) Total() int {
	return c.total
}

// Each calls f once for every distinct prefix, in ascending order of their
// bytes: what a new publisher is sent. The slice is valid during the call
// only, and f must not change the store.
func (c *Counted) Each(f func(prefix []byte)) {
	c.tree.each(f)
}
