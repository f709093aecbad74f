// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zerr"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// cutter is a connection whose reads bring as many bytes as it is told: reads
// of the connection under test fall apart in every possible way.
type cutter struct {
	net.Conn
	next func() int // size of the next read, at least 1
}

func (c *cutter) Read(b []byte) (int, error) {
	return c.Conn.Read(b[:min(len(b), c.next())])
}

// readCut plays bytes to a connection in reads of these sizes, followed by the
// end of the stream, and returns what it delivered.
func readCut(t *testing.T, cfg *Config, wireBytes []byte, next func() int) (got []string, err error) {
	synctest.Test(t, func(t *testing.T) {
		ours, peer := zmqtest.PipeOf(len(wireBytes) + 1)
		r := rigOver(t, cfg, nil, &cutter{ours, next}, peer)
		r.write(wireBytes)
		_ = peer.CloseWrite()
		err = r.end()
		got = r.received()
	})
	return got, err
}

// conversation is what a peer of some version may say: greeting, messages with
// frames of up to a size, commands in between.
func conversation(rnd *rand.Rand, v wire.Version, most int) (wireBytes []byte, want []string) {
	frame := func(flags byte, body []byte) {
		if v.V1Framing() {
			wireBytes = append(wire.AppendHeaderV1(wireBytes, flags, len(body)), body...)
		} else if wireBytes = wire.AppendHeader(wireBytes, flags, len(body)); true {
			wireBytes = append(wireBytes, body...)
		}
	}
	switch v {
	case wire.V31, wire.V30:
		wireBytes = zmqtest.MustOctets(greeting)
		wireBytes[11] = byte(v - wire.V30)
		wireBytes = append(wireBytes, readyFrame("ROUTER")...)
	case wire.V2:
		wireBytes = zmqtest.MustOctets(signature + " 01 06 00 00")
	case wire.V1:
		wireBytes = zmqtest.MustOctets(signature + " 00 06 01 00")
	case wire.V1Unversioned:
		wireBytes = zmqtest.MustOctets("01 00")
	}
	sizes := []int{0, 1, 2, 50, 253, 254, 255, 256, pipe.RefSize - 1, pipe.RefSize, pipe.RefSize + 1, readSize - 9, readSize, readSize + 1, 3 * readSize}
	sizes = slices.DeleteFunc(sizes, func(n int) bool { return n > most })
	for range 20 {
		var frames []string
		for n := 1 + rnd.IntN(4); n > 0; n-- {
			body := make([]byte, sizes[min(rnd.IntN(40), rnd.IntN(len(sizes)))])
			for i := range body {
				body[i] = byte(rnd.Uint32())
			}
			flags := byte(wire.FlagMore)
			if n == 1 {
				flags = 0
			}
			frame(flags, body)
			frames = append(frames, string(body))
			if v.HasCommands() && rnd.IntN(3) == 0 {
				wireBytes = append(wireBytes, wire.AppendPong(nil, nil)...)
				wireBytes = append(wireBytes, wire.AppendCommandFrame(nil, "NOBODY", make([]byte, sizes[rnd.IntN(len(sizes))]))...)
			}
		}
		want = append(want, strings.Join(frames, "|"))
	}
	return wireBytes, want
}

// TestReadSplits: however the bytes are cut into reads, the same messages come
// out. Property test over every version.
func TestReadSplits(t *testing.T) {
	for _, v := range []wire.Version{wire.V1Unversioned, wire.V1, wire.V2, wire.V30, wire.V31} {
		t.Run(v.String(), func(t *testing.T) {
			for seed := range uint64(12) {
				if testing.Short() && seed >= 5 {
					break
				}
				rnd := rand.New(rand.NewPCG(seed, uint64(v)))
				most := 3 * readSize
				next := func() int { return 1 + rnd.IntN(1+rnd.IntN(1+rnd.IntN(100000))) }
				switch seed {
				case 0:
					next = func() int { return 1 << 30 }
				case 1, 2, 3:
					next, most = func() int { return int(seed) }, 2*pipe.RefSize
				}
				wireBytes, want := conversation(rnd, v, most)
				got, _ := readCut(t, configOf("DEALER", nil), wireBytes, next)
				if !slices.Equal(got, want) {
					t.Fatalf("seed %d: %d messages, want %d, or they differ", seed, len(got), len(want))
				}
			}
		})
	}
}

