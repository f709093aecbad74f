// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gozmq/zmq/internal/mechanism"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zerr"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// Keys of the tests: any bytes are a secret key.
var serverSecret, clientSecret = secretOf('s'), secretOf('c')

func secretOf(b byte) (k [mechanism.CurveKeySize]byte) {
	for i := range k {
		k[i] = b
	}
	return k
}

func publicOf(secret [mechanism.CurveKeySize]byte) (k [mechanism.CurveKeySize]byte) {
	if err := mechanism.CurvePublic(&k, &secret); err != nil {
		panic(err)
	}
	return k
}

// fixed is a source of randomness that is none: the bytes repeat.
type fixed byte

func (f *fixed) Read(b []byte) (int, error) {
	for i := range b {
		*f += 7
		b[i] = byte(*f)
	}
	return len(b), nil
}

func curveServer(metadata []byte) mechanism.Machine {
	pair, err := mechanism.NewCurvePair(&serverSecret)
	if err != nil {
		panic(err)
	}
	return mechanism.NewCurveServer(&mechanism.CurveServer{Key: pair, Metadata: metadata, Random: new(fixed)})
}

func curveClient(metadata []byte) mechanism.Machine {
	random := fixed(100)
	return mechanism.NewCurveClient(&mechanism.CurveClient{
		Public: publicOf(clientSecret), Secret: clientSecret, ServerKey: publicOf(serverSecret), Metadata: metadata, Random: &random,
	})
}

// curveRig is a Conn that is a server of CURVE and a peer that a test scripts, with
// a handshake behind them.
type curveRig struct {
	*rig
	traffic mechanism.Traffic // the peer's
}

// newCurveRig shakes hands with a Conn on p, which may be nil. minor is that of the
// peer's version.
func newCurveRig(t testing.TB, cfg *Config, p *pipe.Pipe, peerType string, minor byte) *curveRig {
	return newCurveRigAs(t, true, cfg, p, peerType, minor)
}

// newCurveRigAs is newCurveRig that also makes a Conn the client of CURVE.
func newCurveRigAs(t testing.TB, serves bool, cfg *Config, p *pipe.Pipe, peerType string, minor byte) *curveRig {
	side := map[bool]func([]byte) mechanism.Machine{true: curveServer, false: curveClient}
	metadata := metadataOf(cfg.SocketType, cfg.Identity)
	cfg.Mechanism = func() mechanism.Machine { return side[serves](metadata) }
	ours, peer := zmqtest.PipeOf(1 << 20)
	if p == nil {
		p = pipe.New(pipe.Config{Mailbox: new(pipe.Mailbox), Buffers: new(pipe.Buffers)})
	}
	r := &curveRig{rig: rigOn(t, cfg, p, ours, peer)}
	m := side[!serves](metadataOf(peerType, nil))
	r.write(wire.AppendGreeting(nil, wire.Greeting{Major: 3, Minor: minor, Mechanism: "CURVE", AsServer: !serves}))
	_, _ = io.ReadFull(peer, make([]byte, wire.GreetingSize))
	for !m.Ready() {
		if m.Question() != nil {
			m.Admit()
		}
		body, err := m.Next()
		if err != nil {
			t.Fatal(err)
		}
		if body != nil {
			r.write(wire.AppendFrame(nil, wire.FlagCommand, body))
			continue
		}
		_, body = r.frame()
		if err := m.Receive(body); err != nil {
			t.Fatal(err)
		}
	}
	r.traffic = m.Traffic()
	r.up()
	return r
}

// frame reads one frame of ours.
func (r *curveRig) frame() (flags byte, body []byte) {
	r.Helper()
	var b []byte
	for {
		h, n, err := wire.ParseHeader(b)
		if err != nil {
			r.Fatal(err)
		}
		if n > 0 {
			body := make([]byte, h.Size)
			if _, err := io.ReadFull(r.peer, body); err != nil {
				r.Fatal(err)
			}
			return b[0], body
		}
		one := make([]byte, 1)
		if _, err := io.ReadFull(r.peer, one); err != nil {
			r.Fatal(err)
		}
		b = append(b, one...)
	}
}

// open reads one frame of ours and opens it.
func (r *curveRig) open() (inner byte, payload []byte) {
	r.Helper()
	outer, body := r.frame()
	if outer&^wire.FlagLong != 0 {
		r.Errorf("outer flags %#x", outer) // libzmq drops such frames (RFC 26, and libzmq)
	}
	payload, inner, err := r.traffic.Open(nil, body)
	if err != nil {
		r.Fatal(err)
	}
	return inner, payload
}

