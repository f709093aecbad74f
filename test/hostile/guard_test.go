// SPDX-License-Identifier: Apache-2.0

// Sieges of sockets with a security mechanism. The besieged one is the server
// where it binds and the client where it connects, so that all four roles meet
// strangers.

package hostile_test

import (
	"context"
	"crypto/rand"
	"io"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/mechanism"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/test/rig"
)

// guard is a mechanism with the credentials of both sides.
type guard struct {
	name string // as a greeting has it
	// roles returns what makes a server and a client.
	roles func(b *siege) (server, client []zmq.Setting)
	// machine is what a stranger runs that knows the credentials.
	machine func(asServer bool, metadata []byte) mechanism.Machine
}

// settings are those of the besieged socket and of the honest one.
func (g *guard) settings(b *siege) (ours, theirs []zmq.Setting) {
	if g == nil {
		return nil, nil
	}
	server, client := g.roles(b)
	if b.bound {
		return server, client
	}
	return client, server
}

func plainGuard() *guard {
	return &guard{
		name: "PLAIN",
		roles: func(b *siege) (server, client []zmq.Setting) {
			b.answerZAP(func([]string) []string { return []string{"200", "OK", "", ""} })
			return []zmq.Setting{zmq.PlainServer.Of(true)}, []zmq.Setting{zmq.PlainUsername.Of("user"), zmq.PlainPassword.Of("secret")}
		},
		machine: func(asServer bool, metadata []byte) mechanism.Machine {
			if asServer {
				return mechanism.NewPlainServer(metadata)
			}
			return mechanism.NewPlainClient([]byte("user"), []byte("secret"), metadata)
		},
	}
}

func curveGuard() *guard {
	server, client := zmq.NewCurveKeypair(), zmq.NewCurveKeypair()
	secret := [32]byte(server.Secret.Bytes())
	pair, err := mechanism.NewCurvePair(&secret)
	if err != nil {
		panic(err)
	}
	return &guard{
		name: "CURVE",
		roles: func(*siege) ([]zmq.Setting, []zmq.Setting) {
			return []zmq.Setting{server.AsServer()}, []zmq.Setting{client.AsClient(server.Public)}
		},
		machine: func(asServer bool, metadata []byte) mechanism.Machine {
			if asServer {
				return mechanism.NewCurveServer(&mechanism.CurveServer{
					Key: pair, Metadata: metadata, Random: rand.Reader})
			}
			return mechanism.NewCurveClient(&mechanism.CurveClient{
				Public: client.Public, Secret: [32]byte(client.Secret.Bytes()), ServerKey: server.Public,
				Metadata: metadata, Random: rand.Reader})
		},
	}
}

// besiegeGuarded is besiege with PLAIN and with CURVE.
func besiegeGuarded(t *testing.T, typ zmq.SocketType, test func(b *siege), settings ...zmq.Setting) {
	t.Helper()
	for _, g := range []*guard{plainGuard(), curveGuard()} {
		t.Run(g.name, func(t *testing.T) { besiegeWith(t, g, typ, test, settings...) })
	}
}

// besiegeWith is besiege with one mechanism.
func besiegeWith(t *testing.T, g *guard, typ zmq.SocketType, test func(b *siege), settings ...zmq.Setting) {
	t.Helper()
	for _, bound := range []bool{true, false} {
		name := "server"
		if !bound {
			name = "client"
		}
		t.Run(name, func(t *testing.T) {
			b := newGuardedSiege(t, typ, bound, g, settings...)
			test(b)
			b.end()
		})
	}
}

// answerZAP answers the authentication requests of the siege's context until it
// ends: domain, address, identity, mechanism and credentials become a status, a
// text, a user id and metadata, or no reply.
func (b *siege) answerZAP(answer func(request []string) []string) {
	b.Helper()
	h, err := b.ZMQ.NewSocket(zmq.ROUTER)
	b.Check(err)
	b.Check(h.Bind("inproc://zeromq.zap.01"))
	b.handler = h
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			m, err := h.Recv(context.Background())
			if err != nil {
				return
			}
			f := rig.Texts(m)
			if a := answer(f[4:]); a != nil {
				_ = h.Send(context.Background(), rig.Frames(append([]string{f[0], "", "1.0", f[3]}, a...))...)
			}
		}
	}()
	b.Cleanup(func() { _ = h.Close(); <-done })
}

