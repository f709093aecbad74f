// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zerr"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// announcing makes a peer with limits, of which 0 is none.
func announcing(frame, message, frames int) *Peer {
	p := &Peer{Remote: "tcp://peer"}
	for limit, n := range map[*Limit]int{&p.MaxFrame: frame, &p.MaxMessage: message, &p.MaxFrames: frames} {
		if n > 0 {
			limit.Announce(fmt.Sprint(n))
		}
	}
	return p
}

// TestWriterDropsWhatThePeerHasAnnouncedToRefuse: of each kind, and nothing else. What is
// kept stays whole and in order, with the commands between.
func TestWriterDropsWhatThePeerHasAnnouncedToRefuse(t *testing.T) {
	for seed := range zmqtest.Seeds(60) {
		r := rand.New(rand.NewPCG(seed, 2))
		peer := announcing(7000*r.IntN(2), 9000*r.IntN(2), 2*r.IntN(2))
		limit := int64(50_000 * r.IntN(2))
		p := New(Config{Mailbox: &Mailbox{Writers: true}, Buffers: new(Buffers), SendHWM: 1000, SendMax: limit * 1000})
		if r.IntN(2) == 0 {
			p.out.oldest = new(oldest)
		}
		told, reasons := 0, 0
		p.OnRefused(func(n int, reason error) {
			told += n
			if reasons++; !errors.Is(reason, zerr.ErrMessageTooLarge) {
				t.Errorf("told of %v", reason)
			}
		})
		var want, got []string
		var leases []*Lease
		pings, refused := 0, 0
		for i := range 100 {
			m, text := randomMessage(r, i)
			if m.Lease != nil {
				leases = append(leases, m.Lease)
			}
			if peer.Refuses(m.Head, m.Tail) != nil {
				refused++
			} else {
				want = append(want, text)
			}
			if ok, _ := p.Write(m); !ok {
				t.Fatal("refused by the mark")
			}
			m.Lease.Release()
			if i == 50 { // what waits was queued before the peer was there
				p.SetPeer(peer)
				p.out.Attach(idleLink{}, wire.V31)
				p.out.token = true
			}
			if i > 50 && r.IntN(10) == 0 {
				p.out.Control(wire.AppendFrame(nil, wire.FlagCommand, []byte("\x04PING")))
				pings++
			}
		}
		var b Batch
		for p.out.Take(&b) {
			all := b.wireBytes()
			if len(all) != b.Size {
				t.Fatalf("seed %d: a batch of %d bytes has %d", seed, b.Size, len(all))
			}
			got = append(got, split(t, all)...)
			pings -= strings.Count(string(all), "\x04PING")
			p.out.Sent(&b)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("seed %d: %d messages went out, want %d", seed, len(got), len(want))
		}
		if told != refused || pings != 0 {
			t.Fatalf("seed %d: told of %d, want %d; %d pings were lost", seed, told, refused, pings)
		}
		if n := p.out.Count(); n != 0 || p.out.mark.held != 0 && limit > 0 || p.out.bytes != 0 {
			t.Fatalf("seed %d: %d messages and %d bytes are counted as waiting", seed, n, p.out.mark.held)
		}
		for _, l := range leases {
			if n := l.holders.Load(); n != 0 {
				t.Fatalf("seed %d: %d holds of a lease are left", seed, n)
			}
		}
	}
}

// TestWriterOfABroadcastDropsForOnePeerAlone: the pages are shared with others.
func TestWriterOfABroadcastDropsForOnePeerAlone(t *testing.T) {
	b := NewBroadcast(nil)
	small, large := oldestBox(0, 0), oldestBox(0, 0)
	for _, p := range []*Pipe{small, large} {
		p.SetPeer(announcing(0, 0, 0))
		p.out.Attach(idleLink{}, wire.V31)
		b.Join(p)
	}
	small.out.setPeer(announcing(0, 0, 2))
	refused := 0
	small.OnRefused(func(n int, _ error) { refused += n })
	b.Add(message("1"), nil)
	b.Add(message("2", "of", "three"), nil)
	b.Add(message("3", "of two"), nil)
	if got := split(t, drain(small.out)); !slices.Equal(got, []string{"1", "3|of two"}) || refused != 1 {
		t.Errorf("to the one went %q, and %d were refused", got, refused)
	}
	if got := split(t, drain(large.out)); !slices.Equal(got, []string{"1", "2|of|three", "3|of two"}) {
		t.Errorf("to the other went %q", got)
	}
}

