// SPDX-License-Identifier: Apache-2.0

package transport_test

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"testing"

	"github.com/gozmq/zmq/test/rig"
)

// socksServer is a SOCKS5 proxy (RFC 1928, RFC 1929) for tests. Fields that
// are not set leave it one that works, and asks for no user.
type socksServer struct {
	at             string            // where it listens
	names          map[string]string // what it resolves, "host:port" by "host:port"
	user, password string            // that it asks for; empty: none
	bound          string            // address in its replies, "127.0.0.1:1" if empty

	// mute lets it stop talking before a step; garbage is what it says there instead.
	mute    step
	garbage map[step][]byte

	jobs  sync.WaitGroup
	mu    sync.Mutex
	asked []string // targets
	conns map[net.Conn]bool
	ended bool
}

// step is a place in the protocol where the proxy speaks.
type step int

const (
	never step = iota
	method
	login
	reply
)

// start listens until the test is over.
func (p *socksServer) start(t testing.TB) *socksServer {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	rig.Must(t, err)
	p.at, p.conns = ln.Addr().String(), make(map[net.Conn]bool)
	p.jobs.Go(func() {
		for {
			nc, err := ln.Accept()
			if err != nil {
				return
			}
			p.jobs.Go(func() { p.serve(nc) })
		}
	})
	t.Cleanup(func() {
		_ = ln.Close()
		p.mu.Lock()
		p.ended = true
		p.mu.Unlock()
		p.cut()
		p.jobs.Wait()
	})
	return p
}

// keep notes a connection, which is closed if the test is over.
func (p *socksServer) keep(nc net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns[nc] = true
	if p.ended {
		_ = nc.Close()
	}
}

// cut breaks all connections.
func (p *socksServer) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for nc := range p.conns {
		_ = nc.Close()
	}
}

func (p *socksServer) targets() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.asked...)
}

func (p *socksServer) serve(nc net.Conn) {
	p.keep(nc)
	defer func() {
		_ = nc.Close()
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.conns, nc)
	}()
	far, err := p.negotiate(nc)
	if err != nil {
		return
	}
	p.keep(far)
	var both sync.WaitGroup
	for _, way := range [][2]net.Conn{{nc, far}, {far, nc}} {
		both.Go(func() {
			_, _ = io.Copy(way[0], way[1])
			_ = way[0].(*net.TCPConn).CloseWrite()
		})
	}
	both.Wait()
	_ = far.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, far)
}

var errEnd = errors.New("the proxy ends the connection")

// say speaks, or does what the test wants instead.
func (p *socksServer) say(nc net.Conn, at step, b []byte) error {
	if p.mute == at {
		_, _ = io.Copy(io.Discard, nc)
		return errEnd
	}
	if g, ok := p.garbage[at]; ok {
		_, _ = nc.Write(g)
		return errEnd
	}
	_, err := nc.Write(b)
	return err
}

// negotiate returns the connection to the target.
func (p *socksServer) negotiate(nc net.Conn) (net.Conn, error) {
	head, err := read(nc, 2)
	if err != nil {
		return nil, err
	}
	methods, err := read(nc, int(head[1]))
	if err != nil {
		return nil, err
	}
	chosen := byte(0xFF)
	for _, m := range methods {
		if m == 2 && p.user != "" || m == 0 && p.user == "" {
			chosen = m
		}
	}
	if err := p.say(nc, method, []byte{5, chosen}); err != nil || chosen == 0xFF {
		return nil, errors.Join(err, errEnd)
	}
	if chosen == 2 {
		if err := p.login(nc); err != nil {
			return nil, err
		}
	}
	target, err := readTarget(nc)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	p.asked = append(p.asked, target)
	p.mu.Unlock()
	if at, ok := p.names[target]; ok {
		target = at
	}
	far, err := net.Dial("tcp", target)
	if err != nil {
		_ = p.say(nc, reply, []byte{5, 5, 0, 1, 0, 0, 0, 0, 0, 0})
		return nil, err
	}
	if err := p.say(nc, reply, append([]byte{5, 0, 0}, p.boundAddress()...)); err != nil {
		_ = far.Close()
		return nil, err
	}
	return far, nil
}

func (p *socksServer) login(nc net.Conn) error {
	var fields [2]string
	head, err := read(nc, 2)
	if err != nil {
		return err
	}
	n := int(head[1])
	for i := range fields {
		b, err := read(nc, n)
		if err != nil {
			return err
		}
		fields[i] = string(b)
		if i == 0 {
			if head, err = read(nc, 1); err != nil {
				return err
			}
			n = int(head[0])
		}
	}
	if fields != [2]string{p.user, p.password} {
		return errors.Join(p.say(nc, login, []byte{1, 1}), errEnd)
	}
	return p.say(nc, login, []byte{1, 0})
}

// boundAddress is in the reply that succeeds.
func (p *socksServer) boundAddress() []byte {
	if p.bound == "" {
		return []byte{1, 127, 0, 0, 1, 0, 1}
	}
	host, port, _ := net.SplitHostPort(p.bound)
	n, _ := strconv.ParseUint(port, 10, 16)
	var b []byte
	if ip, err := netip.ParseAddr(host); err == nil && ip.Is6() {
		b = append([]byte{4}, ip.AsSlice()...)
	} else {
		b = append([]byte{3, byte(len(host))}, host...)
	}
	return binary.BigEndian.AppendUint16(b, uint16(n))
}

// readTarget reads a request to connect.
func readTarget(nc net.Conn) (string, error) {
	head, err := read(nc, 4)
	if err != nil {
		return "", err
	}
	if head[0] != 5 || head[1] != 1 {
		return "", errEnd
	}
	n, name := 4, false
	switch head[3] {
	case 4:
		n = 16
	case 3:
		b, err := read(nc, 1)
		if err != nil {
			return "", err
		}
		n, name = int(b[0]), true
	}
	b, err := read(nc, n+2)
	if err != nil {
		return "", err
	}
	host := string(b[:n])
	if !name {
		ip, _ := netip.AddrFromSlice(b[:n])
		host = ip.String()
	}
	return net.JoinHostPort(host, strconv.Itoa(int(binary.BigEndian.Uint16(b[n:])))), nil
}

func read(nc net.Conn, n int) ([]byte, error) {
	b := make([]byte, n)
	_, err := io.ReadFull(nc, b)
	return b, err
}
