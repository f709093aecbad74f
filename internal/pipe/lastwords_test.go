// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"fmt"
	"testing"
)

func TestLastWordsGoBeyondEitherMark(t *testing.T) {
	for _, marks := range [][2]int{{2, 0}, {0, 2}, {2, 2}} {
		p := box(marks[0], marks[1], false)
		resumed := 0
		p.OnResume(func() { resumed++ })
		p.Deliver(texts(0, 2))
		if !p.Overdraw() || !p.DeliverLast([]Item{texts(2, 3)[0], runOf(3, 90), texts(90, 91)[0]}) {
			t.Fatal("refused")
		}
		if _, in := p.Queued(); in != 91 || p.Received() != 91 {
			t.Errorf("%d messages wait, %d came; want 91", in, p.Received())
		}
		if n := p.Deliver(texts(0, 1)); n != 0 || p.Overdraw() {
			t.Error("not full")
		}
		for i := range 3 {
			wantRead(t, p, fmt.Sprint(i))
		}
		wantRun(t, p, 3, 90)
		wantRead(t, p, "90")
		wantEmpty(t, p)
		if resumed == 0 || !p.Overdraw() || p.Deliver(texts(0, 1)) != 1 {
			t.Error("the inbox did not recover")
		}
	}
}

func TestLastWordsAreBounded(t *testing.T) {
	p := box(2, 0, false)
	p.Deliver(texts(0, 2))
	for n := 0; p.Overdraw() && p.DeliverLast([]Item{runOf(0, 1000)}); n++ {
		if n > lastMessages {
			t.Fatal("no bound")
		}
	}
	if _, in := p.Queued(); in > lastMessages+2 {
		t.Errorf("%d messages wait", in)
	}
}

// A mark in bytes counts the last message of a connection as it counts every other:
// by what an application reads of it.
func TestLastWordsAreCountedInBytesByTheirPayload(t *testing.T) {
	p := New(Config{Mailbox: &Mailbox{Readers: true}, Buffers: new(Buffers), RecvHWM: 1000, RecvMax: 100})
	for i := range 200 {
		if p.Deliver([]Item{runOf(0, 1)}) != 1 {
			t.Fatalf("after %d broken connections an empty queue takes nothing: %d bytes are held", i, p.in.mark.held)
		}
		if !p.Overdraw() || !p.DeliverLast([]Item{runOf(1, 2)}) {
			t.Fatal("refused")
		}
		wantRun(t, p, 0, 2)
		wantEmpty(t, p)
		if p.in.mark.held != 0 {
			t.Fatalf("%d bytes are held of an empty queue", p.in.mark.held)
		}
	}
}

// Conflation by topic looks into runs, also those of one message.
func TestLastWordsAreConflatedByTopic(t *testing.T) {
	p := New(Config{Mailbox: &Mailbox{Readers: true}, Buffers: new(Buffers), RecvHWM: 1, TopicsIn: true})
	p.Deliver([]Item{runOf(0, 1)})
	if !p.Overdraw() || !p.DeliverLast([]Item{runOf(0, 1)}) {
		t.Fatal("refused")
	}
	wantRead(t, p, runText(0))
	wantEmpty(t, p)
}
