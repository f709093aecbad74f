// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"fmt"
	"sync"
	"time"

	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zerr"
)

// heartbeat holds the timers of one connection. There are none unless
// heartbeats are on or the peer's PING carries a TTL.
type heartbeat struct {
	mu     sync.Mutex // taken before the outbox's lock
	ended  bool
	pinger *time.Timer // sends a PING every interval
	answer silence     // a PING has gone out
	ttl    silence     // the peer announced that it would be heard within its TTL
	trip   roundTrip
}

// silence is a clock that runs until the peer is heard. Guarded by heartbeat.mu.
type silence struct {
	timer   *time.Timer
	running bool
	heard   uint64 // Conn.heard when it was started
}

// heartbeats returns the timers, which most connections to peers older than ZMTP
// 3.1 never have.
func (c *Conn) heartbeats() *heartbeat {
	if b := c.beat.Load(); b != nil {
		return b
	}
	c.beat.CompareAndSwap(nil, new(heartbeat))
	b := c.beat.Load()
	if c.finishing.Load() || c.gate.isClosed() { // whoever ended them may not have seen these
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
	if cfg.HeartbeatInterval <= 0 || !c.version.HasCommands() || c.version < wire.V31 && !cfg.HeartbeatOld {
		return
	}
	b := c.heartbeats()
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.ended {
		b.pinger = time.AfterFunc(cfg.HeartbeatInterval, c.sendPing)
	}
}

// sendPing runs in a timer's goroutine. The time-out runs from the first PING
// since the peer was last heard (RFC 37, Heartbeating).
func (c *Conn) sendPing() {
	ttl := uint16(min(c.cfg.HeartbeatTTL/(100*time.Millisecond), 0xFFFF))
	b := c.heartbeats()
	b.mu.Lock()
	if b.ended { // the outbox may have another connection by now
		b.mu.Unlock()
		return
	}
	heard := c.heard.Load() // before the PING can be answered
	sent, flush := c.out.Control(wire.AppendPing(nil, ttl, nil))
	if sent {
		b.trip.ping()
	}
	b.pinger.Reset(c.cfg.HeartbeatInterval)
	if limit := c.cfg.HeartbeatTimeout; limit > 0 && (!b.answer.running || b.answer.heard != heard) {
		b.answer.start(c, heard, limit)
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
		b.ttl.start(c, c.heard.Load(), time.Duration(ttl)*100*time.Millisecond)
	}
}

func (s *silence) start(c *Conn, heard uint64, limit time.Duration) {
	s.stop()
	s.running, s.heard = true, heard
	s.timer = time.AfterFunc(limit, func() { c.checkHeard(s, heard, limit) })
}

func (s *silence) stop() {
	if s.timer != nil {
		s.timer.Stop()
	}
}

// checkHeard closes the connection if nothing has arrived since the clock was
// started. A reader that waits for the application has unread octets and counts
// as hearing.
func (c *Conn) checkHeard(s *silence, heard uint64, limit time.Duration) {
	b := c.heartbeats()
	b.mu.Lock()
	if s.heard == heard {
		s.running = false
	}
	b.mu.Unlock()
	if c.heard.Load() != heard || c.paused.Load() {
		return
	}
	c.Close(fmt.Errorf("zmq: nothing heard from the peer for %v: %w", limit, zerr.ErrTimeout))
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
