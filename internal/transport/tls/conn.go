// SPDX-License-Identifier: Apache-2.0

package tls

import (
	"cmp"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
)

// Conn is a connection over TLS. It implements transport.Layer.
type Conn struct {
	// Immutable.
	scheme string
	wire   *wire
	tls    *tls.Conn

	out writer
}

// writer is what has been encrypted and not yet sent.
//
//	bufs → records, a block of them in wire.out → the system; tell says how many of bufs
type writer struct {
	mu   sync.Mutex    // the reader sends answers
	sent int           // of wire.out
	ends []end         // of the records in wire.out that carry our bytes
	told int           // bytes of bufs in them that were reported
	raw  atomic.Uint64 // bytes that the system has taken; the reader adds to it, too
}

// end is where a record ends, in wire.out and in bufs.
type end struct{ wire, plain int }

var _ transport.Layer = (*Conn)(nil)

// Scheme implements transport.Layer.
func (c *Conn) Scheme() string { return c.scheme }

// NetConn implements transport.Layer.
func (c *Conn) NetConn() net.Conn { return c.wire.Conn }

// LocalAddr implements net.Conn.
func (c *Conn) LocalAddr() net.Addr { return c.wire.LocalAddr() }

// RemoteAddr implements net.Conn.
func (c *Conn) RemoteAddr() net.Addr { return c.wire.RemoteAddr() }

// SetDeadline implements net.Conn.
func (c *Conn) SetDeadline(t time.Time) error { return c.wire.Conn.SetDeadline(t) }

// SetReadDeadline implements net.Conn.
func (c *Conn) SetReadDeadline(t time.Time) error { return c.wire.Conn.SetReadDeadline(t) }

// SetWriteDeadline implements net.Conn.
func (c *Conn) SetWriteDeadline(t time.Time) error { return c.wire.Conn.SetWriteDeadline(t) }

// Close ends the connection at once, without a word of TLS: a peer that is sent messages
// knows from their frames whether one is cut off.
func (c *Conn) Close() error { return c.wire.Conn.Close() }

// CloseWrite sends close_notify, if the system takes it, and ends our direction.
func (c *Conn) CloseWrite() error {
	half, ok := c.wire.Conn.(interface{ CloseWrite() error })
	if !ok {
		return errors.ErrUnsupported
	}
	c.out.mu.Lock()
	if c.wire.open && c.tls.CloseWrite() == nil {
		c.sendNow()
	}
	c.out.mu.Unlock()
	return half.CloseWrite()
}

// Open is the handshake of TLS.
func (c *Conn) Open(o *transport.Opening) (transport.Opened, error) {
	c.wire.budget = 4*o.MaxBytes + 1024 // as of the handshake of ZMTP; certificates are part of it
	if err := c.tls.Handshake(); err != nil {
		return transport.Opened{}, describe(err)
	}
	c.wire.open = true
	var opened transport.Opened
	if s := c.tls.ConnectionState(); len(s.VerifiedChains) > 0 {
		shown := s.PeerCertificates[0]
		opened.Certificate = transport.Certificate{DER: shown.Raw, Name: cmp.Or(shown.Subject.String(), strings.Join(shown.DNSNames, ", "))}
	}
	return opened, nil
}

// describe tells a peer that speaks no TLS, which breaks the protocol, from one that is
// refused or refuses us, because of a certificate mostly: the next connection may show
// another. What became of the connection below stays as it is.
func describe(err error) error {
	var record tls.RecordHeaderError
	var op *net.OpError
	switch {
	case errors.As(err, &record):
		return &zerr.ProtocolError{Rule: "the peer speaks no TLS", Err: err}
	case errors.Is(err, zerr.ErrProtocol), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.As(err, &op) && op.Op != "remote error" && op.Op != "local error": // as crypto/tls tells alerts
		return err
	}
	return zerr.Errorf(zerr.ErrRefused, "handshake of TLS: %w", err)
}

// Read implements net.Conn.
func (c *Conn) Read(b []byte) (int, error) {
	n, err := c.tls.Read(b)
	c.answer()
	return n, err
}

// Await implements transport.Layer. What crypto/tls has read cannot be asked for.
func (c *Conn) Await() error { return nil }

// TryRead implements transport.Layer.
func (c *Conn) TryRead(fd uintptr, b []byte) (n int, again bool, err error) {
	c.wire.fd, c.wire.tries = fd, true
	n, err = c.tls.Read(b)
	c.wire.tries = false
	if isNotNow(err) {
		again, err = n == 0, nil
	}
	c.answer()
	return n, again, err
}

// answer sends what crypto/tls has to say to the peer by itself, as that it uses new keys
// as well. If the writer is at it, that goes out with what it sends.
func (c *Conn) answer() {
	if c.wire.size() == 0 || !c.out.mu.TryLock() {
		return
	}
	c.sendNow()
	c.out.mu.Unlock()
}

// sendNow sends what waits without blocking. What the system does not take goes out with
// the next write. out.mu is held.
func (c *Conn) sendNow() {
	sc, ok := c.wire.Conn.(syscall.Conn)
	if !ok || !transport.CanPoll {
		c.flushAnswer(port{})
		return
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Write(func(fd uintptr) bool {
		c.flushAnswer(port{fd, true})
		return true
	})
}

// flushAnswer sends what waits. An error comes again with the next write.
func (c *Conn) flushAnswer(p port) {
	_, _ = c.flush(p)
	if len(c.out.ends) == 0 { // no write is under way
		c.settle()
	}
}

// Write implements net.Conn.
func (c *Conn) Write(b []byte) (int, error) { return c.WriteBuffers([][]byte{b}) }

// WriteBuffers implements transport.Layer.
func (c *Conn) WriteBuffers(bufs [][]byte) (int, error) {
	n, _, err := c.write(port{}, bufs)
	return n, err
}

// TryWrite implements transport.Layer.
func (c *Conn) TryWrite(fd uintptr, bufs [][]byte) (n int, again bool, err error) {
	return c.write(port{fd, true}, bufs)
}

// Written implements transport.Layer.
func (c *Conn) Written() uint64 { return c.out.raw.Load() }
