// SPDX-License-Identifier: Apache-2.0

// The defects of hostile_test.go where PLAIN and CURVE have a part in them, and
// those that only these can have.

package hostile_test

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/mechanism"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zmqtest"
	"github.com/gozmq/zmq/test/rig"
)

var dealer = properties("Socket-Type", "DEALER")

// TestCVE_2014_7202_Secured: a secured socket does not talk to a peer that
// offers less, whatever that is.
func TestCVE_2014_7202_Secured(t *testing.T) {
	besiegeGuarded(t, zmq.ROUTER, func(b *siege) {
		other := map[string]string{"PLAIN": "CURVE", "CURVE": "PLAIN"}[b.guard.name]
		for _, name := range []string{"NULL", other, "", "GSSAPI", strings.ToLower(b.guard.name), b.guard.name + " "} {
			x := b.stranger()
			x.say(wire.AppendGreeting(nil, wire.Greeting{Major: 3, Minor: 1, Mechanism: name}))
			x.say(wire.AppendCommandFrame(nil, "READY", dealer))
			x.say(message(0, "let me in"))
			x.cutOff()
		}
		b.reported("both sides use one mechanism")
		x := b.stranger() // the right name, and then as if it were NULL
		x.greetAs(x.machine(nil))
		x.say(wire.AppendCommandFrame(nil, "READY", dealer))
		x.say(message(0, "let me in"))
		x.cutOff()
		b.undisturbed()
	})
}

// TestCVE_2014_7203: a MESSAGE whose nonce does not follow the last one ends the
// connection, and what was in it is not delivered.
func TestCVE_2014_7203(t *testing.T) {
	besiegeWith(t, curveGuard(), zmq.ROUTER, func(b *siege) {
		for _, order := range [][]int{{0, 0}, {0, 1, 1}, {0, 1, 0}, {0, 2}, {2}, {1}} {
			x := b.stranger()
			m := x.enter(dealer)
			var frames [][]byte
			for i := range 3 {
				frames = append(frames, x.sealed(m, 0, fmt.Sprint(i)))
			}
			b.strange = nil
			for _, i := range order[:len(order)-1] {
				x.say(frames[i])
				b.heard(fmt.Sprint(i))
			}
			x.say(frames[order[len(order)-1]])
			x.cutOff()
			b.talk()
			if len(b.strange) != len(order)-1 {
				b.Errorf("%v: strangers got %q through", order, b.strange)
			}
		}
		b.reported("nonce")
	})
}

// heard waits until a stranger got a text through.
func (b *siege) heard(text string) {
	b.Helper()
	b.WaitUntil(fmt.Sprintf("%.20q is there", text), func() bool {
		b.talk()
		return slices.Contains(b.strange, text)
	})
}

// TestCVE_2014_9721_Secured: older versions have no mechanism, and so they are
// refused, as are plain bytes.
func TestCVE_2014_9721_Secured(t *testing.T) {
	old := func(b *siege) {
		for _, says := range []string{
			signature + "01 05 00 00 00 05 68", signature + "00 05 01 00", "01 00 02 00 68", `"GET" 20 "/" 0D 0A`, "16 03 01 00 05", "00",
			"FF 00 00 00 00 00 00 00 05 00 41 41 41 41",
		} {
			x := b.stranger()
			x.says(says)
			x.cutOff()
		}
		b.reported("older than ZMTP 3.0")
		b.undisturbed()
	}
	besiegeGuarded(t, zmq.ROUTER, old)
	t.Run("NULL with a domain", func(t *testing.T) {
		b := newGuardedSiege(t, zmq.ROUTER, true, &guard{name: "NULL", roles: func(b *siege) ([]zmq.Setting, []zmq.Setting) {
			b.answerZAP(func([]string) []string { return []string{"200", "OK", "", ""} })
			return []zmq.Setting{zmq.ZAPDomain.Of("domain")}, nil
		}})
		old(b)
		b.end()
	})
}

// TestCVE_2019_6250_Secured: announced lengths cost no memory, in the handshake
// of a mechanism and behind it.
func TestCVE_2019_6250_Secured(t *testing.T) {
	besiegeGuarded(t, zmq.ROUTER, func(b *siege) {
		before := held()
		for _, n := range []uint64{1 << 31, 1 << 32, 1 << 62, 1<<63 - 1, 1 << 63, 1<<64 - 1} {
			header := binary.BigEndian.AppendUint64([]byte{wire.FlagLong | wire.FlagCommand}, n)
			for steps := range 2 { // instead of the first command, or of the next
				x := b.stranger()
				m := x.machine(dealer)
				x.greetAs(m)
				for range 2 * steps {
					x.step(m)
				}
				x.say(append(header, make([]byte, 100)...))
				x.cutOff()
			}
			x := b.stranger()
			m := x.enter(dealer)
			x.say(slices.Concat(x.sealed(m, 0, "fine"), header, make([]byte, 100)))
			x.cutOff()
		}
		if after := held(); after > before+8<<20 {
			b.Errorf("the heap grew from %d to %d bytes", before, after)
		}
	})
}

