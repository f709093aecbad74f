// SPDX-License-Identifier: Apache-2.0

package tcp

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zmqtest"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }

// config is libzmq's defaults with changes.
func config(changes ...func(*transport.Config)) *transport.Config {
	cfg := transport.DefaultConfig()
	for _, change := range changes {
		change(cfg)
	}
	return cfg
}

func ipv6(cfg *transport.Config) { cfg.IPv6 = true }

// listenOn listens until the test is over.
func listenOn(t *testing.T, address string, changes ...func(*transport.Config)) transport.Listener {
	t.Helper()
	ln, err := New().Listen(zmqtest.Deadline(t), address, config(changes...))
	if err != nil {
		t.Fatalf("Listen(%q): %v", address, err)
	}
	t.Cleanup(func() { ln.Close() })
	return ln
}

// connectTo dials one attempt until the test is over.
func connectTo(t *testing.T, address string, changes ...func(*transport.Config)) (net.Conn, error) {
	t.Helper()
	c, err := New().Dial(zmqtest.Deadline(t), address, config(changes...))
	if err == nil {
		t.Cleanup(func() { c.Close() })
	}
	return c, err
}

// meet connects to a listener and accepts.
func meet(t *testing.T, ln transport.Listener, address string, changes ...func(*transport.Config)) (client, server net.Conn) {
	t.Helper()
	client, err := connectTo(t, address, changes...)
	if err != nil {
		t.Fatalf("Dial(%q): %v", address, err)
	}
	server, err = ln.Accept()
	if err != nil {
		t.Fatalf("Accept: %v", err)
	}
	t.Cleanup(func() { server.Close() })
	return client, server
}

// portOf is the port of a listener.
func portOf(t *testing.T, ln transport.Listener) string {
	t.Helper()
	ep := ln.Endpoint()
	return ep[strings.LastIndexByte(ep, ':')+1:]
}

// needIPv6 skips a test on a machine without IPv6.
func needIPv6(t *testing.T) {
	t.Helper()
	ln, err := net.Listen("tcp6", "[::1]:0")
	if err != nil {
		t.Skipf("SKIPPED: this system has no ::1: %v", err)
	}
	ln.Close()
}

// loopback is the name of the loopback interface.
func loopback(t *testing.T) string {
	t.Helper()
	ifis, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	for _, ifi := range ifis {
		if ifi.Flags&net.FlagLoopback != 0 && ifi.Flags&net.FlagUp != 0 {
			return ifi.Name
		}
	}
	t.Skip("SKIPPED: this system has no loopback interface")
	return ""
}

func TestSchemeIsTCP(t *testing.T) {
	if got := New().Scheme(); got != "tcp" {
		t.Errorf("Scheme = %q", got)
	}
}

// names answers DNS questions during a test; the standard library's resolver
// is a variable.
func names(t *testing.T, hosts map[string][]net.IP) {
	t.Helper()
	old := net.DefaultResolver
	t.Cleanup(func() { net.DefaultResolver = old })
	net.DefaultResolver = &net.Resolver{
		PreferGo: true,
		Dial: func(context.Context, string, string) (net.Conn, error) {
			client, server := net.Pipe()
			go answer(server, hosts)
			return client, nil
		},
	}
}

// answer serves DNS over a stream (RFC 1035, 4.2.2) until its client is gone.
func answer(c net.Conn, hosts map[string][]net.IP) {
	defer c.Close()
	for {
		var size [2]byte
		if _, err := readFull(c, size[:]); err != nil {
			return
		}
		query := make([]byte, int(size[0])<<8|int(size[1]))
		if _, err := readFull(c, query); err != nil {
			return
		}
		reply := replyTo(query, hosts)
		if _, err := c.Write(append([]byte{byte(len(reply) >> 8), byte(len(reply))}, reply...)); err != nil {
			return
		}
	}
}

func readFull(c net.Conn, b []byte) (int, error) {
	for n := 0; n < len(b); {
		m, err := c.Read(b[n:])
		if err != nil {
			return n, err
		}
		n += m
	}
	return len(b), nil
}

// replyTo answers one question (RFC 1035, 4.1) with the addresses of its type.
func replyTo(query []byte, hosts map[string][]net.IP) []byte {
	var name strings.Builder
	i := 12
	for query[i] != 0 {
		fmt.Fprintf(&name, "%s.", query[i+1:i+1+int(query[i])])
		i += 1 + int(query[i])
	}
	end := i + 5 // the root label, type and class
	kind := query[i+2]
	var records []byte
	count := byte(0)
	for _, ip := range hosts[strings.TrimSuffix(name.String(), ".")] {
		data := ip.To4()
		if data == nil {
			data = ip
		}
		if kind == 1 && len(data) == 4 || kind == 28 && len(data) == 16 {
			records = append(records, 0xC0, 12, 0, kind, 0, 1, 0, 0, 0, 0, 0, byte(len(data)))
			records = append(records, data...)
			count++
		}
	}
	code := byte(0)
	if _, known := hosts[strings.TrimSuffix(name.String(), ".")]; !known {
		code = 3 // NXDOMAIN
	}
	reply := append([]byte{query[0], query[1], 0x84, 0x80 | code, 0, 1, 0, count, 0, 0, 0, 0}, query[12:end]...)
	return append(reply, records...)
}
