// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"fmt"
	"time"

	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// A peer that does not read answers no PING: it works on its queue, or the PING
// stands behind a long message on a slow line. That is no reason to end the
// connection, which loses what is under way and gives the peer another queue to
// fill. So when HeartbeatTimeout has passed without a sign of the peer,
//
//	its system acknowledges nothing         → dead
//	the PING stands behind messages that
//	the peer may not have read              → alive, but stalled
//	anything else                           → dead
//
// Where the system does not tell what the peer's has acknowledged, TCP itself ends
// a connection on which nothing is.

// maxAsked bounds the PINGs of which the vigil remembers what was sent before them.
const maxAsked = 64

// acks is what the system knows of the peer's.
type acks struct {
	owed bool          // bytes were sent, or a probe of a closed window, that it has not acknowledged
	last time.Duration // since the last acknowledgement
}

// vigil watches over a peer that is expected to answer. Guarded by heartbeat.mu.
type vigil struct {
	system func() (a acks, known bool)

	asked  []uint64 // Carried.Words before each PING that is not answered
	read   uint64   // so much of them the peer has read at least
	before uint64   // Carried.All before the PING of the clock

	acked time.Time // the last acknowledgement; valid if owed is not zero
	owed  time.Time // the first look since then that saw one owed; zero if the last saw none
}

// ping notes what had been carried when a PING was queued. A PING that is not noted
// makes the vigil more patient.
func (v *vigil) ping(words uint64) {
	if len(v.asked) < maxAsked {
		v.asked = append(v.asked, words)
	}
}

// pong notes that a PING was answered, the oldest at least: libzmq answers several
// that it reads together with one PONG.
func (v *vigil) pong() {
	if len(v.asked) > 0 {
		v.read = v.asked[0]
		v.asked = append(v.asked[:0], v.asked[1:]...)
	}
}

// look asks the system.
func (v *vigil) look(now time.Time) {
	a, known := v.system()
	if !known || !a.owed {
		v.owed = time.Time{}
		return
	}
	if v.acked = now.Add(-a.last); v.owed.IsZero() || v.acked.After(v.owed) {
		v.owed = now
	}
}

// busy reports whether the peer may hold messages that it has not read, or the PING
// of the clock has not left because the connection takes nothing.
func (v *vigil) busy(at pipe.Carried) bool {
	return at.Words != v.read || at.Waiting && at.All == v.before
}

// judge says what becomes of a peer that has been silent since the PING sent at
// that time: err is why it is dead; without one, the peer is busy, and to be judged
// again after wait.
func (v *vigil) judge(c *Conn, since time.Time) (wait time.Duration, err error) {
	limit, now := c.cfg.HeartbeatTimeout, time.Now()
	if c.cfg.HeartbeatStrict {
		return 0, silentFor(limit)
	}
	wait = limit
	if v.look(now); !v.owed.IsZero() {
		// What was sent a moment ago has not had the time to be acknowledged.
		moment := limit / 4
		unacked := now.Sub(v.acked)
		if unacked >= limit && now.Sub(v.owed) >= moment {
			return 0, fmt.Errorf("zmq: the peer's system has acknowledged nothing for %v: %w", unacked.Round(time.Millisecond), zerr.ErrTimeout)
		}
		wait = max(limit-unacked, moment)
	}
	if !v.busy(c.out.Carried()) {
		return 0, silentFor(limit)
	}
	if most := c.cfg.StallLimit; most > 0 {
		stall := now.Sub(since)
		if stall >= most {
			return 0, zerr.Errorf(zerr.ErrLimit, "it has read nothing for %v", stall.Round(time.Millisecond))
		}
		wait = min(wait, most-stall)
	}
	return wait, nil
}

// checkAnswer runs when the time for an answer is over.
func (c *Conn) checkAnswer(heard uint64) {
	b := c.heartbeats()
	b.mu.Lock()
	if b.ended || b.answer.heard != heard { // a later PING has begun another clock
		b.mu.Unlock()
		return
	}
	if c.heardSince(heard) {
		b.answer.running = false
		b.mu.Unlock()
		return
	}
	since := b.answer.since
	wait, err := b.vigil.judge(c, since)
	if err == nil {
		b.answer.extend(wait)
	}
	b.mu.Unlock()
	if err != nil {
		c.Close(err)
		return
	}
	c.peer.Stalled.Store(since.UnixNano())
}

// peerSystem returns what asks the system about the peer's.
func (c *Conn) peerSystem() func() (acks, bool) {
	if c.cfg.system != nil {
		return c.cfg.system
	}
	return c.src.acks
}
