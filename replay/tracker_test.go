// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/gozmq/zmq/internal/zmqtest"
)

// numbered makes a message as a tracker gets it.
// ref is for calls that take a message by reference.
func ref(m Message) *Message { return &m }

// items makes an emit of a tracker of a function of what it emits.
func items(f func(item)) func(*Message, error) {
	return func(m *Message, err error) {
		x := item{err: err}
		if m != nil {
			x.msg = *m
		}
		f(x)
	}
}

func numbered(p Position) Message {
	return Message{Stream: "s", Position: p, body: []byte(p.String())}
}

// world is a publisher with its store, a network that loses, repeats and reorders, and
// the account of what a tracker delivers. The publisher's messages are the positions
// themselves.
type world struct {
	*testing.T
	random *rand.Rand
	t      *tracker

	epoch       uint64
	first, next uint64 // kept by the store
	kept        map[uint64]uint64
	wire        []Message // published, on its way
	page        []Message // of an answer, on its way
	pageEnd     func()    // its end
	restarts    uint64    // of the tracker when it asked
	start       Start

	// The account: how far the stream has been delivered or named as lost.
	at        Position
	begun     bool
	delivered int
}

func newWorld(t *testing.T, random *rand.Rand) *world {
	w := &world{T: t, random: random, epoch: 1, kept: map[uint64]uint64{}}
	for range random.IntN(50) {
		w.publish()
	}
	w.wire = nil
	w.start = []Start{Beginning(), Newest(), At(random.Uint64N(w.next + 1)), After(Position{1, random.Uint64N(w.next + 1)})}[random.IntN(4)]
	if w.start.kind == fromNumber && w.start.value > w.next {
		w.start.value = w.next
	}
	w.t = newTracker("s", w.start, true, int64(random.IntN(40*Overhead)), items(w.emitted))
	return w
}

func (w *world) publish() {
	w.kept[w.next] = w.epoch
	w.wire = append(w.wire, numbered(Position{w.epoch, w.next}))
	w.next++
}

// expire drops the oldest messages of the store.
func (w *world) expire() {
	if w.next > w.first {
		n := w.random.Uint64N(w.next-w.first) / 2
		for i := w.first; i < w.first+n; i++ {
			delete(w.kept, i)
		}
		w.first += n
	}
}

// restart makes a new epoch.
func (w *world) restart() {
	w.epoch++
	w.first, w.next = 0, 0
	clear(w.kept)
}

// arrive brings the oldest published message, or one after it, or loses it.
func (w *world) arrive() {
	if len(w.wire) == 0 {
		return
	}
	i := 0
	if w.random.IntN(5) == 0 && len(w.wire) > 1 && w.wire[1].Epoch == w.wire[0].Epoch {
		i = 1 // of another publisher of the same stream
	}
	m := w.wire[i]
	if w.random.IntN(10) > 0 {
		w.wire = slices.Delete(w.wire, i, i+1)
	}
	if w.random.IntN(4) > 0 {
		w.t.live(ref(m))
	}
}

// request asks if the tracker wants something, or for nothing.
func (w *world) request() {
	start, _ := w.t.want()
	w.page, w.pageEnd, w.restarts = nil, nil, w.t.asking()
	from, epoch := start.value, w.epoch
	asked, s := start.asked(), span{w.first, w.next}
	if start.epoch != 0 && start.epoch != epoch {
		w.pageEnd = func() { w.t.end(epoch, asked, 0, s) }
		return
	}
	switch start.kind {
	case fromBeginning:
		from = w.first
	case fromNewest:
		from = w.next
	}
	resume := max(from, w.next)
	limit := 1 + w.random.IntN(20)
	for n := max(from, w.first); n < w.next; n++ {
		if len(w.page) == limit {
			resume = n
			break
		}
		w.page = append(w.page, numbered(Position{epoch, n}))
	}
	w.pageEnd = func() { w.t.end(epoch, asked, resume, s) }
}

// advance brings the next part of the answer.
func (w *world) advance() {
	if w.restarts != w.t.counts.Restarts {
		w.page, w.pageEnd = nil, nil
	}
	switch {
	case len(w.page) > 0:
		m := w.page[0]
		w.page = w.page[1:]
		w.t.answer(ref(m))
	case w.pageEnd != nil:
		w.pageEnd()
		w.pageEnd = nil
	default:
		w.request()
	}
}

