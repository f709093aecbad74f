// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"sync"

	"github.com/gozmq/zmq"
)

// lane holds the decisions about peers of one mechanism. Checking a PLAIN password
// takes ten thousand times as long as looking up a key, so mechanisms do not wait for
// each other. At most limit decisions run at a time and as many wait. The addresses of
// the waiting peers take turns, so that one address delays each of the others by one
// decision only.
type lane struct {
	limit int

	mu      sync.Mutex
	running int
	waiting int
	sources []*source // those with waiting requests, the next to be served first
}

// source holds the waiting requests of peers of one address.
type source struct {
	name  string
	queue []request
}

// request is a request as it arrived, and the fault in it.
type request struct {
	x   exchange
	err error
}

// put takes a request. If begin is true, the caller starts a goroutine that decides
// this request and then works for the lane until next returns none. If all places are
// taken, one request is refused: the newest of the source with the most waiting
// requests, which may be the new one.
func (l *lane) put(r request) (begin bool, refused *request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.running < l.limit {
		l.running++
		return true, nil
	}
	s := l.source(zmq.SourceOf(r.x.request.Address))
	s.queue = append(s.queue, r)
	l.waiting++
	if l.waiting > l.limit {
		refused = l.evict()
	}
	return false, refused
}

// source returns the source of that name. A new one is added at the end.
func (l *lane) source(name string) *source {
	for _, s := range l.sources {
		if s.name == name {
			return s
		}
	}
	s := &source{name: name}
	l.sources = append(l.sources, s)
	return s
}

// evict removes the newest request of the source with the most. Among sources with
// equally many it chooses the one whose turn would come last.
func (l *lane) evict() *request {
	at := 0
	for i, s := range l.sources {
		if len(s.queue) >= len(l.sources[at].queue) {
			at = i
		}
	}
	s := l.sources[at]
	last := len(s.queue) - 1
	r := s.queue[last]
	s.queue[last] = request{}
	s.queue = s.queue[:last]
	if last == 0 {
		l.sources = append(l.sources[:at], l.sources[at+1:]...)
	}
	l.waiting--
	return &r
}

// next returns the next request. If there is none, the calling goroutine of the lane
// must end.
func (l *lane) next() (r request, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiting == 0 {
		l.running--
		return request{}, false
	}
	l.waiting--
	s := l.sources[0]
	r, s.queue[0] = s.queue[0], request{}
	s.queue = s.queue[1:]
	l.sources = append(l.sources[:0], l.sources[1:]...)
	if len(s.queue) > 0 {
		l.sources = append(l.sources, s)
	}
	return r, true
}
