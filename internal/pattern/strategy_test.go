// SPDX-License-Identifier: Apache-2.0

package pattern

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zerr"
)

// bench is a pattern with pipes whose peers are the test.
type bench struct {
	testing.TB
	h *Host
	p Pattern
}

func newBench(t testing.TB, typ int, set ...any) *bench {
	t.Helper()
	h := &Host{Mailbox: new(pipe.Mailbox), Options: opt.NewSet(false), Drops: new(Drops)}
	p, err := New(typ, h)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t, h, p}
	for i := 0; i < len(set); i += 2 {
		b.set(set[i].(opt.Num), set[i+1].(int))
	}
	if c, ok := p.(Configured); ok {
		c.Configure()
	}
	return b
}

func (b *bench) set(n opt.Num, v int) {
	b.Helper()
	if err := b.h.Options.Put(n, opt.Value{I: int64(v)}); err != nil {
		b.Fatal(err)
	}
	if c, ok := b.p.(Configured); ok {
		c.Configure()
	}
}

// link is a connection whose system takes nothing; what it would write is what the
// test takes.
type link struct{ out *pipe.Outbox }

func (l link) Flush(bool) { l.out.Stuck(new(pipe.Batch), 0) }

// pipe attaches a peer that is past its handshake.
func (b *bench) pipe(hwm int, identity string) *pipe.Pipe {
	b.Helper()
	p := pipe.New(pipe.Config{
		Mailbox: b.h.Mailbox, Buffers: new(pipe.Buffers), SendHWM: hwm, RecvHWM: hwm, Accepted: true, Sink: b.p.Sink(),
	})
	p.SetPeer(&pipe.Peer{Identity: []byte(identity)})
	p.Out().Attach(link{p.Out()}, wire.V31)
	b.p.Attach(p)
	if err := b.p.Ready(p); err != nil {
		b.Fatal(err)
	}
	return p
}

// writable reports whether some message can be sent.
func (b *bench) writable() bool {
	n, _ := b.p.Room(nil, 1)
	return n > 0
}

// leave ends a peer as the socket does.
func (b *bench) leave(p *pipe.Pipe) {
	b.p.Lost(p)
	b.p.Detach(p)
	b.after()
	p.CloseIn(false)
	p.CloseOut()
}

// after does what a socket does once it has released its lock.
func (b *bench) after() {
	for _, f := range b.h.After {
		f()
	}
	b.h.After = nil
}

func msg(frames ...string) *pipe.Message {
	m := &pipe.Message{Head: []byte(frames[0]), Owned: true}
	for _, f := range frames[1:] {
		m.Tail = append(m.Tail, []byte(f))
	}
	return m
}

func (b *bench) send(frames ...string) {
	b.Helper()
	if err := b.p.Send(msg(frames...)); err != nil {
		b.Fatalf("send %q: %v", frames, err)
	}
}

func (b *bench) deliver(p *pipe.Pipe, frames ...string) {
	b.Helper()
	m := *msg(frames...)
	m.Peer = p.Peer()
	if p.Deliver(pipe.Items(m)) != 1 {
		b.Fatalf("%q was refused", frames)
	}
}

func (b *bench) want(frames ...string) {
	b.Helper()
	var m pipe.Message
	if err := Recv(b.p, &m); err != nil {
		b.Fatalf("receive: %v, want %q", err, frames)
	}
	got := append([][]byte{m.Head}, m.Tail...)
	if !bytes.Equal(bytes.Join(got, []byte("|")), msgBytes(frames)) || len(got) != len(frames) {
		b.Fatalf("received %q, want %q", got, frames)
	}
}

func msgBytes(frames []string) []byte {
	m := msg(frames...)
	return bytes.Join(append([][]byte{m.Head}, m.Tail...), []byte("|"))
}

func (b *bench) none() {
	b.Helper()
	var m pipe.Message
	if err := Recv(b.p, &m); err != zerr.ErrAgain {
		b.Fatalf("received %q, %v; want ErrAgain", m.Head, err)
	}
}

// drain takes what waits for a peer and returns how many messages that was.
func drain(p *pipe.Pipe) (n int) {
	var batch pipe.Batch
	n = p.Out().Count()
	for p.Out().Take(&batch) {
		p.Out().Sent(&batch)
	}
	return n
}

