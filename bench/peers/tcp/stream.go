// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"sync"

	"github.com/gozmq/zmq/bench/internal/role"
)

const (
	buffer = 64 << 10
	large  = 16 << 10 // bytes from which a body is not copied
	more   = 1 << 31  // in the length of a frame that is not the last
)

// stream is a connection. A listener's comes with its first use.
type stream struct {
	atOnce bool // flush with each message
	open   func() error
	net    net.Conn
	r      *bufio.Reader
	w      *bufio.Writer
	body   []byte // of the last large message, used again
	tls    bool
}

func address(endpoint string) (network, addr string) {
	if path, ok := strings.CutPrefix(endpoint, "ipc://"); ok {
		return "unix", path
	}
	_, addr, _ = strings.Cut(endpoint, "://")
	return "tcp", strings.Replace(addr, ":*", ":0", 1)
}

// secure has TLS for wss, which is all that this program knows of it.
func secure(endpoint string) bool { return strings.HasPrefix(endpoint, "wss:") }

func listen(endpoint string, atOnce bool) (*stream, string, error) {
	network, addr := address(endpoint)
	l, err := net.Listen(network, addr)
	if err != nil {
		return nil, "", err
	}
	scheme, _, _ := strings.Cut(endpoint, "://")
	if network == "tcp" {
		endpoint = scheme + "://" + l.Addr().String()
	}
	s := &stream{atOnce: atOnce, tls: secure(endpoint)}
	if s.tls {
		cfg, err := role.TLS()
		if err != nil {
			return nil, "", err
		}
		l = tls.NewListener(l, cfg)
	}
	s.open = sync.OnceValue(func() error {
		defer l.Close()
		c, err := l.Accept()
		if err == nil {
			s.use(c)
		}
		return err
	})
	return s, endpoint, nil
}

func dial(endpoint string, atOnce bool) (*stream, error) {
	c, err := net.Dial(address(endpoint))
	if err != nil {
		return nil, err
	}
	s := &stream{atOnce: atOnce, tls: secure(endpoint), open: func() error { return nil }}
	if s.tls {
		cfg, err := role.TLS()
		if err != nil {
			return nil, err
		}
		c = tls.Client(c, cfg)
	}
	s.use(c)
	return s, nil
}

func (s *stream) use(c net.Conn) {
	s.net, s.r, s.w = c, bufio.NewReaderSize(c, buffer), bufio.NewWriterSize(c, buffer)
}

func (s *stream) Send(body []byte) error {
	if err := s.write(body, 0); err != nil {
		return err
	}
	if s.atOnce {
		return s.w.Flush()
	}
	return nil
}

func (s *stream) write(body []byte, flag uint32) error {
	if s.net == nil {
		if err := s.open(); err != nil {
			return err
		}
	}
	if len(body) >= large && !s.tls { // a record for the length alone would cost more than a copy
		if err := s.w.Flush(); err != nil {
			return err
		}
		b := net.Buffers{binary.BigEndian.AppendUint32(nil, uint32(len(body))|flag), body}
		_, err := b.WriteTo(s.net)
		return err
	}
	head := binary.BigEndian.AppendUint32(s.w.AvailableBuffer(), uint32(len(body))|flag)
	if _, err := s.w.Write(head); err != nil {
		return err
	}
	_, err := s.w.Write(body)
	return err
}

func (s *stream) Recv() ([]byte, error) {
	body, _, err := s.read()
	return body, err
}

func (s *stream) read() (body []byte, again bool, err error) {
	if s.net == nil {
		if err := s.open(); err != nil {
			return nil, false, err
		}
	}
	head, err := s.r.Peek(4)
	if err != nil {
		return nil, false, err
	}
	n := int(binary.BigEndian.Uint32(head) &^ more)
	again = head[0]&0x80 != 0
	if n < large {
		both, err := s.r.Peek(4 + n)
		if err != nil {
			return nil, false, err
		}
		_, err = s.r.Discard(4 + n) // the bytes stay where they are until the next read
		if memory == "new" {
			return bytes.Clone(both[4:]), again, err
		}
		return both[4:], again, err
	}
	if _, err := s.r.Discard(4); err != nil {
		return nil, false, err
	}
	if cap(s.body) < n || memory == "new" {
		s.body = make([]byte, n)
	}
	_, err = io.ReadFull(s.r, s.body[:n])
	return s.body[:n], again, err
}

func (s *stream) SendParts(parts [][]byte) error {
	last := len(parts) - 1
	for _, p := range parts[:last] {
		if err := s.write(p, more); err != nil {
			return err
		}
	}
	return s.Send(parts[last])
}

func (s *stream) RecvParts() (frames, bytes int, err error) {
	for again := true; again && err == nil; frames++ {
		var body []byte
		body, again, err = s.read()
		bytes += len(body)
	}
	return frames, bytes, err
}

func (s *stream) Flush() error {
	if s.w == nil {
		return nil
	}
	return s.w.Flush()
}

func (s *stream) Close() error {
	if s.net == nil {
		return nil
	}
	return s.net.Close()
}

func (s *stream) idle() bool { return s.r.Buffered() == 0 }
