// SPDX-License-Identifier: Apache-2.0

package session

import "time"

// failures counts, by the source of connections, the handshakes in a row in which the peer
// broke the protocol or was refused. From a source that fails again and again, each
// connection has to wait before its handshake begins. Listener.mu guards it.
//
// Each waits for itself, and for MaxFailureDelay at most. So an honest peer behind the
// same address as a hostile one is served after that time, however many connections the
// hostile one makes, and its success ends the waiting for all. An order in which they
// would be served one by one, or a ban, would lock it out. What the wait takes from the
// hostile one is the rate at which it costs work: it has no more than MaxHandshakes
// attempts in MaxFailureDelay. It is not the default, because a program with a wrong key that
// tries for ever would make all others behind its address wait. Connections that say nothing
// cost none and are not counted.
type failures struct {
	sources map[string]lapses
}

// lapses are the failures of one source.
type lapses struct {
	times int
	last  time.Time
}

const (
	// freeFailures is how many cost nothing: a program that is restarted with another
	// key or password, or a few of them behind one address.
	freeFailures = 5
	// firstDelay doubles with each failure. It is what a client of this library waits by
	// itself before it connects again.
	firstDelay = 100 * time.Millisecond
	// forgiven is when a failure is forgotten after which there was no other.
	forgiven = time.Minute
	// mostSources bounds the memory: as many as may shake hands at a time by default.
	mostSources = 4096
)

// delay returns how long the next connection of a source has to wait, at most limit.
func (f *failures) delay(source string, now time.Time, limit time.Duration) time.Duration {
	x := f.sources[source]
	if x.times < freeFailures || now.Sub(x.last) > forgiven {
		return 0
	}
	d := firstDelay
	for n := freeFailures; n < x.times && d < limit; n++ {
		d *= 2
	}
	return min(d, limit)
}

// failed notes a failure.
func (f *failures) failed(source string, now time.Time) {
	x := f.sources[source]
	if now.Sub(x.last) > forgiven {
		x.times = 0
	}
	if f.sources == nil {
		f.sources = make(map[string]lapses)
	}
	if _, known := f.sources[source]; !known && len(f.sources) >= mostSources {
		f.forget()
	}
	f.sources[source] = lapses{x.times + 1, now}
}

// succeeded forgets the failures of a source.
func (f *failures) succeeded(source string) { delete(f.sources, source) }

// forget makes room for another source. It compares a few, in no order, and takes the one
// whose last failure is the longest ago. So a flood of sources costs the same for each, and
// one that fails all the time is not forgotten in favour of sources that fail once.
func (f *failures) forget() {
	const few = 8
	var quiet string
	var since time.Time
	n := 0
	for s, x := range f.sources {
		if n == 0 || x.last.Before(since) {
			quiet, since = s, x.last
		}
		if n++; n == few {
			break
		}
	}
	delete(f.sources, quiet)
}
