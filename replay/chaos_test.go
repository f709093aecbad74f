// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// chaos is a stream whose publishers die and are replaced, a network that loses what is
// published, and delays, cuts and loses requests and answers, and subscribers that
// receive at their own pace and restart. All of it runs in virtual time.
//
//	Publisher ─► SUB, relay, PUB ─► Subscriber
//	Publisher ◄─ DEALER, relay, ROUTER ◄─ Subscriber
type chaos struct {
	*rig
	store Store
	tasks sync.WaitGroup

	mu        sync.Mutex // guards what follows
	random    *rand.Rand
	cut       bool
	confirmed map[Position]string // what each confirmed message says
	epochs    []uint64            // in their order
	generated int
}

// check is for any goroutine.
func (c *chaos) check(err error) {
	c.Helper()
	if err != nil {
		c.Error(err)
	}
}

func (c *chaos) chance(one int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.random.IntN(one) == 0
}

func (c *chaos) upTo(n int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.random.IntN(n)
}

func (c *chaos) passes() bool {
	lost := c.chance(20)
	c.mu.Lock()
	defer c.mu.Unlock()
	return !lost && !c.cut
}

// relay carries what is published, in process, to subscribers. It outlives publishers.
func (c *chaos) relay(ctx context.Context) {
	in, err := c.zctx.NewSocket(zmq.SUB)
	c.check(err)
	out, err := c.zctx.NewSocket(zmq.PUB)
	c.check(err)
	c.check(in.Subscribe(""))
	c.check(in.Bind("inproc://relay-in"))
	c.check(out.Bind("inproc://live-relay"))
	c.tasks.Go(func() {
		for m, err := range in.Messages(ctx) {
			if err != nil {
				return
			}
			if c.passes() {
				_ = out.Send(ctx, m.Frames()...)
			}
		}
	})
}

// relayRequests carries requests to the publisher that lives, and answers back.
func (c *chaos) relayRequests(ctx context.Context) {
	front, err := c.zctx.NewSocket(zmq.ROUTER)
	c.check(err)
	back, err := c.zctx.NewSocket(zmq.ROUTER, zmq.RouterHandover.Of(true))
	c.check(err)
	c.check(front.Bind("inproc://replay-relay"))
	forward := func(from, to *zmq.Socket, lose bool) {
		for m, err := range from.Messages(ctx) {
			if err != nil {
				return
			}
			if lose && !c.passes() {
				continue
			}
			if c.chance(50) {
				time.Sleep(time.Duration(c.upTo(200)) * time.Millisecond)
			}
			if to == back {
				_ = to.Send(ctx, append([][]byte{[]byte("publisher")}, m.Frames()...)...)
			} else if f := m.Frames(); len(f) > 2 {
				_ = to.Send(ctx, f[1:]...)
			}
		}
	}
	c.check(back.Bind("inproc://relay-back"))
	c.tasks.Go(func() { forward(front, back, true) })
	c.tasks.Go(func() { forward(back, front, true) })
}

// life is that of one publisher. It serves requests through a relay of its own, because
// a ROUTER that connects needs the name of its peer.
func (c *chaos) life() {
	p, err := NewPublisher(PublisherConfig{
		Stream: "s", Store: c.store, Context: c.zctx, Settings: []zmq.Setting{zmq.Linger.Of(0)},
		PageMessages: 1 + c.upTo(50), SendTimeout: time.Second,
	})
	c.check(err)
	c.check(p.Connect("inproc://relay-in"))
	name := fmt.Sprint("inproc://publisher-", c.upTo(1<<30))
	c.check(p.BindReplay(name))
	ctx, cancel := context.WithCancel(c.ctx)
	var wires sync.WaitGroup
	front, err := c.zctx.NewSocket(zmq.DEALER, zmq.RoutingID.Of([]byte("publisher")), zmq.Linger.Of(0))
	c.check(err)
	c.check(front.Connect("inproc://relay-back"))
	back, err := c.zctx.NewSocket(zmq.DEALER, zmq.Linger.Of(0))
	c.check(err)
	c.check(back.Connect(name))
	for _, pair := range [][2]*zmq.Socket{{front, back}, {back, front}} {
		wires.Go(func() {
			for m, err := range pair[0].Messages(ctx) {
				if err != nil || pair[1].Send(ctx, m.Frames()...) != nil {
					return
				}
			}
		})
	}
	for range 20 + c.upTo(200) {
		c.generated++
		text := fmt.Sprint("message ", c.generated)
		pos, err := p.Publish(c.ctx, []byte(text))
		c.check(err)
		c.mu.Lock()
		c.confirmed[pos] = text
		if len(c.epochs) == 0 || c.epochs[len(c.epochs)-1] != pos.Epoch {
			c.epochs = append(c.epochs, pos.Epoch)
		}
		c.mu.Unlock()
		if c.chance(10) {
			time.Sleep(time.Duration(c.upTo(300)) * time.Millisecond)
		}
	}
	cancel()
	c.check(errors.Join(front.Close(), back.Close()))
	wires.Wait()
	c.check(p.Close())
}

