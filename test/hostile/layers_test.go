// SPDX-License-Identifier: Apache-2.0

package hostile_test

import (
	"bufio"
	"crypto/sha1"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
	"github.com/gozmq/zmq/ws"
)

// TestGarbageAfterTheUpgrade: bytes at random where frames are expected, and records of
// TLS, end the connection. Some of them are messages over tls, whose frames have no
// rule that most garbage breaks; these reach the application whole.
func TestGarbageAfterTheUpgrade(t *testing.T) {
	eachLayer(t, overLayers, func(b *layered) {
		before := held()
		for seed := range 60 {
			r := rand.NewChaCha8([32]byte{byte(seed)})
			garbage := make([]byte, 1+r.Uint64()%4000)
			_, _ = r.Read(garbage)
			nc := b.joined()
			if below := b.all[len(b.all)-1]; b.scheme != "ws" && seed%3 == 0 {
				nc = below
			}
			_, _ = nc.Write(garbage)
			// What is within something that looks like a frame may wait for the rest.
			_ = nc.(interface{ CloseWrite() error }).CloseWrite()
			b.cutOff(nc, fmt.Sprintf("garbage of seed %d", seed))
		}
		for m, err := b.s.TryRecv(); err == nil; m, err = b.s.TryRecv() {
			if b.scheme != "tls" {
				b.Errorf("%q got through", m.Strings())
			}
		}
		if after := held(); after > before+8<<20 {
			b.Errorf("the heap grew from %d to %d bytes", before, after)
		}
	})
}

// TestHalfClosedConnections: a stranger that ends its direction, at whatever point, and
// leaves ours open, is let go.
func TestHalfClosedConnections(t *testing.T) {
	const upgraded, handshake = wsHead, "\x82\x82\x00\x00\x00\x00\x00" // an identity of which a byte is missing
	stages := map[string][]string{
		"ws":  {"", "GET", wsHead[:len(wsHead)-2], upgraded, upgraded + handshake, upgraded + masked(2, "\x00"), upgraded + masked(2, "\x00") + "\x82\xfe", upgraded + masked(2, "\x00") + masked(2, "\x01half"), upgraded + masked(2, "\x00") + masked(8, "\x03\xe8")},
		"tls": {"", "\xff\x00", "\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x03", "\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x03\x01NULL" + strings.Repeat("\x00", 48)},
	}
	stages["wss"] = stages["ws"]
	eachLayer(t, overLayers, func(b *layered) {
		for i, said := range stages[b.scheme] {
			nc := b.encrypted()
			b.says(nc, said)
			b.Check(nc.(interface{ CloseWrite() error }).CloseWrite())
			b.cutOff(nc, fmt.Sprintf("stage %d", i))
		}
		for _, said := range []string{"", "\x16", "\x16\x03\x01\x02\x00\x01"} { // below TLS
			nc := b.stranger()
			b.says(nc, said)
			b.Check(nc.(*net.TCPConn).CloseWrite())
			b.cutOff(nc, fmt.Sprintf("%q", said))
		}
	})
}

// TestTalkAfterClose: what a peer sends behind its Close counts for nothing, and it is
// not kept for ever.
func TestTalkAfterClose(t *testing.T) {
	eachLayer(t, overWebSocket, func(b *layered) {
		nc := b.joined()
		b.says(nc, masked(8, "\x03\xe8"), masked(2, "\x00too late"))
		for range 100 {
			if _, err := io.WriteString(nc, strings.Repeat(masked(2, "\x00and later"), 100)); err != nil {
				break
			}
		}
		b.cutOff(nc, "a peer that talks on")
	})
}

// TestManyHalfOpenWebSockets: strangers that stop in the middle of the handshake cost
// little each while they are there, and nothing afterwards.
func TestManyHalfOpenWebSockets(t *testing.T) {
	const strangers, each = 300, 40 << 10 // TLS takes most of it
	eachLayer(t, overLayers, func(b *layered) {
		accepted := b.s.Monitor(b.Ctx, zmq.EventAccepted)
		before := held()
		for i := range strangers {
			nc := b.stranger()
			switch {
			case b.scheme == "ws" && i%2 == 0:
				b.says(nc, wsHead[:len(wsHead)-2])
			case b.scheme == "ws":
				b.says(nc, wsHead)
			default:
				b.says(nc, "\x16\x03\x01\x02\x00\x01")
			}
		}
		b.talk()
		there := 0
		for range accepted {
			if there++; there == strangers {
				break
			}
		}
		if after := held(); after > before+strangers*each && !rig.RaceEnabled {
			b.Errorf("%d strangers cost %d bytes", strangers, after-before)
		} else {
			b.Logf("%d strangers cost %d KiB", strangers, int64(after-before)>>10)
		}
		b.talk()
	}, zmq.HandshakeInterval.Of(time.Hour), zmq.MaxHandshakes.Of(0))
}

