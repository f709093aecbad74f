// SPDX-License-Identifier: Apache-2.0

// Floods: of commands, subscriptions and metadata, with each mechanism, and
// versions that do not exist.

package hostile_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/mechanism"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/test/rig"
)

// TestWrongVersions: each major and minor version, with and without a whole
// greeting behind it, is a peer or is cut off; honest ones never notice.
func TestWrongVersions(t *testing.T) {
	besiege(t, zmq.ROUTER, func(b *siege) {
		for major := range 256 {
			for _, minor := range []int{0, 1, 2, 255} {
				if major > 5 && minor != 1 && major != 255 {
					continue
				}
				x := b.stranger()
				greeting := wire.AppendGreeting(nil, wire.Greeting{Major: 3, Minor: byte(minor), Mechanism: "NULL"})
				greeting[10] = byte(major)
				x.say(greeting)
				x.say(wire.AppendCommandFrame(nil, "READY", dealer))
				if major >= 3 { // RFC 37: a later version is spoken to in our own
					x.hears(wire.GreetingSize)
					x.say(message(0, fmt.Sprint("version ", major)))
					b.heard(fmt.Sprint("version ", major))
					b.strange = nil
				}
				x.leave()
			}
		}
		b.WaitPeersLeft(b.s, 1)
	})
}

// TestMetadataBomb: as many properties as a peer may announce, and as large ones as fit,
// cost no more than a small multiple of what was sent, and names that repeat cost no time.
// A peer that announces more is refused.
func TestMetadataBomb(t *testing.T) {
	bomb := func(name string, n int) []byte {
		b := slices.Clone(dealer)
		for i := range n {
			b = wire.AppendProperty(b, strings.ReplaceAll(name, "#", fmt.Sprint(i)), make([]byte, 220))
		}
		return b
	}
	const most = 256 // with Socket-Type
	const peers = 20
	for _, name := range []string{"X", "X-#"} {
		besiege(t, zmq.ROUTER, func(b *siege) {
			before := held()
			var crowd []*stranger
			for range peers {
				x := b.stranger()
				x.greet()
				x.say(wire.AppendCommandFrame(nil, "READY", bomb(name, most-1)))
				crowd = append(crowd, x)
			}
			b.WaitPeers(b.s, 1+peers)
			if each := int64(held()-before) / peers; each > 160<<10 && !rig.RaceEnabled {
				b.Errorf("%d bytes for each peer", each)
			}
			crowd[0].say(message(0, "in"))
			b.heard("in")
			for _, x := range crowd {
				x.leave()
			}
			x := b.stranger()
			x.greet()
			x.say(wire.AppendCommandFrame(nil, "READY", bomb(name, most)))
			x.cutOff()
		})
	}
}

// TestCommandFlood: commands without end, known and unknown, cost no memory, and
// none reaches the application.
func TestCommandFlood(t *testing.T) {
	commands := []string{
		"\x04PING\x00\x00context", "\x04PONGcontext", "\x09SUBSCRIBEtopic", "\x06CANCELtopic", "\x04JOINgroup", "\x05LEAVEgroup",
		"\x03FOObar", "\x01X",
	}
	test := func(b *siege) {
		x := b.stranger()
		var m mechanism.Machine
		if b.guard == nil {
			x.join("DEALER", "")
		} else {
			m = x.enter(dealer)
		}
		before := held()
		for range 200 {
			var flood []byte
			for range 100 {
				for _, c := range commands {
					flood = append(flood, x.sealed(m, innerCommand, c)...)
				}
			}
			x.say(flood)
		}
		x.say(x.sealed(m, 0, "end"))
		b.heard("end")
		if after := held(); after > before+4<<20 {
			b.Errorf("the heap grew from %d to %d bytes", before, after)
		}
		if len(b.strange) != 1 {
			b.Errorf("strangers got %.100q through", b.strange)
		}
		x.leave()
	}
	besiege(t, zmq.ROUTER, test)
	besiegeGuarded(t, zmq.ROUTER, test)
}

// TestSubscriptionFloodSecured is TestSubscriptionFlood through PLAIN and CURVE,
// in both forms.
func TestSubscriptionFloodSecured(t *testing.T) {
	const limit = 2000
	for _, typ := range []zmq.SocketType{zmq.PUB, zmq.XPUB} {
		besiegeGuarded(t, typ, func(b *siege) {
			x := b.stranger()
			m := x.enter(properties("Socket-Type", "SUB"))
			var flood []byte
			for n := range 5 * limit {
				topic := fmt.Sprintf("topic/%d", n)
				if n%2 == 0 {
					flood = append(flood, x.sealed(m, 0, "\x01"+topic)...)
					continue
				}
				flood = append(flood, x.sealed(m, innerCommand, "\x09SUBSCRIBE"+topic)...)
			}
			x.say(flood)
			x.cutOff()
			b.reported("MaxSubscriptions")
			b.WaitUntil("its subscriptions are gone", func() bool {
				for b.drainNotice() {
				}
				return zmq.TopicsCount.Get(b.s) == 1
			})
		}, zmq.MaxSubscriptions.Of(limit))
	}
}
