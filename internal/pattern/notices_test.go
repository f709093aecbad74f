// SPDX-License-Identifier: Apache-2.0

package pattern

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/gozmq/zmq/internal/pipe"
)

// TestNoticesAgreeWithModel adds and takes notices of all kinds at random. What has
// been taken stays as it was, whatever is added behind it.
func TestNoticesAgreeWithModel(t *testing.T) {
	type entry struct {
		notice
		want string
	}
	var (
		l       notices
		model   []entry
		taken   []entry
		r       = rand.New(rand.NewPCG(1, 1))
		sources = []sender{{}, {from: new(pipe.Pipe)}, {from: new(pipe.Pipe), peer: new(pipe.Peer)}}
	)
	same := func(n notice, e entry) bool {
		if n.sender != e.sender || n.changed != e.changed || (n.user == nil) != (e.user == nil) {
			return false
		}
		return n.user != nil && string(n.user.Head) == e.want || string(n.text) == e.want
	}
	for step := range 50_000 {
		e := entry{notice: notice{sender: sources[r.IntN(100)*len(sources)/100]}}
		switch filling := step/5000%2 == 0; {
		case r.IntN(10) < 4 == filling && len(model) > 0:
			n := l.next()
			if !same(n, model[0]) {
				t.Fatalf("step %d: took %+v, want %+v", step, n, model[0])
			}
			if len(taken) < 1000 {
				taken = append(taken, entry{n, model[0].want})
			}
			model = model[1:]
		case r.IntN(50) == 0:
			e.user, e.want = &pipe.Message{}, fmt.Sprint(step)
			l.addUser(e.sender, pipe.Message{Head: []byte(e.want)})
			model = append(model, e)
		default:
			e.changed = r.IntN(2) == 0
			length := []int{0, 9, 9, 9, 62, 63, 300}[r.IntN(7)]
			if r.IntN(1000) == 0 {
				length = 2 * lastBlock
			}
			topic := bytes.Repeat([]byte{byte(step)}, length)
			e.want = string(rune(step%2)) + string(topic)
			l.add(e.sender, e.changed, byte(step%2), topic)
			model = append(model, e)
		}
		if l.n != len(model) {
			t.Fatalf("step %d: %d notices, want %d", step, l.n, len(model))
		}
		if step%1000 == 0 {
			seen := 0
			l.each(func(i int, n notice) {
				if i != seen || !same(n, model[i]) {
					t.Fatalf("step %d: place %d is %+v, want %+v", step, i, n, model[i])
				}
				seen++
			})
			if seen != len(model) {
				t.Fatalf("step %d: each of %d, want %d", step, seen, len(model))
			}
		}
	}
	for i, e := range taken {
		if e.user == nil && string(e.text) != e.want || cap(e.text) != len(e.text) {
			t.Fatalf("notice %d has changed since it was taken, or lets append into the next", i)
		}
	}
	for range model {
		l.next()
	}
	if l.n != 0 || l.head != 0 || len(l.blocks) != 0 {
		t.Errorf("%d notices and %d blocks are left", l.n, len(l.blocks))
	}
}

// TestMemoryOfUnreadNotices: of a subscriber's million subscriptions the application
// may have read none, and it may leave.
func TestMemoryOfUnreadNotices(t *testing.T) {
	const count = 100_000
	b := newBench(t, XPub)
	p := b.pipe(0, "")
	heap := func() int64 {
		runtime.GC()
		var s runtime.MemStats
		runtime.ReadMemStats(&s)
		return int64(s.HeapAlloc)
	}
	before := heap()
	for i := range count {
		b.subscribe(p, fmt.Sprintf("%09d", i))
	}
	waiting := heap() - before
	var m pipe.Message
	for range count {
		if err := Recv(b.p, &m); err != nil {
			t.Fatal(err)
		}
	}
	read := heap() - before
	b.leave(p)
	ended := heap() - before
	t.Logf("bytes a subscription: %d unread, %d read, %d of its end", waiting/count, read/count, ended/count)
	// Of 44, 33 and 10.
	if waiting > 100*count || read > 70*count || ended > 40*count {
		t.Errorf("%d bytes for %d subscriptions that wait, %d when they are read, %d for their ends", waiting, count, read, ended)
	}
	for Recv(b.p, &m) == nil {
		continue
	}
	if left := heap() - before; left > 1<<20 {
		t.Errorf("%d bytes are left", left)
	}
	runtime.KeepAlive(b)
}
