// SPDX-License-Identifier: Apache-2.0

package hostile_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"io"
	"math/big"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/test/rig"
	"github.com/gozmq/zmq/ws"
)

// layered is a ROUTER over ws, wss or tls that strangers send hostile bytes to, while it
// talks to an honest peer that must never notice.
type layered struct {
	*rig.Test
	scheme string
	s      *zmq.Socket
	honest *zmq.Socket
	idle   int        // goroutines without strangers
	all    []net.Conn // the strangers
}

// eachLayer runs a test over the schemes.
func eachLayer(t *testing.T, schemes []string, test func(b *layered), settings ...zmq.Setting) {
	t.Helper()
	for _, scheme := range schemes {
		t.Run(scheme, func(t *testing.T) {
			cfg := selfSigned(t)
			b := &layered{scheme: scheme, Test: rig.NewWith(t, zmq.ContextConfig{Settings: []zmq.Setting{
				zmq.Linger.Of(0), zmq.WithTransports(ws.Transports(ws.Config{TLS: cfg})...),
			}})}
			b.s = b.Socket(zmq.ROUTER, settings...)
			b.Check(b.s.Bind(scheme + "://127.0.0.1:*"))
			b.honest = b.Connect(zmq.DEALER, b.s.LastEndpoint())
			b.talk()
			b.idle = runtime.NumGoroutine()
			test(b)
			b.talk()
			if now := b.honest.Stats(); now.Disconnected > 0 {
				t.Error("the honest peer has lost its connection")
			}
			b.leave()
		})
	}
}

// selfSigned is a configuration for both ends.
func selfSigned(t *testing.T) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	rig.Must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	rig.Must(t, err)
	cert, err := x509.ParseCertificate(der)
	rig.Must(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, RootCAs: pool}
}

// talk makes an exchange with the honest peer.
func (b *layered) talk() {
	b.Helper()
	b.Send(b.honest, "question")
	m := b.Recv(b.s)
	if len(m) != 2 || m[1] != "question" {
		b.Fatalf("received %q", m)
	}
	b.Send(b.s, m[0], "answer")
	b.WantRecv(b.honest, "answer")
}

// leave has the strangers go, and checks that nothing of them stays.
func (b *layered) leave() {
	b.Helper()
	for _, nc := range b.all {
		_ = nc.Close()
	}
	b.WaitUntil("the goroutines are gone", func() bool { return runtime.NumGoroutine() <= b.idle })
}

// stranger opens a connection below the layers.
func (b *layered) stranger() net.Conn {
	b.Helper()
	_, at, _ := strings.Cut(b.s.LastEndpoint(), "://")
	at, _, _ = strings.Cut(at, "/")
	nc, err := net.Dial("tcp", at)
	b.Check(err)
	b.all = append(b.all, nc)
	b.Cleanup(func() { nc.Close() })
	b.Check(nc.SetDeadline(time.Now().Add(rig.Patience)))
	return nc
}

// encrypted is a stranger that has shaken hands of TLS where there is TLS.
func (b *layered) encrypted() net.Conn {
	b.Helper()
	nc := b.stranger()
	if b.scheme == "ws" {
		return nc
	}
	c := tls.Client(nc, &tls.Config{InsecureSkipVerify: true})
	b.Check(c.Handshake())
	return c
}

const wsHead = "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ZWS2.0\r\n\r\n"

// joined is a stranger whose handshake is over, of ZWS without a mechanism or of ZMTP.
func (b *layered) joined() net.Conn {
	b.Helper()
	nc := b.encrypted()
	if b.scheme == "tls" {
		p := rig.NewRawPeer(b, nc)
		p.Handshake(1, "DEALER")
	} else {
		b.says(nc, wsHead, masked(2, "\x00"))
	}
	return nc
}

func (b *layered) says(nc net.Conn, texts ...string) {
	b.Helper()
	_, err := io.WriteString(nc, strings.Join(texts, ""))
	b.Check(err)
}

// masked is a frame of a client, with the key 0.
func masked(op byte, payload string) string {
	head := []byte{0x80 | op, 0x80 | byte(len(payload))}
	if len(payload) > 125 {
		head = binary.BigEndian.AppendUint16([]byte{0x80 | op, 0x80 | 126}, uint16(len(payload)))
	}
	return string(append(head, 0, 0, 0, 0)) + payload
}

// cutOff waits until the socket has ended the connection.
func (b *layered) cutOff(nc net.Conn, what string) {
	b.Helper()
	_, err := io.Copy(io.Discard, nc)
	var ne net.Error
	if errors.As(err, &ne) && ne.Timeout() {
		b.Errorf("%s: the connection is still there", what)
	}
}

var (
	overWebSocket = []string{"ws", "wss"}
	overLayers    = []string{"ws", "wss", "tls"}
)

