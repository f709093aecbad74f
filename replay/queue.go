// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/gozmq/zmq"
)

// queue holds what a subscriber has not received yet. The lanes append to one half, the
// program takes from the other, and gets the first half when its own is used up: so the
// two seldom meet.
type queue struct {
	limit int64         // of bytes in the half of the lanes: half of what the user allows
	ready chan struct{} // a token wakes one receiver
	done  chan struct{} // closed by close

	takeMu sync.Mutex // before mu
	out    []item     // from at on
	at     int
	marked int // live marks in it

	mu    sync.Mutex
	room  sync.Cond // the half of the lanes was taken, or closed
	in    []item
	marks int // live marks in it
	bytes int64
	idle  bool // a receiver waits, or is about to

	closed atomic.Bool // written with mu held
}

func newQueue(limit int64) *queue {
	q := &queue{limit: max(1, limit/2), ready: make(chan struct{}, 1), done: make(chan struct{})}
	q.room.L = &q.mu
	return q
}

// pushLocked appends an item, whatever the limit.
func (q *queue) pushLocked(x item) {
	q.in = append(q.in, x)
	q.bytes += x.msg.size()
	if x.isMark() {
		q.marks++
	}
	if q.idle {
		q.idle = false
		q.wake()
	}
}

// len returns how many messages, losses and restarts wait.
func (q *queue) len() int {
	q.takeMu.Lock()
	defer q.takeMu.Unlock()
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.in) - q.marks + len(q.out) - q.at - q.marked
}

func (q *queue) wake() {
	select {
	case q.ready <- struct{}{}:
	default:
	}
}

// waitRoom waits until there is room, and reports false after close.
func (q *queue) waitRoom() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.bytes >= q.limit && !q.closed.Load() {
		q.room.Wait()
	}
	return !q.closed.Load()
}

// take returns the next item, if there is one.
func (q *queue) take() (x item, ok bool) {
	q.takeMu.Lock()
	defer q.takeMu.Unlock()
	if q.closed.Load() || q.at == len(q.out) && !q.swap() {
		return x, false
	}
	x = q.out[q.at]
	q.out[q.at] = item{}
	q.at++
	if x.isMark() {
		q.marked--
	}
	return x, true
}

// swap exchanges the halves. The caller holds takeMu.
func (q *queue) swap() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.in) == 0 {
		q.idle = true
		return false
	}
	q.out, q.in, q.at = q.in, q.out[:0], 0
	q.marked, q.marks, q.bytes = q.marks, 0, 0
	q.room.Broadcast()
	return true
}

// wait waits until take may return an item.
func (q *queue) wait(ctx context.Context) error {
	select {
	case <-q.done:
		return zmq.ErrClosed
	default:
	}
	select {
	case <-q.ready:
		q.takeMu.Lock()
		q.mu.Lock()
		more := len(q.in) > 0 || q.at < len(q.out)
		q.mu.Unlock()
		q.takeMu.Unlock()
		if more {
			q.wake() // for another receiver
		}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-q.done:
		return zmq.ErrClosed
	}
}

func (q *queue) close() {
	q.mu.Lock()
	q.closed.Store(true)
	q.room.Broadcast()
	q.mu.Unlock()
	close(q.done)
}
