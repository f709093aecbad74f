// SPDX-License-Identifier: Apache-2.0

package session

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gozmq/zmq/internal/engine"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zerr"
	"github.com/gozmq/zmq/internal/zmqtest"
)

func failing(context.Context, int) (net.Conn, error) { return nil, errDial }

// TestBackOffDoubles: RECONNECT_IVL, then twice as long each time, up to
// RECONNECT_IVL_MAX, without jitter (docs/libzmq.md, Reconnecting).
func TestBackOffDoubles(t *testing.T) {
	for _, c := range []struct {
		interval, limit time.Duration
		want            []time.Duration
	}{
		{100 * time.Millisecond, 5 * time.Second, seconds(0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5, 5, 5)},
		{100 * time.Millisecond, 100 * time.Millisecond, seconds(0.1, 0.1, 0.1)},
		{100 * time.Millisecond, 50 * time.Millisecond, seconds(0.05, 0.05, 0.05)}, // docs/libzmq.md, Reconnecting
		{time.Millisecond, time.Hour, seconds(0.001, 0.002, 0.004, 0.008)},
	} {
		n := &network{dial: failing}
		dialing(t, n, func(cfg *Config) { cfg.ReconnectInterval, cfg.ReconnectIntervalMax = c.interval, c.limit },
			func(t *testing.T, d *Dialer, s *socket) {
				for n.count() <= len(c.want) {
					time.Sleep(time.Millisecond)
				}
				if got := n.gaps()[:len(c.want)]; !slices.Equal(got, c.want) {
					t.Errorf("waits %v, want %v", got, c.want)
				}
				if got := s.waits()[:len(c.want)]; !slices.Equal(got, c.want) {
					t.Errorf("announced %v, want %v", got, c.want)
				}
			})
	}
}

// TestBackOffJitter: without a maximum the wait is the interval and as much again
// at random.
func TestBackOffJitter(t *testing.T) {
	n := &network{dial: failing}
	dialing(t, n, func(cfg *Config) { cfg.ReconnectIntervalMax = 0 }, func(t *testing.T, d *Dialer, s *socket) {
		time.Sleep(20 * time.Second)
		gaps := n.gaps()
		if len(gaps) < 99 || slices.Min(gaps) < 100*time.Millisecond || slices.Max(gaps) >= 200*time.Millisecond {
			t.Errorf("%d waits from %v to %v", len(gaps), slices.Min(gaps), slices.Max(gaps))
		}
		if slices.Max(gaps)-slices.Min(gaps) < 20*time.Millisecond {
			t.Errorf("waits from %v to %v are not random", slices.Min(gaps), slices.Max(gaps))
		}
	})
}

// TestBackOffOfLibzmqStartsOver: after each connection that was made, whether its
// handshake succeeded or not.
func TestBackOffOfLibzmqStartsOver(t *testing.T) {
	n := &network{dial: func(_ context.Context, i int) (net.Conn, error) {
		switch i {
		case 3:
			return peerLeaves(greeting), nil
		case 6:
			return peerLeaves(nil), nil
		}
		return nil, errDial
	}}
	dialing(t, n, func(cfg *Config) { cfg.ConnectedIsUseful = true }, func(t *testing.T, d *Dialer, s *socket) {
		time.Sleep(10 * time.Second)
		want := seconds(0.1, 0.2, 0.4, 0.1, 0.2, 0.4, 0.1, 0.2)
		if got := n.gaps()[:len(want)]; !slices.Equal(got, want) {
			t.Errorf("waits %v, want %v", got, want)
		}
	})
}

// TestBackOffGrowsUntilAConnectionIsOfUse: a peer that accepts and closes, before
// the handshake, in it or behind it, is asked less and less often.
func TestBackOffGrowsUntilAConnectionIsOfUse(t *testing.T) {
	for name, says := range map[string][]byte{
		"accepts":      nil,
		"greets":       greeting[:wire.GreetingSize],
		"shakes hands": greeting,
	} {
		n := &network{dial: func(context.Context, int) (net.Conn, error) { return peerLeaves(says), nil }}
		dialing(t, n, nil, func(t *testing.T, d *Dialer, s *socket) {
			write(d.pipe, "that the system takes it is no proof")
			time.Sleep(30 * time.Second)
			want := seconds(0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5, 5)
			if got := n.gaps()[:len(want)]; !slices.Equal(got, want) {
				t.Errorf("%s: waits %v, want %v", name, got, want)
			}
		})
	}
}

