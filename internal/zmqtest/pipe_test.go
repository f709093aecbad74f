// SPDX-License-Identifier: Apache-2.0

package zmqtest

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

var _ net.Conn = (*Conn)(nil)

func TestPipeCarriesBothWays(t *testing.T) {
	for _, capacity := range []int{1, 7, 64, DefaultCapacity} {
		a, b := PipeOf(capacity)
		there, back := random(10_000), random(20_000)
		send := func(c *Conn, data []byte) {
			for rest := data; len(rest) > 0; {
				n := min(len(rest), 1+rand.IntN(999))
				if _, err := c.Write(rest[:n]); err != nil {
					t.Errorf("capacity %d: write: %v", capacity, err)
					return
				}
				rest = rest[n:]
			}
			c.CloseWrite()
		}
		go send(a, there)
		go send(b, back)
		done := make(chan []byte)
		go func() {
			data, _ := io.ReadAll(a)
			done <- data
		}()
		if got, err := io.ReadAll(b); err != nil || !bytes.Equal(got, there) {
			t.Errorf("capacity %d: there: %d bytes, %v", capacity, len(got), err)
		}
		if got := <-done; !bytes.Equal(got, back) {
			t.Errorf("capacity %d: back: %d bytes", capacity, len(got))
		}
	}
}

func TestPipeHoldsItsCapacity(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := PipeOf(10)
		wrote := make(chan int)
		go func() {
			n, _ := a.Write(make([]byte, 25))
			wrote <- n
		}()
		synctest.Wait()
		if b.Buffered() != 10 {
			t.Errorf("buffered %d, want 10", b.Buffered())
		}
		if _, err := io.ReadFull(b, make([]byte, 15)); err != nil {
			t.Fatal(err)
		}
		if n := <-wrote; n != 25 {
			t.Errorf("wrote %d, want 25", n)
		}
	})
}

func TestPipeDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := PipeOf(1)
		start := time.Now()
		a.SetReadDeadline(start.Add(time.Minute))
		if _, err := a.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("read: %v", err)
		}
		a.SetWriteDeadline(start.Add(2 * time.Minute))
		if n, err := a.Write(make([]byte, 2)); n != 1 || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("write: %d, %v", n, err)
		}
		if took := time.Since(start); took != 2*time.Minute {
			t.Errorf("took %v, want 2m", took)
		}
		// A deadline that is moved away lets a read go on.
		a.SetReadDeadline(time.Time{})
		go b.Write([]byte{1})
		if _, err := a.Read(make([]byte, 1)); err != nil {
			t.Errorf("read without deadline: %v", err)
		}
		// A deadline in the past ends a read that waits already.
		ended := make(chan error)
		go func() {
			_, err := a.Read(make([]byte, 1))
			ended <- err
		}()
		synctest.Wait()
		a.SetReadDeadline(time.Now().Add(-time.Second))
		var timeout net.Error
		if err := <-ended; !errors.As(err, &timeout) || !timeout.Timeout() {
			t.Errorf("waiting read: %v", err)
		}
	})
}

func TestPipeClose(t *testing.T) {
	a, b := Pipe()
	a.Write([]byte("last"))
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	if err := a.Close(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("second Close: %v", err)
	}
	if _, err := a.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("read on the closed end: %v", err)
	}
	if _, err := a.Write([]byte{1}); !errors.Is(err, net.ErrClosed) {
		t.Errorf("write on the closed end: %v", err)
	}
	if err := a.SetDeadline(time.Now()); !errors.Is(err, net.ErrClosed) {
		t.Errorf("deadline on the closed end: %v", err)
	}
	if _, err := b.Write([]byte{1}); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("write to the closed end: %v", err)
	}
	if got, err := io.ReadAll(b); string(got) != "last" || err != nil {
		t.Errorf("read what was left: %q, %v", got, err)
	}
}

func TestPipeCloseEndsWaitingCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := PipeOf(1)
		read, wrote := make(chan error), make(chan error)
		go func() {
			_, err := a.Read(make([]byte, 1))
			read <- err
		}()
		go func() {
			_, err := a.Write(make([]byte, 5))
			wrote <- err
		}()
		synctest.Wait()
		a.Close()
		if err := <-read; !errors.Is(err, net.ErrClosed) {
			t.Errorf("read: %v", err)
		}
		if err := <-wrote; !errors.Is(err, net.ErrClosed) {
			t.Errorf("write: %v", err)
		}
		b.Close()
	})
}

func TestPipeHalfClose(t *testing.T) {
	a, b := Pipe()
	a.CloseWrite()
	if n, err := b.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("read after CloseWrite: %d, %v", n, err)
	}
	b.Write([]byte("back"))
	got := make([]byte, 4)
	if _, err := io.ReadFull(a, got); err != nil || string(got) != "back" {
		t.Errorf("the other direction: %q, %v", got, err)
	}
	a.CloseRead()
	if _, err := b.Write([]byte{1}); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("write after CloseRead: %v", err)
	}
}

func TestPipeReset(t *testing.T) {
	a, b := Pipe()
	a.Write([]byte("lost"))
	a.Reset()
	if _, err := b.Read(make([]byte, 4)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("read: %v", err)
	}
	if _, err := a.Write([]byte{1}); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("write: %v", err)
	}
}

func TestPipeAddresses(t *testing.T) {
	a, b := Pipe()
	c, _ := Pipe()
	if a.LocalAddr().String() != b.RemoteAddr().String() || a.LocalAddr() == b.LocalAddr() ||
		a.LocalAddr() == c.LocalAddr() || a.LocalAddr().Network() != "mem" {
		t.Errorf("addresses %v %v %v", a.LocalAddr(), b.LocalAddr(), c.LocalAddr())
	}
}

func random(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rand.Uint32())
	}
	return b
}
