// SPDX-License-Identifier: Apache-2.0

// Names are resolved anew for each attempt to connect.

package lifecycle_test

import (
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// nameserver answers DNS questions for addresses in place of the system's
// resolver, until the test is over. Names that it does not have do not exist.
type nameserver struct {
	mu    sync.Mutex
	hosts map[string]net.IP
	asked int
}

func newNameserver(t *testing.T) *nameserver {
	n := &nameserver{hosts: make(map[string]net.IP)}
	old := net.DefaultResolver
	t.Cleanup(func() { net.DefaultResolver = old })
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go n.serve(server)
		return client, nil
	}}
	return n
}

func (n *nameserver) set(name string, ip net.IP) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.hosts[name] = ip
}

func (n *nameserver) questions() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.asked
}

// serve answers over a stream (RFC 1035, 4.2.2).
func (n *nameserver) serve(c net.Conn) {
	defer c.Close()
	for {
		var size [2]byte
		if _, err := io.ReadFull(c, size[:]); err != nil {
			return
		}
		query := make([]byte, int(size[0])<<8|int(size[1]))
		if _, err := io.ReadFull(c, query); err != nil {
			return
		}
		reply := n.reply(query)
		if _, err := c.Write(append([]byte{byte(len(reply) >> 8), byte(len(reply))}, reply...)); err != nil {
			return
		}
	}
}

// reply answers one question (RFC 1035, 4.1).
func (n *nameserver) reply(query []byte) []byte {
	var labels []string
	i := 12
	for ; query[i] != 0; i += 1 + int(query[i]) {
		labels = append(labels, string(query[i+1:i+1+int(query[i])]))
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asked++
	ip, known := n.hosts[strings.Join(labels, ".")]
	code, count := byte(3), byte(0) // NXDOMAIN
	var answer []byte
	if known {
		code = 0
	}
	if ip4 := ip.To4(); ip4 != nil && query[i+2] == 1 { // A
		count = 1
		answer = append([]byte{0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4}, ip4...)
	}
	head := []byte{query[0], query[1], 0x84, 0x80 | code, 0, 1, 0, count, 0, 0, 0, 0}
	return append(append(head, query[12:i+5]...), answer...)
}

func TestNamesAreResolvedAnewAtEveryAttempt(t *testing.T) {
	dns := newNameserver(t) // before the sockets, which outlive it otherwise
	r := rig.New(t)
	b, at := r.Bind(zmq.PULL, "tcp://127.0.0.1:*")
	port := at[strings.LastIndexByte(at, ':')+1:]
	c := r.Socket(zmq.PUSH)
	r.Check(c.Connect("tcp://server.test:" + port))
	r.Send(c, "1")
	r.WaitUntil("the name was asked for in vain", func() bool { return dns.questions() > 4 })
	dns.set("server.test", net.IPv4(127, 0, 0, 1))
	r.WantRecv(b, "1")

	// The server moves to another address.
	elsewhere := r.Socket(zmq.PULL)
	if err := elsewhere.Bind("tcp://127.0.0.2:" + port); err != nil {
		t.Skipf("SKIPPED: this system has only one loopback address: %v", err)
	}
	dns.set("server.test", net.IPv4(127, 0, 0, 2))
	r.Check(b.Close())
	r.WaitPeersLeft(c, 0)
	r.Send(c, "2")
	r.WantRecv(elsewhere, "2")
}
