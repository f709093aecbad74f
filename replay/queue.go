// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/gozmq/zmq"
)

// queue holds what a subscriber has not received yet. The lanes append to one half, the
// program takes from the other, and gets the first half when its own is used up. So the
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

// pushLocked appends a message or, with an error, what stands in its place, whatever the
// limit. It copies m.
func (q *queue) pushLocked(m *Message, err error) {
	n := len(q.in)
	if n == cap(q.in) {
		q.in = append(q.in, item{})
	}
	q.in = q.in[:n+1]
	x := &q.in[n]
	x.err = err
	if err == nil {
		x.msg = *m
		q.bytes += m.size()
	} else {
		q.bytes += Overhead
		if x.isMark() {
			q.marks++
		}
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

// take puts the next message into m, or returns the error that stands in its place. It
// reports false if there is neither.
func (q *queue) take(m *Message) (err error, ok bool) {
	q.takeMu.Lock()
	if q.closed.Load() || q.at == len(q.out) && !q.swap() {
		q.takeMu.Unlock()
		return nil, false
	}
	x := &q.out[q.at]
	q.at++
	if x.err == nil {
		*m = x.msg
		x.msg.body, x.msg.more = nil, nil // not kept in memory by the queue
		q.takeMu.Unlock()
		return nil, true
	}
	if x.isMark() {
		q.marked--
	}
	err = x.err
	x.err = nil
	q.takeMu.Unlock()
	return err, true
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
