// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zerr"
)

const ping = `04 07 04 "PING" 00 00`

func beating(interval, timeout, ttl time.Duration) *Config {
	cfg := configOf("DEALER", nil)
	cfg.HeartbeatInterval, cfg.HeartbeatTimeout, cfg.HeartbeatTTL = interval, timeout, ttl
	return cfg
}

// hasEnded reports, in a bubble, whether the connection is over.
func (r *rig) hasEnded() bool {
	synctest.Wait()
	select {
	case <-r.ended:
		return true
	default:
		return false
	}
}

// wantTimedOut checks that the connection ended by silence, d after start.
func (r *rig) wantTimedOut(start time.Time, d time.Duration) {
	r.Helper()
	err := r.end()
	if got := time.Since(start); got != d {
		r.Errorf("ended after %v, want %v", got, d)
	}
	if !errors.Is(err, zerr.ErrTimeout) || errors.Is(err, zerr.ErrProtocol) {
		r.Errorf("ended with %v", err)
	}
}

// TestPingEveryInterval: regardless of traffic, from the moment of readiness on
// (docs/libzmq.md, Heartbeats). A peer that answers at once stays.
func TestPingEveryInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, beating(10*time.Second, 10*time.Second, 30*time.Second), nil)
		time.Sleep(7 * time.Second)
		r.handshake("ROUTER")
		for range 50 {
			time.Sleep(10*time.Second - 1)
			r.wantQuiet()
			r.write(frameOf(0, "traffic"))
			time.Sleep(time.Nanosecond)
			r.want(`04 07 04 "PING" 01 2C`)
			r.wireBytes(`04 05 04 "PONG"`)
		}
		r.wantQuiet()
		if r.hasEnded() {
			t.Fatalf("ended: %v", r.err)
		}
	})
}

// TestPingTTL: the option rounds down to tenths of a second and ends at what 16
// bits hold.
func TestPingTTL(t *testing.T) {
	for ttl, want := range map[time.Duration]string{
		0: "00 00", 99 * time.Millisecond: "00 00", 199 * time.Millisecond: "00 01",
		6553599 * time.Millisecond: "FF FF", 6553600 * time.Millisecond: "FF FF", 24 * time.Hour: "FF FF",
	} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, beating(time.Second, 0, ttl), nil)
			r.handshake("ROUTER")
			r.want(`04 07 04 "PING" ` + want)
		})
	}
}

// TestHeartbeatTimeout: a silent peer is closed when the time-out has passed
// since the first PING that it did not answer, whether the time-out is shorter
// than the interval or longer.
func TestHeartbeatTimeout(t *testing.T) {
	for _, c := range []struct{ interval, timeout time.Duration }{
		{10 * time.Second, 10 * time.Second}, {10 * time.Second, 3 * time.Second}, {10 * time.Second, 45 * time.Second},
		{10 * time.Second, 25 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, beating(c.interval, c.timeout, 0), nil)
			r.handshake("ROUTER")
			r.wantTimedOut(time.Now(), c.interval+c.timeout)
		})
		// The peer is alive for a while: the clock starts again with the first
		// PING behind its last sign of life.
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, beating(c.interval, c.timeout, 0), nil)
			r.handshake("ROUTER")
			for range 7 {
				r.want(ping)
				r.wireBytes(`04 05 04 "PONG"`)
			}
			r.wantTimedOut(time.Now(), c.interval+c.timeout)
		})
	}
}

// TestHeartbeatTimeoutZero: no time-out, PINGs go on.
func TestHeartbeatTimeoutZero(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, beating(time.Second, 0, 0), nil)
		r.handshake("ROUTER")
		for range 100 {
			r.want(ping)
		}
		if r.hasEnded() {
			t.Fatalf("ended: %v", r.err)
		}
	})
}

