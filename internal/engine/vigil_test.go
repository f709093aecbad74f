// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gozmq/zmq/internal/zerr"
)

// peerKernel stands for the system of the peer, as ours sees it.
type peerKernel struct {
	acks    atomic.Pointer[acks]
	since   atomic.Int64 // of the last acknowledgement, from the start; below zero: one comes all the time
	started time.Time
}

// watching returns the configuration of a connection whose system is k.
func (k *peerKernel) watching(interval, timeout time.Duration) *Config {
	k.started = time.Now()
	k.since.Store(-1)
	k.acks.Store(new(acks))
	cfg := beating(interval, timeout, 0)
	cfg.system = func() (acks, bool) {
		a := *k.acks.Load()
		if at := k.since.Load(); at >= 0 {
			a.last = time.Since(k.started) - time.Duration(at)
		}
		return a, true
	}
	return cfg
}

// silent is the moment from which nothing is acknowledged any more.
func (k *peerKernel) silent(a acks) {
	k.since.Store(int64(time.Since(k.started)))
	k.acks.Store(&a)
}

// wantAlive checks, in a bubble, that the connection stands after d.
func (r *rig) wantAlive(d time.Duration) {
	r.Helper()
	select {
	case <-r.ended:
		r.Fatalf("ended: %v", r.err)
	case <-time.After(d):
	}
	synctest.Wait()
}

// TestBusyPeerStays: one that does not read what it was sent answers no PING,
// however long it takes, while its system takes part.
func TestBusyPeerStays(t *testing.T) {
	for name, state := range map[string]acks{
		"all has arrived at its system": {},
		"it is acknowledging":           {owed: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var k peerKernel
				r := newRig(t, k.watching(time.Second, 3*time.Second), nil)
				r.handshake("ROUTER")
				r.send("work")
				k.acks.Store(&state)
				r.wantAlive(time.Hour)
				at := time.Unix(0, r.conn.peer.Stalled.Load())
				if d := at.Sub(k.started); d != time.Second { // the first PING
					t.Errorf("stalled since %v", d)
				}
			})
		})
	}
}

// TestPingBehindALongMessageStartsNoClock: the message is more than the line takes
// at once, and none has gone out before.
func TestPingBehindALongMessageStartsNoClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var k peerKernel
		r := newRig(t, k.watching(time.Second, 3*time.Second), nil)
		r.handshake("ROUTER")
		r.send(string(make([]byte, 1<<20)))
		r.wantAlive(time.Hour)
		for drainPeer(r) != nil {
		}
		r.wantAlive(time.Hour)
		for range maxAsked + 1 { // it has read everything, and answers what has waited
			r.wireBytes(`04 05 04 "PONG"`)
		}
		time.Sleep(time.Second + time.Second/2) // between two PINGs
		r.wireBytes(`04 05 04 "PONG"`)
		start := time.Now()
		if err := r.end(); time.Since(start) > 4*time.Second || !errors.Is(err, zerr.ErrTimeout) {
			t.Errorf("ended after %v: %v", time.Since(start), err)
		}
	})
}

// TestPeerThatOwesNothingIsDead: it has read all messages, as an answered PING
// shows, and does not answer the next.
func TestPeerThatOwesNothingIsDead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var k peerKernel
		r := newRig(t, k.watching(10*time.Second, 20*time.Second), nil)
		r.handshake("ROUTER")
		r.send("work")
		r.wantBytes(frameOf(0, "work"))
		r.want(ping)
		r.wireBytes(`04 05 04 "PONG"`)
		r.wantTimedOut(time.Now(), 30*time.Second)
	})
}

// TestAnswersAreCountedPessimistically: several PINGs may be answered by one PONG,
// which does not show that what came between them has been read.
func TestAnswersAreCountedPessimistically(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var k peerKernel
		r := newRig(t, k.watching(time.Second, 3*time.Second), nil)
		r.handshake("ROUTER")
		r.want(ping)
		r.send("work")
		r.wantBytes(frameOf(0, "work"))
		r.want(ping)
		r.wireBytes(`04 05 04 "PONG"`)
		r.wantAlive(time.Hour)
	})
}

// TestSystemThatAcknowledgesNothingIsDead: even where the peer would be busy, and
// within HeartbeatTimeout of its last acknowledgement and a quarter.
func TestSystemThatAcknowledgesNothingIsDead(t *testing.T) {
	for _, c := range []struct{ interval, timeout time.Duration }{
		{time.Second, 20 * time.Second}, {20 * time.Second, 20 * time.Second}, {time.Minute, 20 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			var k peerKernel
			r := newRig(t, k.watching(c.interval, c.timeout), nil)
			r.handshake("ROUTER")
			r.send("work")
			start := time.Now()
			k.silent(acks{owed: true})
			err := r.end()
			latest := c.interval + c.timeout + c.timeout/4
			if d := time.Since(start); d < c.timeout || d > latest || !errors.Is(err, zerr.ErrTimeout) {
				t.Errorf("interval %v: ended after %v, want %v at most: %v", c.interval, d, latest, err)
			}
		})
	}
}

// TestProbeUnderWayIsNoSilence: a closed window is probed two minutes apart in the
// end, so that the last acknowledgement is old whenever a probe is under way.
func TestProbeUnderWayIsNoSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var k peerKernel
		cfg := k.watching(15*time.Second, time.Minute)
		probe := time.Now()
		cfg.system = func() (acks, bool) { // a probe every two minutes, of which we see each
			since := time.Since(probe)
			if since >= 2*time.Minute {
				probe = time.Now()
				return acks{owed: true, last: since}, true
			}
			return acks{last: since}, true
		}
		r := newRig(t, cfg, nil)
		r.handshake("ROUTER")
		r.send("work")
		r.wantAlive(time.Hour)
	})
}

// TestSystemThatTellsNothingIsTrusted: to end a connection on which nothing is
// acknowledged.
func TestSystemThatTellsNothingIsTrusted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, beating(time.Second, 3*time.Second, 0), nil)
		r.handshake("ROUTER")
		r.send("work")
		r.wantAlive(time.Hour)
	})
}

// TestStrictHeartbeats: with libzmq's semantics silence is the end.
func TestStrictHeartbeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var k peerKernel
		cfg := k.watching(time.Second, 3*time.Second)
		cfg.HeartbeatStrict = true
		r := newRig(t, cfg, nil)
		r.handshake("ROUTER")
		r.send("work")
		r.wantTimedOut(time.Now(), 4*time.Second)
	})
}

// TestStallLimit: the application may want an end to patience.
func TestStallLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var k peerKernel
		cfg := k.watching(time.Second, 3*time.Second)
		cfg.StallLimit = 10 * time.Second
		r := newRig(t, cfg, nil)
		r.handshake("ROUTER")
		r.send("work")
		start := time.Now()
		if err := r.end(); !errors.Is(err, zerr.ErrLimit) || time.Since(start) != 11*time.Second {
			t.Errorf("ended after %v: %v", time.Since(start), err)
		}
	})
}

// TestStalledPeerGoesOn: when it reads again it is an ordinary one.
func TestStalledPeerGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var k peerKernel
		r := newRig(t, k.watching(10*time.Second, 10*time.Second), nil)
		r.handshake("ROUTER")
		r.send("work")
		r.wantAlive(10*time.Minute - time.Second)
		drainPeer(r)
		for range 59 {
			r.wireBytes(`04 05 04 "PONG"`)
		}
		synctest.Wait()
		if p := r.conn.peer; p.LastHeard.Load() < p.Stalled.Load() {
			t.Error("still stalled")
		}
		r.wantTimedOut(time.Now(), 11*time.Second)
	})
}
