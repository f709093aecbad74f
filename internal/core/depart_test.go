// SPDX-License-Identifier: Apache-2.0

package core

import (
	"net"
	"testing"

	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pattern"
	"github.com/gozmq/zmq/internal/zmqtest"
)

func departContext(t *testing.T) *Context {
	t.Helper()
	c := NewContext(Config{Transports: Transports(), Libzmq: true})
	t.Cleanup(func() {
		if err := c.Term(zmqtest.Deadline(t), true); err != nil {
			t.Error(err)
		}
	})
	return c
}

// TestDepartFreesNamesAtOnce: when Depart returns, what the socket was bound to can be
// bound to again, whatever it still has to send.
func TestDepartFreesNamesAtOnce(t *testing.T) {
	c := departContext(t)
	s := testSocket(t, c, pattern.Pair)
	if err := s.Bind("tcp://127.0.0.1:*"); err != nil {
		t.Fatal(err)
	}
	addresses := []string{s.LastEndpoint(), "inproc://name"}
	if err := s.Bind(addresses[1]); err != nil {
		t.Fatal(err)
	}
	for range 50 {
		d, err := s.Depart()
		if err != nil {
			t.Fatal(err)
		}
		s = testSocket(t, c, pattern.Pair)
		for _, a := range addresses {
			if err := s.Bind(a); err != nil {
				t.Fatal(err)
			}
		}
		if d.Pending() {
			t.Error("nothing was sent, and something is pending")
		}
		d.Drain()
		d.Finish()
	}
}

// TestDrainEndsWhenAnAttemptFails: where no peer listens, the end of a socket that
// lingers for ever is not waited for.
func TestDrainEndsWhenAnAttemptFails(t *testing.T) {
	lis, err := net.Listen("tcp", zmqtest.Host()+":0")
	if err != nil {
		t.Fatal(err)
	}
	address := "tcp://" + lis.Addr().String()
	lis.Close() // no peer listens there now
	c := departContext(t)
	s := testSocket(t, c, pattern.Push)
	if err := s.SetOption(opt.Linger, opt.Value{I: -1}); err != nil {
		t.Fatal(err)
	}
	if err := s.Connect(address); err != nil {
		t.Fatal(err)
	}
	if err := s.TrySend([][]byte{[]byte("x")}, false); err != nil {
		t.Fatal(err)
	}
	d, err := s.Depart()
	if err != nil {
		t.Fatal(err)
	}
	if d.Pending() { // the attempt had not failed yet
		d.Drain()
	}
	s.Hurry()
	d.Finish()
}
