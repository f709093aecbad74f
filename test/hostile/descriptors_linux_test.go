// SPDX-License-Identifier: Apache-2.0

package hostile_test

import (
	"net/netip"
	"strings"
	"syscall"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// TestAcceptEMFILE: without a descriptor left, accepting backs off and recovers,
// and peers that are connected are served. Connecting accepts no peer.
func TestAcceptEMFILE(t *testing.T) {
	b := newSiege(t, zmq.ROUTER, true)
	at, err := netip.ParseAddrPort(strings.TrimPrefix(b.s.LastEndpoint(), "tcp://"))
	b.Check(err)
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	b.Check(err)
	defer func() { _ = syscall.Close(fd) }()

	var before syscall.Rlimit
	b.Check(syscall.Getrlimit(syscall.RLIMIT_NOFILE, &before))
	free, err := syscall.Dup(fd) // the lowest number that is free
	b.Check(err)
	b.Check(syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: uint64(free), Max: before.Max}))
	restore := func() { _ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &before) }
	defer restore()
	b.Check(syscall.Close(free))

	b.Check(syscall.Connect(fd, &syscall.SockaddrInet4{Port: int(at.Port()), Addr: at.Addr().As4()}))
	b.WaitUntil("accepting has failed for a while", func() bool {
		b.talk()
		return b.s.Stats().AcceptsFailed >= 4
	})
	if failed := b.s.Stats().AcceptsFailed; failed > 50 {
		b.Errorf("accepting failed %d times: a busy loop", failed)
	}
	restore()
	_, err = syscall.Write(fd, zmqtest.MustOctets(signature))
	b.Check(err)
	got := make([]byte, 10)
	if k, err := syscall.Read(fd, got); err != nil || k != 10 || got[9] != 0x7F {
		b.Errorf("heard % X, %v", got[:max(k, 0)], err)
	}
	b.Check(syscall.Shutdown(fd, syscall.SHUT_RDWR))
	b.end()
}
