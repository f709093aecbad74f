// SPDX-License-Identifier: Apache-2.0

package trie

import (
	"math"
	"math/rand/v2"
	"testing"
)

// A million subscriptions of 16 bytes, spread over a hundred peers.

const benchPeers = 100

// filled returns the store, its bytes per subscription, and its topics in random
// order, so that a match finds little of its way in the processor's cache.
func filled(b *testing.B, kind string) (m *Multi[*int], each float64, all [][]byte) {
	b.Helper()
	var peers [benchPeers]*int
	for i := range peers {
		peers[i] = new(int)
	}
	all = make([][]byte, million)
	for i := range all {
		all[i] = topics[kind](i)
	}
	before := heap()
	m = new(Multi[*int])
	for i, topic := range all {
		m.Add(topic, peers[i%benchPeers])
	}
	each = float64(heap()-before) / million
	r := rand.New(rand.NewPCG(5, 6))
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return m, each, all
}

func BenchmarkMultiMatch(b *testing.B) {
	for kind := range topics {
		m, each, all := filled(b, kind)
		// Every topic in turn is the worst case: each step down the tree waits
		// for memory. A thousand of them is what feeds look like.
		for name, use := range map[string]int{"all": million, "thousand": 1000} {
			b.Run(kind+"/"+name, func(b *testing.B) {
				seen := 0
				visit := func(*int) { seen++ }
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					m.Match(all[i%use], visit)
				}
				b.ReportMetric(each, "B/sub")
				if seen < b.N {
					b.Fatalf("%d matches of %d", seen, b.N)
				}
			})
		}
	}
}

func BenchmarkMultiMatchFew(b *testing.B) {
	// What most publishers have: a handful of prefixes, all in the cache.
	var m Multi[*int]
	for i := range 10 {
		m.Add(topics["decimal"](i)[:14-i], new(int))
	}
	topic := topics["decimal"](7)
	seen := 0
	visit := func(*int) { seen++ }
	b.ReportAllocs()
	for b.Loop() {
		m.Match(topic, visit)
	}
}

func BenchmarkMultiMatchCrowd(b *testing.B) {
	// One prefix with a thousand subscribers.
	var m Multi[*int]
	for range 1000 {
		m.Add([]byte("sensor/"), new(int))
	}
	topic := topics["decimal"](7)
	seen := 0
	visit := func(*int) { seen++ }
	for b.Loop() {
		m.Match(topic, visit)
	}
}

func BenchmarkMultiAddRemove(b *testing.B) {
	for kind := range topics {
		b.Run(kind, func(b *testing.B) {
			m, _, all := filled(b, kind)
			k := new(int)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				topic := all[i%million][:15]
				m.Add(topic, k)
				m.Remove(topic, k)
			}
		})
	}
}

func BenchmarkMultiAddRemoveAlone(b *testing.B) {
	// A subscriber that comes and goes, where there is no other.
	var m Multi[*int]
	k, topic := new(int), topics["text"](7)
	b.ReportAllocs()
	for b.Loop() {
		m.Add(topic, k)
		m.Remove(topic, k)
	}
}

func BenchmarkCountedAgain(b *testing.B) {
	// A topic that is subscribed to already.
	var c Counted
	topic := topics["text"](7)
	c.Add(topic)
	b.ReportAllocs()
	for b.Loop() {
		c.Add(topic)
		c.Remove(topic)
	}
}

func BenchmarkMultiFill(b *testing.B) {
	all := make([][]byte, million)
	for i := range all {
		all[i] = topics["random"](i)
	}
	k := new(int)
	b.ReportAllocs()
	for b.Loop() {
		var m Multi[*int]
		for _, topic := range all {
			m.Add(topic, k)
		}
		m.RemoveSome(k, math.MaxInt, nil)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/million, "ns/sub")
}

func BenchmarkMultiRemoveAllOfOnePeer(b *testing.B) {
	// Ten prefixes of one peer in a store of a million.
	m, _, all := filled(b, "random")
	k := new(int)
	for i := 0; b.Loop(); i++ {
		for j := range 10 {
			m.Add(all[(10*i+j)%million][:8], k)
		}
		m.RemoveSome(k, math.MaxInt, nil)
	}
}

func BenchmarkCountedMatch(b *testing.B) {
	var c Counted
	for i := range 1000 {
		c.Add(topics["random"](i)[:8])
	}
	topic := topics["random"](7)
	b.ReportAllocs()
	for b.Loop() {
		c.Match(topic)
	}
}
