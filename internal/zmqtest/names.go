// SPDX-License-Identifier: Apache-2.0

package zmqtest

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
)

// Names is a name server in memory, which answers the questions of the whole process
// while a test runs. No packet leaves the process.
type Names struct {
	mu    sync.Mutex
	hosts map[string][]netip.Addr
	asked int
}

// NewNames has the standard library's resolver, which is a variable, ask a Names until
// the end of the test. Nothing else may resolve names when it begins and when it ends.
func NewNames(t testing.TB) *Names {
	t.Helper()
	n := &Names{hosts: make(map[string][]netip.Addr)}
	old := net.DefaultResolver
	t.Cleanup(func() { net.DefaultResolver = old })
	net.DefaultResolver = &net.Resolver{
		PreferGo: true,
		Dial: func(context.Context, string, string) (net.Conn, error) {
			client, server := net.Pipe()
			go n.serve(server)
			return client, nil
		},
	}
	return n
}

// Set gives a host addresses. Without any it does not exist.
func (n *Names) Set(host string, addresses ...string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.hosts, host)
	for _, a := range addresses {
		n.hosts[host] = append(n.hosts[host], netip.MustParseAddr(a))
	}
}

// Asked returns how many questions there were.
func (n *Names) Asked() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.asked
}

// serve answers DNS over a stream (RFC 1035, 4.2.2) until its client is gone.
func (n *Names) serve(c net.Conn) {
	defer c.Close()
	for {
		var size [2]byte
		if _, err := io.ReadFull(c, size[:]); err != nil {
			return
		}
		query := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(c, query); err != nil {
			return
		}
		reply := n.answer(query)
		if _, err := c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(reply))), reply...)); err != nil {
			return
		}
	}
}

// answer answers one question (RFC 1035, 4.1) with the addresses of its type.
func (n *Names) answer(query []byte) []byte {
	const header, typeA, typeAAAA, noSuchName = 12, 1, 28, 3
	var name strings.Builder
	i := header
	for query[i] != 0 {
		fmt.Fprintf(&name, "%s.", query[i+1:i+1+int(query[i])])
		i += 1 + int(query[i])
	}
	end := i + 5 // the root label, type and class
	kind := query[i+2]
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asked++
	hosts, known := n.hosts[strings.TrimSuffix(name.String(), ".")]
	var records []byte
	count := byte(0)
	for _, a := range hosts {
		if kind == typeA && a.Is4() || kind == typeAAAA && a.Is6() {
			data := a.AsSlice()
			records = append(records, 0xC0, header, 0, kind, 0, 1, 0, 0, 0, 0, 0, byte(len(data)))
			records = append(records, data...)
			count++
		}
	}
	code := byte(0)
	if !known {
		code = noSuchName
	}
	reply := append([]byte{query[0], query[1], 0x84, 0x80 | code, 0, 1, 0, count, 0, 0, 0, 0}, query[header:end]...)
	return append(reply, records...)
}