// TestHostileRequestsToAHandler: a socket in a web server is as safe behind the upgrade as
// one that is bound. What is before it is up to the server.
func TestHostileRequestsToAHandler(t *testing.T) {
	b := &layered{scheme: "ws", Test: rig.NewWith(t, zmq.ContextConfig{Settings: []zmq.Setting{
		zmq.Linger.Of(0), zmq.WithTransports(ws.Transports(ws.Config{})...),
	}})}
	b.s = b.Socket(zmq.ROUTER)
	h, err := ws.NewHandler(b.s, ws.Config{}, zmq.HandshakeInterval.Of(10*time.Second))
	b.Check(err)
	server := httptest.NewServer(h)
	defer server.Close()
	b.honest = b.Connect(zmq.DEALER, "ws"+strings.TrimPrefix(server.URL, "http"))
	b.talk()
	b.idle = runtime.NumGoroutine()
	for what, says := range map[string]string{
		"unmasked": "\x82\x03\x00hi", "no flags": masked(2, ""), "a command": masked(2, "\x02\x05READY"), "a large Ping": masked(9, strings.Repeat("x", 126)),
		"nonsense": strings.Repeat("\xff", 100), "a huge length": "\x82\xff\x7f" + strings.Repeat("\xff", 20),
	} {
		nc, err := net.Dial("tcp", server.Listener.Addr().String())
		b.Check(err)
		b.all = append(b.all, nc)
		b.Check(nc.SetDeadline(time.Now().Add(rig.Patience)))
		b.says(nc, wsHead, masked(2, "\x00"), says)
		b.cutOff(nc, what)
		b.talk()
	}
	b.leave()
}

// TestHostileServers: a socket that connects to a server which answers with anything but a
// WebSocket, or breaks the rules of one, lets it go and dials again, holds little, and
// still talks to the others.
func TestHostileServers(t *testing.T) {
	accepted := "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Accept: KEY\r\nSec-WebSocket-Protocol: ZWS2.0\r\n\r\n"
	hostile := map[string]string{
		"a head without end": "HTTP/1.1 101 Switching Protocols\r\n" + strings.Repeat("X: y\r\n", 200_000),
		"a refusal without end": "HTTP/1.1 404 Not Found\r\nContent-Length: 1000000000\r\n\r\n" +
			strings.Repeat("x", 1<<20),
		"no HTTP":         strings.Repeat("\xff", 20_000),
		"a masked frame":  accepted + masked(2, "\x00"),
		"text":            accepted + "\x81\x01\x00",
		"no flags":        accepted + "\x82\x00",
		"a huge length":   accepted + "\x82\x01\x00" + "\x82\x7f\x7f" + strings.Repeat("\xff", 20),
		"a large Ping":    accepted + "\x89\x7e\x00\x80",
		"a command":       accepted + "\x82\x01\x00" + "\x82\x07\x02\x05READY",
		"nonsense":        accepted + strings.Repeat("\xff", 1000),
		"an end":          accepted,
		"nothing at all":  "",
		"half of a frame": accepted + "\x82\x01\x00" + "\x82\x10\x00half",
	}
	for _, scheme := range overWebSocket {
		t.Run(scheme, func(t *testing.T) {
			cfg := selfSigned(t)
			b := rig.NewWith(t, zmq.ContextConfig{Settings: []zmq.Setting{
				zmq.Linger.Of(0), zmq.WithTransports(ws.Transports(ws.Config{TLS: cfg})...),
				zmq.ReconnectInterval.Of(time.Millisecond), zmq.ReconnectIntervalMax.Of(2 * time.Millisecond),
			}})
			dealer := b.Socket(zmq.DEALER)
			before := held()
			for what, answer := range hostile {
				lis, err := net.Listen("tcp", "127.0.0.1:0")
				b.Check(err)
				if scheme == "wss" {
					lis = tls.NewListener(lis, cfg)
				}
				at := scheme + "://" + lis.Addr().String()
				b.Check(dealer.Connect(at))
				for range 3 {
					serve(b, lis, answer, what)
				}
				b.Check(dealer.Disconnect(at))
				b.Check(lis.Close())
			}
			if after := held(); after > before+8<<20 {
				b.Errorf("the heap grew from %d to %d bytes", before, after)
			}
			router, at := b.Bind(zmq.ROUTER, scheme+"://127.0.0.1:*")
			b.Check(dealer.Connect(at))
			b.Send(dealer, "question")
			if m := b.Recv(router); len(m) != 2 || m[1] != "question" {
				b.Errorf("received %q", m)
			}
		})
	}
}

// serve takes one connection, answers its request, and waits until the client has gone. A
// server that has not broken a rule goes itself.
func serve(b *rig.Test, lis net.Listener, answer, what string) {
	b.Helper()
	nc, err := lis.Accept()
	b.Check(err)
	defer nc.Close()
	b.Check(nc.SetDeadline(time.Now().Add(rig.Patience)))
	request, err := http.ReadRequest(bufio.NewReader(nc))
	b.Check(err)
	sum := sha1.Sum([]byte(request.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	// A client that has seen enough reads no further.
	_, _ = io.WriteString(nc, strings.Replace(answer, "KEY", base64.StdEncoding.EncodeToString(sum[:]), 1))
	switch what {
	case "an end", "nothing at all", "half of a frame":
		return
	}
	if _, err := io.Copy(io.Discard, nc); errors.Is(err, os.ErrDeadlineExceeded) {
		b.Errorf("%s: the connection is still there", what)
	}
}
