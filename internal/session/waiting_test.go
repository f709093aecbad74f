// SPDX-License-Identifier: Apache-2.0

package session

import (
	"testing"
	"time"
)

// TestTheAddressThatHoldsMostLosesItsOldestHandshake, whatever address the newcomer has.
func TestTheAddressThatHoldsMostLosesItsOldestHandshake(t *testing.T) {
	var w waiting
	began := time.Now()
	guests := make(map[string]*guest)
	add := func(name, source string) *guest {
		began = began.Add(time.Second)
		g := &guest{source: source, turn: &turn{since: began}}
		guests[name] = g
		return w.add(g, 5, 0)
	}
	add("honest", "192.0.2.1")
	for _, name := range []string{"a", "b", "c", "d"} {
		if g := add(name, "192.0.2.2"); g != nil {
			t.Fatalf("one leaves before the limit")
		}
	}
	for _, c := range []struct{ name, source, leaves string }{
		{"e", "192.0.2.2", "a"},
		{"other", "192.0.2.3", "b"},
		{"f", "192.0.2.2", "c"},
		{"g", "192.0.2.3", "d"}, // 1, 3 and 1 before
		{"h", "192.0.2.4", "e"}, // 1, 2 and 2: the oldest of the latter is e
	} {
		if g := add(c.name, c.source); g != guests[c.leaves] {
			t.Errorf("%s drives out %+v, want %s", c.name, g, c.leaves)
		}
	}
	if w.n != 5 || guests["honest"].place == nil {
		t.Errorf("%d are left; the honest one is in its place: %v", w.n, guests["honest"].place != nil)
	}
	for _, g := range guests {
		w.remove(g)
		w.remove(g)
	}
	if w.n != 0 || len(w.sources) != 0 {
		t.Errorf("%d handshakes of %d addresses are left", w.n, len(w.sources))
	}
}
