// SPDX-License-Identifier: Apache-2.0

package hostile_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/mechanism"
)

// nullGuard is NULL with a domain, about which the handler is asked.
func nullGuard() *guard {
	return &guard{
		name: "NULL",
		roles: func(*siege) (server, client []zmq.Setting) {
			return []zmq.Setting{zmq.ZAPDomain.Of("domain")}, nil
		},
		machine: func(_ bool, metadata []byte) mechanism.Machine { return mechanism.NewNull(metadata) },
	}
}

// asked is a guard whose server asks a handler that the test provides.
func asked(g *guard) *guard {
	roles := g.roles
	if g.name == "PLAIN" { // whose own handler would be a second one
		roles = func(*siege) (server, client []zmq.Setting) {
			return []zmq.Setting{zmq.PlainServer.Of(true)}, []zmq.Setting{zmq.PlainUsername.Of("user"), zmq.PlainPassword.Of("secret")}
		}
	}
	return &guard{name: g.name, roles: roles, machine: g.machine}
}

// TestZAPNeverLetsIn: whatever a handler answers but a well-formed 200, no peer gets
// in, with any mechanism; and a handler that is silent for one peer holds up no
// other.
func TestZAPNeverLetsIn(t *testing.T) {
	replies := map[string][]string{
		"300": {"300", "later", "", ""}, "400": {"400", "no", "", ""}, "500": {"500", "oh", "", ""},
		"other codes": {"201", "OK", "", ""}, "a code of four": {"2000", "OK", "", ""}, "a code of letters": {"abc", "OK", "", ""},
		"no code": {"", "OK", "", ""}, "an early end": {"200", "OK", ""}, "too much": {"200", "OK", "", "", ""},
		"metadata that ends early": {"200", "OK", "", "\x01X\x00\x00\x00\x05x"}, "metadata without end": {"200", "OK", "", "\x01X\xFF\xFF\xFF\xFF"},
		"another socket's type": {"200", "OK", "", string(properties("Socket-Type", "SUB"))},
	}
	for _, g := range []*guard{nullGuard(), plainGuard(), curveGuard()} {
		t.Run(g.name, func(t *testing.T) {
			for name, reply := range replies {
				t.Run(name, func(t *testing.T) { refusedBy(t, asked(g), reply) })
			}
			t.Run("silence", func(t *testing.T) { refusedBy(t, asked(g), nil) })
		})
	}
}

// refusedBy besieges a server whose handler admits the first peer, which is the
// honest one, and answers the others with a reply.
func refusedBy(t *testing.T, g *guard, reply []string) {
	t.Helper()
	roles := g.roles
	g.roles = func(b *siege) (server, client []zmq.Setting) {
		first := true
		b.answerZAP(func(request []string) []string {
			if first {
				first = false
				return []string{"200", "OK", "honest", ""}
			}
			return reply
		})
		return roles(b)
	}
	b := newGuardedSiege(t, zmq.ROUTER, true, g)
	if reply == nil {
		b.hurry(500 * time.Millisecond)
	}
	var crowd []*stranger
	for range 3 {
		x := b.stranger()
		m := x.machine(dealer)
		if x.tryGreetAs(m) == nil {
			x.finish(m)
		}
		if m.Ready() {
			b.Error("the server said that it is ready")
		}
		x.say(message(0, "let me in"))
		crowd = append(crowd, x)
	}
	b.talk()
	for _, x := range crowd {
		x.cutOff()
	}
	b.undisturbed()
	b.WaitUntil("three handshakes have failed", func() bool { return b.s.Stats().HandshakesFailed == 3 })
	b.end()
}

// TestZAPHandlerThatGoes: a handler that closes, or is not one, lets no peer in.
func TestZAPHandlerThatGoes(t *testing.T) {
	for _, how := range []string{"it closes", "none of the kind"} {
		for _, g := range []*guard{plainGuard(), curveGuard()} {
			t.Run(fmt.Sprint(how, " ", g.name), func(t *testing.T) {
				g := asked(g)
				var handler *zmq.Socket
				asking := make(chan struct{}, 10)
				roles := g.roles
				g.roles = func(b *siege) (server, client []zmq.Setting) {
					first := true
					b.answerZAP(func([]string) []string {
						if first {
							first = false
							return []string{"200", "OK", "honest", ""}
						}
						asking <- struct{}{}
						return nil
					})
					handler = b.handler
					return roles(b)
				}
				b := newGuardedSiege(t, zmq.ROUTER, true, g)
				if how != "it closes" {
					b.Check(handler.Close())
					_, _ = b.Bind(zmq.PULL, "inproc://zeromq.zap.01")
				}
				x := b.stranger()
				m := x.machine(dealer)
				x.greetAs(m)
				done := make(chan struct{})
				go func() { defer close(done); x.finish(m) }()
				if how == "it closes" {
					<-asking
					b.Check(handler.Close())
				}
				<-done
				x.cutOff()
				if m.Ready() {
					b.Error("the server said that it is ready")
				}
				b.end()
			})
		}
	}
}