// TestBackOffStartsOverAfterUse: after a message of the peer, or after some time.
func TestBackOffStartsOverAfterUse(t *testing.T) {
	message := append(slices.Clone(greeting), wire.AppendFrame(nil, 0, []byte("m"))...)
	n := &network{dial: func(_ context.Context, i int) (net.Conn, error) {
		switch i {
		case 2:
			return peerLeaves(message), nil
		case 4:
			ours, peer := peerSays(greeting)
			time.AfterFunc(lasting, func() { _ = peer.CloseWrite() })
			return ours, nil
		}
		return nil, errDial
	}}
	dialing(t, n, nil, func(t *testing.T, d *Dialer, s *socket) {
		time.Sleep(10 * time.Second)
		want := seconds(0.1, 0.2, 0.1, 0.2, 5.1, 0.2)
		if got := n.gaps()[:len(want)]; !slices.Equal(got, want) {
			t.Errorf("waits %v, want %v", got, want)
		}
	})
}

// TestBackOffGrowsWhileALimitIsExceeded: a connection that the host ends over a
// limit of its own counts as an attempt that failed.
func TestBackOffGrowsWhileALimitIsExceeded(t *testing.T) {
	n := &network{dial: func(context.Context, int) (net.Conn, error) {
		ours, _ := peerSays(greeting)
		return ours, nil
	}}
	dialing(t, n, nil, func(t *testing.T, d *Dialer, s *socket) {
		for range 5 {
			(<-s.ready).Close(zerr.Errorf(zerr.ErrLimit, "for the test"))
		}
		<-s.ready
		if got, want := n.gaps(), seconds(0.1, 0.2, 0.4, 0.8, 1.6); !slices.Equal(got, want) {
			t.Errorf("waits %v, want %v", got, want)
		}
	})
}

// TestBackOffGrowsWhileThePeerRefuses: with an ERROR, or with what breaks the
// protocol, after which libzmq would not try again at all.
func TestBackOffGrowsWhileThePeerRefuses(t *testing.T) {
	hello := greeting[:wire.GreetingSize]
	for name, says := range map[string][]byte{
		"ERROR":             append(hello[:len(hello):len(hello)], wire.AppendFrame(nil, wire.FlagCommand, wire.AppendError(nil, "400"))...),
		"another mechanism": wire.AppendGreeting(nil, wire.Greeting{Major: 3, Minor: 1, Mechanism: "CURVE"}),
	} {
		n := &network{dial: func(context.Context, int) (net.Conn, error) {
			ours, _ := peerSays(says)
			return ours, nil
		}}
		dialing(t, n, func(cfg *Config) { cfg.RetryProtocolError = true }, func(t *testing.T, d *Dialer, s *socket) {
			time.Sleep(10 * time.Second)
			want := seconds(0.1, 0.2, 0.4, 0.8, 1.6)
			if got := n.gaps()[:len(want)]; !slices.Equal(got, want) {
				t.Errorf("%s: waits %v, want %v", name, got, want)
			}
		})
	}
}

// TestReconnectIntervalOff: 0 and -1 make one attempt, and no other after a loss.
func TestReconnectIntervalOff(t *testing.T) {
	for _, interval := range []time.Duration{0, -1} {
		for name, dial := range map[string]func(context.Context, int) (net.Conn, error){
			"dial fails": failing,
			"lost":       func(context.Context, int) (net.Conn, error) { return peerLeaves(greeting), nil },
			"handshake":  func(context.Context, int) (net.Conn, error) { return peerLeaves(nil), nil },
		} {
			n := &network{dial: dial}
			dialing(t, n, func(cfg *Config) { cfg.ReconnectInterval = interval }, func(t *testing.T, d *Dialer, s *socket) {
				time.Sleep(time.Hour)
				if n.count() != 1 || !ended(d.Done()) || len(s.waits()) != 0 {
					t.Errorf("%s: %d attempts, waits %v", name, n.count(), s.waits())
				}
			})
		}
	}
}

