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
	mu      sync.Mutex // a leaf lock
	ended   bool
	pinger  *time.Timer // sends a PING every interval
	waiting bool        // a PING has gone out and its time-out runs
	watch   *time.Timer
	ttl     *time.Timer // the peer announced that it would be heard within its TTL
	ttlOn   bool
}

// startHeartbeat begins to send PINGs if that is asked for and the peer
// understands them: ones older than ZMTP 3.1 may take a PING for a message, so
// they get it only on the application's explicit wish.
func (c *Conn) startHeartbeat() {
	cfg := c.cfg
	if cfg.HeartbeatInterval <= 0 || !c.version.HasCommands() || c.version < wire.V31 && !cfg.HeartbeatOld {
		return
	}
	b := &c.beat
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.ended {
		b.pinger = time.AfterFunc(cfg.HeartbeatInterval, c.sendPing)
	}
}

// sendPing runs in a timer's goroutine.
func (c *Conn) sendPing() {
	ttl := uint16(min(c.cfg.HeartbeatTTL/(100*time.Millisecond), 0xFFFF))
	if _, flush := c.out.Control(wire.AppendPing(nil, ttl, nil), true); flush {
		c.Flush(false)
	}
	b := &c.beat
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended {
		return
	}
	b.pinger.Reset(c.cfg.HeartbeatInterval)
	if limit := c.cfg.HeartbeatTimeout; limit > 0 && !b.waiting {
		b.waiting = true
		sent := time.Now()
		b.watch = time.AfterFunc(limit, func() { c.checkHeard(sent, limit, &b.waiting) })
	}
}

// expect starts the clock that the peer asked for: it must be heard again
// within the TTL of its PING, in tenths of a second.
func (b *heartbeat) expect(c *Conn, ttl uint16) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended || b.ttlOn {
		return
	}
	b.ttlOn = true
	limit := time.Duration(ttl) * 100 * time.Millisecond
	since := time.Now()
	b.ttl = time.AfterFunc(limit, func() { c.checkHeard(since, limit, &b.ttlOn) })
}

// checkHeard closes the connection if nothing has arrived since. A reader that
// waits for the application has unread octets and counts as hearing.
func (c *Conn) checkHeard(since time.Time, limit time.Duration, running *bool) {
	c.beat.mu.Lock()
	*running = false
	c.beat.mu.Unlock()
	if c.peer.LastHeard.Load() > since.UnixNano() || c.paused.Load() {
		return
	}
	c.Close(fmt.Errorf("zmq: nothing heard from the peer for %v: %w", limit, zerr.ErrTimeout))
}

func (b *heartbeat) stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended = true
	for _, t := range []*time.Timer{b.pinger, b.watch, b.ttl} {
		if t != nil {
			t.Stop()
		}
	}
}