// sealed is a frame of the peer.
func (r *curveRig) sealed(inner byte, payload string) []byte {
	r.Helper()
	body, err := r.traffic.Seal(nil, inner, []byte(payload))
	if err != nil {
		r.Fatal(err)
	}
	return wire.AppendFrame(nil, 0, body)
}

func dealerOverCurve(t testing.TB) *curveRig {
	return newCurveRig(t, configOf("DEALER", nil), nil, "DEALER", 1)
}

// TestSealedBatches: whatever gathers goes out in order, each frame sealed once,
// from before the connection exists to after, through links of every width.
func TestSealedBatches(t *testing.T) {
	sizes := []int{0, 1, 20, 222, 223, 255, 4095, 4096, 5000, 70000, 90000}
	for seed := range zmqtest.Seeds(4) {
		synctest.Test(t, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(seed, 0))
			messages := randomMessages(rnd, 200, sizes)
			p := pipe.New(pipe.Config{Mailbox: new(pipe.Mailbox), Buffers: new(pipe.Buffers)})
			for _, m := range messages[:100] {
				m.write(p)
			}
			r := newCurveRig(t, configOf("DEALER", nil), p, "DEALER", 1)
			go func() {
				for _, m := range messages[100:] {
					m.write(p)
				}
			}()
			for i, m := range messages {
				for k, f := range m.frames {
					inner, payload := r.open()
					if string(payload) != f || (inner == mechanism.InnerMore) != (k < len(m.frames)-1) {
						t.Fatalf("message %d, frame %d: flags %d, %d bytes, want %d", i, k, inner, len(payload), len(f))
					}
				}
			}
			r.wantQuiet()
			if n := p.Out().Count(); n != 0 {
				t.Errorf("%d messages are counted as unsent", n)
			}
		})
	}
}

// TestSealedMessagesArrive however the bytes are cut into reads.
func TestSealedMessagesArrive(t *testing.T) {
	for seed := range zmqtest.Seeds(6) {
		synctest.Test(t, func(t *testing.T) {
			r := dealerOverCurve(t)
			rnd := rand.New(rand.NewPCG(seed, 1))
			var want []string
			var stream []byte
			for _, m := range randomMessages(rnd, 100, []int{0, 1, 16, 222, 223, 4000, 4096, 16384, 70000}) {
				for k, f := range m.frames {
					inner := byte(mechanism.InnerMore)
					if k == len(m.frames)-1 {
						inner = 0
					}
					stream = append(stream, r.sealed(inner|0xF8, f)...) // unknown bits are not looked at
				}
				want = append(want, strings.Join(m.frames, "|"))
			}
			var got []string
			for len(stream) > 0 {
				n := min(len(stream), 1+rnd.IntN([]int{1 << 20, 100000, 3000}[seed%3]))
				r.write(stream[:n])
				stream = stream[n:]
				synctest.Wait()
				got = append(got, r.received()...)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%d messages arrived of %d, or others", len(got), len(want))
			}
		})
	}
}

// TestSealedLargeFramesStream through a wide buffer, which is not kept for what
// follows them, be it nothing or the beginning of a small frame.
func TestSealedLargeFramesStream(t *testing.T) {
	for _, size := range []int{pipe.RefSize, 65536, readSize, wideSize - 100, wideSize, wideSize + 1} {
		synctest.Test(t, func(t *testing.T) {
			r := dealerOverCurve(t)
			var want []string
			var stream []byte
			for i := range 2 + 3*wideSize/size {
				m := strings.Repeat(string(rune('a'+i%26)), size)
				want = append(want, m)
				stream = append(stream, r.sealed(0, m)...)
			}
			small := r.sealed(0, "small")
			r.write(append(stream, small[:10]...))
			synctest.Wait()
			got := r.received()
			if b := r.conn.src.rb; b != nil && len(b.data) > readSize {
				t.Error("a wide buffer is held")
			}
			r.write(small[10:])
			synctest.Wait()
			if got = append(got, r.received()...); !slices.Equal(got, append(want, "small")) {
				t.Errorf("%d messages of %d bytes arrived of %d, or others", len(got), size, len(want)+1)
			}
		})
	}
}

