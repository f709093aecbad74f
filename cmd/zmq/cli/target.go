// SPDX-License-Identifier: Apache-2.0

// What is below ZMTP where a ping goes: nothing, TLS, WebSocket, or the second over the
// first.

package cli

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
)

// target is an endpoint as package net names it, with what lies over the connection.
type target struct {
	network, address string
	tls              *tls.Config // nil: there is none
	path             string      // of a WebSocket; empty: it is none
}

// dialable takes an endpoint apart.
func dialable(endpoint string) (*target, error) {
	scheme, rest, _ := strings.Cut(endpoint, "://")
	t := &target{network: "tcp", address: rest}
	if rest == "" {
		scheme = ""
	}
	switch scheme {
	case "tcp":
	case "ipc":
		t.network = "unix"
		return t, nil
	case "tls":
		t.tls = &tls.Config{MinVersion: tls.VersionTLS13}
	case "wss":
		t.tls = &tls.Config{MinVersion: tls.VersionTLS12}
		fallthrough
	case "ws":
		t.path = "/"
		if i := strings.IndexByte(rest[max(strings.LastIndexByte(rest, ':'), 0):], '/'); i >= 0 {
			i += max(strings.LastIndexByte(rest, ':'), 0)
			t.address, t.path = rest[:i], rest[i:]
		}
	default:
		return nil, usageError{fmt.Errorf("%q cannot be pinged: an endpoint is tcp://HOST:PORT, ipc://PATH, tls://HOST:PORT, ws:// or wss://HOST:PORT/PATH", endpoint)}
	}
	if i := strings.LastIndexByte(t.address, ';'); i >= 0 {
		t.address = t.address[i+1:] // what is in front is our own address
	}
	return t, nil
}

// secure shakes hands by TLS, if the target has it.
func (t *target) secure(ctx context.Context, conn net.Conn) (net.Conn, error) {
	if t.tls == nil {
		return conn, nil
	}
	cfg := t.tls.Clone()
	if cfg.ServerName == "" {
		cfg.ServerName, _, _ = net.SplitHostPort(t.address)
	}
	c := tls.Client(conn, cfg)
	if err := c.HandshakeContext(ctx); err != nil {
		return nil, stranger{"tls", "TLS gets nowhere (is --ca right, and does it speak TLS?)", err}
	}
	return c, nil
}

// protocols are what a socket may speak over a WebSocket (RFC 45), with and without a
// mechanism.
var protocols = []string{"ZWS2.0/NULL", "ZWS2.0/PLAIN", "ZWS2.0/CURVE", "ZWS2.0"}

// upgrade asks for a WebSocket and notes what the answer says, and with NULL what the
// peer's READY says, which comes without ours.
func (p *presence) upgrade(conn net.Conn, t *target) error {
	key := make([]byte, 16)
	_, _ = rand.Read(key) // never fails
	req, err := http.NewRequest(http.MethodGet, "http://"+t.address+t.path, nil)
	if err != nil {
		return err
	}
	req.Header = http.Header{
		"Upgrade": {"websocket"}, "Connection": {"Upgrade"}, "Sec-Websocket-Version": {"13"},
		"Sec-Websocket-Key": {base64.StdEncoding.EncodeToString(key)}, "Sec-Websocket-Protocol": {strings.Join(protocols, ",")},
	}
	if err := req.Write(conn); err != nil {
		return fmt.Errorf("it ended the connection at once: %w", err)
	}
	r := bufio.NewReader(io.LimitReader(conn, 64<<10))
	a, err := http.ReadResponse(r, req)
	if err != nil {
		return stranger{"foreign", "what answers there is no web server", err}
	}
	if a.StatusCode != http.StatusSwitchingProtocols {
		reason, _ := io.ReadAll(io.LimitReader(a.Body, 200))
		return stranger{"http", fmt.Sprintf("a web server answers there with %s, and no ZeroMQ socket: %.100q", a.Status, bytes.TrimSpace(reason)), nil}
	}
	protocol, mechanism, _ := strings.Cut(a.Header.Get("Sec-Websocket-Protocol"), "/")
	if protocol != "ZWS2.0" {
		return stranger{"http", fmt.Sprintf("a WebSocket answers there, and no ZeroMQ socket: it speaks %q", protocol), nil}
	}
	p.Protocol, p.Mechanism = "ZWS 2.0", mechanism
	if mechanism != "NULL" {
		return nil
	}
	// An unmasked message of less than 126 bytes that is a command.
	head := make([]byte, 3)
	if _, err := io.ReadFull(r, head); err != nil || head[0] != 0x82 || head[1] < 1 || head[1] > 125 || head[2] != 2 {
		return nil // an authentication handler is asked first
	}
	body := make([]byte, head[1]-1)
	if _, err := io.ReadFull(r, body); err == nil {
		p.noteReady(body)
	}
	return nil
}
