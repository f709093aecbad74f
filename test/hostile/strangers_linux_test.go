// SPDX-License-Identifier: Apache-2.0

package hostile_test

import (
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"runtime/metrics"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/mechanism"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zmqtest"
	"github.com/gozmq/zmq/test/rig"
)

// SECURITY.md has a table of what one stranger, and a thousand, can make a program hold.
// Here strangers do what each row says, and what the heap and the stacks have grown by
// must not be more than the row says. The figures are printed.

// strangersTotal is TotalBytes here, in rows that are a part of it.
const strangersTotal = 128 << 20

// deed is what the strangers of one row do.
type deed struct {
	row      string
	typ      zmq.SocketType // of ours
	settings []zmq.Setting
	guard    func() *guard // nil: NULL
	// says is what each stranger says first.
	says func(g *guard) []byte
	// more is what each says again and again as long as we read it; nil for nothing.
	more []byte
	// did returns when we have dealt with what they said, if that can be known.
	did  func(c *horde)
	part bool // the row is a part of TotalBytes
	// sends is what we send while they do not read.
	sends []byte
}

func joined(socketType string) []byte {
	b := wire.AppendGreeting(nil, wire.Greeting{Major: 3, Minor: 1, Mechanism: "NULL"})
	return wire.AppendCommandFrame(b, "READY", wire.AppendProperty(nil, "Socket-Type", []byte(socketType)))
}

// arrived waits until the strangers are peers.
func arrived(c *horde) { c.WaitPeers(c.s, len(c.fds)+1) }

func says(parts ...[]byte) func(*guard) []byte {
	return func(*guard) []byte { return slices.Concat(parts...) }
}

// readyWith is a READY with n properties of that size.
func readyWith(n, size int) []byte {
	b := wire.AppendProperty(nil, "Socket-Type", []byte("PUSH"))
	for i := range n {
		b = wire.AppendProperty(b, fmt.Sprintf("X-%03d", i), make([]byte, size))
	}
	return wire.AppendCommandFrame(wire.AppendGreeting(nil, wire.Greeting{Major: 3, Minor: 1, Mechanism: "NULL"}), "READY", b)
}

// toggled subscribes to as many topics as there are, of 32 KiB each, and with ends to
// their ends.
func toggled(n int, ends bool) (b []byte) {
	for i := range n {
		topic := []byte(fmt.Sprint(i) + strings.Repeat("x", 32<<10))
		b = wire.AppendCommandFrame(b, "SUBSCRIBE", topic)
		if ends {
			b = wire.AppendCommandFrame(b, "CANCEL", topic)
		}
	}
	return b
}

// manyFrames is a message of many small frames.
func manyFrames() (b []byte) {
	for range 1000 {
		b = append(b, message(wire.FlagMore, "x")...)
	}
	return append(b, message(0, "x")...)
}

