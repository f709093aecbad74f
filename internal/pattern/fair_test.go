// SPDX-License-Identifier: Apache-2.0

package pattern

import (
	"fmt"
	"testing"

	"github.com/gozmq/zmq/internal/pipe"
)

// TestPipesAreReadInTheOrderInWhichTheyCame, not in that in which their messages did, if
// these wait when the first is asked for.
func TestPipesAreReadInTheOrderInWhichTheyCame(t *testing.T) {
	for _, typ := range []int{Pull, Dealer, XSub, Router} {
		t.Run(TypeOf(typ).Name, func(t *testing.T) {
			b := newBench(t, typ)
			var pipes []*pipe.Pipe
			for i := range 4 {
				pipes = append(pipes, b.pipe(10, fmt.Sprint("peer ", i)))
			}
			for _, i := range []int{3, 1, 2, 0} {
				b.deliver(pipes[i], fmt.Sprint(i))
			}
			for i := range 4 {
				if body := fmt.Sprint(i); typ == Router {
					b.want("peer "+body, body)
				} else {
					b.want(body)
				}
			}
		})
	}
}

// TestPeersThatCameAndWentLeaveNothing in the fair queue of a socket that is not asked.
func TestPeersThatCameAndWentLeaveNothing(t *testing.T) {
	for _, typ := range []int{Pull, XSub, Router, Rep} {
		t.Run(TypeOf(typ).Name, func(t *testing.T) {
			b := newBench(t, typ)
			q := map[int]func() *fairQueue{
				Pull: func() *fairQueue { return b.p.(*dealer).in }, XSub: func() *fairQueue { return b.p.(*sub).in },
				Router: func() *fairQueue { return b.p.(*router).in }, Rep: func() *fairQueue { return b.p.(*rep).in },
			}[typ]()
			for range 100 {
				b.leave(b.pipe(10, ""))
			}
			left := b.pipe(10, "")
			b.deliver(left, "", "x")
			b.leave(left)
			if n := len(q.ring); n != 1 {
				t.Errorf("%d pipes, want that with a message", n)
			}
		})
	}
}

// TestMessageBehindDroppedOnesIsTold: a watcher that was told of messages which a new
// request drops is told of the reply.
func TestMessageBehindDroppedOnesIsTold(t *testing.T) {
	b := newBench(t, Req)
	p := b.pipe(10, "")
	told := false
	w := b.h.Mailbox.Watchers.Add(pipe.CanRecv, func() { told = true })
	for i := range 3 {
		b.send("request")
		w.Rearm()
		told = false
		b.deliver(p, "", "reply")
		if !told {
			t.Fatalf("round %d: the watcher does not learn of the reply", i)
		}
		b.want("reply")
		b.deliver(p, "", "stale")
	}
}
