// SPDX-License-Identifier: Apache-2.0

//go:build linux

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"sync"

	"github.com/gozmq/zmq/internal/zmqtest/namespace"
)

// network is two machines.
type network interface {
	endpoint() string
	command(ctx context.Context, machine int, path string, args []string) *exec.Cmd
	start(machine int, c *exec.Cmd) error
	traffic() traffic
	close()
}

// pair is two namespaces with a virtual cable, as fast as the system is.
type pair struct{ names [2]string }

// newPair makes one.
func newPair() (network, error) {
	p := &pair{}
	for i := range p.names {
		p.names[i] = fmt.Sprintf("zmqbench%d-%d", os.Getpid(), i)
	}
	steps := []string{"netns add A", "netns add B", "link add zmqb0 netns A type veth peer name zmqb1 netns B"}
	for i, name := range []string{"A", "B"} {
		steps = append(steps, fmt.Sprintf("-n %s addr add 10.79.0.%d/24 dev zmqb%d", name, i+1, i), fmt.Sprintf("-n %s link set zmqb%d up", name, i))
	}
	for _, step := range steps {
		args := strings.Fields(step)
		for i := range args {
			switch args[i] {
			case "A":
				args[i] = p.names[0]
			case "B":
				args[i] = p.names[1]
			}
		}
		if text, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
			p.close()
			return nil, fmt.Errorf("ip %s: %w: %s", strings.Join(args, " "), err, text)
		}
	}
	return p, nil
}

func (*pair) endpoint() string { return "epgm://10.79.0.0/24;239.192.79.1:5555" }

func (p *pair) command(ctx context.Context, machine int, path string, args []string) *exec.Cmd {
	return exec.CommandContext(ctx, "ip", append([]string{"netns", "exec", p.names[machine], path}, args...)...)
}

func (*pair) start(_ int, c *exec.Cmd) error { return c.Start() }

func (*pair) traffic() traffic { return traffic{} }

func (p *pair) close() {
	for _, name := range p.names {
		_ = exec.Command("ip", "netns", "del", name).Run()
	}
}

// router is two namespaces with this program in between, which loses and counts packets.
type router struct {
	machines [2]*namespace.Namespace
	all      sync.WaitGroup

	mu     sync.Mutex
	random *rand.Rand
	loss   float64
	seen   traffic
}

// newRouter makes one, which loses a part of the packets: always the same for the same
// order.
func newRouter(loss float64) (network, error) {
	r := &router{random: rand.New(rand.NewPCG(1, 2)), loss: loss, seen: traffic{counted: true}}
	for i := range r.machines {
		var err error
		if r.machines[i], err = namespace.New(netip.AddrFrom4([4]byte{10, 79, 0, byte(i + 1)})); err != nil {
			r.close()
			return nil, err
		}
	}
	for i := range r.machines {
		r.all.Go(func() { r.carry(r.machines[i].TUN(), r.machines[1-i].TUN()) })
	}
	return r, nil
}

func (*router) endpoint() string { return (*pair)(nil).endpoint() }

func (*router) command(ctx context.Context, _ int, path string, args []string) *exec.Cmd {
	return exec.CommandContext(ctx, path, args...)
}

func (r *router) start(machine int, c *exec.Cmd) error { return r.machines[machine].Start(c, "") }

func (r *router) traffic() traffic {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.seen
}

func (r *router) close() {
	for _, m := range r.machines {
		if m != nil {
			m.Close()
		}
	}
	r.all.Wait()
}

// carry takes packets from one machine to the other.
func (r *router) carry(from, to *os.File) {
	b := make([]byte, 1<<16)
	for {
		n, err := from.Read(b)
		if err != nil {
			return
		}
		if r.pass(b[:n]) {
			_, _ = to.Write(b[:n]) // a device that is down loses it
		}
	}
}

// Types of PGM packets (RFC 3208, section 8).
const (
	typeRData = 0x05
	typeNAK   = 0x08
	typeNCF   = 0x0A
)

// pass counts a packet, and reports whether it is not lost. What is no PGM always passes.
func (r *router) pass(b []byte) bool {
	const udp, headers = 17, 28
	if len(b) < headers+5 || b[0] != 0x45 || b[9] != udp {
		return true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch b[headers+4] {
	case typeRData:
		r.seen.repeat++
		r.seen.bytes += len(b)
	case typeNAK:
		r.seen.naks++
		r.seen.bytes += len(b)
	case typeNCF:
		r.seen.confirms++
		r.seen.bytes += len(b)
	}
	return r.random.Float64() >= r.loss
}
