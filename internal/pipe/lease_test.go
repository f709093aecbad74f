// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"bytes"
	"testing"

	"github.com/gozmq/zmq/internal/wire"
)

// lender counts how often its memory comes back.
type lender struct{ returned int }

func (l *lender) Returned() { l.returned++ }

// Lent memory comes back once, when the last queue is through with it: sent, dropped,
// or kept as a copy for the next connection.
func TestLentMemoryComesBackOnce(t *testing.T) {
	body := bytes.Repeat([]byte("x"), 2*RefSize)
	for _, size := range []int{0, 7, len(body)} {
		for name, end := range map[string]func(p *Pipe, b *Batch){
			"sent":    func(p *Pipe, b *Batch) { p.out.Sent(b) },
			"failed":  func(p *Pipe, b *Batch) { p.out.Failed(b, 3) },
			"dropped": func(p *Pipe, b *Batch) { p.out.Failed(b, 0); p.out.close() },
		} {
			p := New(Config{Mailbox: new(Mailbox), Buffers: new(Buffers)})
			of := new(lender)
			lease := NewLease(of)
			m := Message{Head: []byte("head"), Tail: [][]byte{body[:size]}, Lease: lease}
			if ok, _ := p.Write(&m); !ok {
				t.Fatal("refused")
			}
			lease.Release()
			if of.returned != 0 {
				t.Errorf("%s, %d bytes: back while it waits", name, size)
			}
			p.out.Attach(idleLink{}, wire.V31)
			var b Batch
			if !p.out.Take(&b) || of.returned != 0 {
				t.Fatalf("%s, %d bytes: back %d times in the writer's hands", name, size, of.returned)
			}
			if end(p, &b); of.returned != 1 {
				t.Errorf("%s, %d bytes: back %d times", name, size, of.returned)
			}
		}
	}
}

// A message that an inbox holds by a lease takes it along, and what is dropped ends it.
func TestInboxEndsLeases(t *testing.T) {
	c, b := NewPair(Config{Mailbox: new(Mailbox), Buffers: new(Buffers)})
	b.Adopt(Config{Mailbox: new(Mailbox), Buffers: new(Buffers)})
	of := new(lender)
	lease := NewLease(of)
	m := Message{Head: []byte("lent"), Lease: lease}
	for range 3 {
		if ok, _ := c.Write(&m); !ok {
			t.Fatal("refused")
		}
	}
	lease.Release()
	var got Message
	if !b.Read(&got) || &got.Head[0] != &m.Head[0] || of.returned != 0 {
		t.Fatalf("not the memory that was lent, or back too early: %+v", got)
	}
	if own := got.Own(); &own.Head[0] == &m.Head[0] || own.Lease != nil {
		t.Error("a copy of its own refers to the lender's memory")
	}
	b.CloseIn(true)
	if of.returned != 0 {
		t.Error("back while a receiver has it")
	}
	new(Buffers).Release(&got)
	if of.returned != 1 {
		t.Errorf("back %d times", of.returned)
	}
}