// TestReadSplitsBeforeViolation: what came whole before a violation is
// delivered, however the bytes were cut.
func TestReadSplitsBeforeViolation(t *testing.T) {
	valid, want := conversation(rand.New(rand.NewPCG(1, 2)), wire.V31, 2*pipe.RefSize)
	for _, bad := range []string{"02 8*FF", "02 00 00 00 01 00 00 00 00", `04 05 04 "PING"`} {
		wireBytes := append(slices.Clone(valid), zmqtest.MustOctets(bad+" 100*00")...)
		for _, size := range []int{1, 7, 1000, 1 << 30} {
			cfg := configOf("DEALER", nil)
			cfg.MaxFrame = 1 << 20
			got, err := readCut(t, cfg, wireBytes, func() int { return size })
			if !slices.Equal(got, want) || !errors.Is(err, zerr.ErrProtocol) {
				t.Errorf("%s in reads of %d: %d messages, want %d; ended with %v", bad, size, len(got), len(want), err)
			}
		}
	}
}

// TestPartialMultipartRolledBack: of a message that did not come whole the
// application sees nothing, wherever it was cut (docs/libzmq.md, The end of a connection).
func TestPartialMultipartRolledBack(t *testing.T) {
	whole := slices.Concat(frameOf(0, "first"), frameOf(wire.FlagMore, "a"), frameOf(wire.FlagMore, ""), frameOf(0, "c"))
	head := append(zmqtest.MustOctets(greeting), readyFrame("ROUTER")...)
	for n := range len(whole) {
		got, err := readCut(t, configOf("DEALER", nil), slices.Concat(head, whole[:n]), func() int { return 1 << 30 })
		var want []string
		if n >= 7 {
			want = []string{"first"}
		}
		if !slices.Equal(got, want) || errors.Is(err, zerr.ErrProtocol) {
			t.Errorf("%d bytes: received %q; ended with %v", n, got, err)
		}
	}
}

// TestCommandsAfterReady: unknown, malformed and late ones are ignored, and not
// delivered (docs/libzmq.md, Frames and commands). Subscriptions are for publishers only.
func TestCommandsAfterReady(t *testing.T) {
	ignored := []string{
		`04 04 03 "FOO"`, `05 04 03 "FOO"`, `06 7*00 04 03 "FOO"`, "04 00", "04 01 00", "04 01 05", `04 03 FF "AB"`,
		`04 06 05 "READY"`, `04 0A 05 "ERROR" 03 "400"`, `04 06 05 "ERROR"`, `04 06 05 "HELLO"`, `04 05 04 "ping"`,
		`04 05 04 "PONG"`, `04 20 04 "PONG" 27*00`, `04 06 04 "JOIN" 41`, `FC 04 03 "FOO"`,
	}
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, configOf("DEALER", nil), nil)
		r.handshake("ROUTER")
		for _, c := range append(ignored, `04 0B 09 "SUBSCRIBE" 41`, `04 08 06 "CANCEL" 41`) {
			r.wireBytes(c)
			r.write(frameOf(0, c))
			synctest.Wait()
			if got := r.received(); len(got) != 1 || got[0] != c {
				t.Errorf("%s: received %q", c, got)
			}
		}
		r.wantQuiet()
	})
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, configOf("XPUB", nil), nil)
		r.handshakeAs("00", "SUB") // commands are accepted of 3.0 peers too
		r.wireBytes(`04 0B 09 "SUBSCRIBE" 41 04 0A 09 "SUBSCRIBE" 00 02 01 42 04 08 06 "CANCEL" 41`)
		synctest.Wait()
		if got := r.received(); !slices.Equal(got, []string{"sub A", "sub ", "\x01B", "cancel A"}) {
			t.Errorf("received %q", got)
		}
	})
}

// TestOldLinksHaveNoCommands: the bit is a reserved one there.
func TestOldLinksHaveNoCommands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, configOf("DEALER", nil), nil)
		r.wireBytes(signature + ` 01 06 00 00 04 05 04 "PING"`)
		r.up()
		synctest.Wait()
		if got := r.received(); len(got) != 1 || got[0] != "\x04PING" {
			t.Errorf("received %q", got)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, configOf("DEALER", nil), nil)
		r.wireBytes(`01 00 02 FF 61 02 FE 62 00`) // flags but MORE are ignored; then length zero
		r.refused()
		if got := r.received(); len(got) != 1 || got[0] != "a|b" {
			t.Errorf("received %q", got)
		}
	})
}

