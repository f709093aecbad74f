// SPDX-License-Identifier: Apache-2.0

package trie

import (
	"encoding/binary"
	"math/bits"
)

// Blocks: bytes of different lengths, of some widths, by address. A block begins
// with the number of its owner, so that the blocks of a width leave no holes: when
// one goes, the last takes its place, and its owner is told.

const (
	// numberSize is the bytes of a number within blocks.
	numberSize = 4
	// stepsPerDoubling is how many widths there are between one power of two and
	// the next, from 64 up: an eighth is lost at most. Below, every multiple of
	// four is one.
	stepsPerDoubling = 8
	fineWidth        = 4
	fineBelow        = 64

	// chunkWords is the length of a chunk in steps of fineWidth bytes, which
	// addresses count.
	wordBits   = 12
	chunkWords = 1 << wordBits
	chunkSize  = chunkWords * fineWidth
	// maxChunks is how many chunks 32 bits can address: 16 GiB.
	maxChunks = 1 << (32 - wordBits)
)

// blocks is a store of blocks. Its zero value is empty.
type blocks struct {
	chunks  [][]byte // by number
	free    []uint32 // numbers of chunks that are not there
	classes []class  // up to the highest that was needed
}

// class is the blocks of one width, in the order of its chunks.
type class struct {
	chunks []uint32 // numbers; the first alone may be shorter than chunkSize
	n      int      // blocks
}

// classOf returns the class of the narrowest blocks for size bytes. It is 1 or
// more.
func classOf(size int) uint8 {
	if size <= fineBelow {
		return uint8((size + fineWidth - 1) / fineWidth)
	}
	power := bits.Len(uint(size-1)) - 1 // size is above 1<<power
	step := 1 << power / stepsPerDoubling
	steps := (size - 1<<power + step - 1) / step
	return uint8(fineBelow/fineWidth + (power-bits.Len(fineBelow)+1)*stepsPerDoubling + steps)
}

// widthOf returns the width of the blocks of a class.
func widthOf(class uint8) int {
	if class <= fineBelow/fineWidth {
		return int(class) * fineWidth
	}
	c := int(class) - fineBelow/fineWidth
	power := (c-1)/stepsPerDoubling + bits.Len(fineBelow) - 1
	return 1<<power + ((c-1)%stepsPerDoubling+1)*(1<<power/stepsPerDoubling)
}

// get returns what begins with the block at an address.
func (b *blocks) get(address uint32) []byte {
	return b.chunks[address>>wordBits][address%chunkWords*fineWidth:]
}

// add returns the address of a new block of a class.
func (b *blocks) add(of uint8) (address uint32) {
	if int(of) >= len(b.classes) {
		b.classes = append(b.classes, make([]class, int(of)+1-len(b.classes))...)
	}
	c, width := &b.classes[of], widthOf(of)
	switch {
	case len(c.chunks) == 0:
		b.addChunk(c, firstItems*width)
	case c.n == len(c.chunks)*(chunkSize/width):
		b.addChunk(c, chunkSize)
	case len(c.chunks) == 1 && (c.n+1)*width > len(b.chunks[c.chunks[0]]):
		b.resize(c, 2*c.n*width)
	}
	c.n++
	return c.address(c.n-1, width)
}

// remove removes the block of a class at an address. With moved, the block that is
// there from now on is owner's. A class of narrow blocks keeps its first chunk, a
// small one then: nodes pass through many classes while they grow.
func (b *blocks) remove(of uint8, address uint32) (owner uint32, moved bool) {
	c, width := &b.classes[of], widthOf(of)
	if last := c.address(c.n-1, width); address != last {
		copy(b.get(address)[:width], b.get(last))
		owner, moved = binary.LittleEndian.Uint32(b.get(address)), true
	}
	c.n--
	per, last := chunkSize/width, len(c.chunks)-1
	switch {
	case last > 0 && c.n <= last*per-per/2, c.n == 0 && width > fineBelow:
		b.dropChunk(c)
	case last == 0 && c.n >= firstItems && c.n*width <= len(b.chunks[c.chunks[0]])/4:
		b.resize(c, 2*c.n*width)
	}
	return owner, moved
}

// own makes the block at an address that of another owner.
func (b *blocks) own(address, owner uint32) {
	binary.LittleEndian.PutUint32(b.get(address), owner)
}

// address returns where block i is, or will be.
func (c *class) address(i, width int) uint32 {
	per := chunkSize / width
	return c.chunks[i/per]<<wordBits | uint32(i%per*width/fineWidth)
}

// addChunk gives a class another chunk.
func (b *blocks) addChunk(c *class, size int) {
	number := uint32(len(b.chunks))
	if end := len(b.free) - 1; end >= 0 {
		number, b.free = b.free[end], b.free[:end]
	} else {
		b.chunks = append(b.chunks, nil)
	}
	b.chunks[number] = make([]byte, size)
	c.chunks = append(c.chunks, number)
}

// dropChunk takes the last chunk of a class.
func (b *blocks) dropChunk(c *class) {
	last := len(c.chunks) - 1
	b.chunks[c.chunks[last]] = nil
	b.free = append(b.free, c.chunks[last])
	c.chunks = shrunk(c.chunks[:last])
}

// resize gives the only chunk of a class another length.
func (b *blocks) resize(c *class, size int) {
	chunk := make([]byte, min(size, chunkSize))
	copy(chunk, b.chunks[c.chunks[0]])
	b.chunks[c.chunks[0]] = chunk
}
