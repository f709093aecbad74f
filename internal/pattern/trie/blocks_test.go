// SPDX-License-Identifier: Apache-2.0

package trie

import (
	"encoding/binary"
	"testing"
)

func TestBlocksFit(t *testing.T) {
	for size := 1; size <= numberSize+maxLabel+(1+numberSize)*256; size++ {
		of := classOf(size)
		width := widthOf(of)
		if width < size || of > 1 && widthOf(of-1) >= size {
			t.Fatalf("%d bytes are in class %d of blocks of %d", size, of, width)
		}
		if lost := width - size; lost >= fineWidth && lost > width/stepsPerDoubling {
			t.Fatalf("a block of %d for %d bytes", width, size)
		}
		if width%fineWidth != 0 || width > chunkSize/firstItems {
			t.Fatalf("blocks of %d bytes cannot be addressed, or do not fit a chunk", width)
		}
	}
}

// TestBlocksHaveNoHoles adds blocks and removes them from the front, as nothing
// but a model would, and looks whether each is where its owner was told.
func TestBlocksHaveNoHoles(t *testing.T) {
	for _, size := range []int{9, 60, 100, 1500} {
		var b blocks
		of := classOf(size)
		where := map[uint32]uint32{} // of an owner's block
		check := func() {
			t.Helper()
			memory := 0
			for _, c := range b.chunks {
				memory += len(c)
			}
			if most := 4*len(where)*widthOf(of) + 2*chunkSize; memory > most {
				t.Fatalf("%d bytes of memory for %d blocks of %d", memory, len(where), size)
			}
			for owner, address := range where {
				block := b.get(address)[:size]
				if got := binary.LittleEndian.Uint32(block); got != owner || block[size-1] != byte(owner) {
					t.Fatalf("block %d has owner %d and ends with %d", owner, got, block[size-1])
				}
			}
		}
		const most = 3000
		for owner := range uint32(most) {
			where[owner] = b.add(of)
			b.own(where[owner], owner)
			b.get(where[owner])[size-1] = byte(owner)
		}
		check()
		for owner := range uint32(most) {
			gone := where[owner]
			delete(where, owner)
			if other, moved := b.remove(of, gone); moved {
				where[other] = gone
			}
			if owner%100 == 0 || len(where) < 10 {
				check()
			}
		}
		left := 0
		for _, c := range b.chunks {
			left += len(c)
		}
		if left > 2*firstItems*fineBelow || len(b.chunks)-len(b.free) > 1 {
			t.Errorf("%d bytes in %d chunks are left of blocks of %d", left, len(b.chunks)-len(b.free), size)
		}
	}
}

func TestSlabGivesMemoryBack(t *testing.T) {
	var s slab[int]
	for i := range 10 * chunkItems {
		if s.push() != uint32(i) {
			t.Fatal("not the next number")
		}
		*s.at(uint32(i)) = i + 1
	}
	for s.n > 0 {
		room := 0
		for _, c := range s.chunks {
			room += len(c)
		}
		if room > 4*s.n+2*chunkItems || *s.at(uint32(s.n - 1)) != s.n {
			t.Fatalf("room for %d with %d items, the last of which is %d", room, s.n, *s.at(uint32(s.n - 1)))
		}
		s.pop()
	}
	if s.chunks != nil {
		t.Error("memory is left")
	}
	if i := s.push(); *s.at(i) != 0 {
		t.Error("a new item is not zero")
	}
}

func TestRoomEndsBeforeAddresses(t *testing.T) {
	var m Multi[int]
	m.Add([]byte("a topic"), 1)
	if !m.Room(make([]byte, 1<<20)) {
		t.Error("no room in a store of one prefix")
	}
	m.tree.blocks.chunks = make([][]byte, maxChunks-1<<10)
	if m.Room(nil) {
		t.Error("room for blocks without addresses")
	}
}