// TestSealedOuterFlagsAreIgnored: COMMAND and MORE of the outer frame say nothing
// (RFC 26, and libzmq).
func TestSealedOuterFlagsAreIgnored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := dealerOverCurve(t)
		for i, outer := range []byte{0, wire.FlagMore, wire.FlagCommand, wire.FlagMore | wire.FlagCommand} {
			b := r.sealed(0, string(rune('a'+i)))
			b[0] |= outer
			r.write(b)
		}
		synctest.Wait()
		if got := r.received(); !slices.Equal(got, []string{"a", "b", "c", "d"}) {
			t.Errorf("%q", got)
		}
	})
}

// TestSealedCommands travel as messages do, with an inner flag: heartbeats, and
// subscriptions of ZMTP 3.1.
func TestSealedCommands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := configOf("XPUB", nil)
		cfg.HeartbeatInterval, cfg.HeartbeatTTL = time.Second, 2*time.Second
		r := newCurveRig(t, cfg, nil, "SUB", 1)
		r.write(r.sealed(mechanism.InnerCommand, "\x04PING\x00\x00ctx"))
		if inner, b := r.open(); inner != mechanism.InnerCommand || string(b) != "\x04PONGctx" {
			t.Errorf("flags %d, %q", inner, b)
		}
		time.Sleep(time.Second)
		if inner, b := r.open(); inner != mechanism.InnerCommand || string(b) != "\x04PING\x00\x14" {
			t.Errorf("flags %d, %q", inner, b)
		}
		r.write(r.sealed(mechanism.InnerCommand, "\x09SUBSCRIBEtopic"))
		r.write(r.sealed(mechanism.InnerCommand, "\x06CANCELtopic"))
		r.write(r.sealed(mechanism.InnerCommand, "\x07UNKNOWN"))
		r.write(r.sealed(0, "\x01old"))
		synctest.Wait()
		if got := r.received(); !slices.Equal(got, []string{"sub topic", "cancel topic", "\x01old"}) {
			t.Errorf("%q", got)
		}
	})
}

// TestSealedSubscriptions go out in the form of the peer's version.
func TestSealedSubscriptions(t *testing.T) {
	for minor, want := range map[byte]string{0: "\x00|\x01topic", 1: "\x02|\x09SUBSCRIBEtopic"} {
		synctest.Test(t, func(t *testing.T) {
			r := newCurveRig(t, configOf("SUB", nil), nil, "PUB", minor)
			if flush, _ := r.pipe.Out().Subscription([]byte("topic"), false); flush {
				r.conn.Flush(false)
			}
			if inner, b := r.open(); string(rune(inner))+"|"+string(b) != want {
				t.Errorf("3.%d: flags %d, %q", minor, inner, b)
			}
		})
	}
}

// TestSealedHello: HELLO_MSG is the first message, encrypted as all others.
func TestSealedHello(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := configOf("DEALER", nil)
		cfg.Hello = []byte("welcome")
		r := newCurveRig(t, cfg, nil, "DEALER", 1)
		r.send("second")
		for _, want := range []string{"welcome", "second"} {
			if _, b := r.open(); string(b) != want {
				t.Errorf("%q, want %q", b, want)
			}
		}
	})
}

// TestSealedViolations end the connection, with libzmq's number; what came before
// is delivered.
func TestSealedViolations(t *testing.T) {
	flip := func(b []byte, at int) []byte { b[at] ^= 1; return b }
	for name, x := range map[string]struct {
		bad  func(r *curveRig) []byte
		code uint32
	}{
		"in clear":      {func(*curveRig) []byte { return frameOf(0, "hello, in clear text, and long enough") }, mechanism.MalformedCommand},
		"empty":         {func(*curveRig) []byte { return frameOf(0, "") }, mechanism.MalformedCommand},
		"command":       {func(*curveRig) []byte { return wire.AppendPing(nil, 0, nil) }, mechanism.UnexpectedCommand},
		"too short":     {func(r *curveRig) []byte { return frameOf(0, string(r.sealed(0, "")[2:34])) }, mechanism.MalformedMessage},
		"changed":       {func(r *curveRig) []byte { return flip(r.sealed(0, "x"), 30) }, mechanism.Cryptographic},
		"changed, big":  {func(r *curveRig) []byte { return flip(r.sealed(0, strings.Repeat("x", 70000)), 69000) }, mechanism.Cryptographic},
		"repeated":      {func(r *curveRig) []byte { b := r.sealed(0, "x"); return append(b, b...) }, mechanism.InvalidSequence},
		"repeated, big": {func(r *curveRig) []byte { b := r.sealed(0, strings.Repeat("x", 70000)); return append(b, b...) }, mechanism.InvalidSequence},
		"swapped": {func(r *curveRig) []byte {
			a := r.sealed(0, "a")
			return append(r.sealed(0, "b"), a...)
		}, mechanism.InvalidSequence},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := dealerOverCurve(t)
			r.write(append(r.sealed(0, "before"), x.bad(r)...))
			if pe := r.refused(); pe.Code != x.code {
				t.Errorf("%s: %v has code %#x, want %#x", name, pe, pe.Code, x.code)
			}
			if got := r.received(); len(got) == 0 || got[0] != "before" || slices.Contains(got, "hello, in clear text, and long enough") {
				t.Errorf("%s: %.100q arrived", name, got)
			}
		})
	}
}

