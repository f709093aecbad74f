// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"time"
)

// presence is what a listener tells of itself before it knows its peer.
type presence struct {
	Address   string        // where the connection went
	Connect   time.Duration // how long the system took to connect
	Protocol  string        // "ZMTP 3.1"
	Mechanism string        // "CURVE"; empty before ZMTP 3
	Type      string        // "ROUTER"; empty if it is not told to strangers
	Identity  []byte
}

// probe connects to an endpoint and reads what its greeting and, with NULL, its
// READY say. It sends a greeting without a handshake, so that the peer never takes
// it for a socket that could be sent messages. The context bounds it.
func probe(ctx context.Context, t *target) (*presence, error) {
	began := time.Now()
	conn, err := new(net.Dialer).DialContext(ctx, t.network, t.address)
	if err != nil {
		return nil, whyUnreachable(err)
	}
	p := &presence{Address: conn.RemoteAddr().String(), Connect: time.Since(began)}
	defer conn.Close()
	if limit, ok := ctx.Deadline(); ok {
		// The second half is for finding out what a silent listener is.
		conn.SetDeadline(time.Now().Add(time.Until(limit) / 2))
	}
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	over, err := t.secure(ctx, conn)
	switch {
	case err != nil:
	case t.path != "":
		err = p.upgrade(over, t)
	default:
		err = p.listen(ctx, over)
	}
	if t.tls == nil && ended(err) && speaksTLS(ctx, t.network, t.address) {
		err = errTLS
	}
	return p, err
}

// stranger is what answers in the place of a ZeroMQ socket.
type stranger struct {
	state string // in a word, for scripts
	text  string
	err   error // nil if there is none
}

// Error implements error.
func (s stranger) Error() string {
	if s.err == nil {
		return s.text
	}
	return s.text + ": " + s.err.Error()
}

// Unwrap returns the error below it.
func (s stranger) Unwrap() error { return s.err }

var errTLS = stranger{"tls", "a TLS server answers there, no ZeroMQ socket", nil}

// ended reports whether the peer has ended the connection.
func ended(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) ||
		errors.Is(err, wsaECONNRESET) || errors.Is(err, wsaECONNABORTED)
}

// Numbers of Windows Sockets (winsock2.h), which connections of the net package report
// there. No other system has these numbers.
const (
	wsaECONNABORTED = syscall.Errno(10053)
	wsaECONNRESET   = syscall.Errno(10054)
	wsaECONNREFUSED = syscall.Errno(10061)
)

// speaksTLS reports whether a handshake of TLS gets anywhere. Many servers end the
// connection without a word when they are sent anything else.
func speaksTLS(ctx context.Context, network, address string) bool {
	// Nothing is sent over it, so it does not matter whose certificate it is.
	d := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}}
	conn, err := d.DialContext(ctx, network, address)
	if err == nil {
		conn.Close()
	}
	var alert tls.AlertError
	return err == nil || errors.As(err, &alert)
}

// whyUnreachable names the common causes in plain words.
func whyUnreachable(err error) error {
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns):
		return stranger{"unresolved", "the name " + dns.Name + " does not resolve", err}
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, wsaECONNREFUSED):
		return stranger{"refused", "nothing listens there", err}
	case errors.Is(err, os.ErrNotExist):
		return stranger{"refused", "nothing listens there, the socket file is missing", err}
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return stranger{"unreachable", "no answer, as from a host that is down or behind a firewall", err}
	}
	return stranger{"unreachable", "it cannot be reached", err}
}

// greetings of RFC 37: the signature, and what follows the peer's.
var (
	signature  = []byte{0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0x7F}
	versionOne = []byte{3, 1}
)

const greetingRest = 64 - 11 // bytes behind the major version

