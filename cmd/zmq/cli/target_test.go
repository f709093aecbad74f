// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/ws"
)

// served binds a socket of a type over a scheme, with a certificate, and returns where.
func served(t *testing.T, typ zmq.SocketType, scheme, cert, key string, settings ...zmq.Setting) string {
	t.Helper()
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	transports := ws.Transports(ws.Config{TLS: &tls.Config{Certificates: []tls.Certificate{pair}}})
	s, err := zmq.NewSocket(typ, append(settings, zmq.Linger.Of(0), zmq.WithTransports(transports...))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if err := s.Bind(scheme + "://127.0.0.1:*"); err != nil {
		t.Fatal(err)
	}
	return s.LastEndpoint()
}

// TestPingOverTLSAndWebSocket: what speaks there, whose type it tells, and heartbeats.
func TestPingOverTLSAndWebSocket(t *testing.T) {
	cert, key := selfSigned(t)
	for scheme, protocol := range map[string]string{"tls": "ZMTP 3.1", "ws": "ZWS 2.0", "wss": "ZWS 2.0"} {
		where := served(t, zmq.REP, scheme, cert, key)
		p := start(t, "", "ping", where, "--ca", cert, "--count", "2", "--interval", "5ms", "--timeout", "1m")
		p.ends(t, exitOK)
		for _, want := range []string{"it speaks " + protocol + ", NULL, REP", "handshake with a REP", "heartbeat 2: "} {
			if !strings.Contains(p.out.String(), want) {
				t.Errorf("%s: %q lacks %q", where, p.out, want)
			}
		}
		where = served(t, zmq.PUSH, scheme, cert, key)
		p = start(t, "", "ping", where, "--ca", cert, "--timeout", "1m")
		p.ends(t, exitOK)
		if !strings.Contains(p.out.String(), "no handshake: a PUSH") {
			t.Errorf("%s: %q", where, p.out)
		}
		server := zmq.NewCurveKeypair()
		where = served(t, zmq.REP, scheme, cert, key, server.AsServer())
		p = start(t, "", "ping", where, "--ca", cert, "--timeout", "1m")
		p.ends(t, exitError)
		if !strings.Contains(p.errs.String(), "it wants CURVE") {
			t.Errorf("%s: %q", where, p.errs)
		}
	}
}

// TestPingOfAServerThatIsNotTrusted: without its authority, and with another.
func TestPingOfAServerThatIsNotTrusted(t *testing.T) {
	cert, key := selfSigned(t)
	other, _ := selfSigned(t)
	for _, scheme := range []string{"tls", "wss"} {
		where := served(t, zmq.REP, scheme, cert, key)
		for _, flags := range [][]string{nil, {"--ca", other}} {
			p := start(t, "", append([]string{"ping", where, "--timeout", "1m"}, flags...)...)
			p.ends(t, exitError)
			if !strings.Contains(p.errs.String(), "TLS gets nowhere") || !strings.Contains(p.errs.String(), "certificate") {
				t.Errorf("%s %v: %q", where, flags, p.errs)
			}
		}
	}
}

// TestPingOfWebServers: which are no ZeroMQ sockets, whatever they answer.
func TestPingOfWebServers(t *testing.T) {
	pages := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "a page is missing", http.StatusNotFound) }))
	defer pages.Close()
	p := start(t, "", "ping", "ws"+strings.TrimPrefix(pages.URL, "http")+"/path", "--timeout", "1m")
	p.ends(t, exitError)
	if !strings.Contains(p.errs.String(), "404") || !strings.Contains(p.errs.String(), "a page is missing") {
		t.Errorf("%q", p.errs)
	}
}

// TestProbeOverTLSAndWebSocket: the command for scripts takes the same endpoints.
func TestProbeOverTLSAndWebSocket(t *testing.T) {
	cert, key := selfSigned(t)
	var where []string
	for _, scheme := range []string{"tls", "ws", "wss"} {
		where = append(where, served(t, zmq.SUB, scheme, cert, key))
	}
	p := start(t, "", append([]string{"probe", "--ca", cert, "--timeout", "1m", "--expect-type", "SUB", "--expect-mechanism", "NULL"}, where...)...)
	p.ends(t, exitOK)
	for _, e := range where {
		if !strings.Contains(p.out.String(), e) {
			t.Errorf("%q lacks %s", p.out, e)
		}
	}
}

// TestTargets: the parts of an endpoint.
func TestTargets(t *testing.T) {
	for endpoint, want := range map[string][3]string{
		"tcp://host:1": {"tcp", "host:1", ""}, "tcp://lo:0;host:1": {"tcp", "host:1", ""}, "ipc:///a:b/c": {"unix", "/a:b/c", ""},
		"ws://host:1": {"tcp", "host:1", "/"}, "wss://host:1/a/b": {"tcp", "host:1", "/a/b"}, "ws://[::1]:1/a": {"tcp", "[::1]:1", "/a"},
		"tls://host:1": {"tcp", "host:1", ""},
	} {
		x, err := dialable(endpoint)
		if err != nil || [3]string{x.network, x.address, x.path} != want || (x.tls != nil) != (strings.HasPrefix(endpoint, "tls") || strings.HasPrefix(endpoint, "wss")) {
			t.Errorf("%s: %+v, %v", endpoint, x, err)
		}
	}
	for _, endpoint := range []string{"", "tcp://", "udp://host:1", "inproc://x", "host:1"} {
		if x, err := dialable(endpoint); err == nil {
			t.Errorf("%q: %+v", endpoint, x)
		}
	}
}
