// SPDX-License-Identifier: Apache-2.0

//go:build unix

package engine

import (
	"bytes"
	"io"
	"net"
	"syscall"
	"testing"

	"github.com/gozmq/zmq/internal/zmqtest"
)

// tallied is a TCP connection that keeps what each write brought.
type tallied struct {
	*net.TCPConn
	writes [][]byte
}

func (c *tallied) Write(b []byte) (int, error) {
	c.writes = append(c.writes, bytes.Clone(b))
	return c.TCPConn.Write(b)
}

// accepted connects a peer that has said something before we look, and shakes
// hands with it. The rest it says when it has our signature.
func accepted(t *testing.T, first, then string) (*tallied, error) {
	far, near := tcpPair(t)
	defer far.Close()
	if _, err := far.Write(zmqtest.MustOctets(first)); err != nil {
		t.Fatal(err)
	}
	if first != "" {
		awaitBytes(t, near)
	}
	ours := &tallied{TCPConn: near.(*net.TCPConn)}
	c := New(ours, configOf("ROUTER", nil))
	c.SetAccepted()
	defer c.Close(nil)
	ended := make(chan error, 1)
	go func() {
		_, err := c.Handshake()
		ended <- err
	}()
	if _, err := io.ReadFull(far, make([]byte, 10)); err != nil { // a silent peer has our signature
		t.Fatal(err)
	}
	if _, err := far.Write(zmqtest.MustOctets(then)); err != nil {
		t.Fatal(err)
	}
	return ours, <-ended
}

// awaitBytes waits until something has arrived, and leaves it there.
func awaitBytes(t *testing.T, c net.Conn) {
	raw, err := c.(*net.TCPConn).SyscallConn()
	if err == nil {
		err = raw.Read(func(fd uintptr) bool {
			_, _, err := syscall.Recvfrom(int(fd), make([]byte, 1), syscall.MSG_PEEK)
			return err != syscall.EAGAIN
		})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestHandshakeIsGathered: an accepted peer gets as much at once as what it has
// said by then allows (docs/libzmq.md, Versions), and the signature whether it has said
// something or not.
func TestHandshakeIsGathered(t *testing.T) {
	const (
		ready  = ` 04 1C 05 "READY" 0B "Socket-Type" 00 00 00 06 "DEALER"`
		ours   = ` 04 29 05 "READY" 0B "Socket-Type" 00 00 00 06 "ROUTER" 08 "Identity" 00 00 00 00`
		v2     = signature + " 01 05"
		oursV2 = " 03 06 00 00"
	)
	for _, c := range []struct {
		name, first, then string
		writes            []string
	}{
		{"all", greeting + ready, "", []string{greeting + ours}},
		{"greeting", greeting, ready, []string{greeting + ours}},
		{"eleven bytes", signature + " 03", restNull + ready, []string{greeting, ours}},
		{"signature", signature, "03 " + restNull + ready, []string{signature + " 03", restNull + ours}},
		{"nothing", "", greeting + ready, []string{signature, "03 " + restNull + ours}},
		{"2.0", v2 + " 00 00", "", []string{signature + oursV2}},
		{"1.0", "01 00", "", []string{signature}},
		{"1.0 late", "", "01 00", []string{signature}},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn, err := accepted(t, c.first, c.then)
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range c.writes {
				if i >= len(conn.writes) || !bytes.Equal(conn.writes[i], zmqtest.MustOctets(want)) {
					t.Errorf("write %d of % X, want %s", i, conn.writes, want)
				}
			}
			if len(conn.writes) != len(c.writes) {
				t.Errorf("%d writes, want %d", len(conn.writes), len(c.writes))
			}
		})
	}
}
