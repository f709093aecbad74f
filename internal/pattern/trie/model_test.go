// SPDX-License-Identifier: Apache-2.0

package trie

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/gozmq/zmq/internal/zmqtest"
)

// The stores against naive models: the same operations on both, then the same
// answers to every question, and a tree that keeps its own rules.

// multiModel is Multi without any cleverness.
type multiModel map[string]map[int]bool

func (m multiModel) add(p string, k int) (first, added bool) {
	first, added = len(m[p]) == 0, !m[p][k]
	if first {
		m[p] = map[int]bool{}
	}
	m[p][k] = true
	return first, added
}

func (m multiModel) remove(p string, k int) (last, removed bool) {
	if !m[p][k] {
		return false, false
	}
	delete(m[p], k)
	if len(m[p]) > 0 {
		return false, true
	}
	delete(m, p)
	return true, true
}

func (m multiModel) removeAll(k int) (gone map[string]bool) {
	gone = map[string]bool{}
	for p := range m {
		if last, removed := m.remove(p, k); removed {
			gone[p] = last
		}
	}
	return gone
}

// visits counts how often each subscriber is visited for a topic.
func (m multiModel) visits(topic string) map[int]int {
	seen := map[int]int{}
	for p, ks := range m {
		if strings.HasPrefix(topic, p) {
			for k := range ks {
				seen[k]++
			}
		}
	}
	return seen
}

// pair is a Multi and its model.
type pair struct {
	t     testing.TB
	multi Multi[int]
	model multiModel
}

func newPair(t testing.TB) *pair {
	return &pair{t: t, model: multiModel{}}
}

func (p *pair) add(prefix string, k int) {
	p.t.Helper()
	first, added := p.multi.Add([]byte(prefix), k)
	wantFirst, wantAdded := p.model.add(prefix, k)
	if first != wantFirst || added != wantAdded {
		p.t.Fatalf("Add(%.40q, %d) = %v, %v, want %v, %v", prefix, k, first, added, wantFirst, wantAdded)
	}
}

func (p *pair) remove(prefix string, k int) {
	p.t.Helper()
	last, removed := p.multi.Remove([]byte(prefix), k)
	wantLast, wantRemoved := p.model.remove(prefix, k)
	if last != wantLast || removed != wantRemoved {
		p.t.Fatalf("Remove(%.40q, %d) = %v, %v, want %v, %v", prefix, k, last, removed, wantLast, wantRemoved)
	}
}

func (p *pair) removeAll(k int) {
	p.t.Helper()
	want := p.model.removeAll(k)
	gone := func(prefix []byte, last bool) {
		wantLast, ok := want[string(prefix)]
		if !ok || last != wantLast {
			p.t.Fatalf("RemoveSome(%d): gone(%.40q, %v), want %v (known %v)", k, prefix, last, wantLast, ok)
		}
		delete(want, string(prefix))
	}
	for left := len(want); p.multi.RemoveSome(k, 3, gone); left = len(want) {
		if done := left - len(want); done < 1 || done > 3 {
			p.t.Fatalf("RemoveSome(%d) took %d prefixes in three steps", k, done)
		}
	}
	if len(want) != 0 {
		p.t.Fatalf("RemoveSome(%d): no call for %d prefixes", k, len(want))
	}
}

func (p *pair) ask(topic string) {
	p.t.Helper()
	text := []byte(topic)
	want, got := p.model.visits(topic), map[int]int{}
	p.multi.Match(text, func(k int) { got[k]++ })
	if fmt.Sprint(got) != fmt.Sprint(want) {
		p.t.Fatalf("Match(%.40q) visits %v, want %v", topic, got, want)
	}
	if got := p.multi.MatchAny(text); got != (len(want) > 0) {
		p.t.Fatalf("MatchAny(%.40q) = %v", topic, got)
	}
	if got := p.multi.Subscribers(text); got != len(want) {
		p.t.Fatalf("Subscribers(%.40q) = %d, want %d", topic, got, len(want))
	}
	if got := p.multi.Has(text); got != (len(p.model[topic]) > 0) {
		p.t.Fatalf("Has(%.40q) = %v", topic, got)
	}
}

