// SPDX-License-Identifier: Apache-2.0

package pattern

import (
	"fmt"
	"testing"

	"github.com/gozmq/zmq/internal/opt"
)

// TestWhatADepartedPeerLeftComesBeforeItsSuccessors: of the same routing id, or without
// one of the same host and endpoint, over several generations.
func TestWhatADepartedPeerLeftComesBeforeItsSuccessors(t *testing.T) {
	for _, typ := range []int{Pull, Dealer, XSub, Pair} {
		for _, id := range []string{"", "anna"} {
			t.Run(TypeOf(typ).Name+" "+id, func(t *testing.T) {
				b := newBench(t, typ)
				for g := range 3 {
					p := b.pipe(10, id)
					for i := range 5 {
						b.deliver(p, fmt.Sprint(g, " ", i))
					}
					if g < 2 {
						b.leave(p)
					}
				}
				for g := range 3 {
					for i := range 5 {
						b.p.Readable() // looks ahead, and must see the same
						b.want(fmt.Sprint(g, " ", i))
					}
				}
				b.none()
			})
		}
	}
}

// TestOthersKeepTheirTurns: peers of other routing ids, and those that were there when a
// peer departed, do not wait for what it left.
func TestOthersKeepTheirTurns(t *testing.T) {
	b := newBench(t, Pull)
	for _, s := range []struct{ name, departed, other string }{
		{"another id", "anna", "berta"},
		{"there before", "anna", "anna"},
	} {
		gone := b.pipe(10, s.departed)
		other := gone
		if s.name == "there before" {
			other = b.pipe(10, s.other)
		}
		b.deliver(gone, "old 0")
		b.deliver(gone, "old 1")
		b.leave(gone)
		if other == gone {
			other = b.pipe(10, s.other)
		}
		b.deliver(other, "other")
		b.want("old 0")
		b.want("other")
		b.want("old 1")
		b.leave(other)
	}
}

// TestWhatADisplacedPeerSentComesBeforeItsSuccessor (ROUTER_HANDOVER).
func TestWhatADisplacedPeerSentComesBeforeItsSuccessor(t *testing.T) {
	b := newBench(t, Router, opt.RouterHandover, 1)
	old := b.pipe(10, "anna")
	b.deliver(old, "old 0")
	b.deliver(old, "old 1")
	successor := b.pipe(10, "anna")
	b.deliver(successor, "new")
	b.want(string(old.Route.ID), "old 0")
	b.want(string(old.Route.ID), "old 1")
	b.want("anna", "new")
}

// TestDepartedPeersAreForgotten when what they left has been read.
func TestDepartedPeersAreForgotten(t *testing.T) {
	b := newBench(t, Pull)
	q := b.p.(*dealer).in
	for i := range 100 {
		for range 2 {
			p := b.pipe(10, fmt.Sprint("peer ", i))
			b.deliver(p, "x")
			b.leave(p)
		}
	}
	for range 200 {
		b.want("x")
	}
	b.none()
	if len(q.origins) != 0 || len(q.ring) != 0 {
		t.Errorf("%d origins, %d pipes are left", len(q.origins), len(q.ring))
	}
}
