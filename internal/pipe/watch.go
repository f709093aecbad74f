// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"slices"
	"sync"
	"sync/atomic"
)

// Ready is what a socket can do without waiting: a set of bits, the first two
// with the numbers of libzmq's ZMQ_POLLIN and ZMQ_POLLOUT.
type Ready uint32

const (
	// CanRecv is set while a receive call would return a message.
	CanRecv Ready = 1 << iota
	// CanSend is set while a send call would take a message.
	CanSend
	// Ended is set once no call can succeed any more: the socket was closed or
	// its context terminated.
	Ended
)

// Watcher is told that the readiness of a socket may have changed. It is told
// once and then not again before Rearm, however much happens.
type Watcher struct {
	f    func()
	want atomic.Uint32 // of Ready
	told atomic.Bool
}

// Want changes what the watcher is told of. Ended is always of interest. What
// changed before the call was not told: look at the state after it.
func (w *Watcher) Want(r Ready) { w.want.Store(uint32(r | Ended)) }

// Rearm lets the watcher be told again. It comes before looking at the state:
// what changes after the look is told then.
func (w *Watcher) Rearm() { w.told.Store(false) }

func (w *Watcher) tell(what Ready) {
	if w.want.Load()&uint32(what) != 0 && !w.told.Load() && !w.told.Swap(true) {
		w.f()
	}
}

// Watchers are the watches of one socket. The zero value is ready;
// without watchers telling them costs a load.
type Watchers struct {
	list atomic.Pointer[[]*Watcher] // replaced, never changed
	mu   sync.Mutex                 // serialises Add and Remove
}

// Add registers f, which must neither block nor call the library: it may be
// called from any goroutine, with locks of this or another socket held.
func (w *Watchers) Add(want Ready, f func()) *Watcher {
	x := &Watcher{f: f}
	x.Want(want)
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []*Watcher
	if old := w.list.Load(); old != nil {
		list = slices.Clone(*old)
	}
	list = append(list, x)
	w.list.Store(&list)
	return x
}

// Remove takes a watcher out. A call of its function that has begun may go on.
func (w *Watchers) Remove(x *Watcher) {
	w.mu.Lock()
	defer w.mu.Unlock()
	old := w.list.Load()
	if old == nil {
		return
	}
	list := slices.DeleteFunc(slices.Clone(*old), func(y *Watcher) bool { return y == x })
	if len(list) == 0 {
		w.list.Store(nil)
		return
	}
	w.list.Store(&list)
}

// Any reports whether there are watchers.
func (w *Watchers) Any() bool { return w.list.Load() != nil }

// Tell lets the watchers that want to know look again.
func (w *Watchers) Tell(what Ready) {
	list := w.list.Load()
	if list == nil {
		return
	}
	for _, x := range *list {
		x.tell(what)
	}
}
