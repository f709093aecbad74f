// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// outgoing is a message on its way out.
type outgoing struct {
	frames []string
	owned  bool
}

func (o outgoing) write(p *pipe.Pipe) {
	m := pipe.Message{Head: []byte(o.frames[0]), Owned: o.owned}
	for _, f := range o.frames[1:] {
		m.Tail = append(m.Tail, []byte(f))
	}
	if _, flush := p.Write(&m); flush {
		p.Flush()
	}
}

// encoded is the message as it travels in a version.
func (o outgoing) encoded(v wire.Version) (b []byte) {
	for i, f := range o.frames {
		flags := byte(wire.FlagMore)
		if i == len(o.frames)-1 {
			flags = 0
		}
		if v.V1Framing() {
			b = append(wire.AppendHeaderV1(b, flags, len(f)), f...)
		} else {
			b = wire.AppendFrame(b, flags, []byte(f))
		}
	}
	return b
}

func randomMessages(rnd *rand.Rand, n int, sizes []int) []outgoing {
	list := make([]outgoing, n)
	for i := range list {
		for range 1 + rnd.IntN(3) {
			f := bytes.Repeat([]byte{byte('a' + i%26)}, sizes[rnd.IntN(len(sizes))])
			list[i].frames = append(list[i].frames, string(f))
		}
		list[i].owned = rnd.IntN(2) == 0
	}
	return list
}

// TestWriteBatches: whatever gathers goes out in order, framed for the version,
// from before the connection exists to after.
func TestWriteBatches(t *testing.T) {
	sizes := []int{0, 1, 20, 253, 254, 255, 256, 4095, 4096, 5000, 70000}
	for peer, v := range map[string]wire.Version{
		greeting: wire.V31, signature + " 01 06 00 00": wire.V2, signature + " 00 06 01 00": wire.V1, "01 00": wire.V1Unversioned,
	} {
		t.Run(v.String(), func(t *testing.T) {
			for seed := range zmqtest.Seeds(5) {
				synctest.Test(t, func(t *testing.T) {
					rnd := rand.New(rand.NewPCG(seed, 0))
					messages := randomMessages(rnd, 200, sizes)
					var want []byte
					for _, m := range messages {
						want = append(want, m.encoded(v)...)
					}
					ours, far := zmqtest.PipeOf(1 + rnd.IntN(100000))
					p := pipe.New(pipe.Config{Mailbox: new(pipe.Mailbox), Buffers: new(pipe.Buffers)})
					for _, m := range messages[:100] {
						m.write(p)
					}
					r := rigOn(t, configOf("DEALER", nil), p, ours, far)
					go func() {
						_, _ = far.Write(append(zmqtest.MustOctets(peer), readyIf(v)...))
					}()
					r.want(map[wire.Version]string{
						wire.V31: greeting, wire.V2: signature + " 03 05 00 00", wire.V1: signature + " 03 05 01 00", wire.V1Unversioned: signature}[v])
					r.wantBytes(readyIf2(v, "DEALER"))
					r.up()
					go func() {
						for _, m := range messages[100:] {
							m.write(p)
						}
					}()
					r.wantBytes(want)
					r.wantQuiet()
					if n := p.Out().Count(); n != 0 {
						t.Errorf("%d messages are counted as unsent", n)
					}
				})
			}
		})
	}
}

func readyIf(v wire.Version) []byte { return readyIf2(v, "ROUTER") }

func readyIf2(v wire.Version, socketType string) []byte {
	if v.HasCommands() {
		return readyFrame(socketType)
	}
	return nil
}

// breaking is a connection that takes a number of bytes after it was armed and
// fails then. A write that breaks reports what it took, as a socket does.
type breaking struct {
	net.Conn
	mu    sync.Mutex
	armed bool
	left  int
	taken bytes.Buffer
}

var errBroken = errors.New("the connection broke")

func (b *breaking) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.armed {
		return b.Conn.Write(p)
	}
	n := min(len(p), b.left)
	b.left -= n
	b.taken.Write(p[:n])
	if n < len(p) {
		return n, errBroken
	}
	return n, nil
}

