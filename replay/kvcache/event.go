// SPDX-License-Identifier: Apache-2.0

package kvcache

import (
	"math"
	"time"
)

// Batch is what one message holds. What is kept as MessagePack lies in the payload that was
// decoded.
type Batch struct {
	Seconds float64 // when it was published, since 1970; see Time
	Rank    *int64  // of the server in its data-parallel group; nil if it has none
	Events  []Event // in their order: *BlockStored, *BlockRemoved, *AllBlocksCleared, *Unknown
	More    []Field // what this package does not know
}

// Time returns Seconds as a time. It is zero if no time of a clock is meant.
func (b *Batch) Time() time.Time {
	if !(b.Seconds > 0 && b.Seconds < 1<<33) { // until the year 2242, as nanoseconds
		return time.Time{}
	}
	whole, part := math.Modf(b.Seconds)
	return time.Unix(int64(whole), int64(part*1e9))
}

// Event is one of *BlockStored, *BlockRemoved, *AllBlocksCleared and *Unknown.
type Event interface{ event() }

// Hash names a block. It is comparable.
type Hash struct {
	// Value is what to look up by: an integer as 64 bits, or the last eight bytes of
	// Bytes, big-endian.
	Value uint64
	// Bytes are the hash of a server that publishes bytes, otherwise empty.
	Bytes string
}

// Token is a token id, or a pair of them.
type Token struct {
	ID   int64 // the only one, or the first of a pair
	Next int64 // the second of a pair
	Pair bool  // there is a second
}

// BlockStored says that blocks are in a cache.
type BlockStored struct {
	Blocks    []Hash  // in the order of the text
	Parent    *Hash   // of the first block; nil if it has none
	Tokens    []Token // of all blocks; some servers send none
	BlockSize int64   // tokens in a block
	LoRAID    *int64  // nil: none
	Medium    string  // GPU, CPU, STORAGE, CPU_PINNED, DISK, EXTERNAL; empty if it is not said
	LoRAName  string  // empty: none
	ExtraKeys []byte  // as MessagePack; nil: none
	Group     *int64  // index of the group of caches; nil if it is not said
	More      []Field // what this package does not know
}

// BlockRemoved says that blocks are in a cache no longer.
type BlockRemoved struct {
	Blocks []Hash  // that are gone
	Medium string  // empty if it is not said
	Group  *int64  // nil if it is not said
	More   []Field // what this package does not know
}

// AllBlocksCleared says that a cache is empty.
type AllBlocksCleared struct {
	More []Field // what this package does not know
}

// Unknown is an event that this package does not know, or cannot read.
type Unknown struct {
	Tag string // its type; empty if it has none
	Raw []byte // the event, as MessagePack
	Err error  // why it cannot be read, although the tag is known, or there is none
}

// Field is a part of a batch or an event that this package does not know.
type Field struct {
	Name string // empty in an array
	Raw  []byte // the value, as MessagePack
}

func (*BlockStored) event()      {}
func (*BlockRemoved) event()     {}
func (*AllBlocksCleared) event() {}
func (*Unknown) event()          {}