// TestAnyTrafficIsAlive: a PONG is not needed, and part of a frame will do.
func TestAnyTrafficIsAlive(t *testing.T) {
	big := wire.AppendHeader(nil, 0, 1<<20)
	for name, wireBytes := range map[string][]byte{
		"message": frameOf(0, "m"), "part": frameOf(wire.FlagMore, "m"), "unknown command": {4, 2, 1, 'X'},
		"PING": wire.AppendPing(nil, 0, nil), "bytes of a large frame": append(big, make([]byte, 100)...),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, beating(10*time.Second, 10*time.Second, 0), nil)
				r.handshake("ROUTER")
				time.Sleep(5 * time.Second)
				for range 20 {
					time.Sleep(10 * time.Second)
					r.write(wireBytes)
				}
				if r.hasEnded() {
					t.Fatalf("ended: %v", r.err)
				}
			})
		})
	}
}

// TestPausedReaderIsAlive: while the application does not read, unread bytes
// wait, and the peer is not to blame (docs/libzmq.md, Heartbeats).
func TestPausedReaderIsAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		room := false
		sink := func(_ *pipe.Pipe, ms []pipe.Message) int {
			if room {
				return len(ms)
			}
			return 0
		}
		r := newRig(t, beating(time.Second, time.Second, 0), sink)
		r.handshake("ROUTER")
		r.write(frameOf(0, "m"))
		time.Sleep(time.Hour)
		if r.hasEnded() {
			t.Fatalf("ended: %v", r.err)
		}
		start := time.Now()
		room = true
		r.pipe.Resume()
		r.wantTimedOut(start, 2*time.Second)
	})
}

// TestOldPeersAreNotPinged: one that speaks 3.0 only on explicit wish, one that
// speaks 2.0 or 1.0 never (docs/libzmq.md, Heartbeats).
func TestOldPeersAreNotPinged(t *testing.T) {
	for _, old := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			cfg := beating(time.Second, 0, 0)
			cfg.HeartbeatOld = old
			r := newRig(t, cfg, nil)
			r.handshakeAs("00", "ROUTER")
			time.Sleep(10*time.Second + 1)
			synctest.Wait()
			if old {
				for range 10 {
					r.want(ping)
				}
			}
			r.wantQuiet()
		})
		for _, peer := range []string{"01 00", signature + " 00 06 01 00", signature + " 01 06 00 00"} {
			synctest.Test(t, func(t *testing.T) {
				cfg := beating(time.Second, time.Second, 0)
				cfg.HeartbeatOld = old
				r := newRig(t, cfg, nil)
				r.wireBytes(peer)
				r.up()
				drainPeer(r)
				time.Sleep(time.Minute)
				r.wantQuiet()
				if r.hasEnded() {
					t.Fatalf("ended: %v", r.err)
				}
			})
		}
	}
}

// drainPeer reads, in a bubble, all that we have sent.
func drainPeer(r *rig) []byte {
	synctest.Wait()
	b := make([]byte, 1<<20)
	type buffered interface{ Buffered() int }
	if r.peer.(buffered).Buffered() == 0 {
		return nil
	}
	n, _ := r.peer.Read(b)
	return b[:n]
}

// TestPongEchoesContext: up to 16 bytes of it, whatever our own options (RFC 37,
// Heartbeating, and libzmq of longer ones).
func TestPongEchoesContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, configOf("DEALER", nil), nil)
		r.handshakeAs("00", "ROUTER")
		for _, n := range []int{0, 1, 2, 15, 16, 17, 60, 253, 255, 5000} {
			context := make([]byte, n)
			for i := range context {
				context[i] = byte(0xF0 + i)
			}
			r.write(wire.AppendCommandFrame(nil, "PING", append([]byte{0, 0}, context...)))
			r.wantBytes(wire.AppendCommandFrame(nil, "PONG", context[:min(n, 16)]))
		}
		r.wantQuiet()
	})
}

