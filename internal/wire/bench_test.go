// SPDX-License-Identifier: Apache-2.0

package wire

import "testing"

// sink keeps the compiler from dropping what a benchmark computes.
var sink struct {
	h   Header
	n   int
	err error
	b   []byte
}

// hot are the operations that run once a frame, with a buffer that is reused.
var hot = []struct {
	name string
	run  func(buf []byte)
}{
	{"ParseHeader/short", func([]byte) { sink.h, sink.n, sink.err = ParseHeader(shortFrame) }},
	{"ParseHeader/long", func([]byte) { sink.h, sink.n, sink.err = ParseHeader(longFrame) }},
	{"ParseHeader/error", func([]byte) { sink.h, sink.n, sink.err = ParseHeader(hugeFrame) }},
	{"ParseHeaderV1/short", func([]byte) { sink.h, sink.n, sink.err = ParseHeaderV1(shortFrame) }},
	{"ParseHeaderV1/long", func([]byte) { sink.h, sink.n, sink.err = ParseHeaderV1(longFrameV1) }},
	{"AppendHeader/short", func(buf []byte) { sink.b = AppendHeader(buf, FlagMore, 100) }},
	{"AppendHeader/long", func(buf []byte) { sink.b = AppendHeader(buf, 0, 100_000) }},
	{"AppendHeaderV1/short", func(buf []byte) { sink.b = AppendHeaderV1(buf, FlagMore, 100) }},
	{"AppendHeaderV1/long", func(buf []byte) { sink.b = AppendHeaderV1(buf, 0, 100_000) }},
	{"AppendFrame", func(buf []byte) { sink.b = AppendFrame(buf, 0, longFrame) }},
	{"AppendPing", func(buf []byte) { sink.b = AppendPing(buf, 300, shortFrame) }},
	{"AppendPong", func(buf []byte) { sink.b = AppendPong(buf, shortFrame) }},
	{"ParseCommand", func([]byte) { sink.b, _, sink.err = ParseCommand(pingBody) }},
	{"ParsePing", func([]byte) { _, sink.b, sink.err = ParsePing(shortFrame) }},
	{"ParseSubscription", func([]byte) { sink.b, _, _ = ParseSubscription(shortFrame) }},
	{"AppendSubscription/3.0", func(buf []byte) { sink.b = AppendSubscription(buf, shortFrame, false, V30) }},
	{"AppendSubscription/3.1", func(buf []byte) { sink.b = AppendSubscription(buf, shortFrame, false, V31) }},
	{"AppendGreeting", func(buf []byte) { sink.b = AppendGreeting(buf, Greeting{Major: 3, Mechanism: "NULL"}) }},
}

var (
	shortFrame  = []byte{1, 5}
	longFrame   = []byte{2, 0, 0, 0, 0, 0, 1, 0, 0}
	hugeFrame   = []byte{2, 255, 255, 255, 255, 255, 255, 255, 255}
	longFrameV1 = []byte{255, 0, 0, 0, 0, 0, 1, 0, 0, 0}
	pingBody    = []byte("\x04PING\x00\x00")
)

func TestHotFunctionsAllocateNothing(t *testing.T) {
	buf := make([]byte, 0, GreetingSize)
	for _, tt := range hot {
		if n := testing.AllocsPerRun(100, func() { tt.run(buf) }); n != 0 {
			t.Errorf("%s: %v allocations", tt.name, n)
		}
	}
}

func BenchmarkHot(b *testing.B) {
	buf := make([]byte, 0, GreetingSize)
	for _, tt := range hot {
		b.Run(tt.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				tt.run(buf)
			}
		})
	}
}

// BenchmarkParseStream walks 1000 headers in a row, inlined as a connection's
// reader has it.
func BenchmarkParseStream(b *testing.B) {
	var stream []byte
	for range 1000 {
		stream = AppendFrame(stream, 0, shortFrame)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(stream)))
	for b.Loop() {
		for rest := stream; len(rest) > 0; {
			h, n, err := ParseHeader(rest)
			if err != nil || n == 0 {
				b.Fatal(n, err)
			}
			rest = rest[n+int(h.Size):]
		}
	}
}

// BenchmarkAppendStream writes 1000 headers in a row into a buffer that is
// reused.
func BenchmarkAppendStream(b *testing.B) {
	buf := make([]byte, 0, 1000*shortHeaderSize)
	b.ReportAllocs()
	for b.Loop() {
		dst := buf
		for i := range 1000 {
			dst = AppendHeader(dst, FlagMore, i&0x7F)
		}
		sink.b = dst
	}
}
