// SPDX-License-Identifier: Apache-2.0

package trie

import (
	"slices"
	"testing"
)

// The rules of a subscriber's store, one test each.

func TestCancelOnlyWhenCountReachesZero(t *testing.T) {
	var c Counted
	if !c.Add([]byte("A")) || c.Add([]byte("A")) {
		t.Error("only the first subscription is the first")
	}
	if last, known := c.Remove([]byte("A")); last || !known {
		t.Errorf("first cancel = %v, %v", last, known)
	}
	if !c.Match([]byte("A")) {
		t.Error("no match with one subscription left")
	}
	if last, known := c.Remove([]byte("A")); !last || !known {
		t.Errorf("second cancel = %v, %v", last, known)
	}
	if c.Match([]byte("A")) {
		t.Error("match with no subscription left")
	}
	checkEmpty(t, &c.tree)
}

func TestCancelOfUnknownIsIgnored(t *testing.T) {
	var c Counted
	c.Add([]byte("AB"))
	for _, p := range []string{"", "A", "ABC", "X"} {
		if last, known := c.Remove([]byte(p)); last || known {
			t.Errorf("Remove(%q) = %v, %v", p, last, known)
		}
	}
	if c.Len() != 1 || c.Total() != 1 {
		t.Error("the subscription is gone")
	}
}

func TestNoSubscriptionMatchesNothing(t *testing.T) {
	var c Counted
	if c.Match(nil) || c.Match([]byte("A")) {
		t.Error("an empty store matches")
	}
	c.Add(nil)
	if !c.Match(nil) || !c.Match([]byte("A")) {
		t.Error("the empty prefix does not match everything")
	}
}

func TestNewPublisherIsSentEachDistinctPrefixOnce(t *testing.T) {
	var c Counted
	for _, p := range []string{"b", "", "ab", "a", "ab", "\xff", "\x00", "b"} {
		c.Add([]byte(p))
	}
	var got []string
	c.Each(func(p []byte) { got = append(got, string(p)) })
	if want := []string{"", "\x00", "a", "ab", "b", "\xff"}; !slices.Equal(got, want) {
		t.Errorf("Each: %q, want %q", got, want)
	}
	if c.Len() != 6 || c.Total() != 8 {
		t.Errorf("Len %d, Total %d, want 6, 8", c.Len(), c.Total())
	}
}
