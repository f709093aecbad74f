// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/gozmq/zmq/internal/wire"
)

// TestConflationLeavesWhatTheLibrarySays: only application messages take each
// other's place, whether the consumer has looked already or not.
func TestConflationLeavesWhatTheLibrarySays(t *testing.T) {
	p := box(1, 0, true)
	p.Deliver(texts(0, 3))
	p.Inject(Message{Head: []byte("told once")})
	p.Deliver(texts(3, 5))
	p.Inject(Message{Head: []byte("and again")})
	p.Deliver(texts(5, 6))
	if _, in := p.Queued(); in != 3 {
		t.Errorf("%d messages wait, want 3", in)
	}
	wantRead(t, p, "told once")
	p.Deliver(texts(6, 7)) // while the rest is with the consumer
	wantRead(t, p, "and again")
	wantRead(t, p, "6")
	wantEmpty(t, p)
}

func TestConflationInProcessLeavesTheGreeting(t *testing.T) {
	c, b := NewPair(Config{Mailbox: new(Mailbox), Conflate: true})
	b.Adopt(Config{Mailbox: new(Mailbox)})
	c.Write(&Message{Head: []byte("hello"), Kept: true})
	for i := range 3 {
		c.Write(&Message{Head: []byte(fmt.Sprint(i))})
	}
	wantRead(t, b, "hello")
	wantRead(t, b, "2")
	wantEmpty(t, b)
}

func TestConflationOfTheOutboxLeavesTheGreeting(t *testing.T) {
	for _, owned := range []bool{false, true} {
		o := newOutbox(1)
		o.supply = &pending{conflation: newConflation(true, false)}
		welcome := bytes.Repeat([]byte("w"), 2*RefSize)
		o.append(&Message{Head: welcome, Owned: owned, Kept: true})
		for i := range 5 {
			mustAppend(t, o, fmt.Sprint(i))
		}
		o.Attach(idleLink{}, wire.V31)
		var b Batch
		o.Take(&b)
		if got, want := b.wireBytes(), slices.Concat(encoded(string(welcome)), encoded("4")); !bytes.Equal(got, want) || o.Count() != 2 {
			t.Errorf("the connection gets %d bytes of %d messages, want %d", len(got), o.Count(), len(want))
		}
		o.Sent(&b)
		if o.Take(&b) || o.Count() != 0 {
			t.Errorf("%d messages are left", o.Count())
		}
	}
}
