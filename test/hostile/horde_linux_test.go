// SPDX-License-Identifier: Apache-2.0

package hostile_test

import (
	"fmt"
	"log/slog"
	"net/netip"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zmqtest"
	"github.com/gozmq/zmq/test/rig"
)

// horde are connections of strangers as bare descriptors, which cost the program
// no memory, so that what it holds is what our side of them costs.
type horde struct {
	*siege
	fds []int
}

// newHorde connects n strangers that all say the same. The system must let us have
// two descriptors for each; if it does not, there are fewer, and the log says so.
func newHorde(b *siege, n int, says []byte) *horde {
	b.Helper()
	var limit syscall.Rlimit
	b.Check(syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit))
	const others = 200 // descriptors of the rest of the program
	if want := uint64(2*n + others); limit.Cur < want {
		raised := limit
		raised.Cur, raised.Max = want, max(want, limit.Max)
		if syscall.Setrlimit(syscall.RLIMIT_NOFILE, &raised) == nil {
			b.Cleanup(func() { _ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit) })
		} else {
			fewer := int(limit.Cur-others) / 2
			b.Logf("ONLY %d CONNECTIONS INSTEAD OF %d: the limit of descriptors is %d and cannot be raised", fewer, n, limit.Cur)
			n = fewer
		}
	}
	at, err := netip.ParseAddrPort(strings.TrimPrefix(b.s.LastEndpoint(), "tcp://"))
	b.Check(err)
	c := &horde{siege: b}
	b.Cleanup(c.leave)
	wait := syscall.NsecToTimeval(int64(rig.Patience)) // its fields are as wide as the machine's words
	for range n {
		fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
		b.Check(err)
		c.fds = append(c.fds, fd)
		b.Check(syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &wait))
		b.Check(syscall.Connect(fd, &syscall.SockaddrInet4{Port: int(at.Port()), Addr: at.Addr().As4()}))
		_, err = syscall.Write(fd, says)
		b.Check(err)
	}
	return c
}

// hear reads bytes of ours from each: after that we have dealt with what each
// has said.
func (c *horde) hear(n int) {
	c.Helper()
	c.Check(c.tryHear(n))
}

// tryHear is hear, and returns an error if a connection has ended.
func (c *horde) tryHear(n int) error {
	buf := make([]byte, n)
	for _, fd := range c.fds {
		for got := 0; got < n; {
			k, err := syscall.Read(fd, buf[got:])
			if err == syscall.EINTR {
				continue
			}
			if err != nil || k == 0 {
				return fmt.Errorf("one of the horde heard %d of %d bytes: %v", got+k, n, err)
			}
			got += k
		}
	}
	return nil
}

// hastyHorde is a horde whose handshakes end soon, but not before what each has said was
// dealt with. A machine that is held up gets more time than the interval.
func hastyHorde(b *siege, interval time.Duration, n int, says []byte, answer int) *horde {
	b.Helper()
	for ; ; interval *= 2 {
		b.hurry(interval)
		c := newHorde(b, n, says)
		err := c.tryHear(answer)
		if err == nil {
			return c
		}
		if interval > rig.Patience/2 {
			b.Fatal(err)
		}
		c.leave()
		b.WaitPeersLeft(b.s, 1)
	}
}

// cutOff waits until each has been disconnected.
func (c *horde) cutOff() {
	c.Helper()
	buf := make([]byte, 1024)
	for _, fd := range c.fds {
		for {
			k, err := syscall.Read(fd, buf)
			if err == syscall.EAGAIN {
				c.Fatal("a connection is still open")
			}
			if k <= 0 && err != syscall.EINTR {
				break
			}
		}
	}
}

func (c *horde) leave() {
	for _, fd := range c.fds {
		_ = syscall.Close(fd)
	}
	c.fds = nil
}

// TestTenThousandHalfOpenConnections are held under 80 MB, served beside, and
// released at the handshake interval. The bound is of what Go's heap and stacks
// hold, before which nothing is collected.
func TestTenThousandHalfOpenConnections(t *testing.T) {
	if testing.Short() {
		t.Skip("takes twenty thousand descriptors and some seconds")
	}
	const n, bound = 10000, 80e6
	b := newSiege(t, zmq.ROUTER, true, zmq.MaxHandshakes.Of(0), zmq.Backlog.Of(4096))
	b.level.Set(slog.LevelError) // what a log line takes on each stack is not what is measured
	before := held()
	start := time.Now()
	c := hastyHorde(b, 2*time.Second, n, zmqtest.MustOctets(signature), 10) // the answer is our own signature
	b.talk()
	took := time.Since(start)
	if cost := int64(held()) - int64(before); cost > bound && !rig.RaceEnabled {
		b.Errorf("%d connections cost %d bytes", len(c.fds), cost)
	} else {
		b.Logf("%d connections, opened in %v, cost %.1f MB", len(c.fds), took.Round(time.Millisecond), float64(cost)/1e6)
	}
	for range 20 {
		b.talk()
	}
	c.cutOff()
	c.leave()
	b.end()
	if after := held(); after > before+8<<20 {
		b.Errorf("the heap grew from %d to %d bytes", before, after)
	}
}