// TestBatchThatThePeerCannotRefuseIsNotLookedAt: that is what keeps this off the path of
// nearly all messages.
func TestBatchThatThePeerCannotRefuseIsNotLookedAt(t *testing.T) {
	o := newOutbox(0)
	o.setPeer(announcing(1000, 2000, 3))
	for frames, looks := range map[int]bool{1: false, 2: false, 3: false, 4: true} {
		if (o.accepterLocked(&Batch{Size: 1000, widest: frames}) != nil) != looks {
			t.Errorf("%d frames: looked at: %v", frames, !looks)
		}
	}
	if o.accepterLocked(&Batch{Size: 1001}) == nil {
		t.Error("a batch is not looked at that may hold a frame of 1001 bytes")
	}
	o.setPeer(&Peer{})
	if o.accepterLocked(&Batch{Size: 1 << 30}) != nil {
		t.Error("looked at, although the peer has announced nothing")
	}
}

// TestOneWideMessageMakesNoLaterBatchLookedAt: once it is sent. When its connection breaks,
// the next peer may be the one that refuses it.
func TestOneWideMessageMakesNoLaterBatchLookedAt(t *testing.T) {
	var batch Batch
	take := func(o *Outbox, looks bool) {
		t.Helper()
		o.token = true
		if !o.Take(&batch) {
			t.Fatal("nothing to take")
		}
		o.setPeer(announcing(0, 0, 2))
		if got := o.accepterLocked(&batch) != nil; got != looks {
			t.Errorf("looked at: %v", got)
		}
		o.setPeer(&Peer{})
	}
	wide := func() *Message { return message("a", "message", "of four", "frames") }

	p := oldestBox(0, 0)
	p.out.Attach(idleLink{}, wire.V31)
	publish(p, wide())
	take(p.out, true)
	p.out.Failed(&batch, 0)
	publish(p, message("narrow"))
	take(p.out, true)
	p.out.Sent(&batch)
	publish(p, message("narrow"))
	take(p.out, false)
	p.out.Sent(&batch)

	b := NewBroadcast(nil)
	b.Join(p)
	b.Add(wide(), nil)
	take(p.out, true)
	p.out.Sent(&batch)
	for range pageSize/RefSize + 1 { // to the next page, and in it
		b.Add(message(string(make([]byte, RefSize-1))), nil)
	}
	p.out.token = true
	drain(p.out)
	b.Add(message("narrow"), nil)
	take(p.out, false)
}

// TestMessageIsGivenUpInWhichPartOfAFrameWentOut: where only whole frames are counted, the
// link says that it has begun another, however small that is.
func TestMessageIsGivenUpInWhichPartOfAFrameWentOut(t *testing.T) {
	for _, begun := range []bool{true, false} {
		p := tornPipe([]string{"before"}, []string{"poison"}, []string{"behind"})
		o := p.Out()
		gaveUp := false
		for i := range 2 {
			o.Attach(nopLink{}, wire.V31)
			var b Batch
			if !o.Take(&b) {
				t.Fatal("nothing waits")
			}
			b.Coarse, b.Begun = true, begun
			o.Failed(&b, []int{8, 0}[i]) // 8 bytes are the first message
			o.Detach()
			_, gaveUp = o.Broke(true)
		}
		if gaveUp != begun {
			t.Errorf("begun %v: given up %v", begun, gaveUp)
		}
	}
}
