// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"bytes"
	"fmt"
	"testing"
	"unsafe"

	"github.com/gozmq/zmq/internal/wire"
)

// idleLink is a connection that writes nothing by itself.
type idleLink struct{}

func (idleLink) Flush(bool) {}

func newOutbox(hwm int) *Outbox {
	o := &Outbox{buffers: new(Buffers)}
	o.mark.set(hwm, 0)
	return o
}

// message makes one of frames that the test keeps.
func message(frames ...string) *Message {
	m := &Message{Head: []byte(frames[0])}
	for _, f := range frames[1:] {
		m.Tail = append(m.Tail, []byte(f))
	}
	return m
}

func encoded(frames ...string) []byte {
	var b []byte
	for i, f := range frames {
		flags := byte(wire.FlagMore)
		if i == len(frames)-1 {
			flags = 0
		}
		b = wire.AppendFrame(b, flags, []byte(f))
	}
	return b
}

func (b *Batch) wireBytes() []byte { return bytes.Join(b.Bufs, nil) }

func mustAppend(t *testing.T, o *Outbox, frames ...string) (flush bool) {
	t.Helper()
	ok, flush := o.append(message(frames...))
	if !ok {
		t.Fatalf("%q was refused", frames)
	}
	return flush
}

func TestUnsentKeepsTheMessagesThatDidNotGoOutWhole(t *testing.T) {
	messages := [][]string{{"one"}, {"", "", "two"}, {}, {string(make([]byte, 300)), "x"}, {}, {""}, {"last", ""}}
	var all []byte
	type span struct{ start, end int }
	var spans []span // of messages, without commands
	for _, m := range messages {
		if len(m) == 0 {
			all = wire.AppendPing(all, 7, []byte("context"))
			continue
		}
		start := len(all)
		all = append(all, encoded(m...)...)
		spans = append(spans, span{start, len(all)})
	}
	sizes := []int{3, 3, 301, 0, 4}
	for n := range len(all) + 1 {
		var want []byte
		count, size := 0, 0
		for i, s := range spans {
			if s.end > n {
				want = append(want, all[s.start:s.end]...)
				count++
				size += sizes[i]
			}
		}
		got, msgs, wireBytes := unsent(bytes.Clone(all), n)
		if !bytes.Equal(got, want) || msgs != count || wireBytes != size {
			t.Fatalf("after %d of %d bytes: %d messages with %d bytes, want %d with %d", n, len(all), msgs, wireBytes, count, size)
		}
	}
}

func TestOutboxSendsUnsentMessagesOverTheNextConnection(t *testing.T) {
	first, second, third := encoded("first"), encoded("second", "", "tail"), encoded("third")
	for n := range len(first) + len(second) + 1 {
		o := newOutbox(3)
		o.Attach(idleLink{}, wire.V31)
		mustAppend(t, o, "first")
		mustAppend(t, o, "second", "", "tail")
		var b Batch
		if !o.Take(&b) {
			t.Fatal("nothing to take")
		}
		mustAppend(t, o, "third") // meanwhile
		if o.room(1) > 0 {
			t.Error("what is in hand does not count")
		}
		o.Failed(&b, n)
		o.Detach()
		want := append(bytes.Clone(second), third...)
		left := 2
		switch {
		case n < len(first):
			want, left = append(bytes.Clone(first), want...), 3
		case n == len(first)+len(second):
			want, left = third, 1
		}
		if o.Count() != left {
			t.Errorf("after %d bytes %d messages are left, want %d", n, o.Count(), left)
		}
		if !o.Attach(idleLink{}, wire.V31) || !o.Take(&b) || !bytes.Equal(b.wireBytes(), want) {
			t.Errorf("after %d bytes the next connection gets %q, want %q", n, b.wireBytes(), want)
		}
		o.Sent(&b)
		if o.Take(&b) || o.Count() != 0 || o.Pending() {
			t.Error("something is left")
		}
	}
}

func TestOutboxOfSTREAMDropsWhatABrokenConnectionHeld(t *testing.T) {
	o := newOutbox(2)
	o.raw = true
	o.Attach(idleLink{}, 0)
	mustAppend(t, o, "raw", "frames")
	mustAppend(t, o, "more")
	var b Batch
	o.Take(&b)
	if got := b.wireBytes(); string(got) != "rawframesmore" {
		t.Errorf("the connection gets %q", got)
	}
	o.Failed(&b, 2)
	if o.Count() != 0 || o.room(1) == 0 {
		t.Errorf("%d messages are left", o.Count())
	}
}

