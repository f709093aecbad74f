// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"testing"

	"github.com/gozmq/zmq/internal/wire"
)

// linked returns the two ends of a link in process, with the same marks.
func linked(hwm int) (a, b *Pipe) {
	c := Config{Mailbox: &Mailbox{Readers: true, Writers: true}, Buffers: new(Buffers), SendHWM: hwm, RecvHWM: hwm}
	a, b = NewPair(c)
	c.Mailbox = &Mailbox{Readers: true, Writers: true}
	b.Adopt(c)
	return a, b
}

// A run is handed on whole, cut to the limit, and counts by its messages.
func TestReadRun(t *testing.T) {
	p := box(0, 0, false)
	ms := []Item{runOf(0, 4), {Message: Message{Head: []byte(runText(4)), Owned: true}}, runOf(5, 12)}
	p.Deliver(ms)
	wantRead(t, p, runText(0))
	for i, want := range []struct{ limit, n, left int }{{9, 3, 8}, {9, 1, 7}, {2, 2, 5}, {5, 5, 0}, {9, 0, 0}} {
		var m Item
		n := p.ReadRun(&m, want.limit)
		if n != want.n || n > 0 && m.Messages() != n || p.in.count() != want.left {
			t.Errorf("step %d: %d messages, %d left; want %+v", i, n, p.in.count(), want)
		}
		if m.IsRun() && cap(m.Head) != len(m.Head) {
			t.Errorf("step %d: a run with room for %d bytes of others", i, cap(m.Head)-len(m.Head))
		}
	}
}

// Where bytes count, messages come one by one.
func TestReadRunUnderAMarkInBytes(t *testing.T) {
	p := box(0, 1000, false)
	p.Deliver([]Item{runOf(0, 2)})
	var m Item
	if n := p.ReadRun(&m, 9); n != 1 || m.IsRun() {
		t.Errorf("%d messages, %+v", n, m)
	}
}

// Reading runs gives the producer its credit.
func TestReadRunAcknowledges(t *testing.T) {
	p := box(4, 0, false)
	resumed := 0
	p.OnResume(func() { resumed++ })
	ms := []Item{runOf(0, 9)}
	if n := p.Deliver(ms); n != 0 || ms[0].count != 5 {
		t.Fatalf("%d taken, %d left", n, ms[0].count)
	}
	var m Item
	if n := p.ReadRun(&m, 9); n != 4 || resumed != 1 {
		t.Errorf("%d messages, resumed %d times", n, resumed)
	}
}

// In process a run goes over as it is, as far as the high-water mark allows; what
// is added behind it does not get into the memory of others.
func TestWriteRunInProcess(t *testing.T) {
	a, b := linked(4) // 8 together
	wireBytes := append(runOf(0, 6).Head, "behind"...)
	r := NewRun(wireBytes[:len(wireBytes)-6], 6, nil, nil)
	if ok, _ := a.WriteRun(&r); !ok || r.count != 0 {
		t.Fatalf("%v, %d left", ok, r.count)
	}
	a.Write(&Message{Head: []byte(runText(6))})
	if string(wireBytes[len(wireBytes)-6:]) != "behind" {
		t.Error("memory behind the run was written to")
	}
	r = runOf(7, 10)
	if ok, _ := a.WriteRun(&r); !ok || r.count != 2 {
		t.Errorf("%v, %d left, want 2", ok, r.count)
	}
	if ok, _ := a.WriteRun(&r); !ok || r.count != 2 || a.Room(1) > 0 {
		t.Errorf("full: %v, %d left", ok, r.count)
	}
	wantRun(t, b, 0, 8)
	wantEmpty(t, b)
	if ok, _ := a.WriteRun(&r); !ok || r.count != 0 {
		t.Errorf("room again: %v, %d left", ok, r.count)
	}
	wantRun(t, b, 8, 10)
	bytesSent := uint64(0)
	for i := range 10 {
		bytesSent += uint64(len(runText(i)))
	}
	if out, _ := a.Bytes(); a.Sent() != 10 || out != bytesSent {
		t.Errorf("%d messages of %d bytes sent, want 10 of %d", a.Sent(), out, bytesSent)
	}
}

// To a connection a run goes as the bytes that it is, counted by its messages.
func TestWriteRunToAConnection(t *testing.T) {
	p := New(Config{Mailbox: &Mailbox{}, Buffers: new(Buffers), SendHWM: 5})
	p.out.Attach(nopLink{}, wire.V31)
	want := string(runOf(0, 5).Head)
	r := runOf(0, 7)
	ok, flush := p.WriteRun(&r)
	if !ok || !flush || r.count != 2 || p.out.Count() != 5 {
		t.Fatalf("%v, %v, %d left, %d queued", ok, flush, r.count, p.out.Count())
	}
	if ok, _ := p.WriteRun(&r); !ok || r.count != 2 {
		t.Errorf("full: %v, %d left", ok, r.count)
	}
	var batch Batch
	got := ""
	for p.out.Take(&batch) {
		for _, b := range batch.Bufs {
			got += string(b)
		}
		p.out.Sent(&batch)
	}
	if got != want {
		t.Error("other bytes")
	}
	if p.out.Count() != 0 {
		t.Errorf("%d messages left", p.out.Count())
	}
}

type nopLink struct{}

func (nopLink) Flush(bool) {}

// Messages that have to go one by one are left to the caller.
func TestWriteRunRefuses(t *testing.T) {
	for name, c := range map[string]Config{"conflate": {Conflate: true}, "bytes": {SendMax: 100}, "raw": {Raw: true}} {
		c.Mailbox, c.Buffers = &Mailbox{}, new(Buffers)
		r := runOf(0, 3)
		if ok, _ := New(c).WriteRun(&r); ok || r.count != 3 {
			t.Errorf("%s: %v, %d left", name, ok, r.count)
		}
	}
}

func TestPayloadOfARun(t *testing.T) {
	r, want := runOf(0, 30), 0
	for i := range 30 {
		want += len(runText(i))
	}
	if n := r.Payload(); n != want {
		t.Errorf("%d bytes, want %d", n, want)
	}
}
