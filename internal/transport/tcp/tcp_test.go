// SPDX-License-Identifier: Apache-2.0

package tcp

import (
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

func TestSchemeIsTCP(t *testing.T) {
	if got := New().Scheme(); got != "tcp" {
		t.Errorf("Scheme = %q", got)
	}
}

// names answers DNS questions during a test.
func names(t *testing.T, hosts map[string][]net.IP) {
	t.Helper()
	n := zmqtest.NewNames(t)
	for host, list := range hosts {
		var texts []string
		for _, ip := range list {
			texts = append(texts, ip.String())
		}
		n.Set(host, texts...)
	}
}
