// SPDX-License-Identifier: Apache-2.0

// What has broken ZeroMQ implementations and must not break this one. Each test
// is named after the defect; where it cannot happen on one side, it says so.
// What needs CURVE, PLAIN, ZAP, ws or udp is tested with these.

package hostile_test

import (
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/pattern"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zmqtest"
	"github.com/gozmq/zmq/test/rig"
)

const signature = "FF 00 00 00 00 00 00 00 01 7F "

// TestCVE_2014_7202: another mechanism than ours is refused, and the log says
// so.
func TestCVE_2014_7202(t *testing.T) {
	besiege(t, zmq.ROUTER, func(b *siege) {
		for _, mechanism := range []string{`"PLAIN" 15*00`, `"CURVE" 15*00`, "20*00", "20*FF", `"null" 16*00`, `"NULL" 00 "X" 14*00`} {
			x := b.stranger()
			x.says(signature + "03 01 " + mechanism + " 32*00")
			x.cutOff()
		}
		b.reported("both sides use one mechanism")
		b.reported("PLAIN")
	})
}

// TestCVE_2014_9721: older versions and plain bytes are refused where the option
// says so.
func TestCVE_2014_9721(t *testing.T) {
	besiege(t, zmq.ROUTER, func(b *siege) {
		for _, says := range []string{
			signature + "01 05 00 00", signature + "00 05 01 00", "01 00", `"GET" 20 "/" 0D 0A`, "16 03 01 00 05", "00",
		} {
			x := b.stranger()
			x.says(says)
			x.cutOff()
		}
		b.reported("older than ZMTP 3.0")
	}, zmq.RefuseOldPeers.Of(true))
}

// TestCVE_2019_6250: announced lengths of up to 2^64-1 bytes cost no memory,
// before and after the handshake.
func TestCVE_2019_6250(t *testing.T) {
	besiege(t, zmq.ROUTER, func(b *siege) {
		before := held()
		for _, n := range []uint64{1 << 31, 1 << 32, 1 << 62, 1<<63 - 1, 1 << 63, 1<<64 - 1} {
			length := binary.BigEndian.AppendUint64(nil, n)
			for _, before := range []string{
				signature + `03 01 "NULL" 48*00 06`, signature + `03 01 "NULL" 48*00 02`, signature + "01 05 02", signature + "00 05 FF",
				signature + "01 05 00 00 02", "01 00 FF", "FF",
			} {
				x := b.stranger()
				x.says(before)
				x.say(append(length, 0))
				x.cutOff()
			}
			for _, flags := range []byte{2, 3, 6} {
				x := b.stranger()
				x.join("DEALER", "")
				x.say(slices.Concat(message(0, "fine"), []byte{flags}, length, make([]byte, 100)))
				x.cutOff()
			}
		}
		if after := held(); after > before+8<<20 {
			b.Errorf("the heap grew from %d to %d bytes", before, after)
		}
		b.talk()
		want := 18
		if !b.bound { // a disconnect drops what was not received
			want = len(b.strange)
		}
		if len(b.strange) != want || slices.ContainsFunc(b.strange, func(s string) bool { return s != "fine" }) {
			b.Errorf("strangers got %q through", b.strange)
		}
	})
}

// TestCVE_2019_13132: metadata of a peer that has proved nothing yet, of any size, is
// taken up to the limit of handshakes.
func TestCVE_2019_13132(t *testing.T) {
	besiege(t, zmq.ROUTER, func(b *siege) {
		for _, size := range []int{0, 1, 255, 256, 4096, 65000} {
			x := b.stranger()
			x.greet()
			x.say(wire.AppendCommandFrame(nil, "READY", wire.AppendProperty(nil, "X-Padding", make([]byte, size))))
			x.say(message(0, "in"))
			b.WaitUntil("the message is there", func() bool {
				b.talk()
				return len(b.strange) > 0
			})
			b.strange = nil
			x.leave()
		}
		for _, size := range []int{65536, 1 << 20, 16 << 20} {
			x := b.stranger()
			x.greet()
			x.say(wire.AppendCommandFrame(nil, "READY", wire.AppendProperty(nil, "X-Padding", make([]byte, size))))
			x.cutOff()
		}
		b.reported("before the handshake is over")
	})
}