// TestPingMalformed: a PING without its TTL ends the connection.
func TestPingMalformed(t *testing.T) {
	for _, data := range []int{0, 1} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, configOf("DEALER", nil), nil)
			r.handshake("ROUTER")
			r.write(wire.AppendCommandFrame(nil, "PING", make([]byte, data)))
			r.refused()
			r.wantQuiet()
		})
	}
}

// TestPeersTTL: silence of the TTL that a PING carries ends the connection.
// libzmq multiplies it in 16 bits, so that 65.6 s become 64 ms; here it is what
// it says (docs/libzmq.md, Heartbeats).
func TestPeersTTL(t *testing.T) {
	for _, ttl := range []uint16{1, 10, 655, 656, 0xFFFF} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, configOf("DEALER", nil), nil)
			r.handshake("ROUTER")
			start := time.Now()
			r.write(wire.AppendPing(nil, ttl, nil))
			r.wantTimedOut(start, time.Duration(ttl)*100*time.Millisecond)
		})
	}
}

// TestPeersTTLRestarts: each PING starts the clock anew; other traffic stops it
// until the next PING.
func TestPeersTTLRestarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, configOf("DEALER", nil), nil)
		r.handshake("ROUTER")
		for range 5 {
			r.write(wire.AppendPing(nil, 300, nil))
			time.Sleep(20 * time.Second)
		}
		start := time.Now().Add(-20 * time.Second)
		r.wantTimedOut(start, 30*time.Second)
	})
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, configOf("DEALER", nil), nil)
		r.handshake("ROUTER")
		r.write(wire.AppendPing(nil, 1, nil))
		time.Sleep(50 * time.Millisecond)
		r.write(frameOf(0, "m"))
		time.Sleep(time.Hour)
		if r.hasEnded() {
			t.Fatalf("ended: %v", r.err)
		}
	})
	synctest.Test(t, func(t *testing.T) { // a PING without a TTL asks for nothing
		r := newRig(t, configOf("DEALER", nil), nil)
		r.handshake("ROUTER")
		r.wireBytes(ping)
		time.Sleep(time.Hour)
		if r.hasEnded() {
			t.Fatalf("ended: %v", r.err)
		}
	})
}

// TestHeartbeatsBetweenFrames: PING and PONG may stand between the frames of a
// message, in both directions.
func TestHeartbeatsBetweenFrames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, beating(time.Second, 0, 0), nil)
		r.handshake("ROUTER")
		r.write(frameOf(wire.FlagMore, "a"))
		r.want(ping)
		r.write(wire.AppendPing(nil, 0, []byte("x")))
		r.want(`04 06 04 "PONG" 78`)
		r.wireBytes(`04 05 04 "PONG"`)
		r.write(frameOf(wire.FlagMore, "b"))
		r.wireBytes(`04 02 01 "Z"`)
		r.write(frameOf(0, "c"))
		r.wantQuiet()
		if got := r.received(); len(got) != 1 || got[0] != "a|b|c" {
			t.Errorf("received %q", got)
		}
	})
}

// TestPingFlood: a peer that asks and never reads costs a bounded queue, and the
// connection goes on when it reads at last.
func TestPingFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, configOf("DEALER", nil), nil)
		r.handshake("ROUTER")
		flood := make([]byte, 0, 1<<20)
		for n := range 40000 {
			flood = wire.AppendPing(flood, 0, make([]byte, n%17))
		}
		r.write(flood)
		r.write(frameOf(0, "behind"))
		synctest.Wait()
		if got := r.received(); len(got) != 1 || got[0] != "behind" {
			t.Errorf("received %q", got)
		}
		sent := 0
		for {
			b := drainPeer(r)
			if b == nil {
				break
			}
			sent += len(b)
		}
		if sent == 0 || sent > len(flood) {
			t.Errorf("%d bytes of PONGs", sent)
		}
		r.write(wire.AppendPing(nil, 0, []byte("last")))
		r.want(`04 09 04 "PONG" "last"`)
	})
}
