// SPDX-License-Identifier: Apache-2.0

package multicast

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"

	"github.com/gozmq/zmq/internal/pgm"
	"github.com/gozmq/zmq/internal/pgm/packet"
	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
)

// publisher is a source with its sockets.
type publisher struct {
	transport.Deadlines

	// Immutable.
	place   place
	tsi     packet.TSI
	group   netip.AddrPort
	data    *link // that packets go out of, in UDP from a port of its own
	routers *link // the same for those that concern routers; data, if there are none
	asked   *link // that receivers send to: the port of the endpoint; nil: data
	closed  chan struct{}
	close   sync.Once
	wake    chan struct{} // has a value when receivers have sent something
	hearing sync.WaitGroup

	// sending is held while a packet is made and sent. Its memory is the window's, which
	// only the holder changes. It comes before mu.
	sending sync.Mutex
	packer  *pgm.Packer // owned by the goroutine that calls Write

	mu     sync.Mutex // a leaf lock
	source *pgm.Source
	unsent uint64
	last   time.Time     // when a receiver last asked for something
	ends   time.Time     // when CloseWrite was called; zero: it was not
	quiet  time.Duration // lastRepairs
	latest time.Duration // mostRepairs
}

// lastRepairs is how long a source that has sent everything goes on answering after the
// last request: twice what a receiver waits before it repeats one.
const lastRepairs = 500 * time.Millisecond

// mostRepairs is for how long it does so at most.
const mostRepairs = 5 * time.Second

func openPublisher(p place, cfg *Config) (Conn, error) {
	c := &publisher{place: p, group: netip.AddrPortFrom(p.zoned(p.sends), p.port), closed: make(chan struct{}), wake: make(chan struct{}, 1), quiet: lastRepairs, latest: mostRepairs}
	if room := pgm.MaxData(cfg.MaxTPDU, p.headers()); room < pgm.MinData {
		return nil, zerr.Errorf(zerr.ErrInvalid, "MULTICAST_MAXTPDU of %d leaves no room for data behind %d bytes of headers", cfg.MaxTPDU, cfg.MaxTPDU-room)
	}
	if err := c.openLinks(cfg); err != nil {
		c.closeLinks()
		return nil, err
	}
	var id [8]byte
	_, _ = rand.Read(id[:]) // which does not fail
	c.tsi = packet.TSI{GSI: packet.GSI(id[:6]), Port: binary.BigEndian.Uint16(id[6:])}
	if c.tsi.Port == p.port || c.tsi.Port == 0 { // the direction of a packet is told by the ports
		c.tsi.Port = p.port ^ 0x8000 | 1
	}
	c.source = pgm.NewSource(pgm.SourceConfig{
		TSI: c.tsi, Session: p.port, Path: p.self, Group: p.sends,
		Window: cfg.Window(), Rate: cfg.Rate * 1000 / 8, Headers: p.headers(), MTU: cfg.MaxTPDU,
	}, time.Now())
	c.packer = pgm.NewPacker(c.source.MaxData())
	for _, l := range []*link{c.data, c.asked} {
		if l != nil {
			c.hearing.Go(func() { c.hear(l) })
		}
	}
	return c, nil
}

// openLinks makes the sockets. UDP has two that receivers can send to. One is at the port of
// the endpoint, as libzmq wants it, which all sources of a machine share. The system gives
// what comes to one of them. So each sends from a port of its own, where our receivers
// find it if the other does not answer.
func (c *publisher) openLinks(cfg *Config) (err error) {
	p, self := &c.place, c.place.zoned(c.place.self)
	if c.data, err = open(p, cfg, wants{local: netip.AddrPortFrom(self, 0), sends: true}); err != nil {
		return err
	}
	if !p.raw() {
		c.routers = c.data // no router looks into UDP
		c.asked, err = open(p, cfg, wants{local: netip.AddrPortFrom(self, p.port), shares: true})
		return err
	}
	narrow := *cfg
	narrow.RecvBuffer = 0 // a raw socket hears everything, and this one is not read
	if c.routers, err = open(p, &narrow, wants{local: netip.AddrPortFrom(self, 0), sends: true, routed: true}); err != nil {
		c.routers, err = c.data, nil // without the option, then
	}
	return err
}

func (c *publisher) closeLinks() {
	for _, l := range []*link{c.data, c.routers, c.asked} {
		if l != nil {
			_ = l.pc.Close()
		}
	}
}

// hear takes what receivers send to a socket, until that is closed.
func (c *publisher) hear(l *link) {
	in := newInbox(l)
	for {
		packets, err := in.read()
		now := time.Now()
		c.mu.Lock()
		for _, x := range packets {
			if c.source.Handle(x.packet, now) {
				c.last = now
			}
		}
		c.mu.Unlock()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		select { // any other error is about one packet
		case c.wake <- struct{}{}:
		default:
		}
	}
}

