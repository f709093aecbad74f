// SPDX-License-Identifier: Apache-2.0

package core

import "github.com/gozmq/zmq/internal/pipe"

// Ready is what a socket can do without waiting; see the constants.
type Ready = pipe.Ready

// What a socket can do (libzmq's ZMQ_EVENTS has the first two).
const (
	CanRecv = pipe.CanRecv // POLLIN: TryRecv would return a message
	CanSend = pipe.CanSend // POLLOUT: TrySend would take one
	Ended   = pipe.Ended   // closed or terminated
)

// Watch is a registration for changes of a socket's readiness.
type Watch struct {
	s *Socket
	w *pipe.Watcher
}

// Watch has f called when the readiness of the socket may have changed in one
// of the ways wanted, or the socket has ended. It is edge-triggered: f is called
// once, and not again before Events has been asked. After a call the watcher asks Events,
// and waits again only for what is not there. The first call of Events is due
// before the first wait.
//
// f may be called from any goroutine, with locks of sockets held. It must not
// block and must not call the library: it sets a flag, sends to a channel without
// waiting, or writes to an eventfd.
//
// Nothing of a socket's data path is slower for a socket without a watch.
func (s *Socket) Watch(want Ready, f func()) *Watch {
	w := &Watch{s: s, w: s.mailbox.Watchers.Add(want, f)}
	s.mu.Lock()
	s.recall()
	s.mu.Unlock()
	return w
}

// Socket returns the socket that is watched.
func (w *Watch) Socket() *Socket { return w.s }

// Want changes what f is called for. Ask Events after it: what changed before is
// not told.
func (w *Watch) Want(want Ready) { w.w.Want(want) }

// Rearm lets f be called again, for callers that look at the state in another way
// than by Events, such as trying to receive. It comes before the look.
func (w *Watch) Rearm() { w.w.Rearm() }

// Events returns the state as it is now, exactly, and lets f be called again for
// what changes from here on. err is that of every call on a socket that has
// ended, where the state is Ended.
func (w *Watch) Events() (Ready, error) {
	w.w.Rearm()
	return w.s.Events()
}

// Stop ends the registration. A call of f that has begun may still go on when
// Stop returns.
func (w *Watch) Stop() { w.s.mailbox.Watchers.Remove(w.w) }

// Events returns what the socket can do without waiting. err is that of every
// call on a socket that has ended, where the state is Ended.
func (s *Socket) Events() (Ready, error) {
	s.lockSettled()
	defer s.mu.Unlock()
	if e := s.stop.Load(); e != nil {
		return Ended, *e
	}
	s.recall()
	return s.eventsLocked(), nil
}

func (s *Socket) eventsLocked() Ready {
	var r Ready
	if s.pattern.Readable() {
		r |= CanRecv
	}
	if n, _ := s.pattern.Room(nil, 1); n > 0 {
		r |= CanSend
	}
	return r
}