// TestMaxMessageSize: each frame on its own, commands included, before anything
// is allocated; a frame of exactly the limit passes.
func TestMaxMessageSize(t *testing.T) {
	for _, c := range []struct {
		wireBytes []byte
		ok        bool
	}{
		{frameOf(0, strings.Repeat("x", 300)), true},
		{frameOf(0, strings.Repeat("x", 301)), false},
		{wire.AppendHeader(nil, 0, 301), false},
		{append(frameOf(wire.FlagMore, strings.Repeat("x", 300)), frameOf(0, strings.Repeat("x", 300))...), true},
		{wire.AppendCommandFrame(nil, "X", make([]byte, 298)), true},
		{wire.AppendCommandFrame(nil, "X", make([]byte, 299)), false},
	} {
		synctest.Test(t, func(t *testing.T) {
			cfg := configOf("DEALER", nil)
			cfg.MaxFrame = 300
			r := newRig(t, cfg, nil)
			r.handshake("ROUTER")
			r.write(c.wireBytes)
			if c.ok {
				r.write(frameOf(0, "end"))
				synctest.Wait()
				if got := r.received(); len(got) == 0 || got[len(got)-1] != "end" {
					t.Errorf("%d bytes: received %q; %v", len(c.wireBytes), got, r.err)
				}
				return
			}
			if pe := r.refused(); !errors.Is(pe, zerr.ErrMessageTooLarge) {
				t.Errorf("%d bytes: %v", len(c.wireBytes), pe)
			}
		})
	}
}

// TestMaxMessageBytes: all frames of a message together, also where a frame
// came whole in one read.
func TestMaxMessageBytes(t *testing.T) {
	for _, c := range []struct {
		sizes []int
		ok    bool
	}{
		{[]int{1000}, true}, {[]int{1001}, false}, {[]int{500, 500}, true}, {[]int{500, 501}, false},
		{[]int{1000, 0, 0}, true}, {[]int{600, 600}, false}, {[]int{1000, 1}, false},
	} {
		for _, size := range []int{1, 10, 1 << 30} {
			wireBytes := append(zmqtest.MustOctets(greeting), readyFrame("ROUTER")...)
			for i, n := range c.sizes {
				flags := byte(wire.FlagMore)
				if i == len(c.sizes)-1 {
					flags = 0
				}
				wireBytes = append(wireBytes, frameOf(flags, strings.Repeat("x", n))...)
			}
			cfg := configOf("DEALER", nil)
			cfg.MaxMessage = 1000
			got, err := readCut(t, cfg, wireBytes, func() int { return size })
			if (len(got) == 1) != c.ok || errors.Is(err, zerr.ErrMessageTooLarge) == c.ok {
				t.Errorf("frames of %v in reads of %d: %d messages; ended with %v", c.sizes, size, len(got), err)
			}
		}
	}
}

// TestMaxFrames: the limit itself passes, one more does not.
func TestMaxFrames(t *testing.T) {
	for n, ok := range map[int]bool{9: true, 10: true, 11: false} {
		wireBytes := append(zmqtest.MustOctets(greeting), readyFrame("ROUTER")...)
		wireBytes = append(wireBytes, bytes.Repeat(frameOf(wire.FlagMore, ""), n-1)...)
		wireBytes = append(wireBytes, frameOf(0, "")...)
		cfg := configOf("DEALER", nil)
		cfg.MaxFrames = 10
		got, err := readCut(t, cfg, wireBytes, func() int { return 1 << 30 })
		if (len(got) == 1) != ok || errors.Is(err, zerr.ErrMessageTooLarge) == ok {
			t.Errorf("%d frames: %d messages; ended with %v", n, len(got), err)
		}
	}
}

