// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"testing"

	"github.com/gozmq/zmq/internal/wire"
)

// breaks lets the connection break after n bytes of what waits.
func breaks(t *testing.T, p *Pipe, n int, refused bool) (size int, gaveUp bool) {
	t.Helper()
	o := p.Out()
	o.Attach(nopLink{}, wire.V31)
	var b Batch
	if !o.Take(&b) {
		t.Fatal("nothing waits")
	}
	o.Failed(&b, n)
	o.Detach()
	return o.Broke(refused)
}

func tornPipe(frames ...[]string) *Pipe {
	p := New(Config{Mailbox: new(Mailbox), Buffers: new(Buffers)})
	for _, fs := range frames {
		m := Message{Head: []byte(fs[0])}
		for _, f := range fs[1:] {
			m.Tail = append(m.Tail, []byte(f))
		}
		p.Write(&m)
	}
	return p
}

// TestMessageIsGivenUpWhenThePeerEndsTwoConnectionsInIt, whole, with all its frames,
// and what is behind it goes out.
func TestMessageIsGivenUpWhenThePeerEndsTwoConnectionsInIt(t *testing.T) {
	p := tornPipe([]string{"before"}, []string{"poison", "of two frames"}, []string{"behind"})
	if _, gaveUp := breaks(t, p, 10, true); gaveUp { // 8 bytes are the first message
		t.Fatal("given up at once")
	}
	if size, gaveUp := breaks(t, p, 3, true); !gaveUp || size != 19 {
		t.Fatalf("size %d, given up %v", size, gaveUp)
	}
	if n := p.Out().Count(); n != 1 {
		t.Errorf("%d messages wait", n)
	}
	p.Out().Attach(nopLink{}, wire.V31)
	var b Batch
	if !p.Out().Take(&b) || string(b.Bufs[0]) != "\x00\x06behind" {
		t.Errorf("behind it comes %q", b.Bufs)
	}
	p.Out().Sent(&b)
}

// TestMessageIsKept: when the connections ended for other reasons, elsewhere, or not
// in a row.
func TestMessageIsKept(t *testing.T) {
	type end struct {
		n       int
		refused bool
	}
	for name, ends := range map[string][]end{
		"not the peer's doing":  {{3, false}, {3, false}, {3, false}},
		"before the message":    {{0, true}, {0, true}, {0, true}},
		"not in a row":          {{3, true}, {0, true}, {3, true}},
		"once":                  {{3, true}},
		"in different messages": {{3, true}, {10, true}},
	} {
		p := tornPipe([]string{"first"}, []string{"second"}, []string{"third"})
		for _, e := range ends {
			if size, gaveUp := breaks(t, p, e.n, e.refused); gaveUp {
				t.Errorf("%s: a message of %d bytes was given up", name, size)
			}
		}
	}
}

// TestTornMessageThatWentOutIsForgotten: its count does not stick to the next one.
func TestTornMessageThatWentOutIsForgotten(t *testing.T) {
	p := tornPipe([]string{"first"})
	breaks(t, p, 3, true)
	o := p.Out()
	o.Attach(nopLink{}, wire.V31)
	var b Batch
	o.Take(&b)
	o.Sent(&b)
	p.Write(&Message{Head: []byte("second")})
	if size, gaveUp := breaks(t, p, 3, true); gaveUp {
		t.Errorf("a message of %d bytes was given up", size)
	}
}
