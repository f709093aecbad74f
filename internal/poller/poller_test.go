// SPDX-License-Identifier: Apache-2.0

package poller

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/gozmq/zmq/internal/core"
	"github.com/gozmq/zmq/internal/pattern"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zmqtest"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }

// queued returns the number of entries that the next look asks.
func (p *Poller) queued() int {
	p.queueMu.Lock()
	defer p.queueMu.Unlock()
	return len(p.queue)
}

// What is rung while a look is under way is neither lost nor looked at twice.
func TestRungWhileLooking(t *testing.T) {
	c := core.NewContext(core.Config{})
	t.Cleanup(func() {
		if err := c.Term(context.Background(), true); err != nil {
			t.Error(err)
		}
	})
	p := New()
	defer p.Close()
	for range 50 {
		s, err := c.NewSocket(pattern.Pull)
		if err == nil {
			err = p.Add(s, In, nil)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	look := func() {
		t.Helper()
		if items, err := p.Poll(nil, 1); err != nil || len(items) > 0 {
			t.Errorf("%d items, %v", len(items), err)
		}
	}
	var looked atomic.Bool
	var ringing sync.WaitGroup
	for _, e := range p.sockets {
		ringing.Go(func() {
			for !looked.Load() {
				p.post(e)
				runtime.Gosched()
			}
		})
	}
	for range 200_000 {
		look()
	}
	looked.Store(true)
	ringing.Wait()
	look()
	for _, e := range p.sockets {
		if e.queued.Load() || p.queued() > 0 {
			t.Fatalf("%d entries are in the queue, and %v thinks that it is", p.queued(), e.socket)
		}
	}
}

// However many sockets are registered, a wake-up asks only those that may be ready.
func TestLooksOnlyAtWhatMayBeReady(t *testing.T) {
	ctx := zmqtest.Deadline(t)
	c := core.NewContext(core.Config{})
	t.Cleanup(func() {
		if err := c.Term(context.Background(), true); err != nil {
			t.Error(err)
		}
	})
	open := func(typ int) *core.Socket {
		s, err := c.NewSocket(typ)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	p := New()
	defer p.Close()
	const n = 3000
	for i := range n {
		if err := p.Add(open(pattern.Pull), In, i); err != nil {
			t.Fatal(err)
		}
	}
	if k := p.queued(); k != n {
		t.Errorf("%d of %d new sockets are to be looked at", k, n)
	}
	look := func(want, left int) {
		t.Helper()
		items, err := p.Poll(nil, n)
		if err != nil || len(items) != want || p.queued() != left {
			t.Fatalf("%d items, %v, %d left; want %d items and %d left", len(items), err, p.queued(), want, left)
		}
	}
	look(0, 0)
	pull, push := open(pattern.Pull), open(pattern.Push)
	for _, err := range []error{pull.Bind("inproc://it"), push.Connect("inproc://it"), p.Add(pull, In, nil)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	look(0, 0)
	for range 3 {
		if err := push.Send(ctx, [][]byte{{1}}); err != nil {
			t.Fatal(err)
		}
		if k := p.queued(); k != 1 {
			t.Fatalf("%d entries are looked at for one message", k)
		}
		look(1, 1)
		var m pipe.Message
		if err := pull.TryRecv(&m); err != nil {
			t.Fatal(err)
		}
		look(0, 0)
	}
}
