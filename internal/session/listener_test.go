// SPDX-License-Identifier: Apache-2.0

package session

import (
	"context"
	"errors"
	"net"
	"slices"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gozmq/zmq/internal/engine"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// incoming feeds a listener: what is sent on it is accepted.
type incoming chan any // net.Conn or error

func (in incoming) accept(done <-chan struct{}, _ int) (net.Conn, error) {
	select {
	case x := <-in:
		if err, ok := x.(error); ok {
			return nil, err
		}
		return x.(net.Conn), nil
	case <-done:
		return nil, net.ErrClosed
	}
}

// connect makes a peer that has sent some bytes, and lets the listener accept it.
func (in incoming) connect(says []byte) *zmqtest.Conn {
	ours, peer := peerSays(says)
	in <- ours
	return peer
}

// listening runs a Listener in a bubble until the test function returns. Then it stops
// the Listener with its connections, and fails if a goroutine is left.
func listening(t *testing.T, change func(*Config), test func(t *testing.T, l *Listener, s *socket, in incoming)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		in := make(incoming)
		s := newSocket()
		cfg := configOf(&network{accept: in.accept}, s)
		if change != nil {
			change(cfg)
		}
		l := NewListener(cfg)
		if err := l.Listen(context.Background()); err != nil {
			t.Fatal(err)
		}
		l.Start()
		test(t, l, s, in)
		l.Stop()
		l.Part(func(c *engine.Conn, _ *pipe.Pipe) { c.Close(nil) })
		<-l.Done()
		if s.up != 0 || len(l.guests) != 0 || l.waiting.n != 0 {
			t.Errorf("%d connections are up, %d are known, %d shake hands", s.up, len(l.guests), l.waiting.n)
		}
	})
}

// TestAcceptedPeer: it is described, its events come in order, and its pipe ends
// with it.
func TestAcceptedPeer(t *testing.T) {
	listening(t, nil, func(t *testing.T, l *Listener, s *socket, in incoming) {
		peer := in.connect(greeting)
		<-s.ready
		_ = peer.Close()
		synctest.Wait()
		want := []EventKind{Listening, Accepted, HandshakeSucceeded, Disconnected}
		if got := s.kinds(); !slices.Equal(got, want) || !slices.Equal(s.lost, []bool{true}) {
			t.Errorf("events %#x, lost %v", got, s.lost)
		}
		if p := s.events[3].Peer; p == nil || !p.Accepted || p.SocketType != "PAIR" {
			t.Errorf("peer %+v", p)
		}
	})
}

// TestSilentPeersKeepNobodyOut: accepting and shaking hands are apart, and each
// handshake has its own deadline.
func TestSilentPeersKeepNobodyOut(t *testing.T) {
	listening(t, nil, func(t *testing.T, l *Listener, s *socket, in incoming) {
		began := time.Now()
		for i := range 100 {
			in.connect(greeting[:i%len(greeting)])
		}
		in.connect(greeting)
		<-s.ready
		if late := time.Since(began); late > fairWait {
			t.Errorf("a peer waits %v for silent ones", late)
		}
		time.Sleep(time.Until(began.Add(30*time.Second - 1)))
		synctest.Wait()
		if n := s.countOf(HandshakeFailedNoDetail); n != 0 {
			t.Errorf("%d handshakes failed early", n)
		}
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		if n := s.countOf(HandshakeFailedNoDetail); n != 100 || s.up != 1 {
			t.Errorf("%d handshakes failed, want 100; %d peers are up", n, s.up)
		}
	})
}

// TestTurnsKeepTheOrderOfTheirBeginning: a later one waits for those before it, but
// not for one that has lost its place, and not once it is cancelled.
func TestTurnsKeepTheOrderOfTheirBeginning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var none *turn
		first := none.next()
		second := first.next()
		var order []int
		var mu sync.Mutex
		go func() {
			second.wait(nil)
			mu.Lock()
			order = append(order, 2)
			mu.Unlock()
			second.pass()
		}()
		synctest.Wait()
		mu.Lock()
		order = append(order, 1)
		mu.Unlock()
		first.pass()
		synctest.Wait()
		if !slices.Equal(order, []int{1, 2}) {
			t.Errorf("order %v", order)
		}
		silent := second.next()
		began := time.Now()
		third := silent.next()
		third.wait(nil)
		if d := time.Since(began); d != fairWait {
			t.Errorf("waited %v for one that never passes", d)
		}
		cancel := make(chan struct{})
		close(cancel)
		began = time.Now()
		third.next().wait(cancel)
		if d := time.Since(began); d != 0 {
			t.Errorf("waited %v after the cancellation", d)
		}
	})
}

