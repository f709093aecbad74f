// SPDX-License-Identifier: Apache-2.0

package ws

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// FuzzFrames: whatever a peer sends is turned into whole frames of ZMTP or refused, the
// same however it was cut into reads, and keeps no more memory than it has sent.
func FuzzFrames(f *testing.F) {
	for _, text := range []string{
		`82 03 00 68 69`, `82 83 11 22 33 44 11 4A 5A`, `82 02 02 00`, `82 7E 00 03 00 68 69`, `82 7F 00 00 00 00 00 00 00 03 00 68 69`,
		`02 01 00 89 01 70 80 02 68 69`, `88 02 03 E8`, `82 7F 7F FF FF FF FF FF FF FF 00`, `02 7F 7F FF FF FF FF FF FF FF 00`,
	} {
		f.Add(zmqtest.MustOctets(text), true, uint8(3))
		f.Add(zmqtest.MustOctets(text), false, uint8(0))
	}
	f.Fuzz(func(t *testing.T, in []byte, server bool, piece uint8) {
		var first []byte
		var failed error
		for i, size := range []int{1 << 10, 1 + int(piece)} {
			e := newEnd(server, true, bytes.Clone(in))
			e.below.piece = int(piece) * i
			e.Conn.in.limit = 1 << 10
			got, err := e.all(size)
			if err != nil && !errors.Is(err, zerr.ErrProtocol) {
				t.Fatalf("an error that is not about the peer: %v", err)
			}
			if kept := cap(e.Conn.in.pieces.body); kept > 2*len(in)+64 {
				t.Fatalf("%d bytes are kept of %d", kept, len(in))
			}
			if i == 0 {
				first, failed = got, err
			} else if !bytes.Equal(got, first) || (err == nil) != (failed == nil) {
				t.Fatalf("in pieces: %x, %v; at once: %x, %v", got, err, first, failed)
			}
		}
		wantFrames(t, first)
	})
}

// wantFrames checks that b is frames of ZMTP, the last of which may be cut off.
func wantFrames(t *testing.T, b []byte) {
	t.Helper()
	for {
		flags, size, n := zmtpHeader(b)
		if n == 0 {
			return
		}
		if flags&^(zmtpMore|zmtpCommand|zmtpLong) != 0 || flags&(zmtpMore|zmtpCommand) == zmtpMore|zmtpCommand {
			t.Fatalf("flags %x", flags)
		}
		if size > uint64(len(b)-n) {
			return
		}
		b = b[n+int(size):]
	}
}

// FuzzRequest: whatever comes to a listener is answered with HTTP or let go, within the
// limits, and one that is taken agrees on a protocol of ours.
func FuzzRequest(f *testing.F) {
	const head = "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ZWS2.0\r\n\r\n"
	f.Add([]byte(head))
	f.Add([]byte(head + "\x82\x81\x00\x00\x00\x00\x00"))
	f.Add([]byte("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"))
	f.Add([]byte("\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f"))
	f.Fuzz(func(t *testing.T, in []byte) {
		s := &script{in: bytes.Clone(in), room: -1}
		c := newConn(s, "ws")
		c.server = true
		opened, err := c.answer(&Config{}, &transport.Opening{Mechanism: "NULL", MaxBytes: 2000})
		switch {
		case err == nil && (opened.Protocol != carried || !bytes.HasPrefix(s.out, []byte("HTTP/1.1 101 Switching Protocols\r\n"))):
			t.Fatalf("%+v, answered %q", opened, s.out)
		case err == nil:
		case errors.Is(err, io.ErrUnexpectedEOF):
			if len(s.out) > 0 {
				t.Fatalf("half a request is answered: %q", s.out)
			}
		case !errors.Is(err, zerr.ErrProtocol):
			t.Fatalf("an error that is not about the peer: %v", err)
		case !bytes.HasPrefix(s.out, []byte("HTTP/1.1 4")):
			t.Fatalf("%v, answered %q", err, s.out)
		}
	})
}

// FuzzAnswer: whatever a server answers is checked.
func FuzzAnswer(f *testing.F) {
	f.Add([]byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\nSec-WebSocket-Protocol: ZWS2.0\r\n\r\n"))
	f.Add([]byte("HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nno!"))
	f.Add([]byte("HTTP/1.1 301 Moved\r\nLocation: /\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		c := newConn(&script{in: bytes.Clone(in), room: -1}, "ws")
		if _, err := c.request("x", "/", &Config{}, &transport.Opening{Mechanism: "NULL", MaxBytes: 2000}); err == nil {
			t.Fatal("our key, which no input knows, is answered")
		} else if !errors.Is(err, zerr.ErrProtocol) && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatalf("an error that is not about the peer: %v", err)
		}
	})
}