func TestOutboxBatchesEndAtMessages(t *testing.T) {
	o := newOutbox(0)
	var want []byte
	for i := range 40 {
		frames := []string{fmt.Sprint(i), string(bytes.Repeat([]byte{byte(i)}, 30_000+i)), "", "tail"}
		mustAppend(t, o, frames...)
		want = append(want, encoded(frames...)...)
	}
	big := string(make([]byte, 3*takeLimit)) // one message goes out whole
	mustAppend(t, o, big, big)
	want = append(want, encoded(big, big)...)
	o.Attach(idleLink{}, wire.V31)
	var got []byte
	var b Batch
	count := 0
	for ; o.Take(&b); count++ {
		wireBytes := b.wireBytes()
		if b.Size != len(wireBytes) {
			t.Errorf("a batch of %d bytes says %d", len(wireBytes), b.Size)
		}
		if len(wireBytes) > takeLimit+hugeChunk && len(wireBytes) < 6*takeLimit {
			t.Errorf("a batch has %d bytes", len(wireBytes))
		}
		if rest, _, _ := unsent(bytes.Clone(wireBytes), 0); len(rest) != len(wireBytes) {
			t.Error("a batch does not end with a message")
		}
		got = append(got, wireBytes...)
		o.Sent(&b)
	}
	if !bytes.Equal(got, want) {
		t.Error("the bytes came out different")
	}
	if count < 3 {
		t.Errorf("%d batches", count)
	}
}

func TestOutboxNeverHandsOutPartOfAMessage(t *testing.T) {
	// The last frame alone is large: it and its header are segments of their own.
	o := newOutbox(0)
	o.Attach(idleLink{}, wire.V31)
	m := message("head", string(make([]byte, takeLimit)), string(make([]byte, RefSize)))
	m.Owned = true
	o.append(m)
	mustAppend(t, o, "next")
	var b Batch
	o.Take(&b)
	if rest, n, _ := unsent(b.wireBytes(), 0); n == 0 || len(rest) != b.Size {
		t.Errorf("the first batch holds %d messages and %d of %d bytes of them", n, len(rest), b.Size)
	}
}

func TestOutboxKeepsLargeOwnedFramesWhereTheyAre(t *testing.T) {
	o := newOutbox(0)
	o.Attach(idleLink{}, wire.V31)
	m := message("x", string(make([]byte, RefSize)))
	m.Owned = true
	o.append(m)
	var b Batch
	o.Take(&b)
	found := false
	for _, s := range b.Bufs {
		found = found || unsafe.SliceData(s) == unsafe.SliceData(m.Tail[0])
	}
	if !found {
		t.Error("the frame was copied")
	}
}

func TestOutboxHeadersOfLargeFramesShareMemory(t *testing.T) {
	o := newOutbox(0)
	var want []byte
	for i := range 1000 {
		body := fmt.Sprintf("%0*d", RefSize, i)
		m := message("topic", body, "tail")
		m.Owned = true
		o.append(m)
		want = append(want, encoded("topic", body, "tail")...)
	}
	memory := 0
	for _, s := range o.segs {
		if s.chunk != nil {
			memory += cap(s.chunk.buf)
		}
	}
	if memory > 1<<20 {
		t.Errorf("%d bytes of memory for the small frames of 1000 messages", memory)
	}
	o.Attach(idleLink{}, wire.V31)
	var got []byte
	var b Batch
	for o.Take(&b) {
		got = append(got, b.wireBytes()...)
		o.Sent(&b)
	}
	if !bytes.Equal(got, want) {
		t.Error("the bytes came out different")
	}
}

func TestOutboxHWMCountsMessages(t *testing.T) {
	o := newOutbox(4)
	woken := 0
	o.writable = func() { woken++ }
	for range 4 {
		mustAppend(t, o, "a", "b", "c")
	}
	if ok, _ := o.append(message("x")); ok {
		t.Error("a fifth message was taken")
	}
	o.Attach(idleLink{}, wire.V31)
	var b Batch
	o.Take(&b)
	if ok, _ := o.append(message("x")); ok || woken != 0 {
		t.Error("room before the messages have been written")
	}
	o.Sent(&b)
	if woken != 1 {
		t.Errorf("the refused writer was woken %d times", woken)
	}
	mustAppend(t, o, "x")
}

func TestOutboxTokenBelongsToOne(t *testing.T) {
	o := newOutbox(0)
	if mustAppend(t, o, "1") {
		t.Error("a token without a connection")
	}
	if !o.Attach(idleLink{}, wire.V31) {
		t.Error("no token for what was queued")
	}
	if mustAppend(t, o, "2") {
		t.Error("a second token")
	}
	var b Batch
	for o.Take(&b) {
		o.Sent(&b)
	}
	if !mustAppend(t, o, "3") {
		t.Error("the token was not given back")
	}
}

func TestOutboxDetachWaitsForTheToken(t *testing.T) {
	o := newOutbox(0)
	o.Attach(idleLink{}, wire.V31)
	mustAppend(t, o, "1")
	var b Batch
	o.Take(&b)
	gone := make(chan struct{})
	go func() {
		o.Detach()
		close(gone)
	}()
	for { // until Detach waits
		o.mu.Lock()
		waits := o.idle != nil
		o.mu.Unlock()
		if waits {
			break
		}
	}
	select {
	case <-gone:
		t.Error("Detach returned while somebody writes")
	default:
	}
	o.Failed(&b, 0)
	<-gone
	if o.Count() != 1 {
		t.Errorf("%d messages are left, want 1", o.Count())
	}
}