func (w *world) emitted(x item) {
	lost, restart := (*LostError)(nil), (*RestartError)(nil)
	switch {
	case x.err == liveMark{}:
		if w.t.next < w.t.seen || len(w.t.held) > 0 {
			w.Fatalf("live with %d held, at %d of %d", len(w.t.held), w.t.next, w.t.seen)
		}
	case errors.As(x.err, &restart):
		if restart.Epoch <= w.at.Epoch && w.begun {
			w.Fatalf("at %v: %v", w.at, restart)
		}
		w.at, w.begun = Position{restart.Epoch, 0}, true
	case errors.As(x.err, &lost):
		w.step(Position{lost.Epoch, lost.From}, lost.To)
		if lost.Epoch == w.epoch {
			for n := lost.From; n < lost.To; n++ {
				if w.kept[n] == w.epoch {
					w.Fatalf("%v, but %d is kept", lost, n)
				}
			}
		}
	default:
		w.step(x.msg.Position, x.msg.Number+1)
		w.delivered++
		if x.msg.String() != x.msg.Position.String() {
			w.Fatalf("message %v is %q", x.msg.Position, x.msg.Bytes())
		}
	}
}

// step checks that what comes begins where what came before has ended.
func (w *world) step(p Position, next uint64) {
	if w.begun && p != w.at {
		w.Fatalf("%v was delivered or lost after what comes before %v", p, w.at)
	}
	if !w.begun && w.start.kind == fromNumber && p.Number != w.start.value {
		w.Fatalf("%v was delivered first, not %d", p, w.start.value)
	}
	w.at, w.begun = Position{p.Epoch, next}, true
}

// TestTrackerDeliversOnceInOrderOrNamesTheLoss lets a world go on at random and then
// come to rest, when everything must have been delivered or named.
func TestTrackerDeliversOnceInOrderOrNamesTheLoss(t *testing.T) {
	zmqtest.Stress(t, func(t *testing.T, random *rand.Rand) {
		total := 0
		for range 2000 {
			seed := random.Uint64()
			w := newWorld(t, rand.New(rand.NewPCG(seed, 1)))
			t.Cleanup(func() {
				if t.Failed() && w != nil {
					t.Logf("world %d", seed)
				}
			})
			w.live(random)
			total += w.delivered
			w = nil
		}
		if total < 2000 {
			t.Errorf("%d messages were delivered in all worlds", total)
		}
	})
}

func (w *world) live(random *rand.Rand) {
	for range random.IntN(400) {
		switch w.random.IntN(12) {
		case 0, 1, 2, 3:
			w.publish()
		case 4, 5, 6, 7:
			w.arrive()
		case 8, 9, 10:
			w.advance()
		case 11:
			switch w.random.IntN(10) {
			case 0:
				w.restart()
			case 1, 2:
				w.expire()
			case 3:
				w.page, w.pageEnd = nil, nil // the request is given up
			}
		}
	}
	w.wire = nil // the rest is lost
	for i := 0; w.t.behind || !w.t.confirmed || w.t.epoch != w.epoch || w.t.next != w.next && !w.waits(); i++ {
		if i > 10_000 {
			w.Fatalf("no end: at %d of %d, epoch %d of %d, start %v", w.t.next, w.next, w.t.epoch, w.epoch, w.start)
		}
		w.advance()
	}
	if w.begun && w.at != (Position{w.epoch, w.next}) {
		w.Fatalf("delivered up to %v, not %v", w.at, Position{w.epoch, w.next})
	}
}

// waits reports whether the number to begin with has not been reached by the publisher.
func (w *world) waits() bool { return !w.begun && w.start.epoch == 0 && w.t.next == w.start.value }

// play makes a tracker and returns what it emits, as text.
func play(start Start, replays bool, steps func(t *tracker)) (all []string) {
	t := newTracker("s", start, replays, 1<<20, items(func(x item) {
		switch {
		case x.err == liveMark{}:
			all = append(all, "live")
		case x.err != nil:
			all = append(all, fmt.Sprintf("%T", x.err))
		default:
			all = append(all, fmt.Sprint(x.msg.Number))
		}
	}))
	t.settle()
	steps(t)
	return all
}

