// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
)

// This file has the connections and listeners that a program brings in the place of those
// that the transports open themselves: through SSH, of another network stack, in memory.

// DialFunc is a program's way to connect, as net.Dialer.DialContext is one. The network is
// "tcp" or "unix", and for other transports their scheme.
type DialFunc func(ctx context.Context, network, address string) (net.Conn, error)

// ListenFunc is a program's way to listen, as net.ListenConfig.Listen is one.
type ListenFunc func(ctx context.Context, network, address string) (net.Listener, error)

// DialWith makes one attempt by the function of cfg, and returns when ctx or the
// ConnectTimeout ends, even if the function does not. What it returns too late is closed.
func DialWith(ctx context.Context, network, address string, cfg *Config) (net.Conn, error) {
	attempt := NewAttempt(ctx, true)
	attempt.begin()
	if cfg.ConnectTimeout > 0 {
		limited, cancel := context.WithTimeout(ctx, cfg.ConnectTimeout)
		defer cancel()
		ctx = limited
	}
	nc, err := abide(ctx, func() (net.Conn, error) { return cfg.Dial(ctx, network, address) })
	if err != nil {
		err = fmt.Errorf("the function of WithDial, for %s %s: %w", network, address, err)
	}
	attempt.End(err)
	if err != nil {
		return nil, err
	}
	return take(nc), nil
}

// ListenWith binds by the function of cfg. The endpoint of the listener is what name
// makes of its address, or endpoint if it returns "". admit may refuse an accepted
// connection; nil lets all in.
func ListenWith(ctx context.Context, network, address, endpoint string, cfg *Config, name func(net.Addr) string, admit func(net.Conn) error) (Listener, error) {
	listen := func() (net.Listener, error) { return cfg.Listen(ctx, network, address) }
	if !cfg.Lent {
		own := listen
		listen = func() (net.Listener, error) { return abide(ctx, own) }
	}
	ln, err := listen()
	if err != nil {
		return nil, fmt.Errorf("the program's listener for %s %s: %w", network, address, err)
	}
	if a := ln.Addr(); a != nil {
		if own := name(a); own != "" {
			endpoint = own
		}
	}
	l := &broughtListener{ln: ln, endpoint: endpoint, admit: admit, conns: make(chan accepted), done: make(chan struct{})}
	l.close = sync.OnceValue(func() error {
		close(l.done)
		return ln.Close()
	})
	l.start = sync.OnceFunc(func() { go l.acceptLoop() })
	return l, nil
}

// abide calls a function of the program and does not wait for it longer than ctx lasts.
// What it returns then is closed.
func abide[T io.Closer](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		x   T
		err error
	}
	done := make(chan result)
	go func() {
		x, err := f()
		if err == nil && any(x) == nil {
			err = errors.New("it returned neither a value nor an error")
		}
		select {
		case done <- result{x, err}:
		case <-ctx.Done():
			if err == nil {
				_ = x.Close()
			}
		}
	}()
	select {
	case r := <-done:
		return r.x, r.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// broughtListener implements Listener over one of the program.
//
//	acceptLoop → conns → Accept
//
// Close does not depend on whether the program's listener lets go of its Accept.
type broughtListener struct {
	// Immutable.
	ln       net.Listener
	endpoint string
	admit    func(net.Conn) error
	conns    chan accepted
	done     chan struct{} // closed by close
	start    func()        // starts acceptLoop, once
	close    func() error
}

// accepted is what one Accept of the program's listener has returned.
type accepted struct {
	nc  net.Conn
	err error
}

// acceptLoop ends with the listener.
func (l *broughtListener) acceptLoop() {
	for {
		nc, err := l.ln.Accept()
		select {
		case l.conns <- accepted{nc, err}:
		case <-l.done:
			if err == nil && nc != nil {
				_ = nc.Close()
			}
			return
		}
	}
}

// Accept implements Listener.
func (l *broughtListener) Accept() (net.Conn, error) {
	l.start()
	select {
	case a := <-l.conns:
		switch {
		case a.err != nil:
			return nil, fmt.Errorf("the program's listener: %w", a.err)
		case a.nc == nil:
			return nil, errors.New("the program's listener returned neither a connection nor an error")
		}
		nc := take(a.nc)
		if l.admit != nil {
			if err := l.admit(nc); err != nil {
				return nil, Refuse(nc, err)
			}
		}
		return nc, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// Close implements Listener.
func (l *broughtListener) Close() error { return l.close() }

// Endpoint implements Listener.
func (l *broughtListener) Endpoint() string { return l.endpoint }
