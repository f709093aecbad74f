// SPDX-License-Identifier: Apache-2.0

package pattern

import (
	"fmt"
	"testing"

	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pipe"
)

// A call does not go on for as long as a peer sends what cannot be used: it returns
// now and then, so that its caller sees its deadline, and has itself told to ask again.
func TestUnusableMessagesDoNotHoldUpACall(t *testing.T) {
	const flood = 2*mostSkipped + 10
	for _, x := range []struct {
		typ    int
		bad    []string
		good   []string
		before func(b *bench)
	}{
		{Sub, []string{"unwanted"}, []string{"wanted"}, func(b *bench) { _ = b.p.(Subscriber).Subscribe([]byte("wanted")) }},
		{Rep, []string{"no envelope"}, []string{"", "request"}, func(*bench) {}},
		{Req, []string{"no envelope"}, []string{"", "reply"}, func(b *bench) { _ = b.p.Send(msg("request")) }},
	} {
		for _, readable := range []bool{false, true} {
			t.Run(fmt.Sprint(x.typ, readable), func(t *testing.T) {
				b := newBench(t, x.typ)
				p := b.pipe(0, "")
				x.before(b)
				for range flood {
					p.Deliver(pipe.Items(*msg(x.bad...)))
				}
				p.Deliver(pipe.Items(*msg(x.good...)))
				told := 0
				w := b.h.Mailbox.Watchers.Add(pipe.CanRecv, func() { told++ })
				defer b.h.Mailbox.Watchers.Remove(w)
				var m pipe.Message
				for calls := 0; ; calls++ {
					w.Rearm()
					if readable && x.typ == Sub && !b.p.Readable() {
						if told != calls+1 {
							t.Fatal("nobody is told that there may be more")
						}
						continue
					}
					if Recv(b.p, &m) == nil {
						if calls != 2 {
							t.Errorf("%d calls for nothing, want 2", calls)
						}
						return
					}
					if told != calls+1 || calls > 2 {
						t.Fatalf("call %d for nothing, told %d times", calls+1, told)
					}
				}
			})
		}
	}
}

// TestReqDiscardsWhatHasComeAndNoMore: a peer that sends replies as fast as a REQ drops
// them does not hold up its Send.
func TestReqDiscardsWhatHasComeAndNoMore(t *testing.T) {
	const waiting, flood = 4, 1000
	b := newBench(t, Req, opt.ReqRelaxed, 1)
	p := b.pipe(waiting, "")
	more := flood
	p.OnResume(func() {
		for ; more > 0 && p.Deliver(pipe.Items(*msg("", "unasked"))) == 1; more-- {
		}
	})
	for range waiting {
		b.deliver(p, "", "unasked")
	}
	p.Deliver(pipe.Items(*msg("", "unasked"))) // is refused, and waits for room
	b.send("request")
	if n := b.h.Drops.Stale.Load(); n != waiting {
		t.Errorf("%d messages were dropped under one lock, want the %d that had come", n, waiting)
	}
	if _, in := p.Queued(); in != waiting || more != flood-waiting {
		t.Errorf("%d messages wait, and %d are still to be sent: the peer was not told of the room", in, more)
	}
	b.want("unasked") // which nothing tells from the reply
}
