// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
)

// peer is one connection that has shaken hands by ZMTP 3.0 with NULL (RFC 23).
type peer struct {
	*net.TCPConn
	buf []byte // made when more than a handshake is read
}

// dialer leaves keep-alive to the system: it would cost a peer of connection
// set-up as much as the rest of its options.
var dialer = net.Dialer{KeepAlive: -1}

// dial connects as a socket of that type.
func dial(addr, kind string) (*peer, error) {
	nc, err := dialer.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	p := &peer{TCPConn: nc.(*net.TCPConn)}
	if err := p.shakeHands(kind); err != nil {
		p.Close()
		return nil, fmt.Errorf("handshake: %w", err)
	}
	return p, nil
}

func (p *peer) shakeHands(kind string) error {
	greeting := make([]byte, 64)
	greeting[0], greeting[8], greeting[9], greeting[10] = 0xff, 1, 0x7f, 3
	copy(greeting[12:], "NULL")
	ready := append([]byte("\x05READY\x0bSocket-Type"), 0, 0, 0, byte(len(kind)))
	ready = append(ready, kind...)
	if err := p.write(append(greeting, frame(4, ready)...)); err != nil {
		return err
	}
	var buf [64 + 2 + 255]byte
	if _, err := io.ReadFull(p, buf[:64+2]); err != nil {
		return err
	}
	body := buf[66:][:buf[65]]
	if _, err := io.ReadFull(p, body); err != nil {
		return err
	}
	if !bytes.HasPrefix(body, []byte("\x05READY")) {
		return fmt.Errorf("the peer said %q", body)
	}
	return nil
}

// Flags of a frame (RFC 23).
const (
	more    = 1
	command = 4
)

// frame is a frame of ZMTP 3.0.
func frame(flags byte, body []byte) []byte {
	if len(body) < 256 {
		return append([]byte{flags, byte(len(body))}, body...)
	}
	return append(binary.BigEndian.AppendUint64([]byte{flags | 2}, uint64(len(body))), body...)
}

func (p *peer) write(b []byte) error {
	_, err := p.Write(b)
	return err
}

// skip reads n bytes.
func (p *peer) skip(n int64) error {
	if p.buf == nil {
		p.buf = make([]byte, 32<<10)
	}
	for n > 0 {
		k, err := p.Read(p.buf[:min(n, int64(len(p.buf)))])
		if err != nil {
			return err
		}
		n -= int64(k)
	}
	return nil
}

// end waits until the other side, which has everything then, has closed: a peer
// that leaves earlier is an event that not every library survives.
func (p *peer) end() error {
	_, err := io.Copy(io.Discard, p)
	return err
}