// TestCVE_2020_15166: peers that never greet, greet in part, or drip bytes, are
// cut off at the handshake interval, and real peers are served meanwhile.
func TestCVE_2020_15166(t *testing.T) {
	const interval = 300 * time.Millisecond
	besiege(t, zmq.ROUTER, func(b *siege) {
		b.hurry(interval)
		whole := append(zmqtest.MustOctets(signature+`03 01 "NULL" 48*00`), 4, 41)
		start := time.Now()
		var crowd []*stranger
		for i := range 40 {
			x := b.stranger()
			crowd = append(crowd, x)
			x.say(whole[:i*len(whole)/40])
		}
		drip := b.stranger()
		crowd = append(crowd, drip)
		done := make(chan struct{})
		go func() {
			defer close(done)
			tick := time.NewTicker(interval / 20)
			defer tick.Stop()
			for _, o := range whole {
				<-tick.C
				if _, err := drip.nc.Write([]byte{o}); err != nil {
					return
				}
			}
		}()
		for range 100 {
			b.talk()
		}
		b.WaitUntil("a real peer that comes late is let in", func() bool {
			x := b.stranger()
			defer x.leave()
			return x.tryJoin("DEALER", "late") == nil
		})
		for _, x := range crowd {
			x.cutOff()
		}
		<-done
		if d := time.Since(start); d < interval*9/10 {
			b.Errorf("cut off after %v", d)
		}
	})
}

// TestCVE_2020_36400 (and CVE-2021-20235): ZMTP 1.0 frames of sizes around the
// read buffer, twice in a row, arrive as they were sent.
func TestCVE_2020_36400(t *testing.T) {
	besiege(t, zmq.ROUTER, func(b *siege) {
		x := b.stranger()
		x.says(`01 00`)
		var want []string
		for _, n := range []int{8191, 8192, 8193, 65535, 65536, 65537, 200000} {
			for i := range 2 {
				body := strings.Repeat(string(rune('a'+i)), n)
				x.say(append(wire.AppendHeaderV1(nil, 0, n), body...))
				want = append(want, body)
			}
		}
		b.WaitUntil("all of them are there", func() bool {
			b.talk()
			return len(b.strange) >= len(want)
		})
		if !slices.Equal(b.strange, want) {
			b.Error("a frame was corrupted")
		}
		x.leave()
	})
}

// TestCVE_2021_20234: a frame with MORE and then a close, again and again: a flat
// heap, and nothing reaches the application. The engine's tests do it more often.
func TestCVE_2021_20234(t *testing.T) {
	besiege(t, zmq.ROUTER, func(b *siege) {
		b.unfinished(200, func() {
			x := b.stranger()
			x.join("DEALER", "")
			x.say(append(message(wire.FlagMore, rig.Large(3000)), message(wire.FlagMore, "part")...))
			x.leave()
		})
	})
}

// TestCVE_2021_20236: endless topics and deeply nested ones. Matching and
// removing them takes no recursion by the length of a topic.
func TestCVE_2021_20236(t *testing.T) {
	for _, typ := range []zmq.SocketType{zmq.PUB, zmq.XPUB} {
		besiege(t, typ, func(b *siege) {
			x := b.stranger()
			x.join("SUB", "")
			topic := make([]byte, 16<<20)
			for _, v := range []wire.Version{wire.V30, wire.V31} {
				x.say(wire.AppendSubscription(nil, topic, false, v))
				x.say(wire.AppendSubscription(nil, topic, true, v))
			}
			x.cutOff()
			b.reported("MaxTopicBytes")
			x = b.stranger()
			x.join("SUB", "")
			deep := strings.Repeat("d", 3000)
			var all []byte
			for n := range deep {
				all = wire.AppendSubscription(all, []byte(deep[:n+1]), false, wire.V31)
			}
			x.say(all)
			b.WaitSubscribers(b.s, deep, 1)
			x.leave()
			b.WaitPeersLeft(b.s, 1)
			b.WaitUntil("its subscriptions are gone", func() bool {
				for b.drainNotice() {
				}
				return zmq.TopicsCount.Get(b.s) == 1
			})
		})
	}
}

// drainNotice reads what an XPUB has to say; false when there is nothing.
func (b *siege) drainNotice() bool {
	_, err := b.s.TryRecv()
	return err == nil
}

