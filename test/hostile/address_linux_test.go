// SPDX-License-Identifier: Apache-2.0

package hostile_test

import (
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zmqtest"
	"github.com/gozmq/zmq/test/rig"
)

// Limits for each address. Linux has all of 127.0.0.0/8 on the loopback interface, so
// that strangers can come from several.

const here, elsewhere = "127.0.0.1", "127.0.0.2"

// dialFrom connects to a socket from an address, and says nothing.
func dialFrom(b *rig.Test, s *zmq.Socket, address string) *rig.RawPeer {
	b.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	nc, err := d.DialContext(b.Ctx, "tcp", strings.TrimPrefix(s.LastEndpoint(), "tcp://"))
	b.Check(err)
	return rig.NewRawPeer(b, nc)
}

// push is what a PUSH says first.
func push() []byte { return joined("PUSH") }

// TestMaxPeersPerAddress: peers of another address have places of their own, and a peer
// that leaves makes room for the next.
func TestMaxPeersPerAddress(t *testing.T) {
	b := rig.New(t)
	pull := b.Socket(zmq.PULL, zmq.MaxPeersPerAddress.Of(2))
	b.Check(pull.Bind(rig.AnyPort))
	first := dialFrom(b, pull, here)
	first.Write(push())
	dialFrom(b, pull, here).Write(push())
	b.WaitPeers(pull, 2)
	third := dialFrom(b, pull, here)
	third.Write(push())
	third.WaitClosed()
	dialFrom(b, pull, elsewhere).Write(push())
	b.WaitPeers(pull, 3)
	_ = first.Conn.Close()
	b.WaitPeersLeft(pull, 2)
	dialFrom(b, pull, here).Write(push())
	b.WaitPeers(pull, 3)
}

// TestMaxHandshakesPerAddress: the oldest one of the address goes, and no other.
func TestMaxHandshakesPerAddress(t *testing.T) {
	b := rig.New(t)
	pull := b.Socket(zmq.PULL, zmq.MaxHandshakesPerAddress.Of(2), zmq.HandshakeInterval.Of(time.Hour))
	b.Check(pull.Bind(rig.AnyPort))
	silent := func(address string) *rig.RawPeer {
		x := dialFrom(b, pull, address)
		x.Write(zmqtest.MustOctets(signature))
		x.Read(10)
		return x
	}
	other := silent(elsewhere)
	all := []*rig.RawPeer{silent(here), silent(here), silent(here)}
	all[0].WaitClosed()
	for _, x := range append(all[1:], other) {
		x.Write(push()[10:])
	}
	b.WaitPeers(pull, 3)
}

// TestFailedHandshakesMakeAnAddressWait: after seven of them the next one takes 400 ms at
// least. A peer of that address is served even so, and ends the waiting.
func TestFailedHandshakesMakeAnAddressWait(t *testing.T) {
	b := rig.New(t)
	pull := b.Socket(zmq.PULL, zmq.MaxFailureDelay.Of(time.Second))
	b.Check(pull.Bind(rig.AnyPort))
	fail := func() (took time.Duration) {
		start := time.Now()
		x := dialFrom(b, pull, here)
		x.Write(slices.Concat(wire.AppendGreeting(nil, wire.Greeting{Major: 3, Minor: 1, Mechanism: "PLAIN"})))
		x.WaitClosed()
		return time.Since(start)
	}
	const failures = 7
	for range failures {
		fail()
	}
	b.WaitUntil("all have failed", func() bool { return pull.Stats().HandshakesFailed == failures })
	if took := fail(); took < 400*time.Millisecond {
		t.Errorf("after %d failures the next took %v", failures, took)
	}
	b.WaitUntil("one more has failed", func() bool { return pull.Stats().HandshakesFailed == failures+1 })
	dialFrom(b, pull, elsewhere).Write(push())
	b.WaitPeers(pull, 1)
	start := time.Now()
	honest := dialFrom(b, pull, here)
	honest.Write(push())
	honest.Read(wire.GreetingSize)
	if took := time.Since(start); took < 800*time.Millisecond {
		t.Errorf("a peer of the same address waited %v", took)
	}
	b.WaitPeers(pull, 2)
}
