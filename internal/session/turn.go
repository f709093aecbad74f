// SPDX-License-Identifier: Apache-2.0

package session

import (
	"sync"
	"time"
)

// fairWait is how long after its beginning a connection keeps its place before those
// that began later. A handshake over a local network takes a thousandth of it on an
// idle machine. A silent peer delays others by no more than that.
const fairWait = 50 * time.Millisecond

// turn is the place of a connection in the order of their beginnings. Handshakes run
// side by side, but patterns get the peers in the order in which they connected, as in
// libzmq, which does all of this in one thread.
type turn struct {
	before <-chan struct{} // closed when the one before has passed; nil: there is none
	until  time.Time       // when that one has lost its place
	passed chan struct{}   // closed by pass
	since  time.Time
	once   sync.Once // of pass
}

// next returns the place after t, which may be nil.
func (t *turn) next() *turn {
	n := &turn{passed: make(chan struct{}), since: time.Now()}
	if t != nil {
		n.before, n.until = t.passed, t.since.Add(fairWait)
	}
	return n
}

// wait returns when the earlier ones have passed or lost their places, or when cancel
// is closed.
func (t *turn) wait(cancel <-chan struct{}) {
	if t.before == nil {
		return
	}
	select {
	case <-t.before:
		return
	default:
	}
	left := time.Until(t.until)
	if left <= 0 {
		return
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-t.before:
	case <-timer.C:
	case <-cancel:
	}
}

// pass lets the next one continue. Further calls do nothing.
func (t *turn) pass() { t.once.Do(func() { close(t.passed) }) }

// FirstDials keeps the order of the Connects to one endpoint. Each begins when the
// previous one has a peer or its first attempt has ended, but at most 50 ms after the
// previous one began. So a load balancer at the endpoint gets them in the order of the
// calls. The sockets of a context share one FirstDials. The zero value is ready to use.
type FirstDials struct {
	mu   sync.Mutex // a leaf lock
	last map[string]*turn
}

// next returns the place of the next Connect to an endpoint.
func (f *FirstDials) next(endpoint string) *turn {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.last == nil {
		f.last = make(map[string]*turn)
	}
	t := f.last[endpoint].next()
	f.last[endpoint] = t
	return t
}

// pass lets the Connect after t continue, and forgets the endpoint if there is none.
func (f *FirstDials) pass(endpoint string, t *turn) {
	t.pass()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.last[endpoint] == t {
		delete(f.last, endpoint)
	}
}
