// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gozmq/zmq/internal/zmqtest"
)

// inet is a family that every machine has, for what all have in common.
var inet = &Family{Number: unix.AF_INET, Name: func(sa unix.Sockaddr) net.Addr {
	a := sa.(*unix.SockaddrInet4)
	return named{"inet", netip.AddrPortFrom(netip.AddrFrom4(a.Addr), uint16(a.Port)).String()}
}}

func inetAt(t *testing.T, ln *FamilyListener) *unix.SockaddrInet4 {
	t.Helper()
	a := *ln.Bound().(*unix.SockaddrInet4)
	return &a
}

func inetListener(t *testing.T) *FamilyListener {
	t.Helper()
	ln, err := inet.Listen(t.Context(), &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}, -1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	return ln
}

// TestFamilyCarriesBytes: both ways, more than a socket holds, with the ends of either
// direction.
func TestFamilyCarriesBytes(t *testing.T) {
	ln := inetListener(t)
	client, err := inet.Dial(zmqtest.Deadline(t), inetAt(t, ln), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	server, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	if client.LocalAddr().String() != server.RemoteAddr().String() || client.RemoteAddr().String() != server.LocalAddr().String() {
		t.Errorf("%v, %v and %v, %v", client.LocalAddr(), client.RemoteAddr(), server.LocalAddr(), server.RemoteAddr())
	}
	body := bytes.Repeat([]byte("0123456789"), 1_000_000)
	written := make(chan error, 1)
	go func() {
		_, err := client.Write(body)
		written <- errors.Join(err, client.(closeWriter).CloseWrite())
	}()
	if got, err := io.ReadAll(server); err != nil || !bytes.Equal(got, body) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if err := <-written; err != nil {
		t.Error(err)
	}
	if _, err := server.Write([]byte("x")); err != nil {
		t.Error(err)
	}
	b := make([]byte, 2)
	if n, err := client.Read(b); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	_ = client.SetReadDeadline(time.Unix(1, 0))
	if _, err := client.Read(b); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("late: %v", err)
	}
	if _, ok := client.(syscall.Conn); !ok {
		t.Error("the engine cannot poll it")
	}
}

// TestFamilyThatRefuses: the system's error, and the trace.
func TestFamilyThatRefuses(t *testing.T) {
	ln := inetListener(t)
	to := inetAt(t, ln)
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	if err := ln.Close(); err != nil {
		t.Errorf("a second Close: %v", err)
	}
	closed := make(chan error, 1)
	ctx := WithTrace(zmqtest.Deadline(t), &Trace{Closed: func(fd int, err error) { closed <- err }})
	if _, err := inet.Dial(ctx, to, 0); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("%v", err)
	}
	if err := <-closed; !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("traced: %v", err)
	}
	if _, err := (&Family{Number: -1}).Dial(ctx, to, 0); !errors.Is(err, syscall.EAFNOSUPPORT) {
		t.Errorf("no such family: %v", err)
	}
	if _, err := (&Family{Number: -1}).Listen(ctx, to, 1); !errors.Is(err, syscall.EAFNOSUPPORT) {
		t.Errorf("no such family: %v", err)
	}
	refused := errors.New("no such option")
	if _, err := (&Family{Number: unix.AF_INET, Setup: func(int) error { return refused }}).Dial(ctx, to, 0); err != refused {
		t.Errorf("an option: %v", err)
	}
}

// TestFamilyThatDoesNotAnswer: the limit and the context end an attempt.
func TestFamilyThatDoesNotAnswer(t *testing.T) {
	ln, err := inet.Listen(t.Context(), &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	for range 100 { // until its backlog is full
		c, err := inet.Dial(t.Context(), inetAt(t, ln), 100*time.Millisecond)
		if err != nil {
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the limit: %v", err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() {
				c, err := inet.Dial(ctx, inetAt(t, ln), 0)
				if err == nil {
					_ = c.Close()
				}
				ended <- err
			}()
			cancel()
			if err := <-ended; err == nil {
				continue // it was the machine that took so long, and there was room
			} else if !errors.Is(err, context.Canceled) {
				t.Errorf("the context: %v", err)
			}
			return
		}
		defer c.Close()
	}
	t.Fatal("a hundred connections fit into a backlog of 0")
}

// TestCloseOfAFamilysSocket ends what waits, with the error that callers look for.
func TestCloseOfAFamilysSocket(t *testing.T) {
	ln := inetListener(t)
	client, err := inet.Dial(zmqtest.Deadline(t), inetAt(t, ln), 0)
	if err != nil {
		t.Fatal(err)
	}
	server, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	ended := make(chan error, 2)
	go func() {
		_, err := client.Read(make([]byte, 1))
		ended <- err
	}()
	go func() {
		_, err := ln.Accept()
		ended <- err
	}()
	_ = client.Close()
	_ = ln.Close()
	for range 2 {
		if err := <-ended; !errors.Is(err, net.ErrClosed) {
			t.Errorf("%v", err)
		}
	}
	if _, err := client.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a write: %v", err)
	}
	if err := client.Close(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a second Close: %v", err)
	}
}