// TestReconnectAfterLoss: whatever ended the connection, and whenever; the pipe
// and what is queued in it stay.
func TestReconnectAfterLoss(t *testing.T) {
	var peers []*zmqtest.Conn
	n := &network{dial: func(context.Context, int) (net.Conn, error) {
		ours, peer := peerSays(greeting)
		peers = append(peers, peer)
		return ours, nil
	}}
	dialing(t, n, func(cfg *Config) { cfg.ConnectedIsUseful = true }, func(t *testing.T, d *Dialer, s *socket) {
		for i := range 10 {
			<-s.ready
			synctest.Wait()
			if c, p := liveOf(d); c == nil || p != d.pipe {
				t.Fatalf("round %d: no live connection", i)
			}
			switch i % 3 {
			case 0:
				_ = peers[i].CloseWrite()
			case 1:
				peers[i].Reset()
			case 2:
				_ = peers[i].Close()
			}
		}
		<-s.ready
		synctest.Wait()
		if slices.Contains(s.lost, true) || len(s.lost) != 10 {
			t.Errorf("lost %v", s.lost)
		}
		want := []EventKind{Connected, HandshakeSucceeded, Disconnected, ConnectRetried}
		if got := s.kinds(); !slices.Equal(got[:8], append(want, want...)) {
			t.Errorf("events %#x, want %#x twice", got[:8], want)
		}
		if got := n.gaps(); !slices.Equal(got, slices.Repeat(seconds(0.1), 10)) {
			t.Errorf("waits %v", got)
		}
	})
}

// TestImmediate: each connection has a pipe of its own, which ends with it.
func TestImmediate(t *testing.T) {
	n := &network{dial: func(context.Context, int) (net.Conn, error) { return peerLeaves(greeting), nil }}
	dialing(t, n, func(cfg *Config) { cfg.Immediate = true }, func(t *testing.T, d *Dialer, s *socket) {
		for range 3 {
			<-s.ready
		}
		synctest.Wait()
		if slices.Contains(s.lost, false) || len(s.lost) != 3 {
			t.Errorf("lost %v", s.lost)
		}
	})
}

// TestQueuedMessagesSurvive: what was queued before there was a connection, and
// what its loss left, goes out on the next.
func TestQueuedMessagesSurvive(t *testing.T) {
	var peers []*zmqtest.Conn
	n := &network{dial: func(_ context.Context, i int) (net.Conn, error) {
		if i == 1 {
			return nil, errDial
		}
		ours, peer := peerSays(greeting)
		peers = append(peers, peer)
		return ours, nil
	}}
	dialing(t, n, nil, func(t *testing.T, d *Dialer, s *socket) {
		<-s.ready
		synctest.Wait()
		_ = peers[0].Close()
		synctest.Wait()
		write(d.pipe, "queued")
		<-s.ready
		synctest.Wait()
		want := append(slices.Clone(greeting), wire.AppendFrame(nil, 0, []byte("queued"))...)
		got := make([]byte, 1000)
		if k, _ := peers[1].Read(got); !slices.Equal(got[:k], want) {
			t.Errorf("we sent % X, want % X", got[:k], want)
		}
	})
}

// TestReconnectStop: bit 1 ends the attempts when one is refused, bit 2 when a
// handshake ends before it is done; nothing else does
// (docs/libzmq.md, Reconnecting).
func TestReconnectStop(t *testing.T) {
	refused := func(context.Context, int) (net.Conn, error) {
		return nil, fmt.Errorf("dial: %w", &os.SyscallError{Syscall: "connect", Err: syscall.ECONNREFUSED})
	}
	leaves := func(context.Context, int) (net.Conn, error) { return peerLeaves(greeting[:20]), nil }
	silent := func(context.Context, int) (net.Conn, error) {
		ours, _ := peerSays(nil)
		return ours, nil
	}
	lost := func(context.Context, int) (net.Conn, error) { return peerLeaves(greeting), nil }
	for _, c := range []struct {
		name       string
		dial       func(context.Context, int) (net.Conn, error)
		bit1, bit2 bool
	}{
		{"refused", refused, true, false}, {"other error", failing, false, false}, {"left in the handshake", leaves, false, true},
		{"silent", silent, false, true}, {"lost", lost, false, false},
	} {
		for _, bits := range []struct{ one, two bool }{{false, false}, {true, false}, {false, true}, {true, true}} {
			n := &network{dial: c.dial}
			dialing(t, n, func(cfg *Config) { cfg.StopOnRefused, cfg.StopOnHandshake = bits.one, bits.two },
				func(t *testing.T, d *Dialer, s *socket) {
					time.Sleep(10 * time.Minute)
					want := bits.one && c.bit1 || bits.two && c.bit2
					if ended(d.Done()) != want || n.count() == 1 != want {
						t.Errorf("%s with bits %v: %d attempts", c.name, bits, n.count())
					}
				})
		}
	}
}

