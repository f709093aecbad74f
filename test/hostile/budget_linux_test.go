// SPDX-License-Identifier: Apache-2.0

package hostile_test

import (
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/test/rig"
)

// TestStoppedConnectionThatBreaksIsReadToItsEnd: what had arrived is received, although the
// reader was stopped when the peer reset the connection. Linux keeps it.
func TestStoppedConnectionThatBreaksIsReadToItsEnd(t *testing.T) {
	const total, each, last = 16 << 20, 20_000, 20
	b, _ := budgeted(t, total)
	pull := b.Socket(zmq.PULL, zmq.RecvHWM.Of(1_000_000), zmq.HeartbeatInterval.Of(20*time.Millisecond))
	b.Check(pull.Bind(rig.AnyPort))
	push := rig.DialRaw(t, pull.LastEndpoint())
	push.Handshake(1, "PUSH")
	b.WaitPeers(pull, 1)
	n := 0
	say := func(size int) {
		body := fmt.Appendf(nil, "%06d", n)
		push.Write(wire.AppendFrame(nil, 0, append(body, make([]byte, size-len(body))...)))
		n++
	}
	for !pull.Peers()[0].StoppedIn {
		if n*each > total {
			t.Fatal("never stopped")
		}
		say(each)
		b.WaitArrived(pull, uint64(n))
	}
	if st := pull.Stats(); st.Stopped != 1 {
		t.Errorf("%d peers are stopped", st.Stopped)
	}
	for range last { // within the buffer of our system
		say(100)
	}
	tcp := push.Conn.(*net.TCPConn)
	b.WaitUntil("our system has all of it", func() bool { return unacknowledged(t, tcp) == "00000000" })
	b.Check(tcp.SetLinger(0))
	b.Check(tcp.Close())
	b.WaitUntil("the connection has ended", func() bool { return pull.Stats().Disconnected == 1 })
	for i := range n {
		m, err := pull.Recv(b.Ctx)
		b.Check(err)
		if got := string(m.Frame(0)[:6]); got != fmt.Sprintf("%06d", i) {
			t.Fatalf("received %q, want message %d of %d", got, i, n)
		}
	}
}

// unacknowledged returns how many bytes of a connection wait in the system of its writer, in
// hexadecimal, as /proc/net/tcp has it.
func unacknowledged(t *testing.T, nc *net.TCPConn) string {
	t.Helper()
	table, err := os.ReadFile("/proc/net/tcp")
	rig.Must(t, err)
	port := fmt.Sprintf(":%04X", nc.LocalAddr().(*net.TCPAddr).Port)
	for line := range strings.Lines(string(table)) {
		f := strings.Fields(line)
		if len(f) > 4 && strings.HasSuffix(f[1], port) && f[3] == "01" { // established
			queue, _, _ := strings.Cut(f[4], ":")
			return queue
		}
	}
	t.Fatalf("/proc/net/tcp has no connection from port%s", port)
	return ""
}
