// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"fmt"
	"sync"
	"time"

	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zerr"
)

// tenth is the unit of a TTL (RFC 37, Heartbeating).
const tenth = 100 * time.Millisecond

// heartbeat holds the timers of one connection. There are none unless
// heartbeats are on or the peer's PING carries a TTL.
type heartbeat struct {
	mu     sync.Mutex
	ended  bool
	pinger *time.Timer // sends a PING every interval
	answer silence     // a PING has gone out
	ttl    silence     // the peer announced that it would be heard within its TTL
	trip   roundTrip
	vigil  vigil
}

// silence is a clock that runs until the peer is heard. Guarded by heartbeat.mu.
type silence struct {
	timer   *time.Timer
	running bool
	heard   uint64    // Conn.heard when it was started
	since   time.Time // when it was started
}

// heartbeats returns the timers, which most connections to peers older than ZMTP
// 3.1 never have.
func (c *Conn) heartbeats() *heartbeat {
	if b := c.beat.Load(); b != nil {
		return b
	}
	c.beat.CompareAndSwap(nil, new(heartbeat))
	b := c.beat.Load()
	if c.finishing.Load() || c.gate.isClosed() { // the one that ended them may not have seen these
		b.stop()
	}
	return b
}

// stopHeartbeats ends them for good. finishing or the gate says so already.
func (c *Conn) stopHeartbeats() {
	if b := c.beat.Load(); b != nil {
		b.stop()
	}
}

// startHeartbeat begins to send PINGs if that is asked for and the peer
// understands them: ones older than ZMTP 3.1 may take a PING for a message, so
// they get it only on the application's explicit wish.
func (c *Conn) startHeartbeat() {
	cfg := c.cfg
	understands := c.layered || c.version >= wire.V31 || c.version.HasCommands() && cfg.HeartbeatOld
	if cfg.HeartbeatInterval <= 0 || !understands {
		return
	}
	b := c.heartbeats()
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.ended {
		b.vigil.system = c.peerSystem()
		b.pinger = time.AfterFunc(cfg.HeartbeatInterval, c.sendPing)
	}
}

// sendPing runs in a timer's goroutine. The time-out runs from the first PING
// since the peer was last heard (RFC 37, Heartbeating); what it comes to,
// checkAnswer says.
func (c *Conn) sendPing() {
	b := c.heartbeats()
	b.mu.Lock()
	if b.ended { // the outbox may have another connection by now
		b.mu.Unlock()
		return
	}
	heard := c.heard.Load() // before the PING can be answered
	b.vigil.look(time.Now())
	carried := c.out.Carried()
	sent, flush := c.out.Control(c.appendHeartbeat(nil))
	if sent {
		b.trip.ping()
		b.vigil.ping(carried.Words)
	}
	b.pinger.Reset(c.cfg.HeartbeatInterval)
	if limit := c.cfg.HeartbeatTimeout; limit > 0 && (!b.answer.running || b.answer.heard != heard) {
		b.vigil.before = carried.All
		b.answer.start(heard, limit, c.checkAnswer)
	}
	b.mu.Unlock()
	if flush {
		c.Flush(false)
	}
}

// expect starts the clock that the peer asked for, anew with each PING: it must
// be heard again within the TTL, in tenths of a second.
func (b *heartbeat) expect(c *Conn, ttl uint16) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.ended {
		limit := time.Duration(ttl) * tenth
		b.ttl.start(c.heard.Load(), limit, func(heard uint64) { c.checkTTL(heard, limit) })
	}
}

// start begins anew. After limit, check is called with heard.
func (s *silence) start(heard uint64, limit time.Duration, check func(heard uint64)) {
	s.stop()
	s.running, s.heard, s.since = true, heard, time.Now()
	s.timer = time.AfterFunc(limit, func() { check(heard) })
}

// extend lets a clock that has run down go on.
func (s *silence) extend(wait time.Duration) { s.timer.Reset(wait) }

// over notes that the clock with that count has run down.
func (s *silence) over(heard uint64) {
	if s.heard == heard {
		s.running = false
	}
}

func (s *silence) stop() {
	if s.timer != nil {
		s.timer.Stop()
	}
}

// checkTTL closes the connection if nothing has arrived within the time that the
// peer has announced.
func (c *Conn) checkTTL(heard uint64, limit time.Duration) {
	b := c.heartbeats()
	b.mu.Lock()
	b.ttl.over(heard)
	b.mu.Unlock()
	if !c.heardSince(heard) {
		c.Close(silentFor(limit))
	}
}

// heardSince reports whether something has arrived since Conn.heard had that value.
// A reader that waits for the application has unread bytes and counts as hearing.
func (c *Conn) heardSince(heard uint64) bool { return c.heard.Load() != heard || c.paused.Load() }

func silentFor(d time.Duration) error {
	return fmt.Errorf("zmq: nothing heard from the peer for %v: %w", d, zerr.ErrTimeout)
}

func (b *heartbeat) stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended = true
	if b.pinger != nil {
		b.pinger.Stop()
	}
	b.answer.stop()
	b.ttl.stop()
}
