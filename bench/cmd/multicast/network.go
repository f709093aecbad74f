// SPDX-License-Identifier: Apache-2.0

//go:build linux

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// network is two machines.
type network interface {
	endpoint() string
	command(ctx context.Context, machine int, path string, args []string) *exec.Cmd
	traffic() traffic
	close()
}

// machines are two network namespaces.
type machines struct{ names [2]string }

func newMachines() (*machines, error) {
	m := &machines{}
	for i := range m.names {
		m.names[i] = fmt.Sprintf("zmqbench%d-%d", os.Getpid(), i)
		if err := ip("netns", "add", m.names[i]); err != nil {
			m.close()
			return nil, err
		}
	}
	return m, nil
}

// ip runs a command of iproute2.
func ip(args ...string) error {
	if text, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("ip %s: %w: %s", strings.Join(args, " "), err, text)
	}
	return nil
}

// plug gives a machine an address on a device that is there.
func (m *machines) plug(i int, device string) error {
	if err := ip("-n", m.names[i], "addr", "add", fmt.Sprintf("10.79.0.%d/24", i+1), "dev", device); err != nil {
		return err
	}
	return ip("-n", m.names[i], "link", "set", device, "up")
}

func (*machines) endpoint() string { return "epgm://10.79.0.0/24;239.192.79.1:5555" }

func (m *machines) command(ctx context.Context, machine int, path string, args []string) *exec.Cmd {
	return exec.CommandContext(ctx, "ip", append([]string{"netns", "exec", m.names[machine], path}, args...)...)
}

func (m *machines) close() {
	for _, name := range m.names {
		_ = exec.Command("ip", "netns", "del", name).Run() // it may not be there
	}
}

// pair is two machines with a virtual cable, as fast as the system is.
type pair struct{ *machines }

func newPair() (network, error) {
	m, err := newMachines()
	if err != nil {
		return nil, err
	}
	err = ip("link", "add", "zmqb0", "netns", m.names[0], "type", "veth", "peer", "name", "zmqb1", "netns", m.names[1])
	for i, device := range []string{"zmqb0", "zmqb1"} {
		if err == nil {
			err = m.plug(i, device)
		}
	}
	if err != nil {
		m.close()
		return nil, err
	}
	return pair{m}, nil
}

func (pair) traffic() traffic { return traffic{} }

// router is two machines with this program in between, which loses and counts packets.
type router struct {
	*machines
	cables [2]*os.File
	all    sync.WaitGroup

	mu     sync.Mutex
	random *rand.Rand
	loss   float64
	seen   traffic
}

// newRouter makes one, which loses a part of the packets: always the same for the same
// order.
func newRouter(loss float64) (network, error) {
	m, err := newMachines()
	if err != nil {
		return nil, err
	}
	r := &router{machines: m, random: newRandom(), loss: loss, seen: traffic{counted: true}}
	for i := range r.cables {
		if r.cables[i], err = m.newCable(i); err != nil {
			r.close()
			return nil, err
		}
	}
	for i := range r.cables {
		r.all.Go(func() { r.carry(r.cables[i], r.cables[1-i]) })
	}
	return r, nil
}

// newCable makes a device of a machine whose packets this program reads and writes.
func (m *machines) newCable(i int) (*os.File, error) {
	device := fmt.Sprintf("zmqb%d-%d", os.Getpid(), i)
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("open /dev/net/tun: %w", err)
	}
	request, err := unix.NewIfreq(device)
	if err == nil {
		request.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
		err = unix.IoctlIfreq(fd, unix.TUNSETIFF, request)
	}
	if err == nil {
		err = ip("link", "set", device, "netns", m.names[i])
	}
	if err == nil {
		err = m.plug(i, device)
	}
	if err != nil {
		_ = unix.Close(fd)
		return nil, fmt.Errorf("make a TUN device: %w", err)
	}
	return os.NewFile(uintptr(fd), device), nil
}

// newRandom makes the same losses each time.
func newRandom() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

func (r *router) traffic() traffic {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.seen
}

func (r *router) close() {
	for _, c := range r.cables {
		if c != nil {
			_ = c.Close()
		}
	}
	r.all.Wait()
	r.machines.close()
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
