// SPDX-License-Identifier: Apache-2.0

package lifecycle_test

import (
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
	push, at := r.Bind(zmq.PUSH, "tcp://127.0.0.1:*",
		zmq.HeartbeatInterval.Of(100*time.Millisecond), zmq.HeartbeatTimeout.Of(time.Second))
	peer := rig.DialRaw(t, at)
	rig.Must(t, peer.Conn.(*net.TCPConn).SetKeepAlive(false))
	peer.Handshake(1, "PULL")
	peer.ReadPing() // and with it the acknowledgement of all that the peer has sent
	rig.Must(t, setLoopback(false))
	r.WaitUntil("the peer is given up", func() bool { return push.Stats().Disconnected == 1 })
	began := time.Now()
	r.WaitUntil("the system has given up, too", func() bool { return time.Since(began) > 2500*time.Millisecond })
	rig.Must(t, setLoopback(true))
	if _, err := io.Copy(io.Discard, peer.Conn); err != nil && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the peer is not told of the end: %v", err)
	}
}