// TestCVE_2019_13132_Secured: the metadata of INITIATE and of READY are taken up
// to the limit of handshakes, whether or not the sender has proved anything.
func TestCVE_2019_13132_Secured(t *testing.T) {
	padded := func(size int) []byte {
		return append(slices.Clone(dealer), properties("X-Padding", strings.Repeat("x", size))...)
	}
	besiegeGuarded(t, zmq.ROUTER, func(b *siege) {
		for _, size := range []int{0, 1, 255, 256, 500, 511, 512, 4096, 65000} {
			x := b.stranger()
			m := x.enter(padded(size))
			x.say(x.sealed(m, 0, "in"))
			b.heard("in")
			b.strange = nil
			x.leave()
		}
		for _, size := range []int{65536, 1 << 20, 16 << 20} {
			x := b.stranger()
			m := x.machine(padded(size))
			x.greetAs(m)
			x.finish(m)
			x.cutOff()
			x = b.stranger() // the same without any proof
			x.greetAs(x.machine(nil))
			x.say(wire.AppendCommandFrame(nil, "INITIATE", make([]byte, size)))
			x.cutOff()
		}
		b.reported("before the handshake is over")
	})
}

// TestCVE_2020_15166_Secured: peers that fall silent between the commands of a
// mechanism are cut off at the handshake interval, and real ones served meanwhile.
func TestCVE_2020_15166_Secured(t *testing.T) {
	besiegeGuarded(t, zmq.ROUTER, func(b *siege) {
		b.hurry(500 * time.Millisecond) // more than the strangers take for their steps, as a rule
		// advance greets and takes steps, as far as the time lets a stranger get.
		advance := func(x *stranger, m mechanism.Machine, steps int) {
			err := x.tryGreetAs(m)
			for i := 0; i < steps && err == nil; i++ {
				err = x.tryStep(m)
			}
		}
		var crowd []*stranger
		for steps := range 3 {
			for range 5 {
				x := b.stranger()
				advance(x, x.machine(dealer), steps)
				crowd = append(crowd, x)
				x = b.stranger() // the same with half a command behind it
				advance(x, x.machine(dealer), steps)
				x.says(`04 20 08 "INI"`)
				crowd = append(crowd, x)
			}
		}
		for range 50 {
			b.talk()
		}
		b.WaitUntil("a real peer that comes late is let in", func() bool {
			x := b.stranger()
			defer x.leave()
			m := x.machine(dealer)
			err := x.tryGreetAs(m)
			for err == nil && !m.Ready() {
				err = x.tryStep(m)
			}
			return err == nil
		})
		for _, x := range crowd {
			x.cutOff()
		}
	})
}

// TestCVE_2021_20235: a large frame of ZMTP 1.0 that begins anywhere in what was
// read, behind small ones, arrives as it was sent.
func TestCVE_2021_20235(t *testing.T) {
	besiege(t, zmq.ROUTER, func(b *siege) {
		x := b.stranger()
		x.says(`01 00`)
		var want []string
		var all []byte
		for _, before := range []int{0, 1, 100, 253, 254, 4095, 8100, 8180, 8190, 8191, 8192, 16383, 65500} {
			for _, size := range []int{254, 255, 8191, 8192, 8193, 70000} {
				for i, n := range []int{before, size} {
					body := strings.Repeat(string(rune('a'+i)), n)
					all = append(wire.AppendHeaderV1(all, 0, n), body...)
					want = append(want, body)
				}
			}
		}
		done := make(chan struct{})
		go func() { defer close(done); x.say(all) }()
		b.WaitUntil("all of them are there", func() bool {
			b.talk()
			return len(b.strange) >= len(want)
		})
		<-done
		if !slices.Equal(b.strange, want) {
			b.Error("a frame was corrupted")
		}
		x.leave()
	})
}

// TestCVE_2021_20234_Secured: a frame with MORE and then a close, again and again.
func TestCVE_2021_20234_Secured(t *testing.T) {
	besiegeGuarded(t, zmq.ROUTER, func(b *siege) {
		b.unfinished(100, func() {
			x := b.stranger()
			m := x.enter(dealer)
			x.say(append(x.sealed(m, innerMore, rig.Large(3000)), x.sealed(m, innerMore, "part")...))
			x.leave()
		})
	})
}

// TestCurveIdentity (libzmq's curve and identities): up to 255 bytes work, and
// the peer is found by them; 256 are refused.
func TestCurveIdentity(t *testing.T) {
	besiegeGuarded(t, zmq.ROUTER, func(b *siege) {
		for _, n := range []int{0, 1, 2, 254, 255} {
			x := b.stranger()
			name := strings.Repeat("n", n)
			m := x.enter(append(slices.Clone(dealer), properties("Identity", name)...))
			x.say(x.sealed(m, 0, fmt.Sprint("named ", n)))
			b.heard(fmt.Sprint("named ", n))
			if n > 0 {
				b.Send(b.s, name, "hello")
				x.hearsFrame()
			}
			x.leave()
			b.WaitPeersLeft(b.s, 1)
		}
		x := b.stranger()
		m := x.machine(append(slices.Clone(dealer), properties("Identity", strings.Repeat("n", 256))...))
		x.greetAs(m)
		x.finish(m)
		x.cutOff()
		b.reported("dentity")
	})
}

