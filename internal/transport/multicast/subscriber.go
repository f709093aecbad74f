// SPDX-License-Identifier: Apache-2.0

package multicast

import (
	"errors"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/gozmq/zmq/internal/pgm"
	"github.com/gozmq/zmq/internal/pgm/packet"
)

// subscriber is a receiver with its socket.
type subscriber struct {
	// Immutable.
	place place
	link  *link
	lost  func(source packet.TSI, from netip.Addr, packets uint64) // may be nil

	// Owned by the goroutine that reads.
	in  *inbox
	out []byte // messages that were not read yet

	mu       sync.Mutex // comes before what Config.Partial locks
	receiver *pgm.Receiver
	losses   []loss // that were not told of yet

	deadlines sync.Mutex // a leaf lock
	readBy    time.Time  // of SetReadDeadline
	wakeBy    time.Time  // of the receiver
}

// loss is what Config.Lost is told.
type loss struct {
	source  packet.TSI
	from    netip.Addr
	packets uint64
}

func openSubscriber(p place, cfg *Config) (Conn, error) {
	c := &subscriber{place: p, lost: cfg.Lost}
	local := netip.IPv4Unspecified()
	if p.v6() {
		local = netip.IPv6Unspecified()
	}
	var err error
	if c.link, err = open(&p, cfg, wants{local: netip.AddrPortFrom(local, p.port), shares: true, joins: p.receives}); err != nil {
		return nil, err
	}
	c.in = newInbox(c.link)
	c.receiver = pgm.NewReceiver(pgm.ReceiverConfig{
		Session: p.port, Window: cfg.Window(), MTU: cfg.MaxTPDU, Limits: cfg.Limits, Partial: cfg.Partial,
		Lost:   func(source packet.TSI, from netip.Addr, n uint64) { c.losses = append(c.losses, loss{source, from, n}) },
		Random: rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())),
	})
	return c, nil
}

// Read returns frames of messages that are complete. While it is not called, packets wait
// in the system, which drops them when there are too many.
func (c *subscriber) Read(b []byte) (int, error) {
	for len(c.out) == 0 {
		if err := c.receive(); err != nil {
			return 0, err
		}
	}
	n := copy(b, c.out)
	c.out = c.out[n:]
	return n, nil
}

// receive takes packets, or does what is due.
func (c *subscriber) receive() error {
	c.setWake(c.receiver.Wake())
	packets, err := c.in.read()
	switch {
	case err == nil:
	case errors.Is(err, net.ErrClosed):
		return err
	case errors.Is(err, os.ErrDeadlineExceeded) && c.isOver():
		return err
	}
	// Any other error is about one packet, or the receiver's time has come.
	now := time.Now()
	c.mu.Lock()
	for _, x := range packets {
		if !x.to.IsValid() {
			x.to = c.place.receives[0]
		}
		if slices.Contains(c.place.receives, x.to) {
			c.receiver.Handle(x.packet, x.from, x.to, now)
		}
	}
	sends := c.receiver.Next(now)
	c.out = c.receiver.Messages()
	losses := c.losses
	c.losses = nil
	c.mu.Unlock()
	if c.lost != nil { // without the lock, which a logger that asks for Stats wants
		for _, x := range losses {
			c.lost(x.source, x.from, x.packets)
		}
	}
	for _, s := range sends {
		c.send(s)
	}
	return nil
}

// send asks a source for something. What is lost is asked for again.
func (c *subscriber) send(s pgm.Send) {
	port := s.Port
	if port == 0 {
		port = c.place.port
	}
	if s.Group {
		for _, g := range c.place.receives {
			_ = c.link.write(s.Packet, netip.AddrPortFrom(c.place.zoned(g), c.place.port))
		}
	}
	_ = c.link.write(s.Packet, netip.AddrPortFrom(c.place.zoned(s.To), port))
}

// leastWait is how long a wait for packets lasts at least if none come. A deadline that has
// passed would have the system not be asked at all, and a receiver that has something to do
// each time would never hear a packet.
const leastWait = time.Millisecond

// setWake has a wait for packets end when the receiver has something to do.
func (c *subscriber) setWake(t time.Time) {
	if soon := time.Now().Add(leastWait); !t.IsZero() && t.Before(soon) {
		t = soon
	}
	c.deadlines.Lock()
	defer c.deadlines.Unlock()
	if !t.Equal(c.wakeBy) {
		c.wakeBy = t
		c.apply()
	}
}

// apply sets the socket's deadline to the first of both. c.deadlines is held.
func (c *subscriber) apply() {
	t := c.readBy
	if t.IsZero() || !c.wakeBy.IsZero() && c.wakeBy.Before(t) {
		t = c.wakeBy
	}
	_ = c.link.pc.SetReadDeadline(t)
}

// isOver reports whether the deadline has passed that SetReadDeadline set.
func (c *subscriber) isOver() bool {
	c.deadlines.Lock()
	defer c.deadlines.Unlock()
	return !c.readBy.IsZero() && !time.Now().Before(c.readBy)
}

// Write discards what a subscriber has to say to its publishers.
func (c *subscriber) Write(b []byte) (int, error) { return len(b), nil }

// Close ends Read.
func (c *subscriber) Close() error { return c.link.pc.Close() }

// Stats implements Conn.
func (c *subscriber) Stats() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	return Stats{Group: c.place.receives[0], Heard: c.receiver.Sources(), Past: c.receiver.Past(), Ignored: c.receiver.Stats()}
}

// LocalAddr returns the address of the socket.
func (c *subscriber) LocalAddr() net.Addr { return c.link.pc.LocalAddr() }

// RemoteAddr returns the first group.
func (c *subscriber) RemoteAddr() net.Addr {
	return net.UDPAddrFromAddrPort(netip.AddrPortFrom(c.place.receives[0], c.place.port))
}

// SetDeadline implements net.Conn.
func (c *subscriber) SetDeadline(t time.Time) error { return c.SetReadDeadline(t) }

// SetReadDeadline implements net.Conn.
func (c *subscriber) SetReadDeadline(t time.Time) error {
	c.deadlines.Lock()
	defer c.deadlines.Unlock()
	c.readBy = t
	c.apply()
	return nil
}

// SetWriteDeadline implements net.Conn. No write waits.
func (c *subscriber) SetWriteDeadline(time.Time) error { return nil }
