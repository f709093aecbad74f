// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"bytes"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/gozmq/zmq/internal/wire"
)

// rawPeer is a peer that does what a test wants, octet by octet.
type rawPeer struct {
	t  testing.TB
	nc net.Conn
}

// dialRaw connects to a tcp endpoint of a socket, and says nothing.
func dialRaw(t testing.TB, endpoint string) *rawPeer {
	t.Helper()
	nc, err := net.Dial("tcp", strings.TrimPrefix(endpoint, "tcp://"))
	must(t, err)
	return newRawPeer(t, nc)
}

func newRawPeer(t testing.TB, nc net.Conn) *rawPeer {
	t.Cleanup(func() { _ = nc.Close() })
	d, _ := testDeadline(t).Deadline()
	must(t, nc.SetDeadline(d))
	return &rawPeer{t, nc}
}

func (r *rawPeer) write(b []byte) {
	r.t.Helper()
	if _, err := r.nc.Write(b); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rawPeer) read(n int) []byte {
	r.t.Helper()
	b := make([]byte, n)
	if _, err := io.ReadFull(r.nc, b); err != nil {
		r.t.Fatal(err)
	}
	return b
}

// greet exchanges greetings of ZMTP 3.minor with the NULL mechanism.
func (r *rawPeer) greet(minor byte) {
	r.t.Helper()
	r.write(wire.AppendGreeting(nil, wire.Greeting{Major: 3, Minor: minor, Mechanism: "NULL"}))
	r.read(wire.GreetingSize)
}

// handshake is greet and READY, and returns the properties of the socket.
func (r *rawPeer) handshake(minor byte, socketType string) map[string]string {
	r.t.Helper()
	r.greet(minor)
	r.write(wire.AppendCommandFrame(nil, "READY", wire.AppendProperty(nil, "Socket-Type", []byte(socketType))))
	_, body := r.frame()
	name, data, err := wire.ParseCommand(body)
	if err != nil || string(name) != "READY" {
		r.t.Fatalf("%q, %v; want READY", body, err)
	}
	properties := map[string]string{}
	must(r.t, wire.ParseMetadata(data, func(name string, value []byte) error {
		properties[name] = string(value)
		return nil
	}))
	return properties
}

// frame reads one frame.
func (r *rawPeer) frame() (flags byte, body []byte) {
	r.t.Helper()
	var b []byte
	for {
		h, n, err := wire.ParseHeader(b)
		must(r.t, err)
		if n > 0 {
			return h.Flags, r.read(int(h.Size))
		}
		b = append(b, r.read(1)...)
	}
}

// closed waits until the socket closes the connection.
func (r *rawPeer) closed() {
	r.t.Helper()
	if _, err := io.Copy(io.Discard, r.nc); isTimeout(err) {
		r.t.Fatal("the connection is still open")
	}
}

func isTimeout(err error) bool {
	e, ok := err.(net.Error)
	return ok && e.Timeout()
}

// ping reads frames up to a PING and returns its time to live.
func (r *rawPeer) ping() (ttl uint16) {
	r.t.Helper()
	for {
		flags, body := r.frame()
		if flags&wire.FlagCommand == 0 {
			continue
		}
		name, data, err := wire.ParseCommand(body)
		must(r.t, err)
		if bytes.Equal(name, []byte("PING")) {
			ttl, _, err = wire.ParsePing(data)
			must(r.t, err)
			return ttl
		}
	}
}