func TestFairQueueTakesOneFromEachPipeInTurn(t *testing.T) {
	b := newBench(t, Pull)
	pipes := []*pipe.Pipe{b.pipe(0, ""), b.pipe(0, ""), b.pipe(0, "")}
	for i := range 3 {
		for k, p := range pipes {
			b.deliver(p, fmt.Sprint(k), fmt.Sprint(i))
		}
	}
	for i := range 3 {
		for k := range pipes {
			b.want(fmt.Sprint(k), fmt.Sprint(i))
		}
	}
	b.none()
	// A pipe that was empty comes back at the end of the ring.
	b.deliver(pipes[2], "2")
	b.deliver(pipes[2], "2")
	b.deliver(pipes[0], "0")
	b.want("2")
	b.want("0")
	b.want("2")
	b.none()
}

// However many pipes there are, and however unevenly they are filled, each gives one
// message a round until it has none.
func TestFairQueueTakesTurnsAmongMany(t *testing.T) {
	const pipes = 3*touchAhead + 5
	for name, next := range map[string]func(*bench, *pipe.Message) bool{
		"Recv": func(b *bench, m *pipe.Message) bool { return Recv(b.p, m) == nil },
		"Turn": func(b *bench, m *pipe.Message) bool { return b.takeTurn(m) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, Pull)
			var want, got []string
			for k := range pipes {
				p := b.pipe(0, "")
				var framed []byte
				n := k % 7
				for i := range n {
					framed = wire.AppendFrame(framed, 0, fmt.Append(nil, i, "of", k))
				}
				if n > 0 {
					p.Deliver([]pipe.Item{pipe.NewRun(framed, n, p.Peer(), nil)})
				}
			}
			for i := range 7 {
				for k := range pipes {
					if i < k%7 {
						want = append(want, fmt.Sprint(i, "of", k))
					}
				}
			}
			for m := new(pipe.Message); next(b, m); {
				got = append(got, string(m.Head))
			}
			if !slices.Equal(got, want) {
				t.Errorf("received %q, want %q", got, want)
			}
			b.none()
		})
	}
}

// takeTurn reads as a socket does that knows that its pattern is Verbatim.
func (b *bench) takeTurn(m *pipe.Message) bool {
	s := b.p.(Verbatim)
	for p := s.Turn(); p != nil; p = s.Turn() {
		if p.Read(m) {
			return true
		}
		s.Empty()
	}
	return false
}

// Types that never receive have no pipe whose turn it is.
func TestTurnOfThoseThatOnlySend(t *testing.T) {
	b := newBench(t, Push)
	b.pipe(0, "")
	if p := b.p.(Verbatim).Turn(); p != nil {
		t.Errorf("%p for a PUSH", p)
	}
}

func TestFairQueueForgetsEmptyPipes(t *testing.T) {
	b := newBench(t, Pull)
	for range 100 {
		p := b.pipe(0, "")
		b.deliver(p, "x")
		b.leave(p)
		b.want("x")
	}
	b.none()
	if n := len(b.p.(*dealer).in.ring); n != 0 {
		t.Errorf("%d pipes are in the ring", n)
	}
}

func TestBalancerAlternatesAndLeavesOutFullPipes(t *testing.T) {
	b := newBench(t, Push)
	p, q := b.pipe(1, ""), b.pipe(100, "")
	b.send("1")
	b.send("2")
	b.send("3") // p's turn, but it is full
	b.send("4")
	if drain(p) != 1 || drain(q) != 3 {
		t.Error("the full pipe was not left out")
	}
	for range 6 { // p comes back at the end of the ring
		b.send("x")
		drain(p)
	}
	if n := drain(q); n != 3 {
		t.Errorf("%d of 6 messages went to one of two pipes", n)
	}
}

