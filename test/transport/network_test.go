// SPDX-License-Identifier: Apache-2.0

package transport_test

import (
	"context"
	"net"
	"sync"
	"syscall"

	"github.com/gozmq/zmq"
)

// memory is a network of a program: listeners by address, and in-memory connections
// without room, as net.Pipe makes them.
type memory struct {
	mu        sync.Mutex
	listeners map[string]*listener
	dialled   []string // network and address of each call
	conns     []net.Conn
}

func newMemory() *memory { return &memory{listeners: make(map[string]*listener)} }

// settings have sockets use the network.
func (n *memory) settings() []zmq.Setting {
	return []zmq.Setting{zmq.WithDial(n.dial), zmq.WithListen(n.listen)}
}

func (n *memory) listen(_ context.Context, network, address string) (net.Listener, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	key := network + " " + address
	if n.listeners[key] != nil {
		return nil, syscall.EADDRINUSE
	}
	l := newListener()
	n.listeners[key] = l
	l.gone = func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.listeners, key)
	}
	return l, nil
}

func (n *memory) dial(ctx context.Context, network, address string) (net.Conn, error) {
	n.mu.Lock()
	key := network + " " + address
	n.dialled = append(n.dialled, key)
	l := n.listeners[key]
	n.mu.Unlock()
	if l == nil {
		return nil, syscall.ECONNREFUSED
	}
	c, err := l.connect(ctx)
	if err == nil {
		n.mu.Lock()
		n.conns = append(n.conns, c)
		n.mu.Unlock()
	}
	return c, err
}

// cut breaks all connections.
func (n *memory) cut() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, c := range n.conns {
		_ = c.Close()
	}
	n.conns = nil
}

// calls returns what was dialled.
func (n *memory) calls() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]string(nil), n.dialled...)
}

// listener implements net.Listener in memory.
type listener struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
	gone  func()
}

func newListener() *listener {
	return &listener{conns: make(chan net.Conn), done: make(chan struct{}), gone: func() {}}
}

func (l *listener) connect(ctx context.Context) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case l.conns <- far:
		return near, nil
	case <-l.done:
		return nil, syscall.ECONNREFUSED
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (l *listener) Close() error {
	l.once.Do(func() {
		l.gone()
		close(l.done)
	})
	return nil
}

// Addr implements net.Listener.
func (l *listener) Addr() net.Addr { return memoryAddr{} }

type memoryAddr struct{}

// Network implements net.Addr.
func (memoryAddr) Network() string { return "memory" }

// String implements net.Addr.
func (memoryAddr) String() string { return "memory" }