// TestCVE_2021_20237: a flood of messages to a publisher. A PUB discards them as
// they come, an XPUB holds as many as its high-water mark says.
func TestCVE_2021_20237(t *testing.T) {
	flood := slices.Repeat(slices.Concat(message(0, "message"), message(wire.FlagMore, "several"), message(0, "parts")), 1000)
	besiege(t, zmq.PUB, func(b *siege) {
		x := b.stranger()
		x.join("SUB", "")
		before := held()
		for range 100 {
			x.say(flood)
		}
		x.say(wire.AppendSubscription(nil, []byte("flood"), false, wire.V31))
		b.WaitSubscribers(b.s, "flood", 1) // all of it was read
		if after := held(); after > before+4<<20 {
			b.Errorf("the heap grew from %d to %d bytes", before, after)
		}
		x.leave()
	})
	besiege(t, zmq.XPUB, func(b *siege) {
		for b.drainNotice() {
		}
		x := b.stranger()
		x.join("SUB", "")
		sent := make(chan struct{})
		go func() {
			defer close(sent)
			for range 1000 { // until the flood is held back, or the connection ends
				if _, err := x.nc.Write(flood); err != nil {
					return
				}
			}
		}()
		b.WaitUntil("the first have come", func() bool { return b.s.Stats().Received > 0 || b.drainNotice() })
		for range 50 {
			b.talk()
		}
		n := uint64(0)
		for _, p := range b.s.Peers() {
			n = max(n, p.Received)
		}
		if n > 102 {
			b.Errorf("%d messages were taken with a high-water mark of 100", n)
		}
		x.leave()
		<-sent
		b.WaitUntil("the flood has drained", func() bool {
			for b.drainNotice() {
			}
			return len(b.s.Peers()) == 1
		})
	}, zmq.RecvHWM.Of(100))
}

// TestReadyMetadata: READY that ends at any point but between two properties is
// refused.
func TestReadyMetadata(t *testing.T) {
	first := wire.AppendProperty(nil, "Socket-Type", []byte("DEALER"))
	whole := wire.AppendProperty(first, "Identity", []byte("name"))
	besiege(t, zmq.ROUTER, func(b *siege) {
		for n := 1; n < len(whole); n++ {
			if n == len(first) {
				continue
			}
			x := b.stranger()
			x.greet()
			x.say(wire.AppendCommandFrame(nil, "READY", whole[:n]))
			x.cutOff()
		}
		for _, length := range []string{"00 00 00 07", "7F FF FF FF", "80 00 00 00", "FF FF FF FF"} { // of a value of 6
			x := b.stranger()
			x.greet()
			x.say(wire.AppendCommandFrame(nil, "READY", zmqtest.MustOctets(`0B "Socket-Type" `+length+` "DEALER"`)))
			x.cutOff()
		}
		b.reported("metadata")
	})
}

// TestHugeFrame: without any limit, memory grows as bytes arrive.
func TestHugeFrame(t *testing.T) {
	besiege(t, zmq.ROUTER, func(b *siege) {
		x := b.stranger()
		x.join("DEALER", "")
		before := held()
		x.say(binary.BigEndian.AppendUint64([]byte{2}, 1<<62))
		x.say(make([]byte, 1<<20))
		b.talk()
		if after := held(); after > before+8<<20 {
			b.Errorf("the heap grew from %d to %d bytes", before, after)
		}
		x.leave()
		b.talk()
		if len(b.strange) != 0 {
			b.Errorf("strangers got %d messages through", len(b.strange))
		}
	}, zmq.MaxMessageSize.Of(-1), zmq.MaxMessageBytes.Of(-1))
}

// TestPingFlood: contexts of up to 16 bytes come back, a PING cut short ends the
// connection, and a peer that never reads the answers costs a bounded queue.
func TestPingFlood(t *testing.T) {
	besiege(t, zmq.ROUTER, func(b *siege) {
		x := b.stranger()
		x.join("DEALER", "")
		for n := range 17 {
			context := []byte(strings.Repeat("c", n))
			x.say(wire.AppendPing(nil, 0, context))
			if got, want := x.hears(7+n), wire.AppendPong(nil, context); !slices.Equal(got, want) {
				b.Fatalf("the answer is % X, want % X", got, want)
			}
		}
		x.say(zmqtest.MustOctets(`04 05 04 "PING"`)) // without a TTL
		x.cutOff()
		b.reported("PING")
		x = b.stranger()
		x.join("DEALER", "")
		flood := slices.Repeat(wire.AppendPing(nil, 0, make([]byte, 16)), 1000)
		before := held()
		for range 200 {
			x.say(flood)
		}
		x.say(message(0, "end"))
		b.WaitUntil("all of it was read", func() bool {
			b.talk()
			return len(b.strange) > 0
		})
		if after := held(); after > before+4<<20 {
			b.Errorf("the heap grew from %d to %d bytes", before, after)
		}
		x.leave()
	})
}