// TestAcceptErrorsBackOff: without descriptors there is no busy loop; the wait
// grows to a second, and starts over after a success.
func TestAcceptErrorsBackOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Time
		s := newSocket()
		n := &network{accept: func(done <-chan struct{}, i int) (net.Conn, error) {
			at = append(at, time.Now())
			if i == 12 {
				return peerLeaves(greeting), nil
			}
			return nil, &net.OpError{Op: "accept", Err: syscall.EMFILE}
		}}
		l := NewListener(configOf(n, s))
		if err := l.Listen(context.Background()); err != nil {
			t.Fatal(err)
		}
		l.Start()
		time.Sleep(10 * time.Second)
		l.Stop()
		<-l.Done()
		var gaps []time.Duration
		for i := 1; i < 15; i++ {
			gaps = append(gaps, at[i].Sub(at[i-1]))
		}
		want := seconds(0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1, 1, 1, 1, 0, 0.005)
		if !slices.Equal(gaps, want) {
			t.Errorf("waits %v, want %v", gaps, want)
		}
		if n := s.countOf(AcceptFailed); n != len(at)-1 || s.countOf(Accepted) != 1 {
			t.Errorf("%d accepts failed of %d", n, len(at))
		}
	})
}

// TestFilteredPeersCostNoTime: a peer that a filter turned away is no reason to wait.
func TestFilteredPeersCostNoTime(t *testing.T) {
	listening(t, nil, func(t *testing.T, l *Listener, s *socket, in incoming) {
		start := time.Now()
		for range 50 {
			in <- error(&transport.FilteredError{})
		}
		in.connect(greeting)
		<-s.ready
		if d := time.Since(start); d != 0 || s.countOf(AcceptFailed) != 50 {
			t.Errorf("took %v; %d refusals", d, s.countOf(AcceptFailed))
		}
	})
}

// TestMaxHandshakes: the limit is exact, and counts handshakes only. Beyond it the
// oldest one ends. When one succeeds or fails, its place is free again.
func TestMaxHandshakes(t *testing.T) {
	listening(t, func(cfg *Config) { cfg.MaxHandshakes = 3 }, func(t *testing.T, l *Listener, s *socket, in incoming) {
		for range 5 { // peers that are ready do not count
			in.connect(greeting)
			<-s.ready
		}
		unfinished := []*zmqtest.Conn{in.connect(nil), in.connect(greeting[:10]), in.connect(greeting[:64])}
		synctest.Wait()
		if n := s.countOf(HandshakeFailedNoDetail); n != 0 || l.waiting.n != 3 {
			t.Errorf("%d handshakes failed, %d are under way", n, l.waiting.n)
		}
		in.connect(greeting)
		<-s.ready
		if n := s.countOf(HandshakeFailedNoDetail); n != 1 || s.up != 6 {
			t.Errorf("%d handshakes failed, %d peers are up", n, s.up)
		}
		if _, err := unfinished[0].Write([]byte{0}); err == nil {
			t.Error("another than the oldest handshake was ended")
		}
		_, _ = unfinished[1].Write(greeting[10:])
		<-s.ready
		in.connect(greeting)
		<-s.ready
		if n := s.countOf(HandshakeFailedNoDetail); n != 1 || s.up != 8 {
			t.Errorf("%d handshakes failed, %d peers are up", n, s.up)
		}
	})
}

