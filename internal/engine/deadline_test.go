// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"errors"
	"net"
	"os"
	"testing"
	"time"

	"github.com/gozmq/zmq/internal/pipe"
)

// A write that fails ends the wait of a receiver that has borrowed the connection,
// whichever of the two sets the read deadline last, and the reader's last round has a
// deadline of its own.
func TestFailedWriteEndsTheWaitOfABorrower(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	nc, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	var waiters pipe.Waiters
	w := waiters.Join()
	defer waiters.Leave(w, false)
	c := &Conn{nc: nc}
	c.loan.Store(&loan{back: make(chan error, 1), lent: true, held: true, sleep: Sleep{Waiter: w, Until: time.Now().Add(time.Hour)}})
	reads := func() error {
		_, err := nc.Read(make([]byte, 1))
		return err
	}

	broken := errors.New("broken")
	if !c.readBy.fail(c, broken) || c.readBy.fail(c, broken) {
		t.Fatal("the first failure is told, and no other")
	}
	if !c.doze() {
		t.Fatal("the receiver is not to wait")
	}
	if err := reads(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("the receiver's wait ends with %v", err)
	}
	loan := c.loan.Load()
	if !c.endBorrow(loan, os.ErrDeadlineExceeded) {
		t.Fatal("the connection is lent on")
	}
	if err := <-loan.back; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("the reader is told %v", err)
	}
	if err := reads(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("the deadline is gone before the reader knows: %v", err)
	}
	c.readBy.begin(c, time.Now().Add(time.Hour))
	peer, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	if _, err := peer.Write([]byte{1}); err != nil {
		t.Fatal(err)
	}
	if err := reads(); err != nil {
		t.Errorf("the last round ends with %v", err)
	}
}
