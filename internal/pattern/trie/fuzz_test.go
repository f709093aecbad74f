// SPDX-License-Identifier: Apache-2.0

package trie

import (
	"strings"
	"testing"
)

// A fuzz input is a list of operations, each of four bytes: what, subscriber,
// length and end of the prefix. Prefixes are made rather than taken from the
// input, and some operations stand for many, so that a short input gets to long
// labels, tables and crowds. Short matters: go test minimizes each interesting
// input in time of the square of its length.

const opSize = 4

// opPrefix makes the prefix of one operation: a run of one character, whose
// length is around multiples of the longest label for some, and the end.
func opPrefix(op []byte, end byte) string {
	length := int(op[2] & 0x1f)
	if op[2]&0x80 != 0 {
		length += int(op[2]>>5&3) * maxLabel
	}
	if end == 0 {
		return strings.Repeat("a", length)
	}
	return strings.Repeat("a", length) + string([]byte{end})
}

func FuzzMulti(f *testing.F) {
	f.Fuzz(func(t *testing.T, ops []byte) {
		p := newPair(t)
		for ; len(ops) >= opSize; ops = ops[opSize:] {
			prefix, k := opPrefix(ops, ops[3]), int(ops[1]%64)
			switch ops[0] % 8 {
			case 0, 1:
				p.add(prefix, k)
			case 2:
				p.remove(prefix, k)
			case 3:
				p.removeAll(k)
			case 4:
				p.ask(prefix)
				p.check()
			case 5: // many prefixes
				for end := range int(ops[3]) + 1 {
					p.add(opPrefix(ops, byte(end)), k)
				}
			case 6:
				for end := range int(ops[3]) + 1 {
					p.remove(opPrefix(ops, byte(end)), k)
				}
			case 7: // many subscribers
				for k := range k + 1 {
					p.add(prefix, k)
				}
			}
		}
		p.check()
		p.clear(true)
	})
}

func FuzzCounted(f *testing.F) {
	f.Fuzz(func(t *testing.T, ops []byte) {
		c := newCountedPair(t)
		for ; len(ops) >= opSize; ops = ops[opSize:] {
			prefix := opPrefix(ops, ops[3])
			switch ops[0] % 8 {
			case 0, 1:
				c.add(prefix)
			case 2, 3:
				c.remove(prefix)
			case 4:
				c.ask(prefix)
				c.check()
			case 5:
				for end := range int(ops[3]) + 1 {
					c.add(opPrefix(ops, byte(end)))
				}
			case 6, 7:
				for end := range int(ops[3]) + 1 {
					c.remove(opPrefix(ops, byte(end)))
				}
			}
		}
		c.check()
		c.clear()
	})
}
