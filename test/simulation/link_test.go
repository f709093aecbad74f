// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gozmq/zmq/internal/zmqtest"
)

// link is one connection with the network between its ends:
//
//	ends[0] ⇄ inner[0] — pump, pump — inner[1] ⇄ ends[1]
//
// The buffers between an end and its inner side are those of the systems.
type link struct {
	net   *network
	ends  [2]*conn
	inner [2]*zmqtest.Conn

	mu     sync.Mutex // a leaf
	random *rand.Rand
	dead   bool // no byte and no end reaches the other side
}

// conn is an end that counts.
type conn struct {
	*zmqtest.Conn
	local, remote net.Addr
	written, read atomic.Int64
}

func (c *conn) LocalAddr() net.Addr  { return c.local }
func (c *conn) RemoteAddr() net.Addr { return c.remote }

func (c *conn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	c.written.Add(int64(n))
	return n, err
}

func (c *conn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.read.Add(int64(n))
	return n, err
}

// newLink makes a connection from an address to another.
func newLink(n *network, random *rand.Rand, from, to netip.AddrPort) *link {
	addresses := [2]net.Addr{net.TCPAddrFromAddrPort(from), net.TCPAddrFromAddrPort(to)}
	x := &link{net: n, random: random}
	for i := range x.ends {
		outer, inner := zmqtest.PipeOf(1 + random.IntN(64<<10))
		x.ends[i], x.inner[i] = &conn{Conn: outer, local: addresses[i], remote: addresses[1-i]}, inner
	}
	return x
}

func (x *link) start() {
	var pumps sync.WaitGroup
	for i := range x.inner {
		pumps.Go(func() { x.pump(x.inner[i], x.inner[1-i]) })
	}
	x.net.all.Go(func() {
		pumps.Wait()
		for _, c := range x.inner {
			_ = c.Close()
		}
		x.net.over(x)
	})
}

// pump carries the bytes of one direction.
func (x *link) pump(from, to *zmqtest.Conn) {
	b := make([]byte, 16<<10)
	for {
		n, err := from.Read(b[:1+x.intN(len(b))])
		if !x.pass() {
			return
		}
		if n > 0 {
			if _, err := to.Write(b[:n]); err != nil { // the reader has gone
				_ = from.Close()
				return
			}
		}
		if err == io.EOF {
			_ = to.CloseWrite()
			return
		}
		if err != nil {
			to.Reset()
			return
		}
	}
}

// pass waits as long as the network delays what is sent now, and reports whether it
// arrives.
func (x *link) pass() bool {
	n := x.net
	n.mu.Lock()
	delay := n.delay
	n.mu.Unlock()
	time.Sleep(delay)
	n.mu.Lock()
	for n.cut {
		n.healed.Wait()
	}
	n.mu.Unlock()
	x.mu.Lock()
	defer x.mu.Unlock()
	return !x.dead
}

// reset breaks the connection for both ends. What is under way is lost, from the middle
// of a frame mostly.
func (x *link) reset() {
	x.kill()
	for _, c := range x.inner {
		c.Reset()
	}
}

// patience is how long a system sends again what is not acknowledged before it gives a
// connection up (tcp_retries2).
const patience = 15 * time.Minute

// vanish has one end disappear as a machine does that loses power. The other learns
// nothing until its system gives up.
func (x *link) vanish(i int) {
	x.kill()
	x.inner[i].Reset()
	far := x.inner[1-i]
	x.net.all.Go(func() {
		time.Sleep(patience)
		far.Reset()
	})
}

func (x *link) kill() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.dead = true
}

func (x *link) intN(n int) int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.random.IntN(n)
}