// finish goes on with a handshake for as long as the other side does.
func (x *stranger) finish(m mechanism.Machine) {
	for !m.Ready() {
		if m.Question() != nil {
			m.Admit()
		}
		body, err := m.Next()
		if err != nil {
			return
		}
		if body != nil {
			x.say(wire.AppendFrame(nil, wire.FlagCommand, body))
			continue
		}
		frame, err := readFrame(x.nc)
		if err != nil || m.Receive(frame) != nil {
			return
		}
	}
}

// TestCurveReady: a server whose READY is broken, in a loop, leaks nothing.
func TestCurveReady(t *testing.T) {
	b := newGuardedSiege(t, zmq.ROUTER, false, curveGuard())
	round := func(breakIt func(body []byte) []byte) {
		x := b.stranger()
		m := x.machine(dealer)
		x.greetAs(m)
		for range 3 { // HELLO, WELCOME, INITIATE
			x.step(m)
		}
		m.Admit()
		body, err := m.Next()
		b.Check(err)
		x.say(wire.AppendFrame(nil, wire.FlagCommand, breakIt(slices.Clone(body))))
		x.cutOff()
	}
	ways := []func([]byte) []byte{
		func(b []byte) []byte { b[len(b)-1] ^= 1; return b },
		func(b []byte) []byte { b[10] ^= 1; return b },
		func(b []byte) []byte { return b[:len(b)-1] },
		func(b []byte) []byte { return b[:20] },
		func(b []byte) []byte { return append(b, 0) },
		func([]byte) []byte { return zmqtest.MustOctets(`05 "READY"`) },
		func(b []byte) []byte { return append(b, make([]byte, 60000)...) },
	}
	for _, way := range ways {
		round(way)
	}
	before := held()
	for i := range 150 {
		round(ways[i%len(ways)])
	}
	if after := held(); after > before+2<<20 {
		b.Errorf("the heap grew from %d to %d bytes", before, after)
	}
	b.end()
}

// TestReadyMetadataSecured: INITIATE and READY whose metadata end at any point but
// between two properties are refused.
func TestReadyMetadataSecured(t *testing.T) {
	whole := properties("Socket-Type", "DEALER", "Identity", "name")
	besiegeGuarded(t, zmq.ROUTER, func(b *siege) {
		for n := 1; n < len(whole); n++ {
			if n == len(dealer) {
				continue
			}
			x := b.stranger()
			m := x.machine(whole[:n])
			x.greetAs(m)
			x.finish(m)
			x.cutOff()
		}
		b.undisturbed()
	})
}

// TestHalfCloseSecured: peers that shut a direction down or reset at any step.
func TestHalfCloseSecured(t *testing.T) {
	besiegeGuarded(t, zmq.ROUTER, func(b *siege) {
		for steps := range 5 {
			for _, part := range []string{"", "04", "04 20 05", "06 00 00 00"} {
				for _, reset := range []bool{false, true} {
					x := b.stranger()
					m := x.machine(dealer)
					x.greetAs(m)
					for range steps {
						if !m.Ready() {
							x.step(m)
						}
					}
					x.says(part)
					if reset {
						b.Check(x.nc.SetLinger(0))
						x.leave()
						continue
					}
					b.Check(x.nc.CloseWrite())
					x.cutOff()
				}
			}
		}
		b.undisturbed()
	})
}

// TestUnknownCommandSecured: a command that is not the next one ends a handshake,
// whatever the mechanism and the role.
func TestUnknownCommandSecured(t *testing.T) {
	// What PLAIN takes without metadata; CURVE's commands are never empty. Behind
	// HELLO the authentication handler decides by its speed whether INITIATE comes
	// before WELCOME has gone out.
	right := map[string]string{"server1": `04 09 08 "INITIATE"`, "server2": `04 09 08 "INITIATE"`, "client0": `04 08 07 "WELCOME"`, "client1": `04 08 07 "WELCOME"`, "client2": `04 06 05 "READY"`}
	commands := []string{
		`04 04 03 "FOO"`, "04 00", "04 01 09", "04 02 01 00", `04 06 05 "HELLO"`, `04 08 07 "WELCOME"`, `04 09 08 "INITIATE"`, `04 06 05 "READY"`,
		`04 08 07 "MESSAGE"`, `04 05 04 "PING"`, `00 05 "hello"`, `01 00`,
	}
	besiegeGuarded(t, zmq.ROUTER, func(b *siege) {
		for steps := range 3 {
			role := map[bool]string{true: "server", false: "client"}[b.bound]
			for _, c := range commands {
				if b.guard.name == "PLAIN" && right[fmt.Sprint(role, steps)] == c {
					continue
				}
				x := b.stranger()
				m := x.machine(dealer)
				x.greetAs(m)
				for range steps {
					x.step(m)
				}
				x.says(c)
				x.cutOff()
			}
		}
		b.undisturbed()
	})
}