// TestAnnouncedLengths: headers that announce 2^31 to 2^64-1 bytes, before and
// after the handshake, in every position, cost no memory.
func TestAnnouncedLengths(t *testing.T) {
	lengths := []uint64{1 << 31, 1 << 32, 1 << 62, 1<<62 + 2, 1<<63 - 1, 1 << 63, 1<<64 - 1}
	long := func(flags byte, n uint64) []byte { return binary.BigEndian.AppendUint64([]byte{flags}, n) }
	ready := append(zmqtest.MustOctets(greeting), readyFrame("ROUTER")...)
	old := zmqtest.MustOctets(signature + " 01 06")
	for _, n := range lengths {
		for name, wireBytes := range map[string][]byte{
			"in the handshake":      slices.Concat(zmqtest.MustOctets(greeting), long(6, n)),
			"message in it":         slices.Concat(zmqtest.MustOctets(greeting), long(2, n)),
			"identity frame":        slices.Concat(old, long(2, n)),
			"message":               slices.Concat(ready, long(2, n)),
			"part":                  slices.Concat(ready, frameOf(1, "a"), long(3, n)),
			"command":               slices.Concat(ready, long(6, n)),
			"ZMTP 2.0":              slices.Concat(old, []byte{0, 0}, long(2, n)),
			"ZMTP 1.0":              slices.Concat([]byte{1, 0}, long(0xFF, n), []byte{0}),
			"ZMTP 1.0 identity":     slices.Concat(long(0xFF, n), []byte{0}),
			"behind part of a read": slices.Concat(ready, bytes.Repeat(frameOf(0, "x"), 1000), long(2, n)),
		} {
			for _, limit := range []int64{256 << 20, -1} {
				t.Run(fmt.Sprintf("%d/%s/%d", n, name, limit), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						cfg := configOf("DEALER", nil)
						cfg.MaxFrame = limit
						r := newRig(t, cfg, nil)
						before := allocated()
						r.write(wireBytes)
						// Without any limit a length that can be is believed, but not paid for
						// in advance.
						believed := limit < 0 && n <= 1<<62 && !strings.Contains(name, "it") && !strings.Contains(name, "handshake") && !strings.Contains(name, "identity")
						if !believed {
							r.refused()
						} else if r.hasEnded() {
							t.Errorf("ended with %v", r.err)
						}
						if grown := allocated() - before; grown > firstMemory+400<<10 {
							t.Errorf("%d bytes were allocated", grown)
						}
					})
				})
			}
		}
	}
}

// TestLargeFramesGrowWithWhatHasArrived: an announced frame never has more than twice
// the memory of what has come of it, unless one as large has come before.
func TestLargeFramesGrowWithWhatHasArrived(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, configOf("DEALER", nil), nil)
		begin := slices.Concat(zmqtest.MustOctets(greeting), readyFrame("DEALER"), wire.AppendHeader(nil, 0, 64<<20))
		r.write(begin)
		for sent := 0; sent < 1<<20; {
			r.write(make([]byte, 5000))
			sent += 5000
			synctest.Wait()
			if d := &r.conn.dec; cap(d.big) > max(firstMemory, 2*sent) {
				t.Fatalf("%d bytes of memory for %d that came", cap(d.big), sent)
			}
		}
		r.conn.Close(nil)
		_ = r.end()
	})
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, configOf("DEALER", nil), nil)
		r.write(slices.Concat(zmqtest.MustOctets(greeting), readyFrame("DEALER")))
		r.write(append(wire.AppendHeader(nil, 0, 100_000), make([]byte, 100_000)...))
		r.write(append(wire.AppendHeader(nil, 0, 64<<20), 0))
		synctest.Wait()
		if n := cap(r.conn.dec.big); n < 100_000 || n > 200_000 {
			t.Errorf("a connection that has brought 100,000 bytes gets %d at once", n)
		}
		r.conn.Close(nil)
		_ = r.end()
	})
}

// allocated returns the bytes allocated so far, freed or not.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// TestLargeFrameGrowsAsItArrives: memory follows the bytes that are there, not
// the length that was announced.
func TestLargeFrameGrowsAsItArrives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, configOf("DEALER", nil), nil)
		r.handshake("ROUTER")
		r.write(binary.BigEndian.AppendUint64([]byte{2}, 1<<40))
		before := allocated()
		const sent = 8 << 20
		for range sent / 4096 {
			r.write(make([]byte, 4096))
		}
		synctest.Wait()
		// Doubling from 1 MiB to 16 MiB adds up to 31; the writes above are ours.
		if grown := allocated() - before; grown > 45<<20 {
			t.Errorf("%d bytes were allocated for %d", grown, sent)
		}
		r.conn.Close(nil)
	})
}

