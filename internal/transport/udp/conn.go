// SPDX-License-Identifier: Apache-2.0

package udp

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/netip"
	"time"

	"github.com/gozmq/zmq/internal/transport"
)

// Framing of ZMTP 2.0 (RFC 15): flags, a length of one byte or of eight.
const (
	more      = 1
	long      = 2
	command   = 4
	shortHead = 2
	longHead  = 9
)

// Conn is a socket of datagrams in the form of a stream. One goroutine may read while
// another writes.
type Conn struct {
	udp       *net.UDPConn // not embedded: its descriptor is not to be read and written
	role      Role
	to        netip.AddrPort // of a RADIO
	bound     netip.AddrPort // as it was asked for
	via       string         // with a semicolon, or empty
	terminate bool
	malformed func()
	lost      func()

	// Owned by the reader.
	in     []byte // room for a datagram, and one byte more to tell a larger one
	frames []byte // of the datagram that came last
	out    []byte // what of frames was not read yet

	// Owned by the writer.
	rest     []byte // frames of a message that is not complete
	datagram []byte
}

// Open makes a socket at an address, which a DISH and a DGRAM bind and to which a RADIO
// sends. A name is resolved once, here. After an error nothing is left behind.
func Open(ctx context.Context, text string, cfg *Config) (*Conn, error) {
	p, err := resolve(ctx, text, cfg)
	if err != nil {
		return nil, err
	}
	u, err := open(ctx, p, cfg)
	if err != nil {
		return nil, err
	}
	c := &Conn{udp: u, role: cfg.Role, terminate: cfg.Terminate, malformed: cfg.Malformed, lost: cfg.Lost}
	if cfg.Role == Radio {
		c.to = p.addr
		if p.via != nil && p.v6 {
			c.to = netip.AddrPortFrom(p.addr.Addr().WithZone(p.via.Name), p.addr.Port())
		}
	}
	c.bound = p.addr
	if p.via != nil {
		c.via = p.via.Name + ";"
	}
	c.in = make([]byte, MaxDatagram+1)
	return c, nil
}

// Close ends Read and Write.
func (c *Conn) Close() error { return c.udp.Close() }

// LocalAddr returns the address of the socket.
func (c *Conn) LocalAddr() net.Addr { return c.udp.LocalAddr() }

// RemoteAddr returns where a RADIO sends to, or else no address.
func (c *Conn) RemoteAddr() net.Addr { return net.UDPAddrFromAddrPort(c.to) }

// SetDeadline implements net.Conn.
func (c *Conn) SetDeadline(t time.Time) error { return c.udp.SetDeadline(t) }

// SetReadDeadline implements net.Conn.
func (c *Conn) SetReadDeadline(t time.Time) error { return c.udp.SetReadDeadline(t) }

// SetWriteDeadline implements net.Conn.
func (c *Conn) SetWriteDeadline(t time.Time) error { return c.udp.SetWriteDeadline(t) }

// Endpoint returns what the socket is bound to, as an endpoint.
func (c *Conn) Endpoint() string {
	a := c.bound
	if a.Port() == 0 {
		a = netip.AddrPortFrom(a.Addr(), uint16(c.udp.LocalAddr().(*net.UDPAddr).Port))
	}
	return Scheme + "://" + c.via + a.String()
}

// Read returns frames of messages that have come.
func (c *Conn) Read(b []byte) (int, error) {
	for len(c.out) == 0 {
		n, from, err := c.udp.ReadFromUDPAddrPort(c.in)
		switch {
		case err == nil && c.role != Radio: // which nothing is sent to
			c.take(c.in[:n], from)
		case err == nil:
		case errors.Is(err, net.ErrClosed) || isTimeout(err):
			return 0, err
		case transport.IsCut(err) && c.role != Radio: // Windows says so
			c.malformed()
		}
		// Any other error says that a datagram did not arrive.
	}
	n := copy(b, c.out)
	c.out = c.out[n:]
	return n, nil
}

// take turns a datagram into frames, or drops it.
func (c *Conn) take(b []byte, from netip.AddrPort) {
	if len(b) > MaxDatagram {
		c.malformed()
		return
	}
	if c.role == Dgram {
		var text [64]byte // an address of IPv6 with a zone and a port, mostly
		head := netip.AddrPortFrom(from.Addr().Unmap(), from.Port()).AppendTo(text[:0])
		if c.terminate {
			head = append(head, 0)
		}
		c.put(head, b)
		return
	}
	end := 1
	if len(b) > 0 {
		end += int(b[0])
	}
	if len(b) < end || bytes.IndexByte(b[1:end], 0) >= 0 {
		c.malformed()
		return
	}
	c.put(b[1:end], b[end:])
}

// put has Read return a message of two frames.
func (c *Conn) put(head, body []byte) {
	c.frames = appendFrame(appendFrame(c.frames[:0], more, head), 0, body)
	c.out = c.frames
}

// Write takes frames, in pieces of any size, and sends each message when it is whole. A
// message that the system refuses is lost, as one is that the network loses.
func (c *Conn) Write(b []byte) (int, error) {
	data := b
	if len(c.rest) > 0 {
		c.rest = append(c.rest, b...)
		data = c.rest
	}
	for {
		n, head, body, ok := message(data)
		if n == 0 {
			c.rest = append(c.rest[:0], data...)
			return len(b), nil
		}
		data = data[n:]
		if !ok {
			continue
		}
		switch err := c.send(head, body); {
		case err == nil:
		case errors.Is(err, net.ErrClosed) || isTimeout(err):
			c.rest = c.rest[:0]
			return 0, err
		default:
			c.lost()
		}
	}
}

func (c *Conn) send(head, body []byte) error {
	switch c.role {
	case Radio:
		c.datagram = append(append(append(c.datagram[:0], byte(len(head))), head...), body...)
		_, err := c.udp.WriteToUDPAddrPort(c.datagram, c.to)
		return err
	case Dgram:
		to, ok := ParseDestination(head)
		if !ok {
			return net.InvalidAddrError(head)
		}
		_, err := c.udp.WriteToUDPAddrPort(body, to)
		return err
	}
	return nil
}

// message takes the first message of two frames off b and returns how many bytes it
// has, 0 if it is not whole. A command and every other message are not ok.
func message(b []byte) (n int, head, body []byte, ok bool) {
	flags, first, n := frame(b)
	if n == 0 || flags&more == 0 {
		return n, nil, nil, false
	}
	second, body, k := frame(b[n:])
	if k == 0 {
		return 0, nil, nil, false
	}
	return n + k, first, body, second&more == 0
}

// frame takes the first frame off b; n is 0 if it is not whole.
func frame(b []byte) (flags byte, body []byte, n int) {
	if len(b) < shortHead {
		return 0, nil, 0
	}
	size, at := uint64(b[1]), shortHead
	if b[0]&long != 0 {
		if len(b) < longHead {
			return 0, nil, 0
		}
		size, at = 0, longHead
		for _, x := range b[1:longHead] {
			size = size<<8 | uint64(x)
		}
	}
	if size > uint64(len(b)-at) {
		return 0, nil, 0
	}
	return b[0], b[at : at+int(size)], at + int(size)
}

func appendFrame(dst []byte, flags byte, body []byte) []byte {
	if n := len(body); n < 256 {
		dst = append(dst, flags, byte(n))
	} else {
		dst = append(dst, flags|long, 0, 0, 0, 0, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	return append(dst, body...)
}

func isTimeout(err error) bool {
	var ne net.Error
	return errors.As(err, &ne) && ne.Timeout()
}