// listen reads what the peer says and notes it.
func (p *presence) listen(ctx context.Context, conn net.Conn) error {
	if _, err := conn.Write(signature); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("it ended the connection at once: %w", err)
	}
	head := make([]byte, len(signature)+1)
	n, err := io.ReadFull(conn, head[:len(signature)])
	if n == 0 && errors.Is(err, os.ErrDeadlineExceeded) {
		n, err = coax(ctx, conn, head)
	}
	if wrong := notZMTP(head[:n], err); wrong != nil {
		return wrong
	}
	if head[0] != 0xFF || head[9]&1 == 0 {
		p.Protocol = "ZMTP 1.0"
		return nil
	}
	// The major version is sent once the peer's signature is there, and all else
	// without waiting for its mechanism, as both sides do so.
	if _, err := conn.Write(versionOne[:1]); err != nil {
		return fmt.Errorf("it ended the connection after the signature: %w", err)
	}
	if _, err := io.ReadFull(conn, head[len(signature):]); err != nil {
		return fmt.Errorf("it speaks ZMTP and says no version: %w", err)
	}
	if major := head[10]; major < 2 {
		p.Protocol = fmt.Sprintf("ZMTP %d.0", major+1)
		return nil
	}
	rest := make([]byte, greetingRest)
	if _, err := io.ReadFull(conn, rest); err != nil {
		return fmt.Errorf("it speaks ZMTP and its greeting is cut short: %w", err)
	}
	p.Protocol = fmt.Sprintf("ZMTP %d.%d", head[10], rest[0])
	p.Mechanism = string(bytes.TrimRight(rest[1:21], "\x00"))
	if p.Mechanism != "NULL" {
		return nil
	}
	p.readReady(conn, rest)
	return nil
}

// coax has a web server answer, which waits for the end of a line.
func coax(ctx context.Context, conn net.Conn, answer []byte) (int, error) {
	limit, _ := ctx.Deadline()
	conn.SetDeadline(limit)
	if _, err := io.WriteString(conn, "\r\n\r\n"); err != nil {
		return 0, err
	}
	return io.ReadAtLeast(conn, answer, len("HTTP/"))
}

// readReady sends the rest of the greeting and notes what the peer's READY says. A
// peer that asks an authentication handler first may send none, which is no error.
func (p *presence) readReady(conn net.Conn, theirs []byte) {
	greeting := make([]byte, greetingRest)
	greeting[0] = versionOne[1]
	copy(greeting[1:21], theirs[1:21])
	if _, err := conn.Write(greeting); err != nil {
		return
	}
	head := make([]byte, 2)
	if _, err := io.ReadFull(conn, head); err != nil || head[0] != 4 {
		return
	}
	body := make([]byte, head[1])
	if _, err := io.ReadFull(conn, body); err != nil {
		return
	}
	p.noteReady(body)
}

// noteReady notes what a READY says.
func (p *presence) noteReady(body []byte) {
	body, ok := bytes.CutPrefix(body, []byte("\x05READY"))
	for ok && len(body) > 0 {
		var name, value []byte
		if name, body, ok = cutShort(body); !ok || len(body) < 4 {
			return
		}
		size := binary.BigEndian.Uint32(body)
		if body = body[4:]; uint64(size) > uint64(len(body)) {
			return
		}
		value, body = body[:size], body[size:]
		switch strings.ToLower(string(name)) {
		case "socket-type":
			p.Type = string(value)
		case "identity":
			p.Identity = value
		}
	}
}

// cutShort takes a string with its length in front of it off b.
func cutShort(b []byte) (text, rest []byte, ok bool) {
	if len(b) == 0 || len(b) < 1+int(b[0]) {
		return nil, b, false
	}
	return b[1 : 1+b[0]], b[1+b[0]:], true
}

// notZMTP says what answers in place of a ZeroMQ socket, from its first bytes or
// from the way in which the connection ended; nil for what may be one.
func notZMTP(first []byte, err error) error {
	switch {
	case bytes.HasPrefix(first, []byte("HTTP/")), bytes.HasPrefix(first, []byte("<")):
		return stranger{"http", "a web server (HTTP) answers there, no ZeroMQ socket", nil}
	case len(first) >= 3 && first[0] == 0x15 && first[1] == 3:
		return errTLS
	case bytes.HasPrefix(first, []byte("SSH-")):
		return stranger{"ssh", "an SSH server answers there, no ZeroMQ socket", nil}
	case len(first) > 0 && first[0] != 0xFF && (first[0] > 1 || err != nil):
		return stranger{"foreign", fmt.Sprintf("what answers there speaks no ZMTP; it says %.32q", first), nil}
	case len(first) > 0 && err == nil:
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		return stranger{"silent", "it accepts connections and says nothing: no ZeroMQ socket, or one that is stuck", err}
	case ended(err):
		return stranger{"ends", "it accepts connections and ends them at once: a filter, a limit of peers, or no ZeroMQ socket", err}
	}
	return err
}
