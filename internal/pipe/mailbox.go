// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"slices"
	"sync"
	"sync/atomic"
)

// Mailbox is where a socket's pipes report that something changed: readers and
// writers of connections post here without taking the socket's lock, and the
// socket's pattern collects.
type Mailbox struct {
	readable posts
	writable posts

	// Readers and Writers tell whether the pattern collects, by Readable and by
	// Writable; set before the first pipe. What no pattern collects is not kept, or
	// pipes that ended long ago would gather here.
	Readers, Writers bool

	// Receivers and Senders are the goroutines that wait in Recv and in Send.
	Receivers Waiters
	Senders   Waiters

	// Watchers are told after each post: pollers hang on it.
	Watchers Watchers
}

func (b *Mailbox) postReadable(p *Pipe) {
	b.noteReadable(p)
	b.WakeReceiver()
}

func (b *Mailbox) noteReadable(p *Pipe) {
	if b.Readers {
		b.readable.add(p)
	}
}

func (b *Mailbox) postWritable(p *Pipe) {
	if b.Writers {
		b.writable.add(p)
	}
	b.WakeSender()
}

// WakeReceiver lets one waiting receiver look again.
func (b *Mailbox) WakeReceiver() {
	b.Receivers.Wake()
	b.Watchers.Tell(CanRecv)
}

// WakeSender lets the waiting senders look again: all of them, because they may
// wait for different peers.
func (b *Mailbox) WakeSender() {
	b.Senders.WakeAll()
	b.Watchers.Tell(CanSend)
}

// AnyReadable reports whether Readable would call.
func (b *Mailbox) AnyReadable() bool { return b.readable.any.Load() }

// Readable calls each for the pipes that became readable since the last call.
// The socket's lock is held.
func (b *Mailbox) Readable(each func(*Pipe)) { b.readable.collect(each) }

// Writable calls each for the pipes that have room again since the last call.
// The socket's lock is held.
func (b *Mailbox) Writable(each func(*Pipe)) { b.writable.collect(each) }

// posts are the pipes that have reported one kind of change and were not collected yet.
type posts struct {
	mu    sync.Mutex // a leaf lock
	list  []*Pipe
	spare []*Pipe     // memory for list, between two collections
	any   atomic.Bool // list is not empty
}

func (l *posts) add(p *Pipe) {
	l.mu.Lock()
	l.list = append(l.list, p)
	l.any.Store(true)
	l.mu.Unlock()
}

// collect calls each for the pipes that have posted, without the lock.
func (l *posts) collect(each func(*Pipe)) {
	if !l.any.Load() {
		return
	}
	l.mu.Lock()
	list := l.list
	l.list, l.spare = l.spare, nil
	l.any.Store(false)
	l.mu.Unlock()
	for _, p := range list {
		each(p)
	}
	clear(list)
	if cap(list) <= 64 { // a long one goes to the garbage collector
		l.mu.Lock()
		l.spare = list[:0]
		l.mu.Unlock()
	}
}

// Waiters are goroutines that wait for one kind of event, first come first
// served. The zero value is ready.
type Waiters struct {
	n    atomic.Int32
	mu   sync.Mutex
	list []*Waiter
	free []*Waiter
}

// Waiter is one waiting goroutine.
type Waiter struct {
	// C receives when the waiter should look again.
	C chan struct{}

	sleeper Sleeper // guarded by Waiters.mu
}

// Sleeper is what a waiter waits for in place of its channel.
type Sleeper interface {
	// Rouse ends the wait. It must not block, and may be called when there is no wait.
	Rouse()
}

// Woken reports whether the waiter should look again.
func (x *Waiter) Woken() bool { return len(x.C) > 0 }

// wake reports false if the waiter has been woken already.
func (x *Waiter) wake() bool {
	select {
	case x.C <- struct{}{}:
		if x.sleeper != nil {
			x.sleeper.Rouse()
		}
		return true
	default:
		return false
	}
}

// SleepIn has s roused from now on when the waiter is woken; it is woken through
// its channel too. The caller checks Woken before it goes to sleep.
func (w *Waiters) SleepIn(x *Waiter, s Sleeper) {
	w.mu.Lock()
	x.sleeper = s
	w.mu.Unlock()
}

// WakeThis lets a certain waiter look again, if it still waits.
func (w *Waiters) WakeThis(x *Waiter) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if slices.Contains(w.list, x) {
		x.wake()
	}
}

// Count returns how many wait.
func (w *Waiters) Count() int { return int(w.n.Load()) }

// Join adds the calling goroutine. It must look at the state once more before
// it waits, and Leave in the end.
func (w *Waiters) Join() *Waiter {
	w.mu.Lock()
	defer w.mu.Unlock()
	var x *Waiter
	if k := len(w.free); k > 0 {
		x, w.free = w.free[k-1], w.free[:k-1]
	} else {
		x = &Waiter{C: make(chan struct{}, 1)}
	}
	w.list = append(w.list, x)
	w.n.Store(int32(len(w.list)))
	return x
}

// Leave removes the waiter. With pass, or if a wake-up reached it that it did
// not use, the next waiter is woken.
func (w *Waiters) Leave(x *Waiter, pass bool) {
	w.mu.Lock()
	for i, y := range w.list {
		if y == x {
			w.list = append(w.list[:i], w.list[i+1:]...)
			break
		}
	}
	w.n.Store(int32(len(w.list)))
	select {
	case <-x.C:
		pass = true
	default:
	}
	x.sleeper = nil
	if len(w.free) < 4 {
		w.free = append(w.free, x)
	}
	w.mu.Unlock()
	if pass {
		w.Wake()
	}
}

// Wake lets the first waiter that has not been woken yet look again.
func (w *Waiters) Wake() {
	if w.n.Load() == 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, x := range w.list {
		if x.wake() {
			return
		}
	}
}

// WakeAll lets every waiter look again.
func (w *Waiters) WakeAll() {
	if w.n.Load() == 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, x := range w.list {
		x.wake()
	}
}
