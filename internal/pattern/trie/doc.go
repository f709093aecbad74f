// SPDX-License-Identifier: Apache-2.0

// Package trie holds the two subscription stores of publish-subscribe: Multi
// for publishers (prefix to set of subscribers) and Counted for subscribers
// (prefix to number of subscriptions). Prefixes and topics are any bytes.
//
// # Structure
//
// Both stores are one path-compressed radix tree. A node stands for the text
// on the way from the root to it; its label is the part below its parent. A
// node is used when its text is a stored prefix, and plain when it is there
// for its children only. Matching goes down from the root, once over the
// topic, and every used node on the way is a stored prefix of the topic.
//
// A plain node has two children or more. The exception is long text: a label
// has at most maxLabel bytes, so a long prefix is a chain of nodes. With that
// limit no change moves more than a few labels' bytes, whatever the length of
// other peers' prefixes, and nothing short keeps something long in memory.
//
// # Memory
//
// Nodes refer to each other by number and lie in slabs without pointers: a million
// subscriptions are some thousand allocations that the garbage collector need not
// look into. A node is 20 bytes, a short label included. A longer label and the
// children, sorted by first byte, are in a block whose width fits them to an eighth.
// Neither leaves holes. When one is removed, the last of its kind takes its place, and
// the references to that one are corrected. For nodes settle does so when an operation
// ends, so that numbers are valid while it lasts.
//
// A node has the number of its subscriber. Several subscribers of one node are a
// crowd outside the tree; a large crowd has an index. Each subscriber has a list of
// its nodes, so that the cost of losing it depends on its subscriptions and not on
// the size of the tree.
//
// # Limits
//
// Nothing recurses and no stack grows with the depth of the tree, which the
// peers choose (CVE-2021-20236 was a recursion over it). Memory is
// linear in the bytes of the distinct prefixes, and is given back when they go.
// A store has room for 2^32 nodes, which take a hundred gigabytes, and for blocks of
// 16 GiB in all. Room reports when it is full.
//
// The stores are not safe for concurrent use: their owner locks.
package trie