// TestSlowHeaders: strangers that say a little now and then are let go at the end of the
// handshake interval, and peers are served meanwhile.
func TestSlowHeaders(t *testing.T) {
	eachLayer(t, overLayers, func(b *layered) {
		endpoint := b.scheme + "://127.0.0.1:*"
		b.Check(b.s.Bind(endpoint, zmq.HandshakeInterval.Of(500*time.Millisecond)))
		b.idle++ // which accepts
		var slow []net.Conn
		for i := range 30 {
			nc := b.stranger()
			slow = append(slow, nc)
			switch i % 3 {
			case 0:
			case 1:
				b.says(nc, wsHead[:10])
			case 2:
				b.says(nc, "\x16\x03\x01\x02\x00\x01") // the first message of TLS, which does not come
			}
		}
		for range 5 {
			b.talk()
		}
		for _, nc := range slow {
			b.cutOff(nc, "a slow one")
		}
	})
}

// TestHeaderBombs: a head without end is read up to its limit, whatever it consists of.
func TestHeaderBombs(t *testing.T) {
	eachLayer(t, overWebSocket, func(b *layered) {
		before := held()
		for _, piece := range []string{"X-A: b\r\n", "x", "\r\n", "Cookie: " + strings.Repeat("c", 8000) + "\r\n"} {
			nc := b.encrypted()
			b.says(nc, "GET / HTTP/1.1\r\n")
			for sent := 0; sent < 4<<20; sent += len(piece) {
				if _, err := io.WriteString(nc, piece); err != nil {
					break
				}
				if len(piece) < 10 {
					piece = strings.Repeat(piece, 1000)
				}
			}
			b.cutOff(nc, "a head without end")
		}
		if after := held(); after > before+8<<20 {
			b.Errorf("the heap grew from %d to %d bytes", before, after)
		}
	})
}

// TestUnmaskedFrames and other violations end the connection of the one that sends them.
func TestUnmaskedFrames(t *testing.T) {
	eachLayer(t, overWebSocket, func(b *layered) {
		for what, says := range map[string]string{
			"unmasked": "\x82\x03\x00hi", "text": masked(1, "\x00hi"), "reserved bits": "\xf2" + masked(2, "\x00hi")[1:],
			"no flags": masked(2, ""), "a command": masked(2, "\x02\x05READY"), "a continuation": masked(0, "x"),
			"a large Ping": masked(9, strings.Repeat("x", 126)), "nonsense": strings.Repeat("\xff", 100),
		} {
			nc := b.joined()
			b.says(nc, says)
			b.cutOff(nc, what)
		}
	})
}

// TestHugeLengths: lengths that are announced cost no memory.
func TestHugeLengths(t *testing.T) {
	eachLayer(t, overLayers, func(b *layered) {
		before := held()
		for _, n := range []uint64{1 << 31, 1 << 40, 1 << 62, 1<<63 - 1, 1 << 63, 1<<64 - 1} {
			length := string(binary.BigEndian.AppendUint64(nil, n))
			frames := []string{"\x82\xff" + length, "\x02\xff" + length, "\x80\xff" + length}
			if b.scheme == "tls" {
				frames = []string{"\x02" + length, "\x03" + length, "\x06" + length}
			}
			for _, f := range frames {
				nc := b.joined()
				_, _ = io.WriteString(nc, f+strings.Repeat("\x00", 1000)) // which it may refuse at once
				b.cutOff(nc, "a huge length")
			}
		}
		if after := held(); after > before+8<<20 {
			b.Errorf("the heap grew from %d to %d bytes", before, after)
		}
	}, zmq.MaxMessageSize.Of(1<<20))
}

// TestFragmentsWithoutEnd: a message that never ends is a frame that is too large, in the
// end, and keeps no more than the limit before that.
func TestFragmentsWithoutEnd(t *testing.T) {
	eachLayer(t, overWebSocket, func(b *layered) {
		nc := b.joined()
		b.says(nc, "\x02\x81\x00\x00\x00\x00\x00")
		piece := "\x00" + masked(0, strings.Repeat("x", 60_000))[1:]
		for range 1000 {
			if _, err := io.WriteString(nc, piece); err != nil {
				break
			}
		}
		b.cutOff(nc, "fragments without end")
	}, zmq.MaxMessageSize.Of(1<<20))
}

// TestFloodOfWebSocketPings, and of PINGs over TLS: a peer that sends Pings and reads no Pong costs little, and others are
// served.
func TestFloodOfWebSocketPings(t *testing.T) {
	eachLayer(t, overLayers, func(b *layered) {
		nc := b.joined()
		ping := masked(9, strings.Repeat("p", 100))
		if b.scheme == "tls" {
			ping = string(wire.AppendPing(nil, 0, []byte("context")))
		}
		flood := strings.Repeat(ping, 500)
		before := held()
		for range 40 {
			if err := nc.SetWriteDeadline(time.Now().Add(rig.Patience)); err != nil {
				b.Fatal(err)
			}
			b.says(nc, flood)
			b.talk()
		}
		if after := held(); after > before+8<<20 {
			b.Errorf("the heap grew from %d to %d bytes", before, after)
		}
	})
}

// TestRecordsWithoutContent: crypto/tls ends a connection that brings too many of them.
func TestRecordsWithoutContent(t *testing.T) {
	eachLayer(t, []string{"tls"}, func(b *layered) {
		nc := b.stranger()
		for range 10_000 {
			if _, err := io.WriteString(nc, "\x14\x03\x03\x00\x01\x01"); err != nil { // change_cipher_spec
				break
			}
		}
		b.cutOff(nc, "change_cipher_spec")
	})
}
