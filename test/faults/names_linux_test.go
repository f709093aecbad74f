// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"encoding/binary"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"sync"

	"github.com/gozmq/zmq/internal/zmqtest/namespace"
)

// peerName is the name that a name server of a run knows.
const peerName = "peer.test"

// names is a name server in the sender's namespace. It knows one name, or denies it, or
// is silent.
type names struct {
	file string // a resolv.conf that names the server
	conn net.PacketConn
	done chan struct{} // closed by serve

	mu     sync.Mutex
	at     netip.Addr // of the name; the zero value if it has none
	silent bool
}

func serveNames(n *namespace.Namespace, dir string) (*names, error) {
	s := &names{file: filepath.Join(dir, "resolv.conf"), done: make(chan struct{}), at: receiverAddress}
	conf := "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n"
	if err := os.WriteFile(s.file, []byte(conf), 0o600); err != nil {
		return nil, err
	}
	err := n.Do(func() (err error) {
		s.conn, err = net.ListenPacket("udp4", "127.0.0.1:53")
		return err
	})
	if err != nil {
		return nil, err
	}
	go s.serve()
	return s, nil
}

func (s *names) close() {
	_ = s.conn.Close()
	<-s.done
}

// set gives the name an address, none for the zero value.
func (s *names) set(at netip.Addr, silent bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at, s.silent = at, silent
}

func (s *names) serve() {
	defer close(s.done)
	b := make([]byte, 1500)
	for {
		n, from, err := s.conn.ReadFrom(b)
		if err != nil {
			return
		}
		if answer := s.answer(b[:n]); answer != nil {
			_, _ = s.conn.WriteTo(answer, from)
		}
	}
}

// answer answers a query of one question (RFC 1035, 4.1).
func (s *names) answer(query []byte) []byte {
	const header, typeA, noSuchName = 12, 1, 3
	s.mu.Lock()
	defer s.mu.Unlock()
	end := header
	for end < len(query) && query[end] != 0 {
		end += 1 + int(query[end])
	}
	end += 5 // the root, type and class
	if s.silent || end > len(query) {
		return nil
	}
	a := append([]byte(nil), query[:end]...)
	a[2], a[3] = a[2]&1|0x84, 0x80 // an answer with authority; recursion is to be had
	clear(a[6:header])             // no other records
	if !s.at.IsValid() {
		a[3] |= noSuchName
		return a
	}
	if binary.BigEndian.Uint16(query[end-4:]) != typeA {
		return a
	}
	a[7] = 1
	a = append(a, 0xc0, header, 0, typeA, 0, 1, 0, 0, 0, 0, 0, 4) // the question's name, for no time
	return append(a, s.at.AsSlice()...)
}