// TestProtocolErrorsAreNotRetried, as libzmq does, unless the option says
// otherwise; what it announces goes by the event's kind.
func TestProtocolErrorsAreNotRetried(t *testing.T) {
	mismatch := wire.AppendGreeting(nil, wire.Greeting{Major: 3, Minor: 1, Mechanism: "PLAIN"})
	refusal := append(slices.Clone(greeting[:64]), wire.AppendFrame(nil, wire.FlagCommand, wire.AppendError(nil, "400"))...)
	nonsense := append(slices.Clone(greeting), 2, 0xFF, 0, 0, 0, 0, 0, 0, 0)
	for _, c := range []struct {
		says []byte
		want []EventKind
	}{
		{mismatch, []EventKind{Connected, HandshakeFailedProtocol, Disconnected}},
		{refusal, []EventKind{Connected, HandshakeFailedAuth, Disconnected}},
		{nonsense, []EventKind{Connected, HandshakeSucceeded, Disconnected}},
	} {
		for _, retry := range []bool{false, true} {
			n := &network{dial: func(context.Context, int) (net.Conn, error) {
				ours, _ := peerSays(c.says)
				return ours, nil
			}}
			dialing(t, n, func(cfg *Config) { cfg.RetryProtocolError = retry }, func(t *testing.T, d *Dialer, s *socket) {
				time.Sleep(time.Minute)
				if ended(d.Done()) == retry || n.count() > 1 != retry || !slices.Equal(s.kinds()[:3], c.want) {
					t.Errorf("retry %v: %d attempts, events %#x", retry, n.count(), s.kinds())
				}
			})
		}
	}
}

// TestNameIsResolvedAnew: each attempt gets the name, not an address that it led
// to before.
func TestNameIsResolvedAnew(t *testing.T) {
	n := &network{dial: func(_ context.Context, i int) (net.Conn, error) {
		if i%2 == 0 {
			return nil, errDial
		}
		return peerLeaves(greeting), nil
	}}
	dialing(t, n, nil, func(t *testing.T, d *Dialer, s *socket) {
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(n.names) < 10 || slices.ContainsFunc(n.names, func(s string) bool { return s != "there" }) {
			t.Errorf("dialed %q", n.names)
		}
	})
}

// TestRefusedByHost: a peer that the socket has no use for is tried again after
// the wait.
func TestRefusedByHost(t *testing.T) {
	n := &network{dial: func(context.Context, int) (net.Conn, error) {
		ours, _ := peerSays(greeting)
		return ours, nil
	}}
	synctest.Test(t, func(t *testing.T) {
		s := newSocket()
		s.refuse = zerr.ErrLimit
		d := NewDialer(configOf(n, s), newPipe())
		d.Start()
		time.Sleep(3 * time.Second) // between two attempts
		synctest.Wait()
		d.Stop(nil)
		<-d.Done()
		if n.count() < 5 || s.countOf(Disconnected) != n.count() || s.countOf(HandshakeSucceeded) != n.count() || s.up != 0 {
			t.Errorf("%d attempts, events %#x", n.count(), s.kinds())
		}
	})
}

