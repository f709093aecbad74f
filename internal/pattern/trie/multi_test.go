// SPDX-License-Identifier: Apache-2.0

package trie

import (
	"math"
	"slices"
	"testing"
)

// The rules of a publisher's store, one test each.

func TestEmptyPrefixReceivesEveryTopic(t *testing.T) {
	var m Multi[int]
	if m.MatchAny(nil) || m.MatchAny([]byte("a")) {
		t.Fatal("an empty store matches")
	}
	m.Add(nil, 1)
	for _, topic := range []string{"", "a", "\x00", "\xff\xff"} {
		if !m.MatchAny([]byte(topic)) {
			t.Errorf("topic %q does not match the empty prefix", topic)
		}
	}
	if !m.Has(nil) || m.Has([]byte("a")) || m.Count() != 1 {
		t.Error("the empty prefix is not a prefix like the others")
	}
}

func TestSecondSubscriptionOfOnePeerDoesNotCount(t *testing.T) {
	var m Multi[int]
	if first, added := m.Add([]byte("A"), 1); !first || !added {
		t.Errorf("first Add = %v, %v", first, added)
	}
	if first, added := m.Add([]byte("A"), 1); first || added {
		t.Errorf("second Add = %v, %v", first, added)
	}
	if m.CountOf(1) != 1 || m.Subscribers([]byte("A")) != 1 {
		t.Error("the second subscription counts")
	}
	if last, removed := m.Remove([]byte("A"), 1); !last || !removed {
		t.Errorf("a single cancel = %v, %v", last, removed)
	}
	checkEmpty(t, &m.tree)
}

func TestNoticeOnlyForFirstAndLastPeerOfPrefix(t *testing.T) {
	var m Multi[int]
	first1, _ := m.Add([]byte("A"), 1)
	first2, added2 := m.Add([]byte("A"), 2)
	if !first1 || first2 || !added2 {
		t.Errorf("Add: first %v then %v, added %v", first1, first2, added2)
	}
	last1, removed1 := m.Remove([]byte("A"), 1)
	last2, removed2 := m.Remove([]byte("A"), 2)
	if last1 || !last2 || !removed1 || !removed2 {
		t.Errorf("Remove: last %v then %v, removed %v, %v", last1, last2, removed1, removed2)
	}
}

func TestCancelOfUnknownChangesNothing(t *testing.T) {
	var m Multi[int]
	m.Add([]byte("AB"), 1)
	for _, c := range []struct {
		prefix string
		k      int
	}{{"AB", 2}, {"A", 1}, {"ABC", 1}, {"", 1}, {"X", 1}} {
		if last, removed := m.Remove([]byte(c.prefix), c.k); last || removed {
			t.Errorf("Remove(%q, %d) = %v, %v", c.prefix, c.k, last, removed)
		}
	}
	if !m.Has([]byte("AB")) || m.Count() != 1 || m.CountOf(1) != 1 {
		t.Error("the subscription is gone")
	}
}

func TestLostPeerIsRemovedEverywhere(t *testing.T) {
	var m Multi[int]
	for _, p := range []string{"", "A", "AB", "ABC", "X"} {
		m.Add([]byte(p), 1)
	}
	m.Add([]byte("AB"), 2)
	lasts := map[string]bool{}
	m.RemoveSome(1, math.MaxInt, func(prefix []byte, last bool) { lasts[string(prefix)] = last })
	for p, want := range map[string]bool{"": true, "A": true, "AB": false, "ABC": true, "X": true} {
		if last, called := lasts[p]; !called || last != want {
			t.Errorf("gone for %q: called %v, last %v, want %v", p, called, last, want)
		}
	}
	if m.CountOf(1) != 0 || m.Count() != 1 || !m.Has([]byte("AB")) {
		t.Error("not what peer 2 subscribed to is left")
	}
	checkTree(t, &m.tree)
	m.RemoveSome(1, math.MaxInt, func([]byte, bool) { t.Error("gone for a peer that is not there") })
	m.RemoveSome(2, math.MaxInt, nil)
	checkEmpty(t, &m.tree)
}

func TestPeerIsVisitedForEachOfItsMatchingPrefixes(t *testing.T) {
	var m Multi[string]
	m.Add(nil, "x")
	m.Add([]byte("A"), "x")
	m.Add([]byte("AB"), "y")
	m.Add([]byte("ABC"), "z")
	var seen []string
	m.Match([]byte("AB"), func(k string) { seen = append(seen, k) })
	if want := []string{"x", "x", "y"}; !slices.Equal(seen, want) {
		t.Errorf("visited %q, want %q", seen, want)
	}
	if n := m.Subscribers([]byte("AB")); n != 2 {
		t.Errorf("Subscribers counts %d, want 2 distinct", n)
	}
}

func TestStoreKeepsItsOwnCopyOfPrefix(t *testing.T) {
	var m Multi[int]
	prefix := []byte("topic")
	m.Add(prefix, 1)
	copy(prefix, "XXXXX")
	if !m.Has([]byte("topic")) {
		t.Error("the store changed with the caller's slice")
	}
}

func TestManyPeersOfOnePrefix(t *testing.T) {
	// Through every form of a set, up and down, from either end.
	p := newPair(t)
	for round := range 2 {
		for k := range 3 * indexAbove {
			p.add("A", k)
			p.add("B", k)
			p.check()
		}
		p.ask("A")
		for k := range 3 * indexAbove {
			if round == 1 {
				k = 3*indexAbove - 1 - k
			}
			p.remove("A", k)
			p.remove("A", k)
			p.check()
			p.ask("A")
		}
		p.clear(true)
	}
}

func TestPrefixesOfEveryByte(t *testing.T) {
	// From a slice to a table and back.
	p := newPair(t)
	for i := range 256 {
		b := byte(i * 37) // every value once, not in order
		p.add("A"+string([]byte{b}), i)
		p.check()
	}
	for i := range 256 {
		p.ask("A" + string([]byte{byte(i)}))
	}
	for i := range 256 {
		b := byte(i * 91)
		for k := range p.model["A"+string([]byte{b})] {
			p.remove("A"+string([]byte{b}), k)
		}
		p.check()
		p.ask("A" + string([]byte{b}))
		p.ask("A" + string([]byte{b + 1}))
	}
	p.clear(false)
}

func TestMatchDoesNotAllocate(t *testing.T) {
	var m Multi[*int]
	var c Counted
	for _, p := range []string{"", "mar", "market", "market.nyse", "market.nasdaq"} {
		m.Add([]byte(p), new(int))
		m.Add([]byte(p), new(int))
		if p != "" {
			c.Add([]byte(p))
		}
	}
	topic, miss := []byte("market.nyse.IBM"), []byte("weather")
	seen := 0
	visit := func(*int) { seen++ }
	for name, f := range map[string]func(){
		"Multi.Match":    func() { m.Match(topic, visit) },
		"Multi.MatchAny": func() { m.MatchAny(topic) },
		"Multi.Has":      func() { m.Has(topic) },
		"Counted.Match":  func() { c.Match(topic); c.Match(miss) },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
	if seen == 0 {
		t.Error("nothing matched")
	}
}
