// SPDX-License-Identifier: Apache-2.0

package transport_test

import (
	"errors"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// TestFamiliesOfLinux: endpoints of vsock, vmci and tipc carry messages, on connections
// that the program brings. LAST_ENDPOINT and what Unbind takes are those of libzmq.
func TestFamiliesOfLinux(t *testing.T) {
	for _, c := range []struct{ bind, bound, connect, connected, call string }{
		{"vsock://*:5", "vsock://*:5", "vsock://-1:5", "vsock://*:5", "vsock *:5"},
		{"vsock://@:0005", "vsock://2:5", "vsock://2:5", "vsock://2:5", "vsock 2:5"},
		{"vmci://3:-1", "vmci://3:*", "vmci://3:*", "vmci://3:*", "vmci 3:*"},
		{"tipc://{100,5}@0.0.0", "tipc://{100, 5, 0}", "tipc://{100,5}@0.0.0", "tipc://{100, 5, 0}", "tipc {100,5}@0.0.0"},
	} {
		n := newMemory()
		r := newTest(t, n)
		rep, at := r.Bind(zmq.REP, c.bind)
		if at != c.bound {
			t.Errorf("%s is bound to %s, want %s", c.bind, at, c.bound)
		}
		req := r.Connect(zmq.REQ, c.connect)
		if at := req.LastEndpoint(); at != c.connected {
			t.Errorf("%s is connected to %s, want %s", c.connect, at, c.connected)
		}
		r.Send(req, "question")
		r.WantRecv(rep, "question")
		r.Send(rep, "answer")
		r.WantRecv(req, "answer")
		if calls := n.calls(); !slices.Contains(calls, c.call) {
			t.Errorf("%s: dialled %q", c.connect, calls)
		}
		r.Check(req.Disconnect(c.connect))
		r.Check(rep.Unbind(c.bind))
	}
}

// TestFamiliesRefuse: what is no address, socket types of tcp, and a proxy that they
// cannot go through.
func TestFamiliesRefuse(t *testing.T) {
	r := rig.New(t)
	for _, endpoint := range []string{
		"vsock://x:5", "vsock://3", "vsock://3:5x", "vmci://:5", "vmci://4294967296:5", "tipc://100,5", "tipc://{1,5}", "tipc://{100,9,5}", "tipc://<1.2.3>",
	} {
		s := r.Socket(zmq.PULL)
		if err := s.Bind(endpoint); !errors.Is(err, zmq.ErrInvalid) {
			t.Errorf("bind to %s: %v", endpoint, err)
		}
		if err := s.Connect(endpoint); !errors.Is(err, zmq.ErrInvalid) {
			t.Errorf("connect to %s: %v", endpoint, err)
		}
	}
	for _, endpoint := range []string{"vsock://3:5", "vmci://3:5", "tipc://{100,5}"} {
		if err := r.Socket(zmq.STREAM).Connect(endpoint); !errors.Is(err, zmq.ErrIncompatibleTransport) {
			t.Errorf("a STREAM to %s: %v", endpoint, err)
		}
		if err := r.Socket(zmq.PUSH, zmq.SOCKSProxy.Of("127.0.0.1:1")).Connect(endpoint); !errors.Is(err, zmq.ErrNotSupported) {
			t.Errorf("%s through a proxy: %v", endpoint, err)
		}
	}
}

// TestKernelWithoutTheFamily: Bind fails, and a Connect is tried again, with an error that
// names the module of the kernel.
func TestKernelWithoutTheFamily(t *testing.T) {
	for _, c := range []struct {
		number                int
		bind, connect, module string
	}{
		{unix.AF_VSOCK, "vsock://*:*", "vsock://3:5", "vsock"},
		{unix.AF_VSOCK, "vmci://*:*", "vmci://3:5", "vsock"},
		{unix.AF_TIPC, "tipc://{100,5,9}", "tipc://{100,5}", "tipc"},
	} {
		r := rig.New(t)
		s := r.Socket(zmq.PUSH)
		fd, err := unix.Socket(c.number, unix.SOCK_STREAM, 0)
		if err == nil {
			_ = unix.Close(fd)
			r.Check(s.Bind(c.bind))
			r.Check(s.Unbind(s.LastEndpoint()))
			continue
		}
		if err := s.Bind(c.bind); !errors.Is(err, syscall.EAFNOSUPPORT) || !strings.Contains(err.Error(), "module "+c.module) {
			t.Errorf("bind to %s: %v", c.bind, err)
		}
		w := r.Watch(s, zmq.EventConnectRetried)
		r.Check(s.Connect(c.connect))
		for range 2 {
			if e := w.Want(zmq.EventConnectRetried)[0]; !errors.Is(e.Err, syscall.EAFNOSUPPORT) || !strings.Contains(e.Err.Error(), "module "+c.module) {
				t.Errorf("connect to %s: %v", c.connect, e.Err)
			}
		}
	}
}