func TestBalancerWithoutRoomAnywhereIsMute(t *testing.T) {
	b := newBench(t, Dealer)
	if b.writable() || b.p.Send(msg("x")) != zerr.ErrAgain {
		t.Error("it takes a message for nobody")
	}
	p, q := b.pipe(1, ""), b.pipe(1, "")
	b.send("1")
	b.send("2")
	if b.writable() || b.p.Send(msg("x")) != zerr.ErrAgain {
		t.Error("it takes a message with all pipes full")
	}
	drain(q)
	if !b.writable() {
		t.Error("not writable with room in a pipe")
	}
	b.send("3")
	if drain(p) != 1 || drain(q) != 1 {
		t.Error("the message went to the full pipe")
	}
}

func TestBalancerRemovesPipesWhereverTheCursorStands(t *testing.T) {
	for cursor := range 4 {
		for gone := range 4 {
			b := newBench(t, Push)
			var pipes []*pipe.Pipe
			for range 4 {
				pipes = append(pipes, b.pipe(0, ""))
			}
			for range cursor {
				b.send("x")
			}
			for _, p := range pipes {
				drain(p)
			}
			b.leave(pipes[gone])
			pipes[gone].Out().OnDrained(func() {})
			b.p.Detach(pipes[gone]) // again changes nothing
			for range 6 {
				b.send("x")
			}
			for i, p := range pipes {
				want := 2
				if i == gone {
					want = 0
				}
				if n := drain(p); n != want {
					t.Errorf("cursor %d, pipe %d gone: pipe %d got %d messages, want %d", cursor, gone, i, n, want)
				}
			}
		}
	}
}

func TestRouterForgetsPipesThatLeft(t *testing.T) {
	b := newBench(t, Router, opt.RouterHandover, 1)
	r := b.p.(*router)
	var pipes []*pipe.Pipe
	for i := range 30 {
		pipes = append(pipes, b.pipe(0, []string{"", "same", fmt.Sprint("peer", i)}[i%3]))
	}
	if len(r.byID) != 30 { // those that lost the name have one of ours
		t.Errorf("%d ids, want 30", len(r.byID))
	}
	for _, p := range pipes {
		b.leave(p)
	}
	if len(r.byID) != 0 || len(r.in.ring) != 0 {
		t.Errorf("%d ids and %d pipes are left", len(r.byID), len(r.in.ring))
	}
}

func TestRouterFreshIDsAvoidTheOnesInUse(t *testing.T) {
	b := newBench(t, Router)
	r := b.p.(*router)
	r.next = 1<<32 - 2
	b.pipe(0, "\x00\x00\x00\x00\x00") // taken by a peer that says so
	var ids []string
	for range 3 {
		ids = append(ids, string(b.pipe(0, "").Route.ID))
	}
	if ids[0] != "\x00\xff\xff\xff\xff" || ids[1] != "\x00\x00\x00\x00\x01" || ids[2] != "\x00\x00\x00\x00\x02" {
		t.Errorf("ids %q", ids)
	}
}

func TestRouterWritableDependsOnMandatory(t *testing.T) {
	b := newBench(t, Router, opt.RouterMandatory, 1)
	if b.writable() {
		t.Error("writable without a peer")
	}
	b.pipe(1, "a")
	b.pipe(1, "b")
	b.send("a", "x")
	if !b.writable() {
		t.Error("not writable with room for one peer")
	}
	if ok, err := b.p.(Reachability).PeerWritable([]byte("a")); ok || err != nil {
		t.Errorf("the full peer: %v, %v", ok, err)
	}
	if ok, err := b.p.(Reachability).PeerWritable([]byte("b")); !ok || err != nil {
		t.Errorf("the peer with room: %v, %v", ok, err)
	}
	if _, err := b.p.(Reachability).PeerWritable([]byte("c")); err != zerr.ErrHostUnreachable {
		t.Errorf("the unknown peer: %v", err)
	}
	b.send("b", "x")
	if b.writable() {
		t.Error("writable with all peers full")
	}
	b.set(opt.RouterMandatory, 0)
	if !b.writable() {
		t.Error("not writable although it drops")
	}
}

func TestReqWritableAndReadableFollowItsState(t *testing.T) {
	b := newBench(t, Req)
	p := b.pipe(0, "")
	state := func(when string, readable, writable bool) {
		t.Helper()
		if b.p.Readable() != readable || b.writable() != writable {
			t.Errorf("%s: readable %v, writable %v", when, b.p.Readable(), b.writable())
		}
	}
	state("idle", false, true)
	b.send("q")
	state("awaiting", false, false)
	b.deliver(p, "", "a")
	state("answered", true, false)
	b.want("a")
	state("done", false, true)
}

