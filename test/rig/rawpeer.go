// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"bytes"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq/internal/wire"
)

// RawPeer is a peer that does what a test wants, byte by byte.
type RawPeer struct {
	t testing.TB
	// Conn is the connection to the socket under test.
	Conn net.Conn
}

// DialRaw connects to a tcp endpoint of a socket, and says nothing.
func DialRaw(t testing.TB, endpoint string) *RawPeer {
	t.Helper()
	nc, err := net.Dial("tcp", strings.TrimPrefix(endpoint, "tcp://"))
	Must(t, err)
	return NewRawPeer(t, nc)
}

// NewRawPeer makes a connection a peer. It is closed when the test ends, and
// its deadline is far away.
func NewRawPeer(t testing.TB, nc net.Conn) *RawPeer {
	t.Cleanup(func() { _ = nc.Close() })
	Must(t, nc.SetDeadline(time.Now().Add(4*Patience)))
	return &RawPeer{t, nc}
}

// Write sends bytes.
func (r *RawPeer) Write(b []byte) {
	r.t.Helper()
	if _, err := r.Conn.Write(b); err != nil {
		r.t.Fatal(err)
	}
}

// Read returns the next n bytes from the socket.
func (r *RawPeer) Read(n int) []byte {
	r.t.Helper()
	b := make([]byte, n)
	if _, err := io.ReadFull(r.Conn, b); err != nil {
		r.t.Fatal(err)
	}
	return b
}

// Greet exchanges greetings of ZMTP 3.minor with the NULL mechanism.
func (r *RawPeer) Greet(minor byte) {
	r.t.Helper()
	r.Write(wire.AppendGreeting(nil, wire.Greeting{Major: 3, Minor: minor, Mechanism: "NULL"}))
	r.Read(wire.GreetingSize)
}

// Handshake exchanges greetings and READY, and returns the properties of the
// socket.
func (r *RawPeer) Handshake(minor byte, socketType string) map[string]string {
	r.t.Helper()
	r.Greet(minor)
	r.Write(wire.AppendCommandFrame(nil, "READY", wire.AppendProperty(nil, "Socket-Type", []byte(socketType))))
	_, body := r.ReadFrame()
	name, data, err := wire.ParseCommand(body)
	if err != nil || string(name) != "READY" {
		r.t.Fatalf("%q, %v; want READY", body, err)
	}
	properties := map[string]string{}
	Must(r.t, wire.ParseMetadata(data, func(name string, value []byte) error {
		properties[name] = string(value)
		return nil
	}))
	return properties
}

// ReadFrame reads one frame.
func (r *RawPeer) ReadFrame() (flags byte, body []byte) {
	r.t.Helper()
	var b []byte
	for {
		h, n, err := wire.ParseHeader(b)
		Must(r.t, err)
		if n > 0 {
			return h.Flags, r.Read(int(h.Size))
		}
		b = append(b, r.Read(1)...)
	}
}

// WaitClosed waits until the socket closes the connection.
func (r *RawPeer) WaitClosed() {
	r.t.Helper()
	if _, err := io.Copy(io.Discard, r.Conn); isTimeout(err) {
		r.t.Fatal("the connection is still open")
	}
}

func isTimeout(err error) bool {
	e, ok := err.(net.Error)
	return ok && e.Timeout()
}

// ReadPing reads frames up to a PING and returns its time to live.
func (r *RawPeer) ReadPing() (ttl uint16) {
	r.t.Helper()
	for {
		flags, body := r.ReadFrame()
		if flags&wire.FlagCommand == 0 {
			continue
		}
		name, data, err := wire.ParseCommand(body)
		Must(r.t, err)
		if bytes.Equal(name, []byte("PING")) {
			ttl, _, err = wire.ParsePing(data)
			Must(r.t, err)
			return ttl
		}
	}
}