var deeds = []deed{
	{row: "nothing, after its greeting has begun", typ: zmq.PULL,
		says: says(zmqtest.MustOctets(signature)), did: func(c *horde) { c.hear(10) }},
	{row: "HELLO of CURVE, and nothing behind it", typ: zmq.PULL, guard: curveGuard,
		says: func(g *guard) []byte {
			hello, _ := g.machine(false, nil).Next()
			b := wire.AppendGreeting(nil, wire.Greeting{Major: 3, Minor: 1, Mechanism: mechanism.Curve})
			return wire.AppendFrame(b, wire.FlagCommand, hello)
		},
		did: func(c *horde) { c.hear(wire.GreetingSize + 2 + 168) }},
	{row: "a READY of 64 KiB, but for its last byte", typ: zmq.PULL,
		says: func(*guard) []byte { b := readyWith(250, 240); return b[:len(b)-1] }},
	{row: "a READY of 64 KiB with 256 properties", typ: zmq.PULL, says: says(readyWith(255, 240)), did: arrived},
	{row: "nothing, as a peer", typ: zmq.PULL, says: says(joined("PUSH")), did: arrived},
	{row: "part of a small frame", typ: zmq.PULL, says: says(joined("PUSH"), make([]byte, 1)), did: arrived},
	{row: "a header that announces 256 MiB", typ: zmq.PULL, says: says(joined("PUSH"), wire.AppendHeader(nil, 0, 256<<20)), did: arrived},
	{row: "the same after a frame of 128 KiB, which is received", typ: zmq.PULL,
		says: says(joined("PUSH"), message(0, string(make([]byte, 128<<10))), wire.AppendHeader(nil, 0, 256<<20)),
		did: func(c *horde) {
			arrived(c)
			var m zmq.Message
			for range c.fds {
				c.Check(c.s.RecvInto(c.Ctx, &m))
			}
		}},
	{row: "1000 messages of 16 bytes, which are not received", typ: zmq.PULL, settings: []zmq.Setting{zmq.RecvBuffer.Of(64 << 10)},
		says: says(joined("PUSH")), more: []byte(strings.Repeat(string(message(0, "0123456789abcdef")), 100)), did: arrived},
	{part: true, row: "messages of 100 KiB, which are not received", typ: zmq.PULL, settings: []zmq.Setting{zmq.RecvBuffer.Of(64 << 10)},
		says: says(joined("PUSH")), more: message(0, string(make([]byte, 100<<10))), did: arrived},
	{part: true, row: "messages of a thousand frames, likewise", typ: zmq.PULL, settings: []zmq.Setting{zmq.RecvBuffer.Of(64 << 10)},
		says: says(joined("PUSH")), more: manyFrames(), did: arrived},
	{part: true, row: "a message that does not end", typ: zmq.PULL, settings: []zmq.Setting{zmq.RecvBuffer.Of(64 << 10)},
		says: says(joined("PUSH")), more: message(wire.FlagMore, string(make([]byte, 100<<10)))},
	{part: true, row: "subscriptions to topics of 32 KiB", typ: zmq.PUB, settings: []zmq.Setting{zmq.RecvBuffer.Of(64 << 10)},
		says: says(joined("SUB")), more: toggled(2000, false)},
	{part: true, row: "subscriptions and their ends, which the program of an XPUB does not read", typ: zmq.XPUB,
		settings: []zmq.Setting{zmq.RecvBuffer.Of(64 << 10), zmq.XPubVerboser.Of(true)},
		says:     says(joined("SUB")), more: toggled(100, true)},
	{part: true, row: "nothing, and does not read 1000 messages of 1 KiB", typ: zmq.PUB, settings: []zmq.Setting{zmq.SendBuffer.Of(16 << 10)},
		says: says(joined("SUB"), wire.AppendCommandFrame(nil, "SUBSCRIBE", nil)), sends: make([]byte, 1<<10),
		did: func(c *horde) { c.WaitSubscribers(c.s, "x", len(c.fds)) }},
	{part: true, row: "nothing, and does not read messages of 100 KiB", typ: zmq.PUB, settings: []zmq.Setting{zmq.SendBuffer.Of(16 << 10)},
		says: says(joined("SUB"), wire.AppendCommandFrame(nil, "SUBSCRIBE", nil)), sends: make([]byte, 100<<10),
		did: func(c *horde) { c.WaitSubscribers(c.s, "x", len(c.fds)) }},
}

// TestWhatStrangersMakeUsHold compares each row of the table with what is so.
func TestWhatStrangersMakeUsHold(t *testing.T) {
	switch {
	case testing.Short():
		t.Skip("takes half a minute")
	case rig.RaceEnabled:
		t.Skip("the race detector has memory of its own")
	}
	table := strangersTable(t)
	for _, d := range deeds {
		bounds, ok := table[d.row]
		if !ok {
			t.Errorf("SECURITY.md has no row %q", d.row)
			continue
		}
		delete(table, d.row)
		for i, n := range []int{1, 1000} {
			t.Run(fmt.Sprintf("%s/%d", d.row, n), func(t *testing.T) {
				cost := d.cost(t, n)
				t.Logf("%d: %s, %d each", n, inUnits(cost), cost/int64(n))
				if cost > bounds[i] {
					t.Errorf("%d strangers make us hold %s; the table says %s", n, inUnits(cost), inUnits(bounds[i]))
				}
			})
		}
	}
	for row := range table {
		t.Errorf("no stranger does what row %q of SECURITY.md says", row)
	}
}

