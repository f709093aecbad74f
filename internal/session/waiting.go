// SPDX-License-Identifier: Apache-2.0

package session

import "container/list"

// waiting holds the guests of a Listener with an unfinished handshake, by their
// addresses. Listener.mu guards it.
type waiting struct {
	n       int
	sources map[string]*list.List // of *guest, the oldest first
}

// add takes a guest in and returns the one that must leave to make room, or nil. limit
// applies to all addresses together and each to the guest's; 0 is no limit.
//
// The oldest handshake of the address with the most of them leaves. An honest peer
// finishes within a few round trips. So a silent stranger can hold places only until
// others need them, and an honest peer can be driven out only by as many newcomers as
// the limit. If several addresses have equally many, the one with the oldest handshake
// is chosen.
func (w *waiting) add(g *guest, limit, each int) (leaves *guest) {
	if own := w.sources[g.source]; own != nil && each > 0 && own.Len() >= each {
		leaves = own.Front().Value.(*guest)
	} else if limit > 0 && w.n >= limit {
		leaves = w.oldestOfMost()
	}
	if leaves != nil {
		w.remove(leaves)
	}
	if w.sources == nil {
		w.sources = make(map[string]*list.List)
	}
	l := w.sources[g.source]
	if l == nil {
		l = list.New()
		w.sources[g.source] = l
	}
	g.place = l.PushBack(g)
	w.n++
	return leaves
}

// oldestOfMost looks at each address once. With as many as MaxHandshakes allows by
// default, that takes a few microseconds.
func (w *waiting) oldestOfMost() (oldest *guest) {
	most := 0
	for _, l := range w.sources {
		g := l.Front().Value.(*guest)
		if l.Len() > most || l.Len() == most && g.turn.since.Before(oldest.turn.since) {
			most, oldest = l.Len(), g
		}
	}
	return oldest
}

// remove takes a guest out, if it is still there.
func (w *waiting) remove(g *guest) {
	if g.place == nil {
		return
	}
	l := w.sources[g.source]
	l.Remove(g.place)
	g.place = nil
	if l.Len() == 0 {
		delete(w.sources, g.source)
	}
	w.n--
}
