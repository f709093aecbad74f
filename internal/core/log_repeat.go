// SPDX-License-Identifier: Apache-2.0

package core

import (
	"strings"
	"sync"
	"time"

	"github.com/gozmq/zmq/internal/session"
)

// A stranger decides how often it does something wrong, and a peer that connects
// again every 100 ms does the same wrong each time. So a warning is written once for
// each cause and address in a while. What is repeated before that goes to the log for
// debugging, and the next warning says how often it was.

const (
	// repeatInterval is how long a warning is not repeated.
	repeatInterval = time.Minute
	// repeatCauses bounds the warnings that are remembered, and with them what many
	// addresses can make the log cost. Further ones share one entry.
	repeatCauses = 256
)

// cause is what warnings are told apart by.
type cause struct {
	socket   string
	endpoint string
	host     string // without the port, which each connection has its own of
	kind     session.EventKind
	code     uint32 // of a protocol error, by which libzmq tells a wrong type from a wrong key; 0 for none
}

// repeats knows which warnings were written lately. The zero value is ready.
type repeats struct {
	mu   sync.Mutex // a leaf lock
	seen map[cause]*repeat
}

type repeat struct {
	until time.Time // no warning before that
	held  int       // repetitions since the last one
}

// note counts an event, and reports whether it is to be written as a warning and how
// many like it were not since the last one.
func (r *repeats) note(c cause, now time.Time) (warn bool, held int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	x := r.seen[c]
	if x == nil {
		x = r.add(c, now)
	}
	if now.Before(x.until) {
		x.held++
		return false, 0
	}
	held, x.held = x.held, 0
	x.until = now.Add(repeatInterval)
	return true, held
}

// add makes an entry for a cause, or where there are too many returns the one that
// the others share. r.mu is held.
func (r *repeats) add(c cause, now time.Time) *repeat {
	if len(r.seen) >= repeatCauses {
		for k, x := range r.seen {
			if x.held == 0 && now.After(x.until) {
				delete(r.seen, k)
			}
		}
	}
	if len(r.seen) >= repeatCauses {
		c = cause{kind: c.kind}
		if x := r.seen[c]; x != nil {
			return x
		}
	}
	if r.seen == nil {
		r.seen = make(map[cause]*repeat)
	}
	x := new(repeat)
	r.seen[c] = x
	return x
}

// hostOf takes the port off the end of a connection.
func hostOf(remote string) string {
	if i := strings.LastIndexByte(remote, ':'); i > len("tcp:") {
		return remote[:i]
	}
	return remote
}
