// SPDX-License-Identifier: Apache-2.0

package ws

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gozmq/zmq/internal/transport"
)

// Mount is the place of a socket in a web server: an http.Handler that turns requests into
// connections, and the transport of one Bind, whose listener accepts these.
//
//	ServeHTTP, in a goroutine of the server → check → hijacked → conns → Accept → Open,
//	which answers the request
type Mount struct {
	// Immutable.
	cfg   *Config
	name  string
	conns chan net.Conn
	done  chan struct{} // closed by end
	end   func()
}

// NewMount returns one whose endpoint has that name.
func NewMount(name string, cfg *Config) *Mount {
	m := &Mount{cfg: cfg, name: name, conns: make(chan net.Conn), done: make(chan struct{})}
	m.end = sync.OnceFunc(func() { close(m.done) })
	return m
}

// ServeHTTP implements http.Handler.
func (m *Mount) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if no := check(r, m.cfg); no != nil {
		if no.status == http.StatusUpgradeRequired {
			w.Header().Set("Connection", "Upgrade")
			w.Header().Set("Upgrade", "websocket")
			w.Header().Set("Sec-WebSocket-Version", "13")
		}
		http.Error(w, no.reason, no.status)
		return
	}
	select {
	case <-m.done:
		http.Error(w, "the ZeroMQ socket is closed", http.StatusServiceUnavailable)
		return
	default:
	}
	nc, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, "this server cannot hand over the connection of the request to a WebSocket: "+err.Error(), http.StatusNotImplemented)
		return
	}
	c := m.conn(nc, rw, r)
	select {
	case m.conns <- c:
	case <-m.done:
		_ = nc.Close()
	}
}

// conn makes a connection of a request. The deadlines of the web server are not those of
// a socket.
func (m *Mount) conn(nc net.Conn, rw *bufio.ReadWriter, r *http.Request) *Conn {
	_ = nc.SetDeadline(time.Time{})
	scheme := "ws"
	var certificate transport.Certificate
	if r.TLS != nil {
		scheme = "wss"
		if len(r.TLS.VerifiedChains) > 0 {
			shown := r.TLS.PeerCertificates[0]
			certificate = transport.Certificate{DER: shown.Raw, Name: cmp.Or(shown.Subject.String(), strings.Join(shown.DNSNames, ", "))}
		}
	}
	c := newConn(nc, scheme)
	c.server = true
	if n := rw.Reader.Buffered(); n > 0 {
		b, _ := rw.Reader.Peek(n)
		c.in.early = append([]byte(nil), b...)
	}
	c.hello = func(c *Conn, o *transport.Opening) (transport.Opened, error) {
		opened, err := c.settle(r, m.cfg, o)
		opened.Certificate = certificate
		return opened, err
	}
	return c
}

// Scheme implements transport.Transport.
func (m *Mount) Scheme() string { return "ws" }

// CheckConnect refuses: nothing is reached through a Mount.
func (m *Mount) CheckConnect(string) error { return errors.ErrUnsupported }

// Dial refuses.
func (m *Mount) Dial(context.Context, string, *transport.Config) (net.Conn, error) {
	return nil, errors.ErrUnsupported
}

// ResolveBound lists nothing.
func (m *Mount) ResolveBound(context.Context, string, *transport.Config) []string { return nil }

// Listen returns the listener.
func (m *Mount) Listen(context.Context, string, *transport.Config) (transport.Listener, error) {
	return mounted{m}, nil
}

// mounted implements transport.Listener.
type mounted struct{ *Mount }

// Accept waits for a request.
func (l mounted) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, fmt.Errorf("zmq: %s: %w", l.name, net.ErrClosed)
	}
}

// Close has ServeHTTP refuse what comes.
func (l mounted) Close() error {
	l.end()
	return nil
}

// Endpoint is a name by which the binding can be taken away.
func (l mounted) Endpoint() string { return l.name }
