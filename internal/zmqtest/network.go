// SPDX-License-Identifier: Apache-2.0

package zmqtest

import (
	"context"
	"net"
	"strconv"
	"sync"
	"syscall"
)

// maxBacklog is how many connections wait for Accept, as many as Linux has by default at
// least.
const maxBacklog = 128

// firstPort is where the ports begin that a Network chooses (RFC 6335, section 6).
const firstPort = 49152

// Network is a network in memory: what is dialled and listened on in it are the ends of
// pipes, so that a program of many sockets can run inside a synctest bubble. The zero value
// is an empty network. Its methods have the signatures of net.Dialer and net.ListenConfig,
// and may be called from any goroutine.
type Network struct {
	mu        sync.Mutex
	listeners map[string]*listener // by network and address
	ports     int                  // chosen so far
}

// Listen listens at an address, with a port of its own for the port 0.
func (n *Network) Listen(_ context.Context, network, address string) (net.Listener, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if host, port, err := net.SplitHostPort(address); err == nil && port == "0" {
		address = net.JoinHostPort(host, strconv.Itoa(firstPort+n.ports))
		n.ports++
	}
	key := network + " " + address
	if n.listeners[key] != nil {
		return nil, &net.OpError{Op: "listen", Net: network, Addr: Addr(address), Err: syscall.EADDRINUSE}
	}
	l := &listener{
		address: address, backlog: make(chan *Conn, maxBacklog), done: make(chan struct{}),
		leave: func() {
			n.mu.Lock()
			defer n.mu.Unlock()
			delete(n.listeners, key)
		},
	}
	if n.listeners == nil {
		n.listeners = make(map[string]*listener)
	}
	n.listeners[key] = l
	return l, nil
}

// Dial connects to a listener. Without one, or with one whose backlog is full, the
// connection is refused.
func (n *Network) Dial(_ context.Context, network, address string) (net.Conn, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if l := n.listeners[network+" "+address]; l != nil {
		near, far := Pipe()
		select {
		case l.backlog <- far:
			return near, nil
		default:
		}
	}
	return nil, &net.OpError{Op: "dial", Net: network, Addr: Addr(address), Err: syscall.ECONNREFUSED}
}

// listener implements net.Listener.
type listener struct {
	address string
	backlog chan *Conn // written with the network's lock
	done    chan struct{}
	once    sync.Once
	leave   func() // the network
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.backlog:
		return c, nil
	case <-l.done:
		return nil, &net.OpError{Op: "accept", Net: "mem", Addr: l.Addr(), Err: net.ErrClosed}
	}
}

// Close implements net.Listener. It breaks the connections that nothing has accepted.
func (l *listener) Close() error {
	l.once.Do(func() {
		l.leave()
		close(l.done)
		for {
			select {
			case c := <-l.backlog:
				c.Reset()
			default:
				return
			}
		}
	})
	return nil
}

// Addr implements net.Listener, with an address of TCP if it is one of IP.
func (l *listener) Addr() net.Addr {
	if host, port, err := net.SplitHostPort(l.address); err == nil {
		ip, number := net.ParseIP(host), 0
		if number, err = strconv.Atoi(port); err == nil && (ip != nil || host == "") {
			return &net.TCPAddr{IP: ip, Port: number}
		}
	}
	return Addr(l.address)
}