// TestSealedGapEndsTheConnection, whichever frame an attacker takes out on the way and
// whichever comes next, at a server of CURVE and at a client: nothing behind the gap
// arrives, and no message is joined to another.
func TestSealedGapEndsTheConnection(t *testing.T) {
	type frame struct {
		inner   byte
		payload string
	}
	ping := frame{mechanism.InnerCommand, "\x04PING\x00\x00"}
	subscribe := frame{mechanism.InnerCommand, "\x09SUBSCRIBEtopic"}
	small, first, last := frame{0, "small"}, frame{mechanism.InnerMore, "first"}, frame{0, "last"}
	large, big := frame{0, strings.Repeat("l", pipe.LargeFrame+100)}, frame{0, strings.Repeat("b", 70000)}
	whole := frame{0, "before"}
	for name, x := range map[string]struct {
		frames []frame
		gone   int // of frames, the one that is taken out
	}{
		"what comes first":                      {[]frame{small, small}, 0},
		"a message":                             {[]frame{whole, small, small}, 1},
		"a message before a large one":          {[]frame{whole, small, large}, 1},
		"a message before a big one":            {[]frame{whole, small, big}, 1},
		"a large message":                       {[]frame{whole, large, small}, 1},
		"a big message":                         {[]frame{whole, big, small}, 1},
		"the first frame of a message":          {[]frame{whole, first, last}, 1},
		"a frame in the middle":                 {[]frame{whole, first, first, last}, 2},
		"the last frame of a message":           {[]frame{whole, first, last, small}, 2},
		"the last frame, and a message of more": {[]frame{whole, first, last, first, last}, 2},
		"a PING":                                {[]frame{whole, ping, small}, 1},
		"a PING within a message":               {[]frame{whole, first, ping, last}, 2},
		"a message before a PING":               {[]frame{whole, small, ping}, 1},
		"a subscription":                        {[]frame{whole, subscribe, small}, 1},
		"a message before a subscription":       {[]frame{whole, small, subscribe}, 1},
	} {
		for _, serves := range []bool{true, false} {
			synctest.Test(t, func(t *testing.T) {
				r := newCurveRigAs(t, serves, configOf("DEALER", nil), nil, "DEALER", 1)
				var stream []byte
				for i, f := range x.frames {
					if b := r.sealed(f.inner, f.payload); i != x.gone {
						stream = append(stream, b...)
					}
				}
				r.write(stream)
				if pe := r.refused(); pe.Code != mechanism.InvalidSequence {
					t.Errorf("without %s, server %v: %v has code %#x", name, serves, pe, pe.Code)
				}
				want := []string{"before"}
				if x.gone == 0 {
					want = nil
				}
				if got := r.received(); !slices.Equal(got, want) {
					t.Errorf("without %s, server %v: %.100q arrived", name, serves, got)
				}
			})
		}
	}
}

// TestSealedLimits: MAXMSGSIZE is about what travels, the limit on whole messages
// about what arrives.
func TestSealedLimits(t *testing.T) {
	for _, x := range []struct {
		frame, message int64
		size           int
		ok             bool
	}{
		{1033, -1, 1000, true}, {1033, -1, 1001, false}, {-1, 1000, 1000, true}, {-1, 1000, 1001, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			cfg := configOf("DEALER", nil)
			cfg.MaxFrame, cfg.MaxMessage = x.frame, x.message
			r := newCurveRig(t, cfg, nil, "DEALER", 1)
			r.write(r.sealed(0, strings.Repeat("x", x.size)))
			synctest.Wait()
			if got := r.received(); (len(got) == 1) != x.ok {
				t.Errorf("%+v: %d messages", x, len(got))
			}
			if !x.ok && !errors.Is(r.end(), zerr.ErrMessageTooLarge) {
				t.Errorf("%+v: %v", x, r.err)
			}
		})
	}
}