// check compares the totals and checks the tree and the subscribers' lists.
func (p *pair) check() {
	p.t.Helper()
	if got := p.multi.Count(); got != len(p.model) {
		p.t.Fatalf("Count() = %d, want %d", got, len(p.model))
	}
	counts := map[int]int{}
	for _, ks := range p.model {
		for k := range ks {
			counts[k]++
		}
	}
	if len(p.multi.members.numbers) != len(counts) {
		p.t.Fatalf("%d members, want %d", len(p.multi.members.numbers), len(counts))
	}
	for k, want := range counts {
		if got := p.multi.CountOf(k); got != want {
			p.t.Fatalf("CountOf(%d) = %d, want %d", k, got, want)
		}
		member := p.multi.members.numbers[k]
		for at := range uint32(want) {
			s := &p.multi.tree.at(*p.multi.members.lists[member].at(at)).value
			if i, ok := p.multi.find(s, member); !ok || p.multi.seat(s, i).at != at {
				p.t.Fatalf("list of %d, place %d: the node does not refer back", k, at)
			}
		}
	}
	for i := range uint32(p.multi.crowds.n) {
		c := p.multi.crowds.at(i)
		if v := p.multi.tree.at(c.node).value; v != (seat{i, inCrowd}) || len(c.seats) < 2 {
			p.t.Fatalf("crowd %d of %d: its node does not refer back", i, len(c.seats))
		}
	}
	checkTree(p.t, &p.multi.tree)
}

// clear removes what is left, subscriber by subscriber or prefix by prefix, and
// checks that nothing remains.
func (p *pair) clear(bySubscriber bool) {
	p.t.Helper()
	// In order: a fuzz target that takes its own way each time is of no use.
	for _, prefix := range slices.Sorted(maps.Keys(p.model)) {
		for _, k := range slices.Sorted(maps.Keys(p.model[prefix])) {
			if bySubscriber {
				p.removeAll(k)
			} else {
				p.remove(prefix, k)
			}
		}
	}
	p.check()
	checkEmpty(p.t, &p.multi.tree)
	if m := &p.multi.members; len(m.numbers) != 0 || m.recent != 0 || len(m.keys) > 8 || p.multi.crowds.chunks != nil {
		p.t.Fatal("members or crowds are left")
	}
}

// checkTree checks the rules of the tree that package documentation states.
func checkTree[V comparable](t testing.TB, tr *tree[V]) {
	t.Helper()
	used, met := 0, 0
	blocks := map[uint32]bool{}
	var todo []uint32
	if tr.nodes.n > 0 {
		todo = append(todo, root)
	}
	for len(todo) > 0 {
		i := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		met++
		n := tr.at(i)
		b := tr.body(n)
		if n.used() {
			used++
		}
		if i != root && len(b.label) == 0 {
			t.Fatal("a node has no label")
		}
		if n.class != 0 {
			block := tr.blocks.get(n.address())
			if owner := binary.LittleEndian.Uint32(block); owner != i {
				t.Fatalf("the block of node %d says that it is %d's", i, owner)
			}
			size := numberSize + len(b.label) + len(b.firsts) + len(b.kids)
			if n.class != classOf(size) || n.kids == 0 && len(b.label) <= inlineLabel {
				t.Fatalf("node of %d bytes in class %d", size, n.class)
			}
			blocks[n.address()] = true
		}
		for at, first := range b.firsts {
			c := b.kid(at)
			if tr.at(c).parent != i || tr.label(tr.at(c))[0] != first || at > 0 && b.firsts[at-1] >= first {
				t.Fatalf("child %d of node %.40q is wrong", at, b.label)
			}
			todo = append(todo, c)
		}
		if i == root || n.used() || n.kids > 1 {
			continue
		}
		if n.kids == 0 || len(b.label)+len(tr.label(tr.at(b.kid(0)))) <= maxLabel {
			t.Fatalf("plain node %.40q with %d children is not needed", b.label, n.kids)
		}
	}
	stored := 0
	for _, c := range tr.blocks.classes {
		stored += c.n
	}
	if used != tr.size || met != tr.nodes.n || len(blocks) != stored || len(tr.dead) != 0 {
		t.Fatalf("%d used of %d nodes with %d blocks, where there should be %d of %d with %d; %d are dead",
			used, met, len(blocks), tr.size, tr.nodes.n, stored, len(tr.dead))
	}
}

// checkEmpty checks that the tree holds no memory but for a little.
func checkEmpty[V comparable](t testing.TB, tr *tree[V]) {
	t.Helper()
	if tr.size != 0 || tr.nodes.n > 1 || tr.nodes.n == 1 && tr.at(root).used() || cap(tr.spare) > fineBelow {
		t.Fatalf("not empty: size %d, %d nodes, %d bytes to spare", tr.size, tr.nodes.n, cap(tr.spare))
	}
	checkTree(t, tr)
	for i, c := range tr.blocks.chunks {
		if len(c) > 2*firstItems*fineBelow {
			t.Fatalf("chunk %d of blocks has %d bytes", i, len(c))
		}
	}
}