// TestSilentConnectionsLockNobodyOut: more than MaxHandshakes, all from the address of
// an honest client, hold on and say nothing, and that client is served.
func TestSilentConnectionsLockNobodyOut(t *testing.T) {
	if testing.Short() {
		t.Skip("takes ten thousand descriptors")
	}
	const n = 4200
	b := newSiege(t, zmq.PULL, true, zmq.HandshakeInterval.Of(time.Hour), zmq.Backlog.Of(n))
	b.level.Set(slog.LevelError)
	c := newHorde(b, n, nil)
	late := b.Socket(zmq.PUSH)
	b.Check(late.Connect(b.s.LastEndpoint()))
	b.Send(late, "late")
	if m := b.Recv(b.s); m[0] != "late" {
		b.Errorf("received %q", m)
	}
	b.Check(late.Close())
	c.leave()
	b.end()
}

// TestIdleConnections: a peer that has shaken hands and says nothing costs 6.4 KB, of
// which the stack of our reader is the smallest that there is: 2 KiB, or more if the last
// garbage collection found that goroutines need more. The bound leaves room for what the
// runtime keeps beside. Heartbeats are not in it, which peers of ZMTP 3.0 do not get.
func TestIdleConnections(t *testing.T) {
	const n, beside = 2000, 6000
	b := newSiege(t, zmq.ROUTER, true, zmq.Backlog.Of(n))
	b.level.Set(slog.LevelError)
	says := wire.AppendGreeting(nil, wire.Greeting{Major: 3, Minor: 0, Mechanism: "NULL"})
	says = wire.AppendCommandFrame(says, "READY", wire.AppendProperty(nil, "Socket-Type", []byte("DEALER")))
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // the size of new stacks stays what it is
	before := held()
	each := beside + newStack()
	c := newHorde(b, n, says)
	b.WaitPeers(b.s, len(c.fds)+1)
	b.talk()
	cost := (int64(held()) - int64(before)) / int64(len(c.fds))
	if cost > each && !rig.RaceEnabled {
		b.Errorf("each connection costs %d bytes", cost)
	} else {
		b.Logf("each connection costs %d bytes", cost)
	}
	c.leave()
	b.end()
}

// newStack is how many bytes the stack of a new goroutine has.
func newStack() int64 {
	sample := []metrics.Sample{{Name: "/gc/stack/starting-size:bytes"}}
	metrics.Read(sample)
	return int64(sample[0].Value.Uint64())
}

// TestPeersThatStopWithinAFrame cost what they have sent of it, and no read buffer.
func TestPeersThatStopWithinAFrame(t *testing.T) {
	const n, each = 500, 24 << 10
	b := newSiege(t, zmq.ROUTER, true, zmq.Backlog.Of(n))
	b.level.Set(slog.LevelError)
	says := wire.AppendGreeting(nil, wire.Greeting{Major: 3, Minor: 0, Mechanism: "NULL"})
	says = wire.AppendCommandFrame(says, "READY", wire.AppendProperty(nil, "Socket-Type", []byte("DEALER")))
	begun := message(0, strings.Repeat("x", 3000))
	says = append(append(says, message(0, "whole")...), begun[:2000]...)
	before := held()
	c := newHorde(b, n, says)
	b.WaitPeers(b.s, len(c.fds)+1)
	for range c.fds {
		b.Recv(b.s)
	}
	b.talk()
	if cost := (int64(held()) - int64(before)) / int64(len(c.fds)); cost > each && !rig.RaceEnabled {
		b.Errorf("each connection costs %d bytes", cost)
	} else {
		b.Logf("each connection costs %d bytes", cost)
	}
	for _, fd := range c.fds { // the rest comes
		_, err := syscall.Write(fd, begun[2000:])
		b.Check(err)
	}
	for range c.fds {
		if m := b.Recv(b.s); len(m) != 2 || len(m[1]) != 3000 {
			b.Fatalf("received %d frames, the last of %d bytes", len(m), len(m[len(m)-1]))
		}
	}
	c.leave()
	b.end()
}

// TestHalfOpenCurveConnections: a client that has said HELLO and heard WELCOME costs no
// more than some keys beyond that.
func TestHalfOpenCurveConnections(t *testing.T) {
	const n, each = 500, 16 << 10
	g := curveGuard()
	b := newGuardedSiege(t, zmq.ROUTER, true, g, zmq.Backlog.Of(n))
	m := g.machine(false, nil)
	hello, err := m.Next()
	b.Check(err)
	before := held()
	says := wire.AppendGreeting(nil, wire.Greeting{Major: 3, Minor: 1, Mechanism: "CURVE"})
	c := hastyHorde(b, time.Second, n, wire.AppendFrame(says, wire.FlagCommand, hello), wire.GreetingSize+2+168)
	b.talk()
	if cost := (int64(held()) - int64(before)) / int64(len(c.fds)); cost > each && !rig.RaceEnabled {
		b.Errorf("each connection costs %d bytes", cost)
	}
	c.cutOff()
	c.leave()
	b.end()
}
