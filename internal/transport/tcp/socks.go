// SPDX-License-Identifier: Apache-2.0

package tcp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"golang.org/x/net/proxy"

	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
)

// socksPatience bounds an attempt through a proxy without CONNECT_TIMEOUT. It is how long
// Linux tries to connect (tcp_syn_retries): no system gives up a proxy that is silent.
const socksPatience = 127 * time.Second

// dialThrough connects through a SOCKS5 proxy (RFC 1928), which resolves the host. The
// connection to the proxy is made as any of tcp.
func dialThrough(ctx context.Context, to hostPort, cfg *transport.Config) (net.Conn, error) {
	limit := cfg.ConnectTimeout
	if limit == 0 {
		limit = socksPatience
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	d := socksDialer{cfg: cfg, target: to.text(), step: "connect to the proxy"}
	var auth *proxy.Auth
	if cfg.SOCKS.Username != "" {
		auth = &proxy.Auth{User: cfg.SOCKS.Username, Password: cfg.SOCKS.Password}
	}
	socks, err := proxy.SOCKS5("tcp", cfg.SOCKS.Address, auth, &d)
	if err != nil {
		return nil, d.failed(err)
	}
	if _, err = socks.(proxy.ContextDialer).DialContext(ctx, "tcp", d.target); err == nil {
		return d.conn, nil
	}
	if err = d.failed(err); d.conn != nil {
		fd := transport.Descriptor(d.conn)
		_ = d.conn.Close()
		transport.TraceOf(ctx).Closed(fd, err)
	}
	return nil, err
}

// socksDialer is one attempt. It is how package proxy connects to the proxy, and finds out
// by what that writes which step fails.
type socksDialer struct {
	cfg    *transport.Config
	target string
	step   string
	conn   net.Conn // to the proxy
}

// Dial is what the library for SOCKS asks of a dialer, and does not call.
func (d *socksDialer) Dial(network, address string) (net.Conn, error) {
	return d.DialContext(context.Background(), network, address)
}

// DialContext is how the library for SOCKS connects to the proxy.
func (d *socksDialer) DialContext(ctx context.Context, _, address string) (net.Conn, error) {
	direct := d.cfg.Clone()
	direct.SOCKS = transport.SOCKS{}
	trace := transport.TraceOf(ctx)
	nc, err := tcp{}.Dial(transport.WithTrace(ctx, &transport.Trace{
		Delayed: trace.Delayed,
		Closed:  func(fd int, err error) { trace.Closed(fd, d.failed(err)) },
	}), address, direct)
	if err != nil {
		return nil, err
	}
	d.conn = nc
	return &socksConn{nc, d}, nil
}

// socksConn is the connection to the proxy, until it leads to the target.
type socksConn struct {
	net.Conn
	of *socksDialer
}

// Write notes the step that begins with it.
func (c *socksConn) Write(b []byte) (int, error) {
	switch d := c.of; {
	case b[0] == 1: // the version of RFC 1929
		d.step = fmt.Sprintf("log in as %q", d.cfg.SOCKS.Username)
	case d.step == "connect to the proxy":
		d.step = "agree on how to log in, without a user"
		if d.cfg.SOCKS.Username != "" {
			d.step = "agree on how to log in, with user and password"
		}
	default:
		d.step = "have it connect"
	}
	return c.Conn.Write(b)
}

// Close leaves the connection to dialThrough, which reports its end.
func (c *socksConn) Close() error { return nil }

// failed says which step has failed, of which attempt.
func (d *socksDialer) failed(err error) error {
	var op *net.OpError
	if errors.As(err, &op) && strings.HasPrefix(op.Op, "socks") { // has the addresses only
		err = op.Err
	}
	return fmt.Errorf("through SOCKS proxy %s to %s: %s: %w", d.cfg.SOCKS.Address, d.target, d.step, err)
}

// CheckConfig implements transport.ConfigChecker.
func (tcp) CheckConfig(cfg *transport.Config) error {
	if cfg.SOCKS.Address == "" {
		return nil
	}
	if err := checkConnect(cfg.SOCKS.Address); err != nil {
		return zerr.Errorf(zerr.ErrInvalid, "SOCKS_PROXY is to be \"host:port\": %w", err)
	}
	return nil
}