// TestWriteFailure: a connection that breaks after any number of bytes loses at
// most what it took whole. The rest goes out on the next connection, from the
// start of a message, once, in order; commands do not.
func TestWriteFailure(t *testing.T) {
	big := strings.Repeat("B", 5000) // written from where it is
	messages := []outgoing{
		{frames: []string{"one"}}, {frames: []string{"two", "", "parts"}}, {frames: []string{strings.Repeat("l", 300), "x"}},
		{frames: []string{"head", big, "tail"}, owned: true}, {frames: []string{""}}, {frames: []string{"end"}},
	}
	for _, v := range []wire.Version{wire.V31, wire.V1} {
		var all []byte
		var ends []int // where each message ends, commands in front
		ping := wire.AppendPing(nil, 0, nil)
		for i, m := range messages {
			if i == 2 && v.HasCommands() {
				all = append(all, ping...)
			}
			all = append(all, m.encoded(v)...)
			ends = append(ends, len(all))
		}
		points := []int{}
		for n := range len(all) {
			if n < 700 || n > len(all)-100 || n%97 == 0 {
				points = append(points, n)
			}
		}
		t.Run(v.String(), func(t *testing.T) {
			for _, n := range points {
				synctest.Test(t, func(t *testing.T) { failAfter(t, v, messages, ping, all, ends, n) })
			}
		})
	}
}

func failAfter(t *testing.T, v wire.Version, messages []outgoing, ping, all []byte, ends []int, n int) {
	p := pipe.New(pipe.Config{Mailbox: new(pipe.Mailbox), Buffers: new(pipe.Buffers)})
	ours, far := zmqtest.Pipe()
	b := &breaking{Conn: ours, left: n}
	r := rigOn(t, configOf("DEALER", nil), p, b, far)
	peer := zmqtest.MustOctets(greeting)
	if v == wire.V1 {
		peer = zmqtest.MustOctets(signature + " 00 06 01 00")
	}
	r.write(append(slices.Clone(peer), readyIf(v)...))
	r.up()
	synctest.Wait()
	b.mu.Lock() // holds the writer up until everything is queued behind it
	b.armed = true
	for i, m := range messages {
		if i == 2 && v.HasCommands() {
			if _, flush := p.Out().Control(ping); flush {
				p.Kick()
			}
		}
		m.write(p)
	}
	b.mu.Unlock()
	if err := r.end(); !errors.Is(err, errBroken) {
		t.Errorf("%d bytes: ended with %v", n, err)
	}
	if !bytes.Equal(b.taken.Bytes(), all[:n]) {
		t.Errorf("%d bytes: the connection took something else", n)
	}
	done := 0
	var want []byte
	for i, m := range messages {
		if ends[i] <= n {
			done++
			continue
		}
		want = append(want, m.encoded(wire.V31)...)
	}
	if c := p.Out().Count(); c != len(messages)-done {
		t.Errorf("%d bytes: %d messages are counted as unsent, want %d", n, c, len(messages)-done)
	}
	ours, far = zmqtest.Pipe()
	r = rigOn(t, configOf("DEALER", nil), p, ours, far)
	r.wireBytes(greeting)
	r.write(readyFrame("ROUTER"))
	r.want(greeting)
	r.wantBytes(readyFrame("DEALER"))
	r.wantBytes(want)
	r.wantQuiet()
	if c := p.Out().Count(); c != 0 {
		t.Errorf("%d bytes: %d messages are counted as unsent at the end", n, c)
	}
}

// TestWriteFailureInline is the same over a real socket, whose writes go out in
// the sender's goroutine and break wherever the kernel's buffer ends: what the
// first peer got whole and what the second got is everything, once, in order.
func TestWriteFailureInline(t *testing.T) {
	p := pipe.New(pipe.Config{Mailbox: new(pipe.Mailbox), Buffers: new(pipe.Buffers)})
	cfg := configOf("DEALER", nil)
	messages := randomMessages(rand.New(rand.NewPCG(1, 1)), 3000, []int{0, 10, 1000, 5000, 9000})
	sent := 0
	for ; sent < 1000; sent++ {
		messages[sent].write(p)
	}
	var got [][]byte
	for round := range 4 {
		ours, far := tcpPair(t)
		r := rigOn(t, cfg, p, ours, far)
		r.handshake("ROUTER")
		if round == 3 {
			got = append(got, readMessages(t, far, len(messages)-len(got)-lost(t, messages, got, p, sent))...)
			break
		}
		got = append(got, readMessages(t, far, 150)...)
		for range 500 {
			messages[sent].write(p)
			sent++
		}
		got = append(got, readMessages(t, far, 100)...)
		_ = far.(*net.TCPConn).SetLinger(0) // a reset
		_ = far.Close()
		<-r.ended
	}
	// Resets lose what the kernel had; what arrived is in order and not torn.
	next := 0
	for _, g := range got {
		for next < len(messages) && !bytes.Equal(messages[next].encoded(wire.V31), g) {
			next++
		}
		if next++; next > len(messages) {
			t.Fatal("a message arrived torn, twice or out of order")
		}
	}
}