// texts makes random texts that collide in different ways.
var texts = map[string]func(r *rand.Rand) string{
	"nested": func(r *rand.Rand) string { // deep, every other one a prefix of the next
		return strings.Repeat("a", r.IntN(12)) + strings.Repeat("b", r.IntN(3))
	},
	"binary": func(r *rand.Rand) string { // wide: tables
		b := make([]byte, r.IntN(3))
		for i := range b {
			b[i] = byte(r.IntN(256))
		}
		return string(b)
	},
	"words": func(r *rand.Rand) string { // long labels that split anywhere
		words := []string{"market", "mark", ".", "nyse", "nasdaq", "\x00", "\xff\xff"}
		var s string
		for range r.IntN(5) {
			s += words[r.IntN(len(words))]
		}
		return s
	},
	"long": func(r *rand.Rand) string { // around the longest label and several of it
		s := strings.Repeat("x", r.IntN(4*maxLabel))
		if r.IntN(2) == 0 {
			s += strings.Repeat("y", r.IntN(maxLabel))
		}
		return s
	},
}

func TestMultiAgreesWithModel(t *testing.T) {
	for name, text := range texts {
		for seed := range zmqtest.Seeds(6) {
			t.Run(fmt.Sprintf("%s/%d", name, seed), func(t *testing.T) {
				r := rand.New(rand.NewPCG(seed, 1))
				p := newPair(t)
				ks := []int{2, 5, 100}[seed%3]
				for step := range 3000 {
					// The store fills, then empties, and so on.
					filling := step/500%2 == 0
					switch n := r.IntN(100); {
					case n < 10:
						p.ask(text(r))
					case n == 10:
						p.removeAll(r.IntN(ks))
					case filling == (n < 80):
						p.add(text(r), r.IntN(ks))
					default:
						p.remove(text(r), r.IntN(ks))
					}
					if step%100 == 0 {
						p.check()
					}
				}
				p.clear(seed%2 == 0)
			})
		}
	}
}

func TestCountedAgreesWithModel(t *testing.T) {
	for name, text := range texts {
		for seed := range zmqtest.Seeds(4) {
			t.Run(fmt.Sprintf("%s/%d", name, seed), func(t *testing.T) {
				r := rand.New(rand.NewPCG(seed, 2))
				c := newCountedPair(t)
				for step := range 2000 {
					switch n := r.IntN(10); {
					case n < 4:
						c.add(text(r))
					case n < 8:
						c.remove(text(r))
					default:
						c.ask(text(r))
					}
					if step%100 == 0 {
						c.check()
					}
				}
				c.clear()
			})
		}
	}
}

// countedPair is a Counted and its model.
type countedPair struct {
	t     testing.TB
	store Counted
	model map[string]int
}

func newCountedPair(t testing.TB) *countedPair {
	return &countedPair{t: t, model: map[string]int{}}
}

func (c *countedPair) add(p string) {
	c.t.Helper()
	c.model[p]++
	if first := c.store.Add([]byte(p)); first != (c.model[p] == 1) {
		c.t.Fatalf("Add(%.40q) = %v with %d", p, first, c.model[p])
	}
}

func (c *countedPair) remove(p string) {
	c.t.Helper()
	wantLast, wantKnown := c.model[p] == 1, c.model[p] > 0
	if c.model[p]--; c.model[p] <= 0 {
		delete(c.model, p)
	}
	if last, known := c.store.Remove([]byte(p)); last != wantLast || known != wantKnown {
		c.t.Fatalf("Remove(%.40q) = %v, %v, want %v, %v", p, last, known, wantLast, wantKnown)
	}
}

func (c *countedPair) ask(topic string) {
	c.t.Helper()
	want := false
	for p := range c.model {
		want = want || strings.HasPrefix(topic, p)
	}
	if got := c.store.Match([]byte(topic)); got != want {
		c.t.Fatalf("Match(%.40q) = %v", topic, got)
	}
}

func (c *countedPair) check() {
	c.t.Helper()
	checkTree(c.t, &c.store.tree)
	var want []string
	total := 0
	for p, n := range c.model {
		want = append(want, p)
		total += n
	}
	slices.Sort(want)
	var got []string
	c.store.Each(func(p []byte) { got = append(got, string(bytes.Clone(p))) })
	if !slices.Equal(got, want) {
		c.t.Fatalf("Each: %.200q, want %.200q", got, want)
	}
	if c.store.Len() != len(want) || c.store.Total() != total {
		c.t.Fatalf("Len %d, Total %d, want %d, %d", c.store.Len(), c.store.Total(), len(want), total)
	}
}

func (c *countedPair) clear() {
	c.t.Helper()
	for _, p := range slices.Sorted(maps.Keys(c.model)) {
		for range c.model[p] {
			c.remove(p)
		}
	}
	c.check()
	checkEmpty(c.t, &c.store.tree)
}
