// SPDX-License-Identifier: Apache-2.0

package lifecycle_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// isolated runs the test again in a process with a network of its own, which has nothing
// but a loopback interface, and there reports true.
func isolated(t *testing.T) bool {
	t.Helper()
	t.Parallel() // most of the time is spent with waiting
	const variable = "ZMQ_TEST_ISOLATED"
	if os.Getenv(variable) == t.Name() {
		if err := setLoopback(true); err != nil {
			t.Skip(err)
		}
		return true
	}
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=2m")
	cmd.Env = append(os.Environ(), variable+"="+t.Name())
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	if id := os.Getuid(); id != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: id, Size: 1}}
	}
	out, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Skipf("SKIPPED: no network of its own for the test: %v", err)
	}
	if strings.Contains(string(out), "--- SKIP") {
		t.Skipf("SKIPPED: the network of its own is of no use:\n%s", out)
	}
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	return false
}

// setLoopback puts the loopback interface into service or out of it. Connections stay,
// and what is sent meanwhile is lost.
func setLoopback(up bool) error {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	defer syscall.Close(fd)
	request := struct {
		name  [syscall.IFNAMSIZ]byte
		flags uint16
		_     [22]byte
	}{name: [syscall.IFNAMSIZ]byte{'l', 'o'}}
	if up {
		request.flags = syscall.IFF_UP
	}
	if _, _, e := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), syscall.SIOCSIFFLAGS, uintptr(unsafe.Pointer(&request))); e != 0 {
		return e
	}
	return nil
}

// givenUp returns a PUSH whose peer is silent in an outage, which is not over, until it has
// been given up, and how many messages the PUSH took for it meanwhile.
func givenUp(r *rig.Test) (push *zmq.Socket, peer *rig.RawPeer, sent int) {
	r.Helper()
	push, at := r.Bind(zmq.PUSH, rig.AnyPort,
		zmq.HeartbeatInterval.Of(100*time.Millisecond), zmq.HeartbeatTimeout.Of(time.Second))
	before := uint64(0)
	for sent == 0 { // on a slow machine the peer may be given up before the outage
		before = push.Stats().Disconnected
		peer = rig.DialRaw(r.T, at)
		r.Check(peer.Conn.(*net.TCPConn).SetKeepAlive(false))
		peer.Handshake(1, "PULL")
		peer.ReadPing() // and with it the acknowledgement of all that the peer has sent
		r.Check(setLoopback(false))
		for sent < 100 && push.TrySend([]byte("in flight")) == nil {
			sent++
		}
		if sent == 0 {
			r.Check(setLoopback(true))
		}
	}
	r.WaitUntil("the peer is given up", func() bool { return push.Stats().Disconnected > before })
	return push, peer, sent
}

// TestMessagesThatArriveAfterAnOutageAreNotLost: the system delivers, when the line is
// there again, what it had taken for a connection that we have ended meanwhile.
func TestMessagesThatArriveAfterAnOutageAreNotLost(t *testing.T) {
	if !isolated(t) {
		return
	}
	r := rig.New(t)
	push, peer, sent := givenUp(r)
	r.Check(setLoopback(true))
	all, err := io.ReadAll(peer.Conn)
	r.Check(err)
	r.Check(peer.Conn.Close())
	r.Check(push.Close()) // nothing is left to be known
	d := push.Stats().Drops
	got := bytes.Count(all, []byte("in flight"))
	if d.InFlight != 0 || got == 0 || got+int(d.PeerGone) != sent {
		t.Errorf("%d of %d messages arrived, counted are %+v", got, sent, d)
	}
}

// TestMessagesThatNeverArriveAreLost, because the peer dies in the outage, or the socket
// is closed in it.
func TestMessagesThatNeverArriveAreLost(t *testing.T) {
	if !isolated(t) {
		return
	}
	for _, closed := range []bool{false, true} {
		r := rig.New(t)
		push, peer, sent := givenUp(r)
		if closed {
			r.Check(push.Close())
		} else {
			r.Check(peer.Conn.(*net.TCPConn).SetLinger(0))
			r.Check(peer.Conn.Close())
			r.Check(setLoopback(true))
			r.WaitUntil("the loss is counted", func() bool { return push.Stats().Drops.InFlight > 0 })
		}
		if d := push.Stats().Drops; d.InFlight == 0 || d.InFlight+d.PeerGone != uint64(sent) {
			t.Errorf("socket closed %v: %d messages were in flight, counted are %+v", closed, sent, d)
		}
		r.Check(setLoopback(true))
	}
}

// TestPeerLearnsOfAnEndAfterAnOutage: it says nothing, so that only our end can tell it,
// and the line comes back later than the system would retransmit that for a descriptor
// that is closed.
func TestPeerLearnsOfAnEndAfterAnOutage(t *testing.T) {
	if !isolated(t) {
		return
	}
	// A closed descriptor's last retransmission is after 0.6 s, instead of 100.
	if err := os.WriteFile("/proc/sys/net/ipv4/tcp_orphan_retries", []byte("1"), 0); err != nil {
		t.Skip(err)
	}
	r := rig.New(t)
	_, peer, _ := givenUp(r)
	began := time.Now()
	r.WaitUntil("the system has given up, too", func() bool { return time.Since(began) > 2500*time.Millisecond })
	rig.Must(t, setLoopback(true))
	if _, err := io.Copy(io.Discard, peer.Conn); err != nil && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the peer is not told of the end: %v", err)
	}
}