// cost is how much the program holds more while n strangers do that.
func (d *deed) cost(t *testing.T, n int) int64 {
	var g *guard
	if d.guard != nil {
		g = d.guard()
	}
	limits := zmq.Limits{}
	if d.part {
		limits.TotalBytes = strangersTotal
	}
	b := newLimitedSiege(t, d.typ, g, limits, append(d.settings, zmq.Backlog.Of(1000), zmq.HandshakeInterval.Of(time.Hour), zmq.HeartbeatInterval.Of(0))...)
	b.level.Set(slog.LevelError)
	before := settled()
	c := newHorde(b, n, d.says(g))
	if d.did != nil {
		d.did(c)
	}
	if d.sends != nil {
		for range 1500 {
			b.Check(b.s.Send(b.Ctx, d.sends))
		}
	}
	most := settled()
	look := func() { most = max(most, settled()) }
	c.flood(d.more, look)
	for range 3 { // what has no sign that we have dealt with it
		look()
	}
	c.leave()
	return most - before
}

// flood has each stranger say the same again and again, until nothing is taken any more.
func (c *horde) flood(what []byte, look func()) {
	if what == nil {
		return
	}
	c.Helper()
	said := make([]int, len(c.fds))
	for _, fd := range c.fds {
		c.Check(syscall.SetNonblock(fd, true))
	}
	gone := make([]bool, len(c.fds))
	for quiet := 0; quiet < 20; { // a slow machine only sees less
		some := false
		for i, fd := range c.fds {
			if gone[i] {
				continue
			}
			k, err := syscall.Write(fd, what[said[i]%len(what):])
			switch {
			case err == nil:
				said[i] += k
				some = true
			case err != syscall.EAGAIN && err != syscall.EINTR:
				gone[i] = true
			}
		}
		if some {
			quiet = 0
		} else {
			quiet++
			look()
		}
	}
	look()
}

// settled is what the program holds when the pools that the collector empties late are
// empty, too. Unlike held it leaves out what readers at work have allocated and let go
// since the collector ran, which can be more than all that is held.
func settled() int64 {
	for range 3 {
		runtime.GC()
	}
	s := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}}
	metrics.Read(s)
	return int64(s[0].Value.Uint64() + s[1].Value.Uint64())
}

func inUnits(n int64) string {
	if n >= 1<<20 {
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
}

// strangersTable reads the bounds for one and for a thousand strangers by what they do.
func strangersTable(t *testing.T) map[string][2]int64 {
	t.Helper()
	text, err := os.ReadFile("../../SECURITY.md")
	rig.Must(t, err)
	table := make(map[string][2]int64)
	inside := false
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "|")
		if len(cells) != 6 {
			inside = false
			continue
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		switch {
		case cells[1] == "a stranger says":
			inside = true
		case inside && !strings.HasPrefix(cells[1], "---"):
			table[cells[1]] = [2]int64{bound(t, cells[2]), bound(t, cells[3])}
		}
	}
	return table
}

// bound reads "64 KiB", "2 MiB" or "1/8 of TotalBytes", and leaves out what is in brackets.
func bound(t *testing.T, cell string) int64 {
	t.Helper()
	cell, _, _ = strings.Cut(cell, " (")
	first, unit, _ := strings.Cut(cell, " ")
	var n, of int64 = 0, 1
	var err error
	if top, bottom, part := strings.Cut(first, "/"); part {
		of, err = strconv.ParseInt(bottom, 10, 64)
		rig.Must(t, err)
		first = top
	}
	n, err = strconv.ParseInt(first, 10, 64)
	rig.Must(t, err)
	switch unit {
	case "KiB":
		return n << 10
	case "MiB":
		return n << 20
	case "of TotalBytes":
		return n * strangersTotal / of
	}
	t.Fatalf("SECURITY.md: %q is no size", cell)
	return 0
}
