// SPDX-License-Identifier: Apache-2.0

package zmqtest

import (
	"context"
	"errors"
	"io"
	"net"
	"syscall"
	"testing"
	"testing/synctest"
)

func TestNetworkConnects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n Network
		l, err := n.Listen(context.Background(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		at := l.Addr().String()
		if other, err := n.Listen(context.Background(), "tcp", "127.0.0.1:0"); err != nil || other.Addr().String() == at {
			t.Errorf("a second listener: %v, %v, beside %s", other, err, at)
		}
		if _, err := n.Listen(context.Background(), "tcp", at); !errors.Is(err, syscall.EADDRINUSE) {
			t.Errorf("listening at %s twice: %v", at, err)
		}
		near, err := n.Dial(context.Background(), "tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		far, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := near.Write([]byte("there")); err != nil {
			t.Fatal(err)
		}
		near.Close()
		if got, err := io.ReadAll(far); err != nil || string(got) != "there" {
			t.Errorf("%q came, %v", got, err)
		}
		far.Close()
	})
}

func TestNetworkListenerCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n Network
		l, err := n.Listen(context.Background(), "tcp", "127.0.0.1:7")
		if err != nil {
			t.Fatal(err)
		}
		waiting, err := n.Dial(context.Background(), "tcp", "127.0.0.1:7")
		if err != nil {
			t.Fatal(err)
		}
		accepted := make(chan error)
		if c, err := l.Accept(); err != nil {
			t.Fatal(err)
		} else {
			c.Close()
		}
		pending, err := n.Dial(context.Background(), "tcp", "127.0.0.1:7")
		if err != nil {
			t.Fatal(err)
		}
		l.Close()
		go func() {
			_, err := l.Accept()
			accepted <- err
		}()
		if _, err := n.Dial(context.Background(), "tcp", "127.0.0.1:7"); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("dialling what is closed: %v", err)
		}
		if _, err := pending.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("reading what was not accepted: %v", err)
		}
		waiting.Close()
		pending.Close()
		if _, err := n.Listen(context.Background(), "tcp", "127.0.0.1:7"); err != nil {
			t.Errorf("listening again: %v", err)
		}
		if err := <-accepted; !errors.Is(err, net.ErrClosed) {
			t.Errorf("accepting after Close: %v", err)
		}
	})
}
