// SPDX-License-Identifier: Apache-2.0

package pattern

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pipe"
)

// churn has peers subscribe, cancel and leave at random, and knows which peer holds what.
type churn struct {
	*bench
	rnd    *rand.Rand
	peers  []*pipe.Pipe
	topics map[*pipe.Pipe][]string
}

func (c *churn) step(once string) {
	p := c.pipe(0, "")
	c.peers = append(c.peers, p)
	for _, topic := range []string{fmt.Sprint("topic", c.rnd.IntN(300)), fmt.Sprint("topic", 300+c.rnd.IntN(300)), once} {
		c.subscribe(p, topic)
		if c.rnd.IntN(3) == 0 {
			c.cancel(p, topic)
			if c.rnd.IntN(2) == 0 {
				continue
			}
			c.subscribe(p, topic)
		}
		c.topics[p] = append(c.topics[p], topic)
	}
	for len(c.peers) > 20 {
		i := c.rnd.IntN(len(c.peers))
		p := c.peers[i]
		c.leave(p)
		delete(c.topics, p)
		c.peers = slices.Delete(c.peers, i, i+1)
	}
}

// read reads up to n notices. The application counts peers where it hears of each,
// and otherwise whether there are any.
func (c *churn) read(n int, known map[string]int, each bool) {
	var m pipe.Message
	for range n {
		if Recv(c.p, &m) != nil {
			return
		}
		topic, op := string(m.Head[1:]), int(m.Head[0])
		if each {
			known[topic] += 2*op - 1
		} else {
			known[topic] = op
		}
	}
}

// TestXPubNoticesOfPeersThatComeAndGoAreBounded: subscriptions that have ended cost
// nothing because the application has not read of them, and one that reads late
// knows what one knows that has read all the time.
func TestXPubNoticesOfPeersThatComeAndGoAreBounded(t *testing.T) {
	for name, mode := range map[string]opt.Num{"default": 0, "verbose": opt.XPubVerbose, "verboser": opt.XPubVerboser, "manual": opt.XPubManual} {
		if testing.Short() && mode != 0 && mode != opt.XPubVerboser {
			continue
		}
		t.Run(name, func(t *testing.T) {
			c := &churn{newBench(t, XPub), rand.New(rand.NewPCG(1, uint64(mode))), nil, map[*pipe.Pipe][]string{}}
			if mode != 0 {
				c.set(mode, 1)
			}
			each := mode == opt.XPubVerboser || mode == opt.XPubManual
			known := map[string]int{}
			for round := range 30_000 {
				c.step(fmt.Sprint("only once", round))
				if round == 2000 {
					c.read(3000, known, each)
				}
			}
			if n := c.p.(*xpub).subs.unread(); n > 3*manyNotices {
				t.Fatalf("%d notices wait", n)
			}
			c.read(1<<30, known, each)
			want := map[string]int{}
			for _, topics := range c.topics {
				for _, topic := range topics {
					if want[topic]++; !each {
						want[topic] = 1
					}
				}
			}
			maps.DeleteFunc(known, func(_ string, n int) bool { return n == 0 })
			if !maps.Equal(known, want) {
				t.Errorf("the application knows %v, there are %v", known, want)
			}
			for p := range c.topics {
				if p.Route.Notices != 0 {
					t.Errorf("%d notices of a peer are counted when all are read", p.Route.Notices)
				}
			}
		})
	}
}

// TestXPubNoticesOfNothingAreBounded: in manual mode ends of subscriptions that
// never were are told too.
func TestXPubNoticesOfNothingAreBounded(t *testing.T) {
	b := newBench(t, XPub, opt.XPubManual, 1)
	for round := range 5 * manyNotices {
		p := b.pipe(0, "")
		b.cancel(p, fmt.Sprint(round))
		b.leave(p)
	}
	if n := b.p.(*xpub).subs.unread(); n > 2*manyNotices {
		t.Errorf("%d notices wait", n)
	}
}

// TestXPubSweepResumesAPeer whose share it gives back.
func TestXPubSweepResumesAPeer(t *testing.T) {
	b := newBench(t, XPub, opt.RecvHWM, 2, opt.MaxSubscriptions, 0)
	p := b.pipe(2, "")
	resumed := 0
	p.OnResume(func() { resumed++ })
	b.subscribe(p, "x")
	b.cancel(p, "x")
	if p.Deliver(pipe.Items(*msg("user"))) != 0 {
		t.Fatal("a user message beyond the mark was taken")
	}
	for range manyNotices {
		b.subscribe(p, "x")
		b.cancel(p, "x")
	}
	if resumed == 0 || p.Deliver(pipe.Items(*msg("user"))) != 1 && p.Route.Notices < 2 {
		t.Errorf("resumed %d times, %d notices wait", resumed, p.Route.Notices)
	}
}
