// SPDX-License-Identifier: Apache-2.0

package ws_test

import (
	"bufio"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// rawPeer is a client of WebSocket that a test plays byte by byte.
type rawPeer struct {
	*rig.RawPeer
	r *bufio.Reader
}

// goodHead is a request that is taken, with the protocol without a mechanism.
const goodHead = "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ZWS2.0\r\n\r\n"

func dialRaw(t testing.TB, at string) *rawPeer {
	t.Helper()
	p := rig.DialRaw(t, "tcp://"+plainly(at))
	return &rawPeer{p, bufio.NewReader(p.Conn)}
}

// ask sends a request and returns the answer, with its body.
func (p *rawPeer) ask(t testing.TB, head string) (*http.Response, string) {
	t.Helper()
	p.Write([]byte(head))
	return p.answer(t)
}

func (p *rawPeer) answer(t testing.TB) (*http.Response, string) {
	t.Helper()
	a, err := http.ReadResponse(p.r, nil)
	rig.Must(t, err)
	if a.StatusCode == http.StatusSwitchingProtocols {
		return a, ""
	}
	body, err := io.ReadAll(a.Body)
	rig.Must(t, err)
	return a, string(body)
}

// upgrade makes a WebSocket, and exchanges identities, which are empty.
func (p *rawPeer) upgrade(t testing.TB) {
	t.Helper()
	if a, body := p.ask(t, goodHead); a.StatusCode != http.StatusSwitchingProtocols {
		t.Fatal(a.Status, body)
	}
	p.send(2, "\x00")
	if op, payload := p.frame(t); op != 2 || payload != "\x00" {
		t.Fatalf("%d %q in the place of the identity", op, payload)
	}
}

// frameOf is a frame of a client, with the key 0, which masks nothing.
func frameOf(op byte, payload string) []byte {
	b := []byte{0x80 | op}
	switch n := len(payload); {
	case n < 126:
		b = append(b, 0x80|byte(n))
	case n < 65536:
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 0x80|127), uint64(n))
	}
	return append(append(b, 0, 0, 0, 0), payload...)
}

func (p *rawPeer) send(op byte, payload string) { p.Write(frameOf(op, payload)) }

// frame reads a frame of the server.
func (p *rawPeer) frame(t testing.TB) (op byte, payload string) {
	t.Helper()
	read := func(n int) []byte {
		b := make([]byte, n)
		_, err := io.ReadFull(p.r, b)
		rig.Must(t, err)
		return b
	}
	head := read(2)
	if head[0]&0xF0 != 0x80 || head[1]&0x80 != 0 {
		t.Fatalf("a frame begins with % x", head)
	}
	n := int(head[1])
	switch n {
	case 126:
		n = int(binary.BigEndian.Uint16(read(2)))
	case 127:
		n = int(binary.BigEndian.Uint64(read(8)))
	}
	return head[0] & 0x0F, string(read(n))
}

// closed waits until the socket has ended the connection.
func (p *rawPeer) closed(t testing.TB) {
	t.Helper()
	p.WaitClosed()
}

// failure waits for the next handshake of a socket to fail.
func failure(r *rig.Test, w *rig.Watch, kind zmq.EventKind) zmq.Event {
	r.Helper()
	return w.Want(kind)[0]
}

// without is a head without the field of that name.
func without(head, name string) string {
	var lines []string
	for line := range strings.SplitSeq(head, "\r\n") {
		if !strings.HasPrefix(line, name+":") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\r\n")
}

func readRequest(nc net.Conn) (*http.Request, error) { return http.ReadRequest(bufio.NewReader(nc)) }

// acceptOf is the answer to a key (RFC 6455, 4.2.2).
func acceptOf(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}
