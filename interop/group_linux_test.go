// SPDX-License-Identifier: Apache-2.0

package interop

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/gozmq/zmq/internal/zmqtest/namespace"
)

// network is several machines, which are namespaces, with a router that carries the packets
// of a multicast group to all of them, but for those that it loses.
type network struct {
	t        testing.TB
	machines []*namespace.Namespace
	all      sync.WaitGroup

	mu     sync.Mutex
	random *rand.Rand
	loss   float64
	sent   map[sending]int // PGM packets
}

// sending is what a machine sends: PGM packets of a type.
type sending struct {
	machine int
	kind    byte
}

// pathMessage is the type of PGM packet by which a source says where it is.
const pathMessage = 0x00

// newNetwork makes one. It skips the test where that cannot be done.
func newNetwork(t testing.TB, machines int, loss float64) *network {
	t.Helper()
	n := &network{t: t, random: rand.New(rand.NewPCG(1, 2)), loss: loss, sent: make(map[sending]int)}
	t.Cleanup(func() {
		for _, m := range n.machines {
			m.Close()
		}
		n.all.Wait()
	})
	for i := range machines {
		m, err := namespace.New(n.address(i))
		if err != nil {
			fmt.Fprintf(os.Stderr, "!!! MULTICAST IS NOT TESTED AGAINST LIBZMQ: network namespaces take root and /dev/net/tun: %v\n", err)
			t.Skip(err)
		}
		n.machines = append(n.machines, m)
	}
	for i, m := range n.machines {
		n.all.Go(func() { n.route(i, m.TUN()) })
	}
	return n
}

// address is that of a machine.
func (n *network) address(i int) netip.Addr {
	return netip.AddrFrom4([4]byte{10, 78, 0, byte(i + 1)})
}

// endpoint is that of a group on the machines' network.
func (n *network) endpoint(scheme string) string {
	return scheme + "://10.78.0.0/24;239.192.78.1:5555"
}

// start starts a program on a machine.
func (n *network) start(i int) func(*exec.Cmd) error {
	return func(c *exec.Cmd) error { return n.machines[i].Start(c, "") }
}

// route carries the packets of a machine.
func (n *network) route(from int, tun *os.File) {
	b := make([]byte, 1<<16)
	for {
		k, err := tun.Read(b)
		if err != nil {
			return
		}
		packet := b[:k]
		if k < 20 || packet[0]>>4 != 4 {
			continue
		}
		pgm := payload(packet)
		n.mu.Lock()
		if len(pgm) > 4 {
			n.sent[sending{from, pgm[4]}]++
		}
		n.mu.Unlock()
		for i, m := range n.machines {
			to := netip.AddrFrom4([4]byte(packet[16:20]))
			if i == from || !to.IsMulticast() && to != n.address(i) || len(pgm) > 0 && n.loses() {
				continue
			}
			_, _ = m.TUN().Write(packet) // a device that is down loses it
		}
	}
}

func (n *network) loses() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.random.Float64() < n.loss
}

// count returns how many packets of a type a machine has sent.
func (n *network) count(machine int, kind byte) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.sent[sending{machine, kind}]
}

// payload returns the PGM packet in a packet of IPv4, nil if there is none.
func payload(packet []byte) []byte {
	head := int(packet[0]&0x0F) * 4
	switch {
	case len(packet) < head+8:
		return nil
	case packet[9] == 17: // UDP
		return packet[head+8:]
	case packet[9] == 113:
		return packet[head:]
	}
	return nil
}
