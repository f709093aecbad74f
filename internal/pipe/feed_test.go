// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"bytes"
	"testing"

	"github.com/gozmq/zmq/internal/wire"
)

// testFeed is the other side of a feed in one goroutine.
type testFeed struct {
	wire   []byte
	n      int
	credit int
	locked bool
}

func (f *testFeed) Lock() ([]byte, int) {
	f.locked = true
	return f.wire, f.n
}

func (f *testFeed) Unlock(credit int) {
	f.wire, f.n, f.credit, f.locked = f.wire[:0], 0, credit, false
}

// add is what the other side does with a message, if it may.
func (f *testFeed) add(body string) bool {
	if f.credit == 0 {
		return false
	}
	f.credit--
	f.n++
	f.wire = wire.AppendFrame(f.wire, 0, []byte(body))
	return true
}

// fedPipe returns a pipe with a feed whose connection is being written to, by the
// test, which has taken the first message.
func fedPipe(t *testing.T, hwm int) (*Pipe, *testFeed, *Batch) {
	t.Helper()
	p := New(Config{Mailbox: &Mailbox{Writers: true}, Buffers: new(Buffers), SendHWM: hwm})
	f := new(testFeed)
	p.SetFeed(f)
	p.Out().Attach(idleLink{}, 0)
	p.BeginSole()
	if ok, flush := p.WriteSole(message("1")); !ok || !flush {
		t.Fatal("refused, or no token")
	}
	if f.credit != 0 {
		t.Fatalf("open for %d before somebody writes", f.credit)
	}
	b := new(Batch)
	if !p.Out().Take(b) {
		t.Fatal("nothing to take")
	}
	return p, f, b
}

// What is in the feed goes out between what was written before and after.
func TestFeedKeepsTheOrder(t *testing.T) {
	p, f, b := fedPipe(t, 0)
	p.Out().Sent(b)
	if !f.add("2") || !f.add("3") {
		t.Fatal("closed while the connection is being written to")
	}
	if ok, flush := p.WriteSole(message("4")); !ok || flush {
		t.Fatal("refused, or a second token")
	}
	if !f.add("5") {
		t.Fatal("closed")
	}
	if !p.Out().Take(b) {
		t.Fatal("nothing to take")
	}
	want := append(append(append(encoded("2"), encoded("3")...), encoded("4")...), encoded("5")...)
	if got := b.wireBytes(); !bytes.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	p.Out().Sent(b)
	if p.Out().Take(b) {
		t.Error("more than there was")
	}
	if f.add("6") {
		t.Error("open after the token was given back: nobody would come for it")
	}
	if p.Out().Count() != 0 || p.Direct() != 5 || p.Sent() != 5 {
		t.Errorf("%d left, %d counted, %d sent", p.Out().Count(), p.Direct(), p.Sent())
	}
}

// The feed is open for as much as the high-water mark has room for.
func TestFeedStaysWithinTheMark(t *testing.T) {
	p, f, _ := fedPipe(t, 4)
	n := 1 // in the batch, not sent yet
	for f.add("x") {
		n++
	}
	for {
		ok, _ := p.WriteSole(message("y"))
		if !ok {
			break
		}
		for n++; f.add("x"); n++ {
		}
	}
	if n != 4 || p.Out().Count() != 4 {
		t.Errorf("%d messages of 4, and %d in the queue", n, p.Out().Count())
	}
}

// When a connection breaks, what is in the feed is kept behind what was not sent.
func TestFeedSurvivesTheConnection(t *testing.T) {
	p, f, b := fedPipe(t, 0)
	f.add("2")
	p.Out().Failed(b, 0)
	if f.add("3") {
		t.Error("open without a connection")
	}
	p.Out().Detach()
	if !p.Out().Attach(idleLink{}, 0) || !p.Out().Take(b) {
		t.Fatal("nothing for the next connection")
	}
	if got, want := b.wireBytes(), append(encoded("1"), encoded("2")...); !bytes.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// A second peer, another owner or the end of the socket closes the feed, and
// nothing is lost.
func TestFeedEnds(t *testing.T) {
	for name, end := range map[string]func(p *Pipe){
		"not sole":   func(p *Pipe) { p.EndSole() },
		"taken away": func(p *Pipe) { p.SetFeed(nil) },
	} {
		p, f, b := fedPipe(t, 0)
		p.Out().Sent(b)
		f.add("2")
		end(p)
		if f.add("3") || f.locked {
			t.Errorf("%s: open", name)
		}
		if !p.Out().Take(b) || !bytes.Equal(b.wireBytes(), encoded("2")) {
			t.Errorf("%s: %q is left", name, b.wireBytes())
		}
	}
}

// TakeFeed leaves nothing in the feed.
func TestTakeFeed(t *testing.T) {
	p, f, _ := fedPipe(t, 0)
	f.add("2")
	p.TakeFeed()
	if f.n != 0 || p.Out().Count() != 2 {
		t.Errorf("%d in the feed, %d in the queue", f.n, p.Out().Count())
	}
}
