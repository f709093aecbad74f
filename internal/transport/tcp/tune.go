// SPDX-License-Identifier: Apache-2.0

package tcp

import (
	"errors"
	"net"
	"syscall"
	"time"

	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
)

// setter applies options to a descriptor. There is one for each moment at which
// options are set, for each system: setListening and setConnecting before bind
// and connect, setConnectingFrom before the bind to a source, setAccepted and
// setConnected on connections.
type setter func(fd uintptr, cfg *transport.Config) error

// control makes a setter the hook of a net.Dialer or net.ListenConfig.
func control(cfg *transport.Config, set setter) func(string, string, syscall.RawConn) error {
	if !hasOptions {
		return nil // the network of js/wasm refuses to dial with a hook
	}
	return func(_, _ string, raw syscall.RawConn) error {
		return apply(raw, cfg, set)
	}
}

func apply(raw syscall.RawConn, cfg *transport.Config, set setter) error {
	var inner error
	if err := raw.Control(func(fd uintptr) { inner = set(fd, cfg) }); err != nil {
		return err
	}
	return inner
}

// tune applies to a connection what is set after accept or connect.
// TCP_NODELAY is on already: the net package does that.
func tune(c *net.TCPConn, cfg *transport.Config, ka keepAlive, set setter) error {
	if ka.set {
		if err := ka.refused(c.SetKeepAliveConfig(ka.KeepAliveConfig)); err != nil {
			return err
		}
	}
	if !marked(cfg) {
		return nil
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	return apply(raw, cfg, set)
}

// marked reports whether setAccepted or setConnected has something to set.
func marked(cfg *transport.Config) bool {
	return cfg.TOS != 0 || cfg.Priority != 0 || cfg.BusyPoll > 0 || cfg.MaxRetransmit > 0
}

// keepAlive is what the TCP_KEEPALIVE options make of a connection.
type keepAlive struct {
	net.KeepAliveConfig
	set   bool // false leaves the connection as it is
	asked bool // the program has set values of its own
}

// refused decides on the error of setting it. Not every system has all of the options
// (OpenBSD, js/wasm, Windows before version 10 and Wine do not). That is no reason to do
// without the connection, unless the program has given a value that cannot be set.
func (k keepAlive) refused(err error) error {
	if err == nil || !errors.Is(zerr.Portable(err), syscall.ENOPROTOOPT) {
		return err
	}
	if !k.asked || k.Idle < 0 && k.Interval < 0 && k.Count < 0 {
		return nil
	}
	return zerr.Errorf(zerr.ErrNotSupported, "this system cannot set all of TCPKeepAliveIdle, TCPKeepAliveInterval and TCPKeepAliveCount, so leave them at -1: %w", err)
}

func keepAliveOf(cfg *transport.Config) keepAlive {
	if cfg.KeepAlive < 0 {
		return keepAlive{}
	}
	return keepAlive{
		set:   true,
		asked: cfg.KeepAliveAsked,
		KeepAliveConfig: net.KeepAliveConfig{
			Enable:   cfg.KeepAlive > 0,
			Idle:     seconds(cfg.KeepAliveIdle),
			Interval: seconds(cfg.KeepAliveInterval),
			Count:    orLeave(cfg.KeepAliveCount),
		},
	}
}

// seconds is n seconds, or negative, which the net package leaves alone. So is
// zero, which no system accepts and the net package has a meaning of its own
// for.
func seconds(n int) time.Duration { return time.Duration(orLeave(n)) * time.Second }

func orLeave(n int) int {
	if n <= 0 {
		return -1
	}
	return n
}

// handDown is setListening and, where connections inherit them, sets the keep-alive
// options as well, once instead of on each connection. It is called before the system
// accepts the first connection, so that this one has them too.
func (k *keepAlive) handDown(fd uintptr, cfg *transport.Config) error {
	if err := setListening(fd, cfg); err != nil {
		return err
	}
	if k.set && inheritsKeepAlive && setKeepAliveOn(fd, k.KeepAliveConfig) == nil {
		*k = keepAlive{}
	}
	return nil
}

// withListeners fills in from the listener what the options leave, as the
// connections would inherit it.
func (k keepAlive) withListeners(t *net.TCPListener) keepAlive {
	raw, err := t.SyscallConn()
	if err != nil {
		return k
	}
	var own net.KeepAliveConfig
	var inner error
	err = raw.Control(func(fd uintptr) { own, inner = keepAliveOn(fd) })
	if err != nil || inner != nil {
		return k
	}
	if !k.set {
		return keepAlive{KeepAliveConfig: own, set: true}
	}
	if k.Idle < 0 {
		k.Idle = own.Idle
	}
	if k.Interval < 0 {
		k.Interval = own.Interval
	}
	if k.Count < 0 {
		k.Count = own.Count
	}
	return k
}