// TestUnknownCommand: before READY it is refused, after it ignored.
func TestUnknownCommand(t *testing.T) {
	unknown := []string{`04 04 03 "FOO"`, "04 00", "04 01 09", `04 02 01 00`, `04 06 05 "HELLO"`, `04 0A 07 "WELCOME" 00 00`}
	besiege(t, zmq.ROUTER, func(b *siege) {
		for _, c := range unknown {
			x := b.stranger()
			x.greet()
			x.says(c)
			x.cutOff()
		}
		x := b.stranger()
		x.join("DEALER", "")
		for i, c := range append(unknown, `04 06 05 "READY"`, `04 0A 05 "ERROR" 03 "400"`, `04 0A 09 "SUBSCRIBE"`, `04 07 06 "CANCEL"`, `04 05 04 "JOIN"`) {
			x.says(c)
			x.say(message(0, c))
			b.WaitUntil("the message behind it is there", func() bool {
				b.talk()
				return len(b.strange) > i
			})
			if b.strange[i] != c {
				b.Fatalf("after %s came %q", c, b.strange[i])
			}
		}
		x.leave()
	})
}

// TestIdentityCollision: of two peers with one identity the first keeps it, or
// with ROUTER_HANDOVER the second gets it; others are served in any case.
func TestIdentityCollision(t *testing.T) {
	for _, handover := range []bool{false, true} {
		besiege(t, zmq.ROUTER, func(b *siege) {
			first := b.stranger()
			first.join("DEALER", "twin")
			b.WaitPeers(b.s, 2)
			second := b.stranger()
			second.join("DEALER", "twin")
			if handover {
				first.cutOff()
			} else {
				b.WaitPeers(b.s, 3)
			}
			second.say(message(0, "from the second"))
			for range 20 {
				b.talk()
			}
			if !handover {
				first.say(message(0, "from the first"))
			}
			b.WaitUntil("the holder was heard", func() bool {
				b.talk()
				return len(b.strange) > 0
			})
			holder, name := first, "from the first"
			if handover {
				holder, name = second, "from the second"
			}
			if !slices.Equal(b.strange, []string{name}) {
				b.Errorf("heard %q, want %q", b.strange, name)
			}
			b.Send(b.s, "twin", "hello")
			if got := holder.hears(7); string(got) != "\x00\x05hello" {
				b.Errorf("the holder got % X", got)
			}
			first.leave()
			second.leave()
		}, zmq.RouterHandover.Of(handover))
	}
}

// TestSocketType: each type takes the types that it talks to, and no other.
func TestSocketType(t *testing.T) {
	names := []string{"PAIR", "PUB", "SUB", "REQ", "REP", "DEALER", "ROUTER", "PULL", "PUSH", "XPUB", "XSUB", "STREAM",
		"CLIENT", "SERVER", "RADIO", "DISH", "GATHER", "SCATTER", "DGRAM", "PEER", "CHANNEL", "router", "ROUTER\x00", "X", "", rig.Large(2000)}
	for typ := range compatible {
		if typ == zmq.PAIR {
			continue // takes one peer; TestSocketTypeOfPair
		}
		t.Run(typ.String(), func(t *testing.T) {
			besiege(t, typ, func(b *siege) {
				for _, name := range names {
					x := b.stranger()
					x.greet()
					x.say(wire.AppendCommandFrame(nil, "READY", wire.AppendProperty(nil, "Socket-Type", []byte(name))))
					if pattern.TypeOf(int(typ)).TakesPeer(name) {
						b.WaitPeers(b.s, 2)
						x.leave()
						b.WaitPeersLeft(b.s, 1)
						continue
					}
					x.cutOff()
				}
				b.reported("does not talk to")
			})
		})
	}
}

