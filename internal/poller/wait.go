// SPDX-License-Identifier: Apache-2.0

package poller

import (
	"context"

	"github.com/gozmq/zmq/internal/zerr"
)

// post puts an entry into the queue. Sockets call it with their locks held.
func (p *Poller) post(e *entry) {
	if e.queued.Swap(true) {
		return
	}
	p.queueMu.Lock()
	p.queue = append(p.queue, e)
	p.queueMu.Unlock()
	p.ring()
}

func (p *Poller) ring() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// Wait appends at most limit ready items to items, and waits until there is at least
// one. Errors: zerr.ErrTerminated when the context of a registered socket has been shut
// down, zerr.ErrClosed, and that of ctx.
func (p *Poller) Wait(ctx context.Context, items []Item, limit int) ([]Item, error) {
	had := len(items)
	var wake <-chan struct{} // with no room for anything, the others' wake-ups stay theirs
	if limit > 0 {
		wake = p.wake
	}
	for {
		var err error
		p.mu.Lock()
		items, err = p.look(items, limit)
		if err != nil || len(items) > had {
			p.mu.Unlock()
			return items, err
		}
		p.waiting++
		p.mu.Unlock()
		err = p.sleep(ctx, wake)
		p.mu.Lock()
		p.waiting--
		p.mu.Unlock()
		if err != nil {
			return items, err
		}
	}
}

// Poll is Wait without waiting. It may find nothing.
func (p *Poller) Poll(items []Item, limit int) ([]Item, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.look(items, limit)
}

func (p *Poller) sleep(ctx context.Context, wake <-chan struct{}) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-wake:
		return nil
	case <-p.done:
		return zerr.ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// look asks the entries in the queue. Entries that are ready go to its end, so that all
// have their turn if limit is small. p.mu is held.
func (p *Poller) look(items []Item, limit int) (_ []Item, err error) {
	if p.closed {
		return items, zerr.ErrClosed
	}
	p.queueMu.Lock()
	list := p.queue
	p.queue, p.spare = p.spare, nil
	p.queueMu.Unlock()

	ready, found, i := p.ready[:0], 0, 0
	for ; i < len(list) && found < limit; i++ {
		e := list[i]
		e.queued.Store(false) // what happens from here on puts it back
		if e.gone {
			continue
		}
		got, failed := p.ask(e)
		if failed != nil {
			err = failed
		}
		if got != 0 {
			items = append(items, Item{Socket: e.socket, FD: e.fd, Tag: e.tag, Events: got})
			found++
		}
		if (got != 0 || failed != nil) && !e.gone && !e.queued.Swap(true) {
			ready = append(ready, e)
		}
	}
	p.requeue(list, i, ready)
	// Another Wait that sleeps must not miss what is still ready.
	if p.waiting > 0 && len(ready) > 0 {
		p.ring()
	}
	clear(ready)
	p.ready = ready[:0]
	return items, err
}

// requeue makes the new queue: the entries that were not looked at, list[from:], those
// that were rung meanwhile, and those that are ready.
func (p *Poller) requeue(list []*entry, from int, ready []*entry) {
	p.queueMu.Lock()
	rung := p.queue
	q := append(list[:0], list[from:]...)
	q = append(q, rung...)
	q = append(q, ready...)
	if len(q) < len(list) { // the memory is the queue's from here on: with the lock
		clear(list[len(q):])
	}
	p.queue = q
	p.queueMu.Unlock()
	clear(rung)
	p.spare = rung[:0]
}

// ask returns exactly which events of an entry are ready.
func (p *Poller) ask(e *entry) (Events, error) {
	if e.socket == nil {
		return p.sys.ask(e)
	}
	r, err := e.watch.Events()
	if err == nil {
		return Events(r) & e.want & (In | Out), nil
	}
	select {
	case <-e.socket.Context().Done():
		return 0, zerr.Errorf(zerr.ErrTerminated, "%v", e.socket)
	default:
	}
	p.drop(e)
	return Closed, nil
}
