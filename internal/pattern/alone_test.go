// SPDX-License-Identifier: Apache-2.0

package pattern

import (
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pipe"
)

// direct is the socket's side of a publisher that is left out: it writes to the pipe
// that the pattern named, as core does, and otherwise has the pattern send.
type direct struct {
	*bench
	sole *pipe.Pipe
}

func newDirect(t *testing.T, typ int, set ...any) *direct {
	d := &direct{bench: newBench(t, typ, set...)}
	d.h.Sole = func(p *pipe.Pipe) {
		if d.sole != nil {
			d.sole.EndSole()
		}
		if d.sole = p; p != nil {
			p.BeginSole()
		}
	}
	return d
}

// send reports whether the pattern was left out.
func (d *direct) send(text string) (past bool) {
	d.Helper()
	if d.sole != nil {
		if ok, _ := d.sole.WriteSole(msg(text)); ok {
			return true
		}
	}
	d.bench.send(text)
	return false
}

// settle sends until the pattern is left out.
func (d *direct) settle(p *pipe.Pipe) {
	d.Helper()
	for range 2 * streak {
		if d.send("a") {
			drain(p)
			return
		}
	}
	d.Fatal("the pattern is never left out")
}

func TestPublisherIsLeftOutForASubscriberOfEverything(t *testing.T) {
	for _, typ := range []int{Pub, XPub} {
		d := newDirect(t, typ)
		p := d.pipe(0, "")
		d.subscribe(p, "")
		for i := range streak {
			if d.send(fmt.Sprint(i)) {
				t.Fatalf("left out from message %d on", i)
			}
		}
		if !d.send("x") || drain(p) != streak+1 {
			t.Fatal("not left out, or a message is missing")
		}
	}
}

// TestPublisherIsAskedAgain: a change of the subscribers, or of how they are chosen, has the next message matched.
func TestPublisherIsAskedAgain(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*direct, *pipe.Pipe)
		gets   int // of one message sent then
	}{
		"the subscription ends":        {func(d *direct, p *pipe.Pipe) { d.cancel(p, "") }, 0},
		"a narrower subscription":      {func(d *direct, p *pipe.Pipe) { d.subscribe(p, "b"); d.cancel(p, "") }, 0},
		"another peer":                 {func(d *direct, _ *pipe.Pipe) { d.pipe(0, "") }, 1},
		"another subscriber":           {func(d *direct, _ *pipe.Pipe) { d.subscribe(d.pipe(0, ""), "") }, 1},
		"the connection is lost":       {func(d *direct, p *pipe.Pipe) { d.p.Lost(p); d.after() }, 0},
		"the peer leaves":              {func(d *direct, p *pipe.Pipe) { d.p.Lost(p); d.p.Detach(p); d.after() }, 0},
		"matching is inverted":         {func(d *direct, _ *pipe.Pipe) { d.set(opt.InvertMatching, 1) }, 0},
		"the application cancels":      {func(d *direct, p *pipe.Pipe) { d.p.(*xpub).subs.remove(p, nil) }, 0},
		"the application subscribes":   {func(d *direct, p *pipe.Pipe) { _ = d.p.(*xpub).subs.add(p, []byte("b")) }, 1},
		"a limit ended its connection": {func(d *direct, p *pipe.Pipe) { d.p.(*xpub).subs.forget(p, false) }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDirect(t, XPub)
			p := d.pipe(0, "")
			d.subscribe(p, "")
			d.settle(p)
			c.change(d, p)
			if d.send("a") {
				t.Fatal("the pattern was not asked")
			}
			if n := drain(p); n != c.gets {
				t.Errorf("the subscriber got %d, want %d", n, c.gets)
			}
		})
	}
}

// TestPublisherIsNotLeftOut where a message may be for another, or for none.
func TestPublisherIsNotLeftOut(t *testing.T) {
	for name, prepare := range map[string]func(*direct) *pipe.Pipe{
		"a topic": func(d *direct) *pipe.Pipe {
			p := d.pipe(0, "")
			d.subscribe(p, "a")
			return p
		},
		"two peers": func(d *direct) *pipe.Pipe {
			p := d.pipe(0, "")
			d.subscribe(p, "")
			d.pipe(0, "")
			return p
		},
		"inverted": func(d *direct) *pipe.Pipe {
			d.set(opt.InvertMatching, 1)
			p := d.pipe(0, "")
			d.subscribe(p, "b")
			return p
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDirect(t, XPub)
			p := prepare(d)
			for range 3 * streak {
				if d.send("a") {
					t.Fatal("the pattern was not asked")
				}
			}
			if n := drain(p); n != 3*streak {
				t.Errorf("the subscriber got %d, want %d", n, 3*streak)
			}
		})
	}
}

// TestPublisherThatIsLeftOutCountsWhatItDrops: at the mark the pattern is asked, which
// counts, and as long as the subscriber is full.
func TestPublisherThatIsLeftOutCountsWhatItDrops(t *testing.T) {
	const mark = 100
	d := newDirect(t, Pub)
	p := d.pipe(mark, "")
	d.subscribe(p, "")
	d.settle(p)
	for range mark + 7 {
		d.send("a")
	}
	if n := d.h.Drops.Mute.Load(); n != 7 || p.Out().Count() != mark {
		t.Fatalf("%d dropped and %d queued, want 7 and %d", n, p.Out().Count(), mark)
	}
	drain(p)
	d.settle(p)
}

// TestPublisherThatWaitsForRoomIsNotLeftOut: while one sender waits for the writer, which
// gets on, no other sender takes the room, or the message of the first would be dropped.
func TestPublisherThatWaitsForRoomIsNotLeftOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const mark = 2 * streak
		d := newDirect(t, Pub)
		p := d.pipe(mark, "")
		d.subscribe(p, "")
		d.settle(p)
		d.h.Flush = nil
		for range mark { // the first has the test hold the write token
			if !d.send("a") {
				t.Fatal("the pattern was asked below the mark")
			}
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			if d.send("late") {
				t.Error("the pattern was not asked at the mark")
			}
		}()
		synctest.Wait()
		select {
		case <-done:
			t.Fatal("the sender does not wait for the writer")
		default:
		}
		var batch pipe.Batch
		if !p.Out().Take(&batch) {
			t.Fatal("nothing to write")
		}
		p.Out().Sent(&batch)
		for range mark {
			if ok, _ := p.WriteSole(msg("thief")); ok {
				t.Error("another sender takes the room")
			}
		}
		<-done
		if n := d.h.Drops.Mute.Load(); n != 0 {
			t.Errorf("%d messages were dropped", n)
		}
		if n := drain(p); n != 1 {
			t.Errorf("the subscriber got %d messages more, want 1", n)
		}
	})
}
