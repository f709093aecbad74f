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
	v6       bool
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
func newNetwork(t testing.TB, v6 bool, machines int, loss float64) *network {
	t.Helper()
	n := &network{t: t, v6: v6, random: rand.New(rand.NewPCG(1, 2)), loss: loss, sent: make(map[sending]int)}
	t.Cleanup(func() {
		for _, m := range n.machines {
			m.Close()
		}
		n.all.Wait()
	})
	for i := range machines {
		var more []netip.Addr
		if v6 {
			more = []netip.Addr{n.address(i)}
		}
		m, err := namespace.New(n.address4(i), more...)
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
	if n.v6 {
		return netip.AddrFrom16([16]byte{0: 0xFD, 3: 78, 15: byte(i + 1)})
	}
	return n.address4(i)
}

func (*network) address4(i int) netip.Addr { return netip.AddrFrom4([4]byte{10, 78, 0, byte(i + 1)}) }

// endpoint is that of a group on the machines' network.
func (n *network) endpoint(scheme string) string {
	if n.v6 {
		return scheme + "://fd00:4e::/64;ff08::78:5555"
	}
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
		to, pgm, ok := payload(packet)
		if !ok {
			continue
		}
		n.mu.Lock()
		if len(pgm) > 4 {
			n.sent[sending{from, pgm[4]}]++
		}
		n.mu.Unlock()
		for i, m := range n.machines {
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

// payload returns where a packet goes, and the PGM packet in it, nil if there is none.
func payload(packet []byte) (to netip.Addr, pgm []byte, ok bool) {
	const udp, pgmItself, hopOptions = 17, 113, 0
	var next byte
	switch {
	case len(packet) >= 20 && packet[0]>>4 == 4:
		to, next = netip.AddrFrom4([4]byte(packet[16:20])), packet[9]
		packet = packet[min(len(packet), int(packet[0]&0x0F)*4):]
	case len(packet) >= 40 && packet[0]>>4 == 6:
		to, next = netip.AddrFrom16([16]byte(packet[24:40])), packet[6]
		packet = packet[40:]
		if next == hopOptions && len(packet) >= 8 { // with Router Alert
			next = packet[0]
			packet = packet[min(len(packet), 8*(int(packet[1])+1)):]
		}
	default:
		return to, nil, false
	}
	switch {
	case next == udp && len(packet) > 8:
		return to, packet[8:], true
	case next == pgmItself:
		return to, packet, true
	}
	return to, nil, true
}