func wantPlayed(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("delivered %v, want %v", got, want)
	}
}

func TestTrackerWithoutReplayNamesGapsAtOnce(t *testing.T) {
	wantPlayed(t, play(Beginning(), false, func(x *tracker) {
		for _, n := range []uint64{3, 4, 7} {
			x.live(ref(numbered(Position{1, n})))
		}
	}), "live", "3", "4", "*replay.LostError", "7")
}

func TestTrackerGivesUpWhatThePublisherDoesNotHave(t *testing.T) {
	wantPlayed(t, play(At(0), true, func(x *tracker) {
		x.live(ref(numbered(Position{1, 2})))
		for i := range patience {
			if i > 0 && x.counts.Lost > 0 {
				t.Errorf("lost after %d answers", i)
			}
			x.end(1, 0, 0, span{0, 0})
		}
	}), "*replay.LostError", "2", "live")
}

func TestTrackerRestartsWhenNumbersGoBack(t *testing.T) {
	wantPlayed(t, play(After(Position{1, 9}), true, func(x *tracker) {
		x.end(1, 10, 4, span{0, 4})
		x.end(1, 10, 4, span{0, 4})
		x.end(1, 4, 4, span{0, 4})
		x.live(ref(numbered(Position{1, 4})))
	}), "*replay.RestartError", "live", "4")
}

// What an answer brings that was not missed before is the beginning of more.
func TestTrackerIsLiveAgainOnlyWithTheEndOfAnAnswer(t *testing.T) {
	wantPlayed(t, play(At(0), true, func(x *tracker) {
		x.end(1, 0, 0, span{0, 0})
		x.answer(ref(numbered(Position{1, 0})))
		x.answer(ref(numbered(Position{1, 1})))
		x.end(1, 0, 2, span{0, 4})
		if _, missing := x.want(); !missing {
			t.Error("nothing is asked for although the end speaks of more")
		}
		x.answer(ref(numbered(Position{1, 2})))
		x.answer(ref(numbered(Position{1, 3})))
		x.end(1, 2, 4, span{0, 4})
	}), "live", "0", "1", "2", "3", "live")
}

func TestTrackerIgnoresAnEpochThatIsOver(t *testing.T) {
	wantPlayed(t, play(At(0), true, func(x *tracker) {
		x.end(1, 0, 0, span{0, 0})
		x.live(ref(numbered(Position{1, 0})))
		x.live(ref(numbered(Position{2, 0}))) // may be of an old epoch
		x.asking()
		x.end(2, 1, 1, span{0, 1})
		x.asking()
		x.live(ref(numbered(Position{1, 1})))
		x.answer(ref(numbered(Position{2, 0})))
		x.end(2, 0, 1, span{0, 1})
		x.live(ref(numbered(Position{2, 1})))
	}), "live", "0", "*replay.RestartError", "0", "live", "1")
}

// The work for each message does not grow with the number of messages held.
func TestTrackerHoldsManyMessages(t *testing.T) {
	const many = 100_000
	for name, play := range map[string]func(x *tracker){
		"released at once": func(x *tracker) {
			for n := range uint64(many) {
				x.live(ref(numbered(Position{1, 2*n + 1})))
			}
			x.end(1, 0, 2*many, span{2 * many, 2 * many})
		},
		"behind a long answer": func(x *tracker) {
			for n := range uint64(many) {
				x.live(ref(numbered(Position{1, 1e9 + n})))
			}
			for n := range uint64(many) {
				x.answer(ref(numbered(Position{1, 2*n + 1})))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			end := time.Now().Add(time.Minute)
			messages, next := 0, uint64(0)
			x := newTracker("s", At(0), true, 1<<40, items(func(i item) {
				if time.Now().After(end) {
					t.Fatalf("%d messages took a minute", messages)
				}
				switch e := i.err.(type) {
				case nil:
					if i.msg.Number != next {
						t.Fatalf("delivered %d, not %d", i.msg.Number, next)
					}
					next++
					messages++
				case *LostError:
					if e.From != next {
						t.Fatalf("lost %d, not %d", e.From, next)
					}
					next = e.To
				}
			}))
			play(x)
			if messages != many {
				t.Errorf("%d messages, not %d", messages, many)
			}
		})
	}
}