func TestReqRelaxedSendWithoutPeersStillAbandonsTheRequest(t *testing.T) {
	b := newBench(t, Req, opt.ReqRelaxed, 1)
	p := b.pipe(1, "")
	b.send("1")
	b.deliver(p, "", "reply to 1")
	if err := b.p.Send(msg("2")); err != zerr.ErrAgain {
		t.Fatalf("send to a full peer: %v", err)
	}
	var m pipe.Message
	if err := Recv(b.p, &m); !errors.Is(err, zerr.ErrState) {
		t.Errorf("receive after the request was given up: %v", err)
	}
}

func TestRepReadableAndWritableFollowItsState(t *testing.T) {
	b := newBench(t, Rep)
	p := b.pipe(0, "")
	if b.p.Readable() || b.writable() {
		t.Error("idle: readable or writable")
	}
	b.deliver(p, "", "q")
	if !b.p.Readable() || b.writable() {
		t.Error("asked: not readable, or writable")
	}
	b.want("q")
	b.deliver(p, "", "q2")
	if b.p.Readable() || !b.writable() {
		t.Error("owing: readable, or not writable")
	}
}

func TestPairOwnsOnePipe(t *testing.T) {
	b := newBench(t, Pair)
	p := b.pipe(0, "")
	q := pipe.New(pipe.Config{Mailbox: b.h.Mailbox, Buffers: new(pipe.Buffers), Accepted: true})
	b.p.Attach(q)
	if b.p.Ready(q) == nil {
		t.Error("a second peer was taken")
	}
	b.p.Detach(q)
	if !b.writable() {
		t.Error("the second peer took the first one along")
	}
	b.leave(p)
	if b.writable() {
		t.Error("writable without a peer")
	}
	b.p.Attach(q)
	if err := b.p.Ready(q); err != nil {
		t.Errorf("the next peer: %v", err)
	}
}

func TestSendOnlyTypesDiscardWhatTheirPeersSend(t *testing.T) {
	for _, typ := range []int{Push, Pub} {
		b := newBench(t, typ)
		p := b.pipe(1, "")
		for range 100 {
			b.deliver(p, "noise")
		}
		if _, in := p.Queued(); in != 0 {
			t.Errorf("type %d: %d messages are kept", typ, in)
		}
	}
}

func TestSteadyStateAllocatesNothingForAMessage(t *testing.T) {
	for _, typ := range []int{Push, Dealer, Router, Pub, Pair} {
		b := newBench(t, typ, opt.RouterMandatory, 1)
		var pipes []*pipe.Pipe
		for i := range 3 {
			if typ == Pair && i > 0 {
				break
			}
			p := b.pipe(0, fmt.Sprint("p", i))
			if typ == Pub {
				p.Deliver(pipe.Items(pipe.Message{Head: []byte{}, Kind: pipe.Subscribe}))
			}
			pipes = append(pipes, p)
		}
		m := msg("sixteen bytes...")
		if typ == Router {
			m = msg("p1", "sixteen bytes...")
		}
		batches := make([]pipe.Batch, len(pipes))
		round := func() {
			for range 100 {
				if err := b.p.Send(m); err != nil {
					t.Fatal(err)
				}
			}
			b.h.Flush = b.h.Flush[:0]
			for i, p := range pipes {
				for p.Out().Take(&batches[i]) {
					p.Out().Sent(&batches[i])
				}
			}
		}
		for range 10 {
			round()
		}
		// A pool that the collector empties, or the race detector, costs a few.
		if n := testing.AllocsPerRun(100, round); n > 5 {
			t.Errorf("type %d: %v allocations for 100 messages", typ, n)
		}
	}
}

// Recv takes the next message for an application that gets it at once.
func Recv(p Pattern, m *pipe.Message) error {
	err := p.Take(m)
	if s, ok := p.(Stateful); ok && err == nil {
		s.Received(m)
	}
	return err
}
