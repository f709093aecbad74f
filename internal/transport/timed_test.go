// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// timeless is a connection in memory whose deadlines fail.
type timeless struct{ net.Conn }

func (timeless) SetDeadline(time.Time) error      { return errors.ErrUnsupported }
func (timeless) SetReadDeadline(time.Time) error  { return errors.ErrUnsupported }
func (timeless) SetWriteDeadline(time.Time) error { return errors.ErrUnsupported }

func timelessPair() (near, far net.Conn) {
	a, b := net.Pipe()
	return take(timeless{a}), b
}

// TestDeadlineOfAReadThatIsMoved: later, earlier and away, also during the read. The
// connection lives on, and nothing that arrives is lost.
func TestDeadlineOfAReadThatIsMoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := timelessPair()
		defer far.Close()
		defer near.Close()
		b := make([]byte, 2)
		for _, set := range []func(time.Time) error{near.SetReadDeadline, near.SetDeadline} {
			began := time.Now()
			_ = set(began.Add(time.Second))
			if _, err := near.Read(b); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) != time.Second {
				t.Fatalf("%v after %v", err, time.Since(began))
			}
			if _, err := near.Read(b); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatalf("a second read: %v", err)
			}
			_ = set(time.Time{})
		}
		began := time.Now()
		time.AfterFunc(time.Minute, func() { _ = near.SetReadDeadline(time.Unix(1, 0)) })
		_ = near.SetReadDeadline(began.Add(time.Hour))
		if _, err := near.Read(b); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) != time.Minute {
			t.Fatalf("brought forward: %v after %v", err, time.Since(began))
		}
		_ = near.SetReadDeadline(time.Time{})
		go func() {
			_, _ = far.Write([]byte("abc"))
			_ = far.Close()
		}()
		if n, err := near.Read(b); n != 2 || err != nil || string(b) != "ab" {
			t.Fatalf("%q, %v", b[:n], err)
		}
		if n, err := near.Read(b); n != 1 || err != nil {
			t.Fatalf("%d, %v", n, err)
		}
		for range 2 {
			if n, err := near.Read(b); n != 0 || err != io.EOF {
				t.Fatalf("%d, %v", n, err)
			}
		}
	})
}

// TestWriteThatIsLateEndsTheConnection: its bytes are cut off anywhere.
func TestWriteThatIsLateEndsTheConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := timelessPair()
		defer far.Close()
		began := time.Now()
		_ = near.SetWriteDeadline(began.Add(time.Second))
		if _, err := near.Write([]byte("x")); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) != time.Second {
			t.Fatalf("%v after %v", err, time.Since(began))
		}
		if _, err := near.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
			t.Errorf("afterwards: %v", err)
		}
		if _, err := far.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("the peer reads %v", err)
		}
	})
}

// TestDeadlineWithoutAWriteEndsNothing.
func TestDeadlineWithoutAWriteEndsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := timelessPair()
		defer near.Close()
		defer far.Close()
		_ = near.SetDeadline(time.Now().Add(time.Second))
		time.Sleep(time.Minute)
		if _, err := near.Write([]byte("x")); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%v", err)
		}
		_ = near.SetDeadline(time.Time{})
		go func() { _, _ = near.Write([]byte("x")) }()
		if _, err := far.Read(make([]byte, 1)); err != nil {
			t.Errorf("%v", err)
		}
	})
}

// TestDeadlineThatWasMovedEndsNothing: a write that began since then is not late, although
// the timer of the former deadline is.
func TestDeadlineThatWasMovedEndsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := timelessPair()
		defer near.Close()
		defer far.Close()
		c := near.(*timed)
		_ = c.SetWriteDeadline(time.Now().Add(time.Second))
		former := c.WriteBy.passedLocked()
		time.Sleep(2 * time.Second)
		_ = c.SetWriteDeadline(time.Now().Add(time.Hour))
		written := make(chan error, 1)
		go func() {
			_, err := c.Write([]byte("x"))
			written <- err
		}()
		synctest.Wait()
		c.WriteBy.pass(former)
		if _, err := far.Read(make([]byte, 1)); err != nil {
			t.Errorf("the peer: %v", err)
		}
		if err := <-written; err != nil {
			t.Error(err)
		}
	})
}

// TestCloseEndsWhatWaits: and the goroutine that reads ahead.
func TestCloseEndsWhatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := timelessPair()
		defer far.Close()
		ended := make(chan error, 2)
		go func() {
			_, err := near.Read(make([]byte, 1))
			ended <- err
		}()
		go func() {
			_, err := near.Write([]byte("x"))
			ended <- err
		}()
		synctest.Wait()
		if err := near.Close(); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := <-ended; err == nil {
				t.Error("no error")
			}
		}
		if _, err := near.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
			t.Errorf("%v", err)
		}
	})
}

// abrupt returns bytes together with an error.
type abrupt struct{ net.Conn }

func (abrupt) Read(b []byte) (int, error)  { return copy(b, "ab"), io.EOF }
func (abrupt) SetDeadline(time.Time) error { return nil }

// TestErrorComesWithoutBytes: as with the sockets of the system.
func TestErrorComesWithoutBytes(t *testing.T) {
	c := take(abrupt{})
	b := make([]byte, 2)
	if n, err := c.Read(b); n != 2 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if n, err := c.Read(b); n != 0 || err != io.EOF {
		t.Errorf("%d, %v", n, err)
	}
}

// embedding has a descriptor, and methods that hide it.
type embedding struct{ *net.TCPConn }

// TestOnlyConnectionsOfTheSystemHaveADescriptor: and the ends of both directions are
// there where the program's connection has them.
func TestOnlyConnectionsOfTheSystemHaveADescriptor(t *testing.T) {
	client, server := pair(t, "tcp", "127.0.0.1:0", "")
	if take(client) != client {
		t.Error("a connection of the system is not used as it is")
	}
	c := take(embedding{server.(*net.TCPConn)})
	if _, ok := c.(syscall.Conn); ok {
		t.Error("the descriptor of an embedded connection is used")
	}
	if _, ok := c.(interface{ CloseWrite() error }); !ok {
		t.Error("its directions do not end separately")
	}
	near, far := net.Pipe()
	defer near.Close()
	defer far.Close()
	if _, ok := take(near).(interface{ CloseWrite() error }); ok {
		t.Error("a pipe has one direction that ends")
	}
}
