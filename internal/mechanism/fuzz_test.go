// SPDX-License-Identifier: Apache-2.0

package mechanism

import (
	"bytes"
	"errors"
	"testing"

	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zerr"
)

// steps are the commands of a handshake, in order, and one behind it.
var steps = []string{wire.CommandHello, wire.CommandWelcome, wire.CommandInitiate, wire.CommandReady, ""}

// addSeeds gives a fuzzer every command at every step, whole and damaged.
func addSeeds(f *testing.F, commands ...[]byte) {
	commands = append(commands, []byte("\x05ERROR\x03400"), []byte("^RROR\x03400"), []byte("\x05ERROR\x00"), []byte("\x05ERROR"), []byte("\x04PING\x00\x00"), nil)
	for step := range steps {
		for _, c := range commands {
			f.Add(byte(step), c)
			f.Add(byte(step), c[:len(c)/2])
			f.Add(byte(step), append(clone(c), 0))
			if len(c) > 8 {
				f.Add(byte(step), mutated(c, len(c)-1))
			}
		}
	}
}

// deliver hands a command to a machine and goes on as the engine does. It checks
// what holds for all machines, and reports whether the command was taken.
func deliver(t *testing.T, m Machine, body []byte) bool {
	t.Helper()
	was := m.Ready()
	given := clone(body)
	err := m.Receive(given)
	if !bytes.Equal(given, body) {
		t.Error("the command was changed")
	}
	if err != nil {
		if !errors.Is(err, zerr.ErrProtocol) {
			t.Errorf("not a protocol error: %v", err)
		}
		if m.Ready() != was {
			t.Error("a violation makes it ready")
		}
		return false
	}
	if was {
		t.Error("a command was taken behind the handshake")
	}
	clear(given) // the caller's: nothing may refer to it
	if q := m.Question(); q != nil {
		if b, err := m.Next(); b != nil || err != nil || m.Ready() {
			t.Error("it goes on without an answer")
		}
		m.Admit()
	}
	for range 3 {
		if b, err := m.Next(); err != nil {
			t.Error(err)
		} else if b != nil && len(b) > 1<<17 {
			t.Errorf("a command of %d bytes", len(b))
		}
	}
	return true
}

// FuzzNull hands one command to a side that has sent READY, and one that has not.
func FuzzNull(f *testing.F) {
	addSeeds(f, plainReady, plainHello)
	f.Fuzz(func(t *testing.T, step byte, body []byte) {
		m := NewNull(pushMetadata)
		m.Admit()
		if step%2 == 0 {
			next(t, m)
		}
		if deliver(t, m, body) && (!m.Ready() || !bytes.Equal(m.Metadata(), body[6:])) {
			t.Errorf("took %q and is not ready", body)
		}
	})
}

// FuzzPlain hands one command to both sides, at each step.
func FuzzPlain(f *testing.F) {
	addSeeds(f, plainHello, plainWelcome, plainInitiate, plainReady)
	f.Fuzz(func(t *testing.T, step byte, body []byte) {
		before := steps[int(step)%len(steps)]
		c, s := plainUpTo(t, before)
		if deliver(t, s, body) && before != wire.CommandHello && !(before == wire.CommandWelcome || before == wire.CommandInitiate) {
			t.Errorf("the server took %q before %s", body, before)
		}
		if deliver(t, c, body) && before == wire.CommandReady && !bytes.Equal(c.Metadata(), body[6:]) {
			t.Errorf("the client took %q", body)
		}
	})
}