// TestAdmit: a peer that the socket does not accept is closed before a handshake.
func TestAdmit(t *testing.T) {
	listening(t, nil, func(t *testing.T, l *Listener, s *socket, in incoming) {
		s.admit = zerr.ErrLimit
		peer := in.connect(greeting)
		synctest.Wait()
		if _, err := peer.Write([]byte{0}); err == nil || peer.Buffered() != 0 {
			t.Errorf("the connection is open (%d bytes were sent)", peer.Buffered())
		}
		if got := s.kinds(); !slices.Equal(got, []EventKind{Listening, AcceptFailed}) {
			t.Errorf("events %#x", got)
		}
	})
}

// TestReadyRefused: a peer that the socket turns away after its handshake is
// closed.
func TestReadyRefused(t *testing.T) {
	listening(t, nil, func(t *testing.T, l *Listener, s *socket, in incoming) {
		s.refuse = zerr.ErrLimit
		peer := in.connect(greeting)
		synctest.Wait()
		if _, err := peer.Write([]byte{0}); err == nil || s.countOf(Disconnected) != 1 || len(s.lost) != 0 {
			t.Errorf("write: %v; events %#x", err, s.kinds())
		}
	})
}

// TestListenerStopAtEveryStage: handshakes end at once, peers that are ready continue,
// and a back-off is cut short.
func TestListenerStopAtEveryStage(t *testing.T) {
	listening(t, nil, func(t *testing.T, l *Listener, s *socket, in incoming) {
		var peers []*zmqtest.Conn
		for k := range len(greeting) {
			peers = append(peers, in.connect(greeting[:k]))
		}
		ready := in.connect(greeting)
		<-s.ready
		synctest.Wait()
		start := time.Now()
		l.Stop()
		l.Stop()
		synctest.Wait()
		if time.Since(start) != 0 || s.up != 1 || ended(l.Done()) {
			t.Errorf("took %v, %d peers are up", time.Since(start), s.up)
		}
		for k, p := range peers {
			if _, err := p.Write([]byte{0}); err == nil {
				t.Errorf("%d bytes: the connection is open", k)
			}
		}
		_ = ready.Close()
		<-l.Done()
		if n := s.countOf(Closed); n != 1 {
			t.Errorf("%d events tell of the end", n)
		}
	})
	listening(t, nil, func(t *testing.T, l *Listener, s *socket, in incoming) { // in the back-off
		for range 9 {
			in <- error(syscall.EMFILE)
		}
		synctest.Wait()
		start := time.Now()
		l.Stop()
		<-l.Done()
		if time.Since(start) != 0 {
			t.Errorf("took %v", time.Since(start))
		}
	})
	listening(t, nil, func(*testing.T, *Listener, *socket, incoming) {}) // at once
}

// TestListenerStopsAsAPeerGetsReady: once its handshake is done, the listener does not
// end a connection, even if the host has not taken it in yet. The function of Part
// reaches it nevertheless.
func TestListenerStopsAsAPeerGetsReady(t *testing.T) {
	for _, part := range []bool{false, true} {
		listening(t, nil, func(t *testing.T, l *Listener, s *socket, in incoming) {
			parted := 0
			s.onReady = func() {
				l.Stop()
				if part {
					l.Part(func(c *engine.Conn, _ *pipe.Pipe) { parted++; c.Close(nil) })
				}
			}
			peer := in.connect(greeting)
			<-s.ready
			synctest.Wait()
			_, err := peer.Write([]byte{0, 1, 'm'})
			if part != (err != nil) || part != (parted == 1) || part != ended(l.Done()) {
				t.Errorf("part %v: write %v, %d ended", part, err, parted)
			}
		})
	}
}

// TestListenFails: the error is returned, and no goroutine was started.
func TestListenFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSocket()
		cfg := configOf(&network{}, s)
		cfg.Transport = occupied{cfg.Transport}
		if err := NewListener(cfg).Listen(context.Background()); !errors.Is(err, zerr.ErrAddressInUse) || len(s.kinds()) != 0 {
			t.Errorf("%v; events %#x", err, s.kinds())
		}
	})
}

// occupied is a transport whose addresses are all in use.
type occupied struct{ transport.Transport }

func (occupied) Listen(context.Context, string, *transport.Config) (transport.Listener, error) {
	return nil, zerr.ErrAddressInUse
}
