// SPDX-License-Identifier: Apache-2.0

package trie

// Slabs: numbered items in a few large allocations, without holes. What refers to
// items by number holds no pointers, so that the garbage collector has nothing to
// do with a million of them.

const (
	chunkBits = 8
	// chunkItems is how many items share an allocation: enough that their slice
	// headers do not count, and that a slab is hardly larger than its items.
	chunkItems = 1 << chunkBits
	// firstItems is how many a slab begins with. Its first chunk doubles, so that
	// small stores are small.
	firstItems = 4
)

// slab is a list of items that grows and shrinks at its end. No reference to an item
// is good any longer then.
type slab[T any] struct {
	chunks [][]T
	n      int // items
}

// push appends a zero item and returns its number.
func (s *slab[T]) push() uint32 {
	i := s.n
	switch {
	case i == 0:
		s.chunks = [][]T{make([]T, firstItems)}
	case i == len(s.chunks)*chunkItems:
		s.chunks = append(s.chunks, make([]T, chunkItems))
	case len(s.chunks) == 1 && i == len(s.chunks[0]):
		s.resize(2 * i)
	}
	s.n++
	return uint32(i)
}

// pop removes the last item, and gives memory back but for a chunk in reserve.
func (s *slab[T]) pop() {
	var none T
	s.n--
	*s.at(uint32(s.n)) = none
	last := len(s.chunks) - 1
	switch {
	case s.n == 0:
		s.chunks = nil
	case last > 0 && s.n <= last*chunkItems-chunkItems/2:
		s.chunks[last] = nil
		s.chunks = shrunk(s.chunks[:last])
	case last == 0 && s.n >= firstItems && s.n <= len(s.chunks[0])/4:
		s.resize(2 * s.n)
	}
}

// resize gives the only chunk another length.
func (s *slab[T]) resize(items int) {
	chunk := make([]T, items)
	copy(chunk, s.chunks[0])
	s.chunks[0] = chunk
}

// at returns item i.
func (s *slab[T]) at(i uint32) *T {
	return &s.chunks[i>>chunkBits][i%chunkItems]
}

// shrunk returns s in a smaller array when most of its array is unused. Short
// arrays are left alone: there is little to gain.
func shrunk[T any](s []T) []T {
	if cap(s) <= 8 || len(s) > cap(s)/4 {
		return s
	}
	return append(make([]T, 0, 2*len(s)), s...)
}
