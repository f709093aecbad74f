// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"sync"
	"sync/atomic"
)

// Revocation is a question about peers that have been let in. It is also asked about
// peers whose handshake was under way: the program may have let them in by what it knew
// before. Such a handshake holds on to the revocation that was the last one before the
// program decided, and finds the later ones behind it. So a revocation needs no list of
// handshakes, and is forgotten with the last of these.
type Revocation struct {
	ends func(*Peer) bool
	next atomic.Pointer[Revocation]
}

// Next is the revocation that came after r, nil if there is none yet.
func (r *Revocation) Next() *Revocation { return r.next.Load() }

// Ends reports whether the connection of a peer is to end.
func (r *Revocation) Ends(p *Peer) bool { return r.ends(p) }

// Revocations are those of a context. The zero value is ready.
type Revocations struct {
	mu   sync.Mutex // a leaf lock
	last *Revocation
}

// Last is the latest revocation, or what the first one will come after.
func (l *Revocations) Last() *Revocation {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lastLocked()
}

func (l *Revocations) lastLocked() *Revocation {
	if l.last == nil {
		l.last = new(Revocation)
	}
	return l.last
}

// Add makes a revocation known to the handshakes that are under way. The caller then
// asks about the peers that are ready.
func (l *Revocations) Add(ends func(*Peer) bool) {
	r := &Revocation{ends: ends}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lastLocked().next.Store(r)
	l.last = r
}