// lost is how many messages of the first sent were neither read nor are queued:
// they were in the buffers of connections that were reset. It queues the rest.
func lost(t *testing.T, messages []outgoing, got [][]byte, p *pipe.Pipe, sent int) int {
	t.Helper()
	n := sent - len(got) - p.Out().Count()
	for _, m := range messages[sent:] {
		m.write(p)
	}
	return n
}

// readMessages reads whole messages as they are on the wire.
func readMessages(t *testing.T, r io.Reader, n int) [][]byte {
	t.Helper()
	var list [][]byte
	for range n {
		var m []byte
		for more := true; more; {
			head := make([]byte, 2, 9)
			if _, err := io.ReadFull(r, head); err != nil {
				t.Fatalf("after %d of %d messages: %v", len(list), n, err)
			}
			if head[0]&wire.FlagLong != 0 {
				if head = head[:9]; true {
					_, _ = io.ReadFull(r, head[2:])
				}
			}
			h, k, err := wire.ParseHeader(head)
			if err != nil || k == 0 {
				t.Fatalf("header % X: %v", head, err)
			}
			m = append(m, head...)
			body := make([]byte, h.Size)
			_, _ = io.ReadFull(r, body)
			m = append(m, body...)
			more = h.Flags&wire.FlagMore != 0
		}
		list = append(list, m)
	}
	return list
}

// tcpPair returns the two ends of a loopback connection. Its buffers have the
// system's sizes: with tiny ones loopback crawls.
func tcpPair(t *testing.T) (a, b net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if a, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if b, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	_ = a.(*net.TCPConn).SetWriteBuffer(64 << 10)
	return a, b
}

// TestWriteSlowReader: a peer that reads slowly over a real socket gets every
// byte once, from senders that write at once, in part, and in the background.
func TestWriteSlowReader(t *testing.T) {
	ours, far := tcpPair(t)
	p := pipe.New(pipe.Config{Mailbox: new(pipe.Mailbox), Buffers: new(pipe.Buffers)})
	r := rigOn(t, configOf("DEALER", nil), p, ours, far)
	r.handshake("ROUTER")
	rnd := rand.New(rand.NewPCG(7, 7))
	count := 5000
	if testing.Short() {
		count = 500
	}
	messages := randomMessages(rnd, count, []int{0, 1, 30, 300, 5000, 30000})
	var want []byte
	for _, m := range messages {
		want = append(want, m.encoded(wire.V31)...)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, m := range messages {
			m.write(p)
		}
	}()
	for len(want) > 0 {
		n := min(len(want), 1+rnd.IntN(100000))
		r.wantBytes(want[:n])
		want = want[n:]
	}
	<-done
}

// TestConcurrentSenders: messages of several goroutines never mix, and heartbeats
// do not get into a frame. Run with -race.
func TestConcurrentSenders(t *testing.T) {
	ours, far := tcpPair(t)
	p := pipe.New(pipe.Config{Mailbox: new(pipe.Mailbox), Buffers: new(pipe.Buffers)})
	r := rigOn(t, configOf("DEALER", nil), p, ours, far)
	r.handshake("ROUTER")
	var socket sync.Mutex // the lock that a socket holds while it writes to its pipes
	const senders, each = 4, 500
	for id := range senders {
		go func() {
			for i := range each {
				m := pipe.Message{Head: []byte{byte(id)}, Tail: [][]byte{{byte(i >> 8), byte(i)}, bytes.Repeat([]byte{byte(id)}, i)}}
				socket.Lock()
				_, flush := p.Write(&m)
				socket.Unlock()
				if flush {
					p.Flush()
				}
			}
		}()
	}
	next := make([]int, senders)
	for _, m := range readMessages(t, far, senders*each) {
		id, i := m[2], int(m[5])<<8|int(m[6])
		if next[id] != i || !bytes.Equal(m[len(m)-i:], bytes.Repeat([]byte{id}, i)) {
			t.Fatalf("message %d of sender %d, want %d", i, id, next[id])
		}
		next[id]++
	}
}
