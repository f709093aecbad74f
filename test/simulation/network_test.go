// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"context"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"github.com/gozmq/zmq/internal/core"
)

// network has connections that pass through links.
type network struct {
	all sync.WaitGroup // pumps of links

	// Guarded by mu, a leaf but for link.mu.
	mu        sync.Mutex
	healed    *sync.Cond // cut has become false
	cut       bool
	random    *rand.Rand
	listeners map[string]*listener
	links     []*link // all that were made and are not over
	past      []*link // the others
	delay     time.Duration
	port      uint16 // of the latest connection
}

func newNetwork(random *rand.Rand) *network {
	n := &network{random: random, listeners: make(map[string]*listener), delay: time.Millisecond}
	n.healed = sync.NewCond(&n.mu)
	return n
}

// port is what peers listen on.
const port = 5555

// host is the network as one program sees it, which has an address of its own.
type host struct {
	*network
	address netip.Addr
}

// hook has a socket listen and connect on the network.
func (n host) hook() *core.Hook {
	return &core.Hook{Name: "network", Set: func(h *core.Hooks) { h.Dial, h.Listen = n.dial, n.listen }}
}

func (n host) listen(_ context.Context, _, address string) (net.Listener, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.listeners[address] != nil {
		return nil, syscall.EADDRINUSE
	}
	l := &listener{net: n.network, address: address, at: netip.AddrPortFrom(n.address, port), backlog: make(chan net.Conn, 100), done: make(chan struct{})}
	n.listeners[address] = l
	return l, nil
}

// dial connects after a round trip. While the network is cut it waits for
// ConnectTimeout.
func (n host) dial(ctx context.Context, _, address string) (net.Conn, error) {
	n.mu.Lock()
	wait, cut := 2*n.delay, n.cut
	n.mu.Unlock()
	if cut {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if err := sleep(ctx, wait); err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	l := n.listeners[address]
	switch {
	case n.cut:
		return nil, syscall.ETIMEDOUT
	case l == nil:
		return nil, syscall.ECONNREFUSED
	}
	n.port++
	x := newLink(n.network, rand.New(rand.NewPCG(n.random.Uint64(), 0)), netip.AddrPortFrom(n.address, n.port), l.at)
	select {
	case l.backlog <- x.ends[1]:
	default:
		return nil, syscall.ECONNREFUSED
	}
	n.links = append(n.links, x)
	x.start()
	return x.ends[0], nil
}

// setCut cuts the network, or mends it.
func (n *network) setCut(cut bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.cut = cut
	if !cut {
		n.healed.Broadcast()
	}
}

// setDelay sets how long it takes to the other end from now on.
func (n *network) setDelay(d time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.delay = d
}

// pick returns a link at random, nil if there is none.
func (n *network) pick() *link {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.links) == 0 {
		return nil
	}
	return n.links[n.random.IntN(len(n.links))]
}

// over notes the end of a link.
func (n *network) over(x *link) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for i, y := range n.links {
		if x == y {
			n.links = append(n.links[:i], n.links[i+1:]...)
			break
		}
	}
	n.past = append(n.past, x)
}

// account returns what was written by one end and never read by the other, of all
// connections that are over, and in how many directions anything was. It is for when the
// sockets are closed: a write that the end of its connection interrupts says how far it
// has come when it returns.
func (n *network) account() (lost, broken int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, x := range n.past {
		for i, from := range x.ends {
			if k := int(from.written.Load() - x.ends[1-i].read.Load()); k > 0 {
				lost += k
				broken++
			}
		}
	}
	return lost, broken
}

// listener is one address.
type listener struct {
	net     *network
	address string
	backlog chan net.Conn
	at      netip.AddrPort
	once    sync.Once
	done    chan struct{}
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.backlog:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error {
	l.once.Do(func() {
		l.net.mu.Lock()
		delete(l.net.listeners, l.address)
		l.net.mu.Unlock()
		close(l.done)
		for {
			select {
			case c := <-l.backlog:
				_ = c.Close()
			default:
				return
			}
		}
	})
	return nil
}

func (l *listener) Addr() net.Addr { return net.TCPAddrFromAddrPort(l.at) }

// sleep waits, and returns early when ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