// properties are the metadata of a peer.
func properties(pairs ...string) []byte {
	var b []byte
	for i := 0; i < len(pairs); i += 2 {
		b = wire.AppendProperty(b, pairs[i], []byte(pairs[i+1]))
	}
	return b
}

// machine returns what this stranger runs: the role that the besieged has not.
func (x *stranger) machine(metadata []byte) mechanism.Machine {
	return x.guard.machine(!x.bound, metadata)
}

// greetAs says the greeting of ZMTP 3.1 with a machine's mechanism, and reads
// ours.
func (x *stranger) greetAs(m mechanism.Machine) {
	x.Helper()
	x.Check(x.tryGreetAs(m))
}

// tryGreetAs is greetAs, and returns an error if the connection ends before.
func (x *stranger) tryGreetAs(m mechanism.Machine) error {
	x.say(wire.AppendGreeting(nil, wire.Greeting{Major: 3, Minor: 1, Mechanism: m.Name(), AsServer: m.AsServer()}))
	_, err := io.ReadFull(x.nc, make([]byte, wire.GreetingSize))
	return err
}

// step says the machine's next command, or hears ours and hands it in.
func (x *stranger) step(m mechanism.Machine) {
	x.Helper()
	x.Check(x.tryStep(m))
}

// tryStep is step, and returns an error if the connection ends before.
func (x *stranger) tryStep(m mechanism.Machine) error {
	if m.Question() != nil {
		m.Admit()
	}
	body, err := m.Next()
	if err != nil {
		return err
	}
	if body != nil {
		x.say(wire.AppendFrame(nil, wire.FlagCommand, body))
		return nil
	}
	if body, err = readFrame(x.nc); err != nil {
		return err
	}
	return m.Receive(body)
}

// hearsFrame reads a frame of ours and returns its body.
func (x *stranger) hearsFrame() []byte {
	x.Helper()
	body, err := readFrame(x.nc)
	x.Check(err)
	return body
}

func readFrame(r io.Reader) ([]byte, error) {
	var head [9]byte
	n := 2
	if _, err := io.ReadFull(r, head[:n]); err != nil {
		return nil, err
	}
	if head[0]&wire.FlagLong != 0 {
		n = len(head)
		if _, err := io.ReadFull(r, head[2:]); err != nil {
			return nil, err
		}
	}
	h, _, err := wire.ParseHeader(head[:n])
	if err != nil {
		return nil, err
	}
	body := make([]byte, h.Size)
	_, err = io.ReadFull(r, body)
	return body, err
}

// enter shakes hands with the credentials and returns the machine, whose Traffic
// says how frames travel.
func (x *stranger) enter(metadata []byte) mechanism.Machine {
	x.Helper()
	m := x.machine(metadata)
	x.greetAs(m)
	for !m.Ready() {
		x.step(m)
	}
	return m
}

// The flags inside an encrypted frame (RFC 26, and what libzmq adds).
const (
	innerMore    = 1
	innerCommand = 2
)

// sealed is a frame as it travels with a machine's traffic, and without any in
// clear. The flags are the inner ones.
func (x *stranger) sealed(m mechanism.Machine, flags byte, body string) []byte {
	x.Helper()
	if m == nil || m.Traffic() == nil {
		return wire.AppendFrame(nil, map[byte]byte{innerMore: wire.FlagMore, innerCommand: wire.FlagCommand}[flags], []byte(body))
	}
	b, err := m.Traffic().Seal(nil, flags, []byte(body))
	x.Check(err)
	return wire.AppendFrame(nil, 0, b)
}