// TestSealedMessagesSurviveALoss: what had not gone out whole goes out on the next
// connection, sealed anew, and nothing that had arrives twice.
func TestSealedMessagesSurviveALoss(t *testing.T) {
	for seed := range zmqtest.Seeds(5) {
		synctest.Test(t, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(seed, 0))
			p := pipe.New(pipe.Config{Mailbox: new(pipe.Mailbox), Buffers: new(pipe.Buffers)})
			messages := randomMessages(rnd, 300, []int{1, 100, 5000, 70000})
			r := newCurveRig(t, configOf("DEALER", nil), p, "DEALER", 1)
			for i := range messages { // no two are alike
				messages[i].frames[0] = fmt.Sprint(i, ":", messages[i].frames[0])
				messages[i].write(p)
			}
			next := 0
			take := func(r *curveRig) {
				var frames []string
				for inner := byte(mechanism.InnerMore); inner != 0; {
					var b []byte
					inner, b = r.open()
					frames = append(frames, string(b))
				}
				for at := next; at < len(messages); at++ { // the system may have had some when the connection broke
					if slices.Equal(messages[at].frames, frames) {
						next = at + 1
						return
					}
				}
				t.Fatalf("after %d messages %.20q came, again or in parts", next, frames)
			}
			for range 20 + rnd.IntN(100) {
				take(r)
			}
			synctest.Wait()
			r.peer.(*zmqtest.Conn).Reset()
			<-r.ended
			r = newCurveRig(t, configOf("DEALER", nil), p, "DEALER", 1)
			for next < len(messages) {
				take(r)
			}
			r.wantQuiet()
		})
	}
}

// TestSealedKeysAreWipedAtTheEnd: nothing can be sealed once the connection is over,
// however it ended.
func TestSealedKeysAreWipedAtTheEnd(t *testing.T) {
	for _, end := range []func(*curveRig){
		func(r *curveRig) { _ = r.peer.Close() },
		func(r *curveRig) { r.conn.Close(nil) },
		func(r *curveRig) { r.write(frameOf(0, "x")) },
	} {
		synctest.Test(t, func(t *testing.T) {
			r := dealerOverCurve(t)
			end(r)
			<-r.ended
			if _, err := r.conn.traffic.Seal(nil, 0, nil); err == nil {
				t.Error("the keys are there")
			}
		})
	}
}

// TestSealedKeysAreWipedWhenThePeerDoesNotSuit: the handshake has made its keys by
// then.
func TestSealedKeysAreWipedWhenThePeerDoesNotSuit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := configOf("DEALER", nil)
		m, server := curveClient(metadataOf("DEALER", nil)), curveServer(metadataOf("SUB", nil))
		cfg.Mechanism = func() mechanism.Machine { return m }
		r := &curveRig{rig: newRig(t, cfg, nil)}
		r.write(wire.AppendGreeting(nil, wire.Greeting{Major: 3, Minor: 1, Mechanism: "CURVE", AsServer: true}))
		_, _ = io.ReadFull(r.peer, make([]byte, wire.GreetingSize))
		for !server.Ready() {
			_, body := r.frame()
			if err := server.Receive(body); err != nil {
				t.Fatal(err)
			}
			if server.Question() != nil {
				server.Admit()
			}
			body, err := server.Next()
			if err != nil {
				t.Fatal(err)
			}
			r.write(wire.AppendFrame(nil, wire.FlagCommand, body))
		}
		r.refused()
		if _, err := m.Traffic().Seal(nil, 0, nil); err == nil {
			t.Error("the keys are there")
		}
	})
}

// TestSealedIdleConnectionHoldsNoBuffer: neither of what it wrote nor of what it
// read.
func TestSealedIdleConnectionHoldsNoBuffer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := dealerOverCurve(t)
		for range 100 {
			r.send("hello")
		}
		for range 100 {
			r.open()
		}
		r.write(r.sealed(0, "x"))
		synctest.Wait()
		if s := r.conn.seal; s.home != nil || s.out != nil || cap(s.ends) > 64 {
			t.Error("a buffer is held")
		}
	})
}

// TestSealedBothWaysAtOnce runs under the race detector.
func TestSealedBothWaysAtOnce(t *testing.T) {
	r := dealerOverCurve(t)
	const n = 2000
	var wg sync.WaitGroup
	wg.Go(func() {
		for range n {
			r.send("to the peer")
		}
	})
	wg.Go(func() {
		for range n {
			r.write(r.sealed(0, "from the peer"))
		}
	})
	for range n {
		if _, b := r.open(); string(b) != "to the peer" {
			t.Fatalf("%q", b)
		}
	}
	wg.Wait()
}
