// SPDX-License-Identifier: Apache-2.0

package trie

// Counted is the store of a subscriber, SUB or XSUB: how many times each
// prefix is subscribed to. The zero value is empty and ready for use; it must
// not be copied once used. It is not safe for concurrent use.
type Counted struct {
	tree  tree[int]
	total int
}

// Add counts one more subscription to prefix and says whether it is the first.
// The prefix is copied; empty stands for every topic.
func (c *Counted) Add(prefix []byte) (first bool) {
	n, first := c.tree.insert(prefix)
	n.value++
	c.total++
	return first
}

// Remove counts one subscription to prefix less. It says whether it was the
// last one, which is when a cancel goes to the publishers, and whether there
// was one at all; if not, nothing changes.
func (c *Counted) Remove(prefix []byte) (last, known bool) {
	n := c.tree.find(prefix)
	if n == nil {
		return false, false
	}
	c.total--
	n.value--
	if n.value > 0 {
		return false, true
	}
	c.tree.unuse(n)
	tidy(n)
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
// octets: what a new publisher is sent. The slice is valid during the call
// only, and f must not change the store.
func (c *Counted) Each(f func(prefix []byte)) {
	c.tree.each(func(text []byte, _ *node[int]) { f(text) })
}
