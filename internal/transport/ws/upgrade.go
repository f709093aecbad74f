// SPDX-License-Identifier: Apache-2.0

package ws

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
)

// maxHead is the longest request or response that is read; that of libzmq has some
// hundred bytes, those of browsers with their cookies some thousand.
const maxHead = 16 << 10

// request is the client's side of the opening handshake (RFC 6455, 4.1).
func (c *Conn) request(host, path string, cfg *Config, o *transport.Opening) (transport.Opened, error) {
	nonce := seed()
	key := base64.StdEncoding.EncodeToString(nonce[:16])
	offered := protocols(cfg, o)
	head := "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Key: " + key + "\r\nSec-WebSocket-Protocol: " + strings.Join(offered, ",") +
		"\r\nSec-WebSocket-Version: 13\r\n\r\n"
	if _, err := io.WriteString(c.below, head); err != nil {
		return transport.Opened{}, err
	}
	answer, err := c.readHead(o.MaxBytes)
	if err != nil {
		return transport.Opened{}, err
	}
	r, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(answer)), &http.Request{Method: http.MethodGet})
	if err != nil {
		return transport.Opened{}, &zerr.ProtocolError{Rule: "the answer to the request for a WebSocket is one of HTTP", Code: unspecified, Err: err}
	}
	_ = r.Body.Close()
	return c.checkAnswer(r, key, offered)
}

// checkAnswer is what RFC 6455, 4.1, has a client check.
func (c *Conn) checkAnswer(r *http.Response, key string, offered []string) (transport.Opened, error) {
	chosen := r.Header["Sec-Websocket-Protocol"]
	switch {
	case r.StatusCode != http.StatusSwitchingProtocols:
		return transport.Opened{}, violation("the server refuses the WebSocket: " + printable(r.Status) + c.explanation())
	case !hasToken(r.Header["Upgrade"], "websocket"),
		!hasToken(r.Header["Connection"], "upgrade"):
		return transport.Opened{}, violation("the server's answer upgrades to no WebSocket")
	case r.Header.Get("Sec-WebSocket-Accept") != acceptKey(key):
		return transport.Opened{}, violation("Sec-WebSocket-Accept does not answer our key")
	case len(chosen) != 1 || !slices.Contains(offered, chosen[0]):
		return transport.Opened{}, violation(fmt.Sprintf("the server's Sec-WebSocket-Protocol %.80q is none of ours, %v", chosen, offered))
	case r.Header.Get("Sec-WebSocket-Extensions") != "":
		return transport.Opened{}, violation("the server uses extensions of WebSocket that it was not offered")
	}
	return opened(chosen[0]), nil
}

// explanation is the body of a refusal as far as it came with the head.
func (c *Conn) explanation() string {
	if len(c.in.early) == 0 {
		return ""
	}
	return ": " + printable(strings.TrimSpace(string(c.in.early)))
}

// answer is the server's side (RFC 6455, 4.2).
func (c *Conn) answer(cfg *Config, o *transport.Opening) (transport.Opened, error) {
	head, err := c.readHead(o.MaxBytes)
	if errors.Is(err, zerr.ErrMessageTooLarge) {
		_ = c.refuse(&refusal{http.StatusRequestHeaderFieldsTooLarge, "the request is too long"})
	}
	if err != nil {
		return transport.Opened{}, err
	}
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(head)))
	if err != nil {
		_ = c.refuse(&refusal{http.StatusBadRequest, "this is no request of HTTP"})
		return transport.Opened{}, &zerr.ProtocolError{Rule: "a WebSocket begins with a request of HTTP", Code: unspecified, Err: err}
	}
	if no := check(r, cfg); no != nil {
		return transport.Opened{}, c.refuse(no)
	}
	return c.settle(r, cfg, o)
}

// settle answers a request that is one for a WebSocket.
func (c *Conn) settle(r *http.Request, cfg *Config, o *transport.Opening) (transport.Opened, error) {
	chosen, no := choose(r, cfg, o)
	if no != nil {
		return transport.Opened{}, c.refuse(no)
	}
	return opened(chosen), c.accept(r.Header.Get("Sec-WebSocket-Key"), chosen)
}

// accept answers a request. libzmq takes no other words in the Connection field.
func (c *Conn) accept(key, chosen string) error {
	_, err := io.WriteString(c.below, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Accept: "+acceptKey(key)+"\r\nSec-WebSocket-Protocol: "+chosen+"\r\n\r\n")
	return err
}

// farewell is how long a client that is refused may take to close. Closing at once could
// turn into a reset that overtakes the answer.
const farewell = 250 * time.Millisecond

// refuse answers a request that is not taken, waits a moment for the client to go, and
// returns the error for it.
func (c *Conn) refuse(no *refusal) error {
	err := violation("the request is refused: " + no.reason)
	text := no.reason + "\n"
	extra := "Connection: close\r\n"
	if no.status == http.StatusUpgradeRequired {
		extra = "Upgrade: websocket\r\nConnection: Upgrade, close\r\nSec-WebSocket-Version: 13\r\n"
	}
	_, e := fmt.Fprintf(c.below, "HTTP/1.1 %d %s\r\n%sContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n\r\n%s",
		no.status, http.StatusText(no.status), extra, len(text), text)
	half, ok := c.below.(interface{ CloseWrite() error })
	if e != nil || !ok || half.CloseWrite() != nil {
		return err
	}
	_ = c.below.SetReadDeadline(time.Now().Add(farewell))
	_, _ = io.Copy(io.Discard, io.LimitReader(c.below, maxHead))
	return err
}

// readHead reads up to the empty line that ends the head of a request or a response.
// What comes behind it is kept for the reader.
func (c *Conn) readHead(limit int) ([]byte, error) {
	limit = min(limit, maxHead)
	var b []byte
	for seen := 0; ; {
		if i := bytes.Index(b[seen:], []byte("\r\n\r\n")); i >= 0 {
			end := seen + i + 4
			if end < len(b) {
				c.in.early = bytes.Clone(b[end:])
			}
			return b[:end], nil
		}
		if len(b) >= limit {
			return nil, &zerr.ProtocolError{
				Rule: fmt.Sprintf("the head of an HTTP message has at most %d bytes here", limit),
				Code: unspecified, Err: zerr.ErrMessageTooLarge}
		}
		seen = max(0, len(b)-3)
		b = slices.Grow(b, min(512, limit-len(b)))
		n, err := c.below.Read(b[len(b):min(cap(b), limit)])
		if b = b[:len(b)+n]; n > 0 {
			continue
		}
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return nil, err
		}
	}
}
