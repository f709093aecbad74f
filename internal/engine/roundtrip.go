// SPDX-License-Identifier: Apache-2.0

package engine

import "time"

// roundTrip measures how long a PING takes to be answered. Every PING that goes
// out gets one PONG, in order (RFC 37, Heartbeating), so that counting tells
// which one a PONG answers; one is timed at a time. Guarded by heartbeat.mu.
type roundTrip struct {
	sent     uint64
	answered uint64
	timed    uint64 // the number of the PING whose answer is awaited, 0 for none
	at       time.Time
}

func (r *roundTrip) ping() {
	r.sent++
	if r.timed == 0 {
		r.timed, r.at = r.sent, time.Now()
	}
}

// pong returns how long the PING that is being timed has taken, ok if this is the
// answer to it.
func (r *roundTrip) pong() (d time.Duration, ok bool) {
	if r.answered < r.sent { // a peer may send more than it was asked for
		r.answered++
	}
	if r.timed == 0 || r.answered != r.timed {
		return 0, false
	}
	r.timed = 0
	return time.Since(r.at), true
}

// pong takes the answer to a PING.
func (c *Conn) pong() {
	b := c.beat.Load()
	if b == nil {
		return
	}
	b.mu.Lock()
	d, ok := b.trip.pong()
	b.vigil.pong()
	b.mu.Unlock()
	if ok {
		c.peer.RoundTrip.Store(int64(d))
	}
}
