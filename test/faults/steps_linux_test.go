// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// The steps that scenarios are made of.

func cut(r *run) error      { r.link.cut(true); return nil }
func mend(r *run) error     { r.link.cut(false); return nil }
func breakAll(r *run) error { r.link.reset(); return nil }

func stopReceiver(r *run) error     { return r.receiver.signal(syscall.SIGSTOP) }
func continueReceiver(r *run) error { return r.receiver.signal(syscall.SIGCONT) }
func stopSender(r *run) error       { return r.sender.signal(syscall.SIGSTOP) }
func continueSender(r *run) error   { return r.sender.signal(syscall.SIGCONT) }

// restartReceiver kills the receiver and starts another in its place.
func restartReceiver(r *run) error {
	if err := r.receiver.kill(); err != nil {
		return err
	}
	return r.startReceiver()
}

func toReceiver(order string) func(*run) error {
	return func(r *run) error {
		_, err := r.receiver.order(order)
		return err
	}
}

func pause(d time.Duration) func(*run) error {
	return func(*run) error { time.Sleep(d); return nil }
}

func moveSender(r *run) error { return r.link.a.SetAddress(netip.MustParseAddr("10.77.0.3")) }

func moveReceiver(r *run) error {
	to := netip.MustParseAddr("10.77.0.4")
	r.names.set(to, false)
	return r.link.b.SetAddress(to)
}

func name(r *run) error { r.names.set(receiverAddress, false); return nil }

func noName(silent bool) func(*run) error {
	return func(r *run) error { r.names.set(netip.Addr{}, silent); return nil }
}

// few is a range of ports that a test can use up.
const fewFirst, fewLast = 40000, 40007

// holdPorts leaves the sender's system no port for another connection.
func holdPorts(r *run) error {
	if err := r.link.a.Sysctl("ip_local_port_range", fmt.Sprintf("%d %d", fewFirst, fewLast)); err != nil {
		return err
	}
	return r.link.a.Do(func() error {
		for port := fewFirst; port <= fewLast; port++ {
			l, err := net.Listen("tcp4", fmt.Sprintf(":%d", port))
			if err != nil {
				return err
			}
			r.ports = append(r.ports, l)
		}
		return nil
	})
}

func releasePorts(r *run) error {
	for _, l := range r.ports {
		_ = l.Close()
	}
	r.ports = nil
	return nil
}
