// SPDX-License-Identifier: Apache-2.0

//go:build unix

package engine

import "testing"

// A read brings up to readSize, and less while many readers hold buffers, which may all
// be waiting for room in their queues.
func TestReadsAreSmallInACrowd(t *testing.T) {
	far, near := tcpPair(t)
	var b Buffers
	var s source
	s.init(near, &b, nil)
	defer s.release()
	go func() { _, _ = far.Write(make([]byte, 2*readSize)) }() // fails when the test ends

	var others []*readBuffer
	for range crowd {
		others = append(others, b.get(false))
	}
	most := 0
	for range 3 {
		n, err := s.read()
		if err != nil {
			t.Fatal(err)
		}
		most = max(most, n)
		s.keep(nil)
	}
	if most > crowdSize {
		t.Errorf("a read brought %d bytes in a crowd", most)
	}

	for _, r := range others {
		b.put(r)
	}
	if b.crowded() || b.lent.Load() != 0 {
		t.Fatalf("%d buffers are lent", b.lent.Load())
	}
	s.rb = b.get(false)
	if n := len(s.room()); n != readSize {
		t.Errorf("alone there is room for %d bytes", n)
	}
}

// What is left of a frame does not keep the rest of it out.
func TestRoomInACrowdBehindWhatIsLeft(t *testing.T) {
	b := new(Buffers)
	b.lent.Store(crowd + 1)
	s := source{buffers: b, rb: b.get(false)}
	for _, test := range []struct{ left, want int }{
		{0, crowdSize}, {100, crowdSize - 100}, {crowdSize / 2, readSize - crowdSize/2}, {readSize - 1, 1},
	} {
		s.left = test.left
		if got := len(s.room()); got != test.want {
			t.Errorf("%d bytes behind %d, want %d", got, test.left, test.want)
		}
	}
	s.rb, s.left = b.get(true), 0
	if got := len(s.room()); got != wideSize {
		t.Errorf("%d bytes in a wide buffer", got)
	}
}