// TestPartThenClose: a frame with MORE and then a close, many times over: nothing
// is delivered and nothing stays.
func TestPartThenClose(t *testing.T) {
	cfg := configOf("PULL", nil)
	wireBytes := slices.Concat(zmqtest.MustOctets(greeting), readyFrame("PUSH"), frameOf(wire.FlagMore, strings.Repeat("x", 2000)))
	once := func() {
		ours, peer := zmqtest.Pipe()
		c := New(ours, cfg)
		p := pipe.New(pipe.Config{Mailbox: new(pipe.Mailbox), Buffers: new(pipe.Buffers), Sink: func(*pipe.Pipe, []pipe.Message) int {
			t.Error("something was delivered")
			return 1
		}})
		_, _ = peer.Write(wireBytes)
		_ = peer.CloseWrite()
		if _, err := c.Handshake(); err != nil {
			t.Fatal(err)
		}
		c.Attach(p)
		if err := c.Run(); err == nil {
			t.Error("Run returned nil")
		}
		c.Close(nil)
		c.Wait()
		_ = peer.Close()
	}
	for range 100 {
		once()
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for range 2000 {
		once()
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapInuse) - int64(before.HeapInuse); grown > 1<<20 {
		t.Errorf("the heap grew by %d bytes", grown)
	}
}

// TestBackPressure: while the socket takes nothing, nothing is read; Close ends
// the wait.
func TestBackPressure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		room, taken := 3, 0
		sink := func(_ *pipe.Pipe, ms []pipe.Message) int {
			n := min(room, len(ms))
			room, taken = room-n, taken+n
			return n
		}
		r := newRig(t, configOf("DEALER", nil), sink)
		r.handshake("ROUTER")
		flood := bytes.Repeat(frameOf(0, "m"), 10)
		r.write(flood)
		synctest.Wait()
		if taken != 3 {
			t.Errorf("%d messages taken", taken)
		}
		r.write(flood)
		synctest.Wait()
		if n := r.conn.NetConn().(*zmqtest.Conn).Buffered(); n != len(flood) {
			t.Errorf("%d bytes are unread, want %d", n, len(flood))
		}
		room = 8
		r.pipe.Resume()
		synctest.Wait()
		if taken != 11 {
			t.Errorf("%d messages taken", taken)
		}
		r.conn.Close(nil)
		if err := r.end(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("ended with %v", err)
		}
	})
}

// TestEndOfStream: EOF and a reset after readiness are no protocol errors.
func TestEndOfStream(t *testing.T) {
	for _, reset := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, configOf("DEALER", nil), nil)
			r.handshake("ROUTER")
			r.write(append(frameOf(0, "m"), 0, 5, 'x'))
			synctest.Wait()
			if reset {
				r.peer.(*zmqtest.Conn).Reset()
			} else {
				_ = r.peer.(*zmqtest.Conn).CloseWrite()
			}
			if err := r.end(); err == nil || errors.Is(err, zerr.ErrProtocol) {
				t.Errorf("ended with %v", err)
			}
			if got := r.received(); !slices.Equal(got, []string{"m"}) {
				t.Errorf("received %q", got)
			}
		})
	}
}

// TestFramesOfMessagesShareMemoryButNoRoom: what an application appends to the frames of a
// message changes no other message, and many frames keep no more memory than they need.
func TestFramesOfMessagesShareMemoryButNoRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, configOf("DEALER", nil), nil)
		r.handshake("ROUTER")
		rnd := rand.New(rand.NewPCG(1, 2))
		var want []string
		var got []pipe.Message
		for i := range 200 {
			n := 2 + rnd.IntN([]int{3, 20, tailBlock, 3 * tailBlock}[i%4])
			var frames []string
			var wires []byte
			for k := range n {
				flags := byte(wire.FlagMore)
				if k == n-1 {
					flags = 0
				}
				frames = append(frames, fmt.Sprint(i, "/", k))
				wires = append(wires, frameOf(flags, frames[k])...)
			}
			cut := rnd.IntN(len(wires))
			r.write(wires[:cut])
			synctest.Wait()
			r.write(wires[cut:])
			synctest.Wait()
			var m pipe.Message
			if !r.pipe.Read(&m) {
				t.Fatalf("message %d is missing", i)
			}
			if c := cap(m.Tail); c > n-1 {
				t.Errorf("%d frames have room for %d", n-1, c)
			}
			_ = append(m.Tail, []byte("of the application"))
			want = append(want, strings.Join(frames, "|"))
			got = append(got, m)
		}
		for i := range got {
			if text(&got[i]) != want[i] {
				t.Errorf("message %d has become %.100q", i, text(&got[i]))
			}
		}
	})
}
