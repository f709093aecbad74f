// SPDX-License-Identifier: Apache-2.0

package flow

import "go/token"

// A Slot is a place that holds values of a library's types: a types.Object for
// what is declared, an ast.Expr for the value of an expression, a string for
// what has neither.
type Slot = any

// A Pin keeps a group of slots as it is, for a reason.
type Pin struct {
	Pos    token.Pos
	Reason string
	Minor  bool // not worth telling where the group has other pins
}

// A Graph joins slots between which values flow into groups. All slots of
// a group have to change their types together, or none.
type Graph struct {
	parent map[Slot]Slot
	pins   map[Slot][]Pin  // by the root of the group
	from   map[Slot][]Slot // where the values of a slot come from
}

func newGraph() *Graph {
	return &Graph{parent: map[Slot]Slot{}, pins: map[Slot][]Pin{}, from: map[Slot][]Slot{}}
}

// Root returns the slot that stands for a slot's group.
func (g *Graph) Root(s Slot) Slot {
	p, ok := g.parent[s]
	if !ok || p == s {
		return s
	}
	root := g.Root(p)
	g.parent[s] = root
	return root
}

// Flow joins a slot with one whose values go there.
func (g *Graph) Flow(to, from Slot) {
	if to == nil || from == nil || to == from {
		return
	}
	g.from[to] = append(g.from[to], from)
	g.unite(to, from)
}

// Join makes the groups of two slots one, whose values may go both ways. A nil
// slot joins nothing.
func (g *Graph) Join(a, b Slot) {
	g.Flow(a, b)
	g.Flow(b, a)
}

// Sources returns the slots from which values get into one of some slots, those
// included.
func (g *Graph) Sources(of ...Slot) map[Slot]bool {
	found := map[Slot]bool{}
	for len(of) > 0 {
		s := of[len(of)-1]
		of = of[:len(of)-1]
		if s != nil && !found[s] {
			found[s] = true
			of = append(of, g.from[s]...)
		}
	}
	return found
}

// unite makes the groups of two slots one.
func (g *Graph) unite(a, b Slot) {
	a, b = g.Root(a), g.Root(b)
	if a == b {
		return
	}
	g.parent[b] = a
	g.pins[a] = append(g.pins[a], g.pins[b]...)
	delete(g.pins, b)
}

// Pin keeps the group of a slot as it is.
func (g *Graph) Pin(s Slot, pos token.Pos, reason string) {
	if s == nil {
		return
	}
	root := g.Root(s)
	g.pins[root] = append(g.pins[root], Pin{Pos: pos, Reason: reason})
}

// PinMinor is Pin for a reason that is told only if the group has no other.
func (g *Graph) PinMinor(s Slot, pos token.Pos, reason string) {
	if s == nil {
		return
	}
	root := g.Root(s)
	g.pins[root] = append(g.pins[root], Pin{Pos: pos, Reason: reason, Minor: true})
}

// Pins returns why the group of a slot stays as it is; none if it does not.
func (g *Graph) Pins(s Slot) []Pin { return g.pins[g.Root(s)] }

// Pinned reports whether the group of a slot stays as it is.
func (g *Graph) Pinned(s Slot) bool { return s != nil && len(g.Pins(s)) > 0 }