// FuzzCurve hands one command to both sides, at each step. Only the one command
// that holds the keys is taken; the padding of HELLO may be anything.
func FuzzCurve(f *testing.F) {
	addSeeds(f, goldenHello, goldenWelcome, goldenInitiate, goldenReady, goldenMessageC)
	f.Fuzz(func(t *testing.T, step byte, body []byte) {
		before := steps[int(step)%len(steps)]
		c, s := curveUpTo(t, before)
		right := map[string][]byte{
			wire.CommandHello: goldenHello, wire.CommandWelcome: goldenInitiate, wire.CommandInitiate: goldenInitiate,
		}[before]
		padded := clone(body)
		if before == wire.CommandHello && len(body) == helloSize {
			clear(padded[8:helloKey])
		}
		if taken := deliver(t, s, body); taken != (right != nil && bytes.Equal(padded, right)) {
			t.Errorf("the server, before %s: taken %v, % X", before, taken, body)
		}
		if before == wire.CommandHello {
			k := goldenServer()
			k.key = nil
			deliver(t, k, body)
			if k.Seeks() != nil && (k.Try(secretsOf(goldenClientSecret, goldenServerSecret)) == nil) != bytes.Equal(padded, right) {
				t.Errorf("the server that tries keys: % X", body)
			}
		}
		right = map[string][]byte{
			wire.CommandHello: goldenWelcome, wire.CommandWelcome: goldenWelcome, wire.CommandInitiate: goldenReady, wire.CommandReady: goldenReady,
		}[before]
		if taken := deliver(t, c, body); taken != (right != nil && bytes.Equal(body, right)) {
			t.Errorf("the client, before %s: taken %v, % X", before, taken, body)
		}
	})
}

// FuzzCurveMetadata seals arbitrary metadata: it arrives as it is, and is for
// others to judge.
func FuzzCurveMetadata(f *testing.F) {
	f.Add(dealerMetadata)
	f.Add([]byte{})
	f.Add(make([]byte, 70000))
	f.Fuzz(func(t *testing.T, metadata []byte) {
		c, s := goldenClient(), goldenServer()
		c.cfg.Metadata, s.cfg.Metadata = metadata, metadata
		take(t, s, next(t, c))
		take(t, c, next(t, s))
		take(t, s, next(t, c))
		s.Admit()
		take(t, c, next(t, s))
		if !c.Ready() || !s.Ready() || !bytes.Equal(c.Metadata(), metadata) || !bytes.Equal(s.Metadata(), metadata) {
			t.Error("metadata is lost")
		}
	})
}

// FuzzCurveTraffic opens arbitrary bodies. Only what was sealed opens, once, and to
// what it was; nothing else has any effect.
func FuzzCurveTraffic(f *testing.F) {
	for _, c := range [][]byte{goldenMessageC, goldenMessageS, goldenMessagePing, goldenReady, nil, []byte("\x07MESSAGE")} {
		f.Add(c, []byte("payload"), byte(0))
		f.Add(c, make([]byte, 300), byte(3))
	}
	f.Fuzz(func(t *testing.T, body, payload []byte, flags byte) {
		c, s := curveUpTo(t, "")
		known := bytes.Equal(body, goldenMessageC)
		got, _, err := s.Traffic().Open(nil, clone(body))
		if known != (err == nil) {
			t.Errorf("%v, % X", err, body)
		}
		if err != nil && (!errors.Is(err, zerr.ErrProtocol) || len(got) > 0) {
			t.Errorf("%v, % X", err, got)
		}
		c.traffic.sealed, c.traffic.out.nonce = 100, 100
		s.traffic.opened = 100
		sealed, err := c.Traffic().Seal([]byte("before"), flags, payload)
		if err != nil || len(sealed) != 6+len(payload)+c.Traffic().Overhead() {
			t.Fatalf("%d bytes, %v", len(sealed), err)
		}
		got, gotFlags, err := s.Traffic().Open([]byte("before"), sealed[6:])
		if err != nil || gotFlags != flags || string(got) != "before"+string(payload) {
			t.Errorf("% X opens to %d % X, %v", payload, gotFlags, got, err)
		}
		if _, _, err := s.Traffic().Open(nil, sealed[6:]); err == nil {
			t.Error("opens twice")
		}
	})
}