func TestOutboxConflateKeepsTheNewest(t *testing.T) {
	o := newOutbox(1)
	o.supply = &pending{conflation: newConflation(true, false)}
	for i := range 5 {
		mustAppend(t, o, fmt.Sprint(i), "tail")
	}
	o.Attach(idleLink{}, wire.V31)
	var b Batch
	o.Take(&b)
	if got, want := b.wireBytes(), encoded("4", "tail"); !bytes.Equal(got, want) {
		t.Errorf("the connection gets %q, want %q", got, want)
	}
	mustAppend(t, o, "5")
	o.Failed(&b, 3) // an older message must not come back beside a newer one
	o.Take(&b)
	if got, want := b.wireBytes(), encoded("5"); !bytes.Equal(got, want) {
		t.Errorf("the next connection gets %q, want %q", got, want)
	}
	o.Failed(&b, 0)
	if o.Count() != 1 || !o.Take(&b) || !bytes.Equal(b.wireBytes(), encoded("5")) {
		t.Errorf("the newest message did not come back")
	}
}

func TestOutboxBoundsHeartbeatsButNotSubscriptions(t *testing.T) {
	o := newOutbox(1)
	if ok, _ := o.Control([]byte("x")); ok {
		t.Error("a command without a connection")
	}
	o.Attach(idleLink{}, wire.V31)
	pong := wire.AppendPong(nil, nil)
	taken := 0
	for range 10_000 {
		if ok, _ := o.Control(pong); ok {
			taken++
		}
	}
	if size := taken * len(pong); size > 1100 {
		t.Errorf("%d bytes of PONG wait", size)
	}
	for range 1000 {
		if _, waiting := o.Subscription([]byte("topic"), false); waiting != 0 {
			t.Fatal("a subscription waits for a connection that is there")
		}
	}
	mustAppend(t, o, "commands do not count")
}

func TestOutboxResetMakesRoom(t *testing.T) {
	o := newOutbox(1)
	mustAppend(t, o, "1")
	if o.room(1) > 0 {
		t.Error("not full")
	}
	o.reset()
	if o.Count() != 0 || o.room(1) == 0 {
		t.Error("the queue is not empty")
	}
	mustAppend(t, o, "2")
}

func TestOutboxClosedTakesAndForgets(t *testing.T) {
	o := newOutbox(1)
	drained := 0
	mustAppend(t, o, "1")
	o.OnDrained(func() { drained++ })
	o.close()
	mustAppend(t, o, "2")
	mustAppend(t, o, "3")
	if o.Count() != 0 || o.Pending() || drained != 1 {
		t.Errorf("%d messages wait; told %d times", o.Count(), drained)
	}
}

func TestOutboxHWMInBytes(t *testing.T) {
	o := newOutbox(0)
	o.mark.set(0, 100)
	mustAppend(t, o, string(make([]byte, 60)), string(make([]byte, 39)))
	mustAppend(t, o, string(make([]byte, 1000)))
	if o.room(1) > 0 {
		t.Error("not full at 1099 of 100 bytes")
	}
	o.Attach(idleLink{}, wire.V31)
	var b Batch
	o.Take(&b)
	o.Failed(&b, 120) // the first of them is through
	if o.room(1) > 0 || o.mark.held != 1000 {
		t.Errorf("room for %d with %d bytes held, want 1000", o.room(1), o.mark.held)
	}
	o.Take(&b)
	o.Sent(&b)
	if o.room(1) == 0 || o.mark.held != 0 {
		t.Errorf("%d bytes are held after all was sent", o.mark.held)
	}
}

func TestOutboxSteadyStateAllocatesNothingForAMessage(t *testing.T) {
	o := newOutbox(0)
	o.Attach(idleLink{}, wire.V31)
	m := message("sixteen bytes...")
	var b Batch
	round := func() {
		for range 100 {
			o.append(m)
		}
		for o.Take(&b) {
			o.Sent(&b)
		}
	}
	for range 10 {
		round()
	}
	// A pool that the collector empties, or the race detector, costs a few.
	if n := testing.AllocsPerRun(200, round); n > 5 {
		t.Errorf("%v allocations for 100 messages", n)
	}
}

// The owner of a pipe and its connection both wait for the end of the queue, and
// neither takes the word of the other.
func TestOutboxTellsEveryOwnerThatItIsDrained(t *testing.T) {
	o := newOutbox(0)
	o.Attach(idleLink{}, wire.V31)
	mustAppend(t, o, "x")
	told := map[string]int{}
	o.OnParting(func() { told["connection"]++ })
	o.OnDrained(func() { told["owner"]++ })
	if len(told) != 0 {
		t.Errorf("told before anything was sent: %v", told)
	}
	var b Batch
	for o.Take(&b) {
		o.Sent(&b)
	}
	if told["connection"] != 1 || told["owner"] != 1 {
		t.Errorf("told %v, want each once", told)
	}
}