// TestStopAtEveryStage: before the first attempt, while dialing, in the wait, at
// every byte of the handshake, and after it. Nothing is left behind.
func TestStopAtEveryStage(t *testing.T) {
	hanging := func(ctx context.Context, _ int) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	late := func(ctx context.Context, _ int) (net.Conn, error) { // the connection stands as Stop comes
		<-ctx.Done()
		ours, _ := peerSays(greeting)
		return ours, nil
	}
	for name, dial := range map[string]func(context.Context, int) (net.Conn, error){"dialing": hanging, "dialed": late, "waiting": failing} {
		for _, wait := range []time.Duration{0, time.Nanosecond, 150 * time.Millisecond} {
			dialing(t, &network{dial: dial}, nil, func(t *testing.T, d *Dialer, s *socket) {
				time.Sleep(wait)
				d.Stop(nil)
				d.Stop(nil)
				start := time.Now()
				<-d.Done()
				if time.Since(start) != 0 {
					t.Errorf("%s: took %v", name, time.Since(start))
				}
				if n := s.countOf(HandshakeFailedNoDetail); n != 0 {
					t.Errorf("%s: %d handshakes failed", name, n)
				}
			})
		}
	}
	for k := range len(greeting) + 1 {
		n := &network{dial: func(context.Context, int) (net.Conn, error) {
			ours, _ := peerSays(greeting[:k])
			return ours, nil
		}}
		dialing(t, n, nil, func(t *testing.T, d *Dialer, s *socket) {
			synctest.Wait()
			start := time.Now()
			d.Stop(errors.New("enough"))
			<-d.Done()
			if time.Since(start) != 0 || n.count() != 1 {
				t.Errorf("%d bytes: %d attempts, took %v", k, n.count(), time.Since(start))
			}
		})
	}
	synctest.Test(t, func(t *testing.T) { // before Start
		s := newSocket()
		n := &network{dial: failing}
		d := NewDialer(configOf(n, s), newPipe())
		d.Stop(nil)
		d.Start()
		<-d.Done()
		if n.count() != 0 {
			t.Errorf("%d attempts", n.count())
		}
	})
}

// TestQuit: it ends the attempts and leaves a connection that is up alone.
func TestQuit(t *testing.T) {
	var peer *zmqtest.Conn
	n := &network{dial: func(context.Context, int) (ours net.Conn, err error) {
		ours, peer = peerSays(greeting)
		return ours, nil
	}}
	dialing(t, n, nil, func(t *testing.T, d *Dialer, s *socket) {
		<-s.ready
		d.Quit()
		time.Sleep(time.Hour)
		if ended(d.Done()) {
			t.Fatal("Quit ended the connection")
		}
		_ = peer.Close()
		<-d.Done()
		if n.count() != 1 {
			t.Errorf("%d attempts", n.count())
		}
	})
}

// liveOf returns the connection that is up, and its pipe.
func liveOf(d *Dialer) (*engine.Conn, *pipe.Pipe) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.conn, d.at.pipe
}

// TestDialerPartsAsAPeerGetsReady: a connection whose handshake is done is not closed,
// but handed to the function of Part once the host has taken it in.
func TestDialerPartsAsAPeerGetsReady(t *testing.T) {
	n := &network{dial: func(context.Context, int) (net.Conn, error) {
		ours, _ := peerSays(greeting)
		return ours, nil
	}}
	synctest.Test(t, func(t *testing.T) {
		s := newSocket()
		d := NewDialer(configOf(n, s), newPipe())
		parted := make(chan *pipe.Pipe, 1)
		s.onReady = func() { d.Part(func(_ *engine.Conn, p *pipe.Pipe) { parted <- p }) }
		d.Start()
		if p := <-parted; p != d.pipe || ended(d.Done()) {
			t.Error("the connection was closed")
		}
		d.Stop(nil)
		<-d.Done()
		if n.count() != 1 {
			t.Errorf("%d attempts", n.count())
		}
	})
}

// TestOutageIsToldOnce: an endpoint that cannot be reached for five seconds is reported
// once, with the reason, and once when it is reached again.
func TestOutageIsToldOnce(t *testing.T) {
	n := &network{dial: func(_ context.Context, n int) (net.Conn, error) {
		if n < 12 || n > 12 && n < 16 {
			return nil, errDial
		}
		return peerLeaves(greeting), nil
	}}
	dialing(t, n, func(cfg *Config) { cfg.ReconnectInterval, cfg.ReconnectIntervalMax = time.Second, time.Second },
		func(t *testing.T, d *Dialer, s *socket) {
			<-s.ready
			<-s.ready // behind an outage of less than five seconds
			synctest.Wait()
			s.mu.Lock()
			defer s.mu.Unlock()
			var told []Event
			for _, e := range s.events {
				if e.Outage > 0 {
					told = append(told, e)
				}
			}
			if len(told) != 2 || told[0].Kind != ConnectRetried || told[0].Outage != 5*time.Second || !errors.Is(told[0].Err, errDial) ||
				told[1].Kind != HandshakeSucceeded || told[1].Outage != 12*time.Second {
				t.Errorf("told %+v", told)
			}
		})
}