// reader receives until it has everything, or the end of it is named as lost.
func (c *chaos) reader(last func() (Position, bool)) {
	random := rand.New(rand.NewPCG(uint64(c.upTo(1<<30)), 2))
	at, begun := Position{}, false // the next
	start := Beginning()
	for end, over := last(); !over || at != end; end, over = last() {
		src := Source{Stream: "s", Live: []string{"inproc://live-relay"}, Replay: []string{"inproc://replay-relay"}, From: start}
		s, err := NewSubscriber(SubscriberConfig{
			Sources: []Source{src}, Context: c.zctx, Settings: []zmq.Setting{zmq.Linger.Of(0)},
			QueueBytes: int64(1 + random.IntN(20_000)), HoldBytes: int64(random.IntN(5000)), PageMessages: 1 + random.IntN(30),
			Probe: 500 * time.Millisecond, RequestTimeout: time.Second, Retry: 20 * time.Millisecond,
		})
		c.check(err)
		for range 10 + random.IntN(300) {
			ctx, cancel := context.WithTimeout(c.ctx, 3*time.Second)
			if c.ctx.Err() != nil {
				cancel()
				end, over := last()
				l := s.known()[0]
				c.Logf("reader of %v is at %v of %v (over: %v): %+v; next %v seen %d placed %v behind %v confirmed %v", start, at, end, over, s.Counts(), Position{l.tracker.epoch, l.tracker.next}, l.tracker.seen, l.tracker.placed, l.tracker.behind, l.tracker.confirmed)
				c.check(s.Close())
				return // the test has failed
			}
			m, err := s.Recv(ctx)
			cancel()
			lost, restart := (*LostError)(nil), (*RestartError)(nil)
			switch {
			case errors.Is(err, context.DeadlineExceeded):
			case errors.As(err, &lost):
				c.follows(at, begun, Position{lost.Epoch, lost.From})
				at, begun = Position{lost.Epoch, lost.To}, true
			case errors.As(err, &restart):
				at, begun = Position{restart.Epoch, 0}, true
			case err != nil:
				c.Error(err)
			default:
				c.follows(at, begun, m.Position)
				at, begun = Position{m.Epoch, m.Number + 1}, true
				c.mu.Lock()
				if want, ok := c.confirmed[m.Position]; ok && want != m.String() || !bytes.HasPrefix(m.Bytes(), []byte("message ")) {
					c.Errorf("%v is %q, not %q", m.Position, m.Bytes(), want)
				}
				c.mu.Unlock()
			}
			if end, over := last(); over && at == end {
				break
			}
			if random.IntN(20) == 0 {
				time.Sleep(time.Duration(random.IntN(400)) * time.Millisecond)
			}
		}
		c.check(s.Close())
		if at.Number > 0 {
			start = After(Position{at.Epoch, at.Number - 1})
		} else if begun {
			begun, start = false, Beginning()
		}
	}
}

func (c *chaos) follows(at Position, begun bool, p Position) {
	if begun && at != p {
		c.Errorf("received %v, not %v", p, at)
	}
}

// TestChaos is the model of the entire package: every confirmed message arrives once and
// in order, or is named as lost.
func TestChaos(t *testing.T) {
	zmqtest.Stress(t, func(t *testing.T, random *rand.Rand) {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t)
			ctx, cancel := context.WithCancel(context.Background())
			r.ctx = ctx
			c := &chaos{rig: r, random: random, confirmed: map[Position]string{}, store: NewMemory(Retention{})}
			c.relay(ctx)
			c.relayRequests(ctx)
			var lives, readers sync.WaitGroup
			over := false
			last := func() (Position, bool) {
				c.mu.Lock()
				defer c.mu.Unlock()
				state, err := c.store.State(ctx)
				c.check(err)
				return Position{state.Epoch, state.Next}, over
			}
			for range 3 {
				readers.Go(func() { c.reader(last) })
			}
			lives.Go(func() {
				for range 4 {
					c.mu.Lock()
					c.cut = c.random.IntN(3) == 0
					if c.random.IntN(4) == 0 { // it kept its messages in memory alone
						c.store = NewMemory(Retention{Messages: 100})
					}
					c.mu.Unlock()
					c.life()
				}
			})
			lives.Wait()
			c.mu.Lock()
			over, c.cut = true, false
			c.mu.Unlock()
			// A publisher that publishes nothing serves the rest.
			done := make(chan struct{})
			go func() { readers.Wait(); close(done) }()
			c.serveUntil(done)
			cancel()
			<-done
			c.check(c.zctx.Close())
			c.tasks.Wait()
		})
	})
}

func (c *chaos) serveUntil(done <-chan struct{}) {
	p, err := NewPublisher(PublisherConfig{Stream: "s", Store: c.store, Context: c.zctx})
	c.check(err)
	name := "inproc://last"
	c.check(p.BindReplay(name))
	front, err := c.zctx.NewSocket(zmq.DEALER, zmq.RoutingID.Of([]byte("publisher")), zmq.Linger.Of(0))
	c.check(err)
	c.check(front.Connect("inproc://relay-back"))
	back, err := c.zctx.NewSocket(zmq.DEALER, zmq.Linger.Of(0))
	c.check(err)
	c.check(back.Connect(name))
	ctx, cancel := context.WithCancel(c.ctx)
	var wires sync.WaitGroup
	for _, pair := range [][2]*zmq.Socket{{front, back}, {back, front}} {
		wires.Go(func() {
			for m, err := range pair[0].Messages(ctx) {
				if err != nil || pair[1].Send(ctx, m.Frames()...) != nil {
					return
				}
			}
		})
	}
	select {
	case <-done:
	case <-time.After(time.Hour): // of virtual time
		c.Error("the readers do not come to an end")
	}
	cancel()
	c.check(errors.Join(front.Close(), back.Close()))
	wires.Wait()
	c.check(p.Close())
}
