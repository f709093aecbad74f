// SPDX-License-Identifier: Apache-2.0

package pattern_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// The subscribers of one publisher that want the same messages are served together.
// Neither these subscribers nor others may notice.

// newCrowd connects subscribers to the same topic, which begins with those of all
// that were there before.
func newCrowd(r *rig.Test, pub *zmq.Socket, at string, n int, topic string, settings ...zmq.Setting) []*zmq.Socket {
	r.Helper()
	before := len(pub.Peers())
	var subs []*zmq.Socket
	for range n {
		s := r.Socket(zmq.SUB, settings...)
		r.Check(s.Subscribe(topic))
		r.Check(s.Connect(at))
		subs = append(subs, s)
	}
	r.WaitPeers(pub, before+n)
	r.WaitSubscribers(pub, topic, before+n)
	return subs
}

// TestCrowdOfSubscribersGetsEverythingInOrder: rows of messages that go to all,
// to some, to one, small and large, of one frame and of several.
func TestCrowdOfSubscribersGetsEverythingInOrder(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		pub, at := r.Bind(zmq.XPUB, endpoint, zmq.XPubNoDrop.Of(true), zmq.SendHWM.Of(50))
		all := newCrowd(r, pub, at, 6, "", zmq.RecvHWM.Of(50))
		few := newCrowd(r, pub, at, 5, "few", zmq.RecvHWM.Of(50))
		var sent [][]string
		for i := range 3000 {
			m := []string{fmt.Sprintf("all %d", i)}
			switch {
			case i%1000 > 700:
				m[0] = fmt.Sprintf("few %d", i)
			case i%97 == 0:
				m = append(m, strings.Repeat("long", 2000))
			case i%11 == 0:
				m = append(m, "", "more")
			}
			sent = append(sent, m)
		}
		var readers sync.WaitGroup
		read := func(s *zmq.Socket, prefix string) {
			readers.Go(func() {
				for _, m := range sent {
					if strings.HasPrefix(m[0], prefix) {
						r.WantRecv(s, m...)
					}
				}
			})
		}
		for _, s := range all {
			read(s, "")
		}
		for _, s := range few {
			read(s, "few")
		}
		for _, m := range sent {
			r.Send(pub, m...)
		}
		readers.Wait()
	})
}

// TestCrowdLosesOnlyForTheOneThatIsFull: a subscriber that takes nothing costs
// the others nothing, and what it lost is counted, to the message.
func TestCrowdLosesOnlyForTheOneThatIsFull(t *testing.T) {
	r := rig.New(t)
	const row = 200
	pub, at := r.Bind(zmq.PUB, rig.AnyPort, zmq.SendHWM.Of(2*row), zmq.SendBuffer.Of(4096))
	slow := newCrowd(r, pub, at, 1, "", zmq.RecvHWM.Of(1), zmq.RecvBuffer.Of(4096))
	subs := newCrowd(r, pub, at, 8, "", zmq.RecvHWM.Of(0))
	body, sent := strings.Repeat("x", 1000), 0
	publish := func(n int) {
		for range n {
			r.Send(pub, fmt.Sprint(sent), body)
			sent++
		}
		for _, s := range subs {
			for i := sent - n; i < sent; i++ {
				r.WantRecv(s, fmt.Sprint(i), body)
			}
		}
	}
	lost := func() (n uint64) {
		for _, p := range pub.Peers() {
			if n += p.Dropped; p.Dropped+p.Sent != uint64(sent) {
				t.Fatalf("%s was sent %d and lost %d, of %d", p.Remote, p.Sent, p.Dropped, sent)
			}
		}
		return n
	}
	for lost() == 0 {
		publish(row)
	}
	publish(row)
	if n := lost(); n != pub.Stats().Drops.Mute {
		t.Errorf("the peers lost %d, the socket counts %d", n, pub.Stats().Drops.Mute)
	}
	// Once it reads it is as good as any: it gets what it was sent, in order.
	got, was := 0, -1
	for range sent - int(lost()) {
		m, err := slow[0].Recv(r.Ctx)
		r.Check(err)
		var i int
		if _, err := fmt.Sscan(string(m.Frame(0)), &i); err != nil || i <= was {
			t.Fatalf("%q came after %d", m.Frame(0), was)
		}
		was = i
		got++
	}
	// A peer can have received what the writer, which wrote it, has not come to note:
	// until then a whole batch counts against the mark.
	r.WaitUntil("nothing counts against the marks", func() bool {
		return !slices.ContainsFunc(pub.Peers(), func(p zmq.PeerStats) bool { return p.QueuedOut > 0 })
	})
	before := lost()
	publish(row)
	if lost() != before {
		t.Error("it lost more although it had room")
	}
	for range row {
		if _, err := slow[0].Recv(r.Ctx); err != nil {
			t.Fatal(err)
		}
	}
}

// TestCrowdChangesInTheMiddle: subscribers that come, cancel and leave while
// messages stream get what they asked for when they did.
func TestCrowdChangesInTheMiddle(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		pub, at := r.Bind(zmq.XPUB, endpoint, zmq.XPubNoDrop.Of(true))
		subs := newCrowd(r, pub, at, 6, "", zmq.RecvHWM.Of(0))
		next := 0
		stream := func() {
			for range 100 {
				r.Send(pub, fmt.Sprint("x", next))
				next++
			}
		}
		wantFrom := func(s *zmq.Socket, from, to int) {
			for i := from; i < to; i++ {
				r.WantRecv(s, fmt.Sprint("x", i))
			}
		}
		stream()
		late := newCrowd(r, pub, at, 1, "x", zmq.RecvHWM.Of(0))[0]
		stream()
		r.Check(late.Unsubscribe("x"))
		r.WaitUntil("the subscription is gone", func() bool { return zmq.TopicsCount.Get(pub) == 1 })
		stream()
		r.Check(late.Subscribe("x"))
		r.WaitSubscribers(pub, "x", 7)
		stream()
		wantFrom(late, 100, 200)
		wantFrom(late, 300, 400)
		r.WantNothing(late)
		r.Check(subs[0].Close())
		r.WaitPeers(pub, 6)
		stream()
		for _, s := range subs[1:] {
			wantFrom(s, 0, 500)
			r.WantNothing(s)
		}
	})
}