// TestSocketTypeOfPair is TestSocketType for PAIR, which has room for one peer.
func TestSocketTypeOfPair(t *testing.T) {
	r := rig.New(t)
	s, at := r.Bind(zmq.PAIR, rig.AnyPort)
	for _, name := range []string{"PUB", "DEALER", "REQ", "CHANNEL", "", "pair"} {
		nc := r.Dial(at)
		_, err := nc.Write(append(zmqtest.MustOctets(signature+`03 01 "NULL" 48*00`),
			wire.AppendCommandFrame(nil, "READY", wire.AppendProperty(nil, "Socket-Type", []byte(name)))...))
		r.Check(err)
		_, _ = io.Copy(io.Discard, nc)
	}
	p := r.Connect(zmq.PAIR, at)
	r.Send(p, "hello")
	r.WantRecv(s, "hello")
}

// TestHalfClose: a peer that shuts one direction down, resets in the middle of a
// frame, or goes on after an ERROR command.
func TestHalfClose(t *testing.T) {
	whole := slices.Concat(zmqtest.MustOctets(signature+`03 01 "NULL" 48*00`),
		wire.AppendCommandFrame(nil, "READY", wire.AppendProperty(nil, "Socket-Type", []byte("DEALER"))), message(0, "whole"), message(1, "part"))
	besiege(t, zmq.ROUTER, func(b *siege) {
		for n := 0; n <= len(whole); n += 3 { // shuts down its sending side
			x := b.stranger()
			x.say(whole[:n])
			b.Check(x.nc.CloseWrite())
			x.cutOff()
		}
		for n := 0; n <= len(whole); n += 3 { // resets
			x := b.stranger()
			x.say(whole[:n])
			b.Check(x.nc.SetLinger(0))
			x.leave()
		}
		x := b.stranger() // shuts down its receiving side
		x.join("DEALER", "deaf")
		b.Check(x.nc.CloseRead())
		b.WaitPeers(b.s, 2)
		for range 10 {
			_ = b.s.TrySend([]byte("deaf"), []byte("hello"))
			b.talk()
		}
		x.leave()
		x = b.stranger() // data after ERROR
		x.greet()
		x.say(wire.AppendFrame(nil, wire.FlagCommand, wire.AppendError(nil, "400")))
		x.say(slices.Repeat(message(0, "behind the error"), 1000))
		x.cutOff()
		b.talk()
		if slices.ContainsFunc(b.strange, func(s string) bool { return s != "whole" }) {
			b.Errorf("strangers got %q through", b.strange)
		}
	})
}

// TestSubscriptionFlood: distinct subscriptions without end are stopped by the
// limit, and all of them are forgotten.
func TestSubscriptionFlood(t *testing.T) {
	const limit = 10000
	for _, typ := range []zmq.SocketType{zmq.PUB, zmq.XPUB} {
		for _, v := range []wire.Version{wire.V30, wire.V31} {
			besiege(t, typ, func(b *siege) {
				before := held()
				x := b.stranger()
				x.join("SUB", "")
				var flood []byte
				for n := range 5 * limit {
					flood = wire.AppendSubscription(flood, fmt.Appendf(nil, "topic/%d", n), false, v)
				}
				x.say(flood)
				x.cutOff()
				b.reported("MaxSubscriptions")
				b.WaitUntil("its subscriptions are gone", func() bool {
					for b.drainNotice() {
					}
					return zmq.TopicsCount.Get(b.s) == 1
				})
				b.WaitPeersLeft(b.s, 1)
				flood = nil
				if after := held(); after > before+8<<20 {
					b.Errorf("the heap grew from %d to %d bytes", before, after)
				}
			}, zmq.MaxSubscriptions.Of(limit))
		}
	}
}

// TestConnectionFlood: connections that stay in the handshake cost less than 16
// KiB each, of which the test's own end is a third, and are gone after the
// interval. We never connect to strangers by the thousand, so that there is no
// other side.
func TestConnectionFlood(t *testing.T) {
	const n = 1500
	b := newSiege(t, zmq.ROUTER, true, zmq.MaxHandshakes.Of(0), zmq.Backlog.Of(1000))
	b.hurry(2 * time.Second)
	before := held()
	crowd := make([]*stranger, n)
	for i := range crowd {
		crowd[i] = b.stranger()
		crowd[i].says("FF 00 00")
	}
	b.talk()
	if each := int64(held()-before) / n; each > 16<<10 && !rig.RaceEnabled {
		b.Errorf("%d bytes for each connection", each)
	}
	for _, x := range crowd {
		x.cutOff()
	}
	b.end()
}
