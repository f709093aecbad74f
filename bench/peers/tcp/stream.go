// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"sync"
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
}

func address(endpoint string) (network, addr string) {
	if path, ok := strings.CutPrefix(endpoint, "ipc://"); ok {
		return "unix", path
	}
	return "tcp", strings.Replace(strings.TrimPrefix(endpoint, "tcp://"), ":*", ":0", 1)
}

func listen(endpoint string, atOnce bool) (*stream, string, error) {
	network, addr := address(endpoint)
	l, err := net.Listen(network, addr)
	if err != nil {
		return nil, "", err
	}
	if network == "tcp" {
		endpoint = "tcp://" + l.Addr().String()
	}
	s := &stream{atOnce: atOnce}
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
	s := &stream{atOnce: atOnce, open: func() error { return nil }}
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
	if len(body) >= large {
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
		return both[4:], again, err
	}
	if _, err := s.r.Discard(4); err != nil {
		return nil, false, err
	}
	if cap(s.body) < n {
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