// Read sends what is due besides new data: path messages, confirmations and repairs. There
// is nothing to read. It ends with CloseWrite when receivers ask for nothing any more.
func (c *publisher) Read([]byte) (int, error) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	over := c.ReadBy.Passed()
	for {
		c.sending.Lock()
		c.sendDue()
		c.sending.Unlock()
		c.mu.Lock()
		now := time.Now()
		at := c.source.Wake(now)
		ends := c.endsAt()
		c.mu.Unlock()
		if !ends.IsZero() {
			if !now.Before(ends) {
				return 0, io.EOF
			}
			if ends.Before(at) {
				at = ends
			}
		}
		timer.Reset(max(at.Sub(now), 0))
		select {
		case <-timer.C:
		case <-c.wake:
		case <-c.closed:
			return 0, net.ErrClosed
		case <-over:
			return 0, os.ErrDeadlineExceeded
		}
	}
}

// endsAt returns when a source that has sent everything ends; zero: it has not. c.mu is
// held.
func (c *publisher) endsAt() time.Time {
	if c.ends.IsZero() {
		return time.Time{}
	}
	from := c.ends
	if c.last.After(from) {
		from = c.last
	}
	at, latest := from.Add(c.quiet), c.ends.Add(c.latest)
	if latest.Before(at) {
		return latest
	}
	return at
}

// sendDue sends what the source has besides new data. c.sending is held.
func (c *publisher) sendDue() {
	for {
		c.mu.Lock()
		b := c.source.Next(time.Now())
		c.mu.Unlock()
		if b == nil {
			return
		}
		c.send(c.routers, b)
	}
}

// send sends a packet. One that the system refuses is lost, as one is that the network
// loses. Receivers will ask for it. c.sending is held.
func (c *publisher) send(l *link, b []byte) {
	if err := l.write(b, c.group); err != nil {
		c.mu.Lock()
		c.unsent++
		c.mu.Unlock()
	}
}

// Write takes frames, in pieces of any size, and sends them in packets at the rate. What
// does not fill the last packet goes out too, if it ends with a message.
func (c *publisher) Write(b []byte) (int, error) {
	for taken := 0; taken < len(b); {
		taken += c.packer.Add(b[taken:])
		for c.packer.Full() || taken == len(b) && c.packer.Ends() && c.packer.Data() != nil {
			if err := c.sendData(); err != nil {
				return taken, err
			}
		}
	}
	return len(b), nil
}

// sendData sends the packet that the packer has, when the rate allows.
func (c *publisher) sendData() error {
	data := c.packer.Data()
	for {
		c.sending.Lock()
		c.sendDue()
		c.mu.Lock()
		now := time.Now()
		wait := c.source.Wait(len(data), now)
		var b []byte
		if wait == 0 {
			b = c.source.Data(data, now)
		}
		c.mu.Unlock()
		if b != nil {
			c.send(c.data, b)
			c.packer.Next()
		}
		c.sending.Unlock()
		if b != nil {
			return nil
		}
		if err := c.pause(wait); err != nil {
			return err
		}
	}
}

// pause waits for the rate.
func (c *publisher) pause(d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-c.closed:
		return net.ErrClosed
	case <-c.WriteBy.Passed():
		return os.ErrDeadlineExceeded
	}
}

// CloseWrite says that there is no more data. Receivers can still ask for what they miss,
// until Read returns io.EOF.
func (c *publisher) CloseWrite() error {
	c.sending.Lock()
	c.mu.Lock()
	c.source.Finish()
	c.ends = time.Now()
	c.mu.Unlock()
	c.sendDue()
	c.sending.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
	return nil
}

// Close ends Read and Write, and says that the session ends.
func (c *publisher) Close() error {
	c.close.Do(func() {
		close(c.closed)
		for _, l := range []*link{c.data, c.routers} { // a write that waits for the system ends
			_ = l.pc.SetWriteDeadline(time.Now().Add(lastRepairs))
		}
		c.sending.Lock()
		c.mu.Lock()
		if c.ends.IsZero() {
			c.source.Finish()
		}
		c.mu.Unlock()
		c.sendDue()
		c.sending.Unlock()
		c.closeLinks()
		c.hearing.Wait()
	})
	return nil
}

// Stats implements Conn.
func (c *publisher) Stats() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	return Stats{TSI: c.tsi, Group: c.place.sends, Sent: c.source.Stats(), Unsent: c.unsent}
}

// LocalAddr returns the address that packets come from.
func (c *publisher) LocalAddr() net.Addr { return c.data.pc.LocalAddr() }

// RemoteAddr returns the group.
func (c *publisher) RemoteAddr() net.Addr { return net.UDPAddrFromAddrPort(c.group) }

// SetReadDeadline implements net.Conn.
func (c *publisher) SetReadDeadline(t time.Time) error {
	c.ReadBy.Set(t)
	return nil
}

// SetWriteDeadline implements net.Conn.
func (c *publisher) SetWriteDeadline(t time.Time) error {
	c.WriteBy.Set(t)
	return nil
}
