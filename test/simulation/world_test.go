// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/core"
	"github.com/gozmq/zmq/internal/pattern"
	"github.com/gozmq/zmq/internal/pipe"
)

// world is one simulation: peers, the network between them, and the account of all
// messages.
type world struct {
	// Immutable after newWorld.
	t       *testing.T
	random  *rand.Rand // of the goroutine that makes faults
	net     *network
	senders []*peer
	sinks   []*peer
	name    string
	hwm     int64
	linger  time.Duration
	gap     time.Duration // between bursts, on average
	burst   int
	size    int // of messages, at most
	lasts   time.Duration
	keys    *[2]zmq.CurveKeypair // of the end that binds and of all others; nil: in clear text

	numbers atomic.Uint32

	mu       sync.Mutex
	messages map[id]*fate
	latest   map[way]uint64    // number of the last message by each way
	counted  map[string]uint64 // lost, by cause, by the counters of sockets that are closed
	failed   int               // Sends that returned an error
	faults   []string          // rules that were broken
	events   []string          // what befell the peers
}

// smallHeader is the least that a frame takes besides its body.
const smallHeader = 2

// id names a message: the number of the socket that sent it, and its own.
type id struct {
	sender uint32
	n      uint64
}

// way is what messages stay in order on: one connection between two sockets. While two
// connections are up at the receiver, because it has not learnt that one has ended, they
// take turns.
type way struct {
	sender uint32
	at     uint32
	peer   *pipe.Peer
}

// fate is what became of a message.
type fate struct {
	size      int // of all frames
	sent      bool
	delivered bool
}

// shape is a pattern, by the types that send and receive.
type shape struct {
	from, to int
	many     bool // several peers may send and receive
}

var shapes = map[string]shape{
	"PUSH":   {pattern.Push, pattern.Pull, true},
	"DEALER": {pattern.Dealer, pattern.Dealer, true},
	"PAIR":   {pattern.Pair, pattern.Pair, false},
	"PUB":    {pattern.Pub, pattern.Sub, false},
	"REQ":    {pattern.Req, pattern.Router, true},
}

func newWorld(t *testing.T, random *rand.Rand, shape shape) *world {
	w := &world{
		t: t, random: random, net: newNetwork(rand.New(rand.NewPCG(random.Uint64(), 1))),
		messages: make(map[id]*fate), latest: make(map[way]uint64), counted: make(map[string]uint64),
		hwm:    int64(1 + random.IntN(50)),
		linger: time.Duration(random.IntN(3)) * 10 * time.Second,
		gap:    time.Duration(1+random.IntN(60)) * time.Second,
		burst:  1 + random.IntN(100),
		size:   []int{1, 200, 20_000}[random.IntN(3)],
		lasts:  time.Duration(1+random.IntN(8)) * time.Hour,
	}
	w.gap = max(w.gap, w.lasts*time.Duration(w.burst)/20_000) // so many messages are enough
	if random.IntN(3) == 0 {
		w.keys = &[2]zmq.CurveKeypair{zmq.NewCurveKeypair(), zmq.NewCurveKeypair()}
	}
	senders, sinks := 1, 1
	senderBinds := random.IntN(2) == 0
	if shape.many && senderBinds {
		sinks += random.IntN(3)
	} else if shape.many {
		senders += random.IntN(3)
	}
	for range senders {
		w.senders = append(w.senders, w.newPeer(shape.from, senderBinds))
	}
	for range sinks {
		w.sinks = append(w.sinks, w.newPeer(shape.to, !senderBinds))
	}
	w.name = fmt.Sprintf("%d senders, %d receivers, sender binds: %v, CURVE: %v, mark %d, linger %v, bursts of %d every %v, size %d, %v",
		senders, sinks, senderBinds, w.keys != nil, w.hwm, w.linger, w.burst, w.gap, w.size, w.lasts)
	return w
}

func (w *world) newPeer(typ int, binds bool) *peer {
	address := netip.AddrFrom4([4]byte{10, 0, 0, byte(1 + len(w.senders) + len(w.sinks))})
	c := core.NewContext(core.Config{Transports: core.Transports()})
	return &peer{w: w, context: c, typ: typ, binds: binds, host: host{w.net, address}, random: rand.New(rand.NewPCG(w.random.Uint64(), 2))}
}

// begin notes a message before it is sent, since it may be received before Send returns.
func (w *world) begin(sender uint32, n uint64, frames [][]byte) {
	f := new(fate)
	for _, b := range frames {
		f.size += len(b)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.messages[id{sender, n}] = f
}

// end notes what became of a Send.
func (w *world) end(sender uint32, n uint64, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f := w.messages[id{sender, n}]
	if f.sent = err == nil; !f.sent {
		w.failed++
	}
	if err != nil && f.delivered {
		w.broke("message %d of socket %d was delivered although Send said %v", n, sender, err)
	}
}

// received checks a message that has arrived.
func (w *world) received(at uint32, m *pipe.Message) {
	w.mu.Lock()
	defer w.mu.Unlock()
	size := len(m.Head)
	for _, b := range m.Tail {
		size += len(b)
	}
	if len(m.Head) < header {
		w.broke("a message of %d bytes was never sent", size)
		return
	}
	x := id{binary.BigEndian.Uint32(m.Head), binary.BigEndian.Uint64(m.Head[4:])}
	f := w.messages[x]
	switch {
	case f == nil:
		w.broke("message %v was never sent", x)
		return
	case f.size != size:
		w.broke("message %v has %d bytes, was sent with %d", x, size, f.size)
	case f.delivered:
		w.broke("message %v arrives twice", x)
	}
	f.delivered = true
	by := way{x.sender, at, m.Peer}
	if x.n < w.latest[by] {
		w.broke("message %v arrives after message %d", x, w.latest[by])
	}
	w.latest[by] = max(x.n, w.latest[by])
}

// broke notes a rule that was broken. w.mu is held.
func (w *world) broke(format string, args ...any) {
	if len(w.faults) < 10 {
		w.faults = append(w.faults, fmt.Sprintf("%v: ", time.Since(epoch))+fmt.Sprintf(format, args...))
	}
}

// epoch is when every bubble begins.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// retired takes over what a socket that is closed has counted as lost.
func (w *world) retired(s *core.Socket) {
	w.mu.Lock()
	defer w.mu.Unlock()
	d := s.Drops()
	for cause, n := range map[string]uint64{
		"mute": d.Mute.Load(), "no subscriber": d.NoSubscriber.Load(), "unroutable": d.Unroutable.Load(),
		"filtered": d.Filtered.Load(), "malformed": d.Malformed.Load(), "stale": d.Stale.Load(),
		"refused": d.Refused.Load(), "in flight": s.InFlight(), "peer gone": s.PeerGone(), "unread": s.Unread(),
	} {
		if n > 0 {
			w.counted[cause] += n
		}
	}
}

// run lives through the simulation and checks the account.
func (w *world) run() {
	ctx, stop := context.WithCancel(context.Background())
	sending, stopSending := context.WithCancel(ctx)
	var senders, sinks sync.WaitGroup
	for _, p := range append(w.senders, w.sinks...) {
		if err := p.open(); err != nil {
			w.t.Fatal(err)
		}
	}
	for _, p := range w.senders {
		deliver := p.send
		if p.typ == pattern.Req {
			deliver = p.request
		}
		senders.Go(func() { w.note(p.sendLoop(sending, deliver)) })
	}
	for _, p := range w.sinks {
		sinks.Go(func() { w.note(p.recvLoop(ctx)) })
	}
	w.befall()
	stopSending()
	w.returns(&senders)
	// Whatever is under way arrives, is sent again on another connection, or is lost.
	time.Sleep(time.Hour)
	for _, p := range append(w.senders, w.sinks...) {
		w.quiet(p)
	}
	stop()
	sinks.Wait()
	for _, p := range append(w.senders, w.sinks...) {
		w.note(p.context.Close())
		w.retired(p.socket)
	}
	w.net.all.Wait()
	w.settle()
}

func (w *world) note(err error) {
	if err != nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.broke("%v", err)
	}
}

// returns checks that every Send returns, now that the network is whole and every
// receiver receives.
func (w *world) returns(senders *sync.WaitGroup) {
	done := make(chan struct{})
	go func() {
		senders.Wait()
		close(done)
	}()
	t := time.NewTimer(time.Hour)
	defer t.Stop()
	select {
	case <-done:
	case <-t.C:
		w.note(fmt.Errorf("a Send has not returned an hour after the last fault"))
		for _, p := range w.senders {
			_ = p.socket.Close()
			close(p.changed)
		}
		<-done
	}
}

// quiet checks that nothing waits to be sent by a peer, now that the network is whole.
func (w *world) quiet(p *peer) {
	if n := p.socket.Traffic().QueuedOut; n > 0 {
		w.note(fmt.Errorf("%s: %d messages still wait an hour after the last fault", p.socket, n))
	}
}

// settle compares what was sent with what became of it.
func (w *world) settle() {
	w.mu.Lock()
	defer w.mu.Unlock()
	var sent, delivered int
	var missing []int // sizes
	for _, f := range w.messages {
		if !f.sent {
			continue
		}
		sent++
		if f.delivered {
			delivered++
			continue
		}
		missing = append(missing, f.size)
	}
	counted := 0
	for _, n := range w.counted {
		counted += int(n)
	}
	// A publisher that does not know yet that a connection has ended drops for it what
	// the next one gets.
	if counted > len(missing) && w.senders[0].typ != pattern.Pub {
		w.broke("%d messages are counted as lost, and only %d of %d were not delivered", counted, len(missing), sent)
	}
	uncounted := max(len(missing)-counted, 0)
	lost, broken := w.net.account()
	slices.Sort(missing)
	least := 0 // bytes that these have taken in connections, all but the first of each break
	for _, size := range missing[:max(uncounted-broken, 0)] {
		least += size + smallHeader
	}
	if least > lost {
		w.broke("%d of %d messages have vanished, %d bytes at least: %d were delivered, %d counted as lost, and %d bytes lost in %d breaks",
			uncounted, sent, least, delivered, counted, lost, broken)
	}
	w.t.Logf("%s: %d sent, %d delivered, %d counted as lost %v, %d lost in %d breaks, %d Sends failed", w.name, sent, delivered, counted, w.counted, uncounted, broken, w.failed)
	for _, text := range w.faults {
		w.t.Error(text)
	}
	if w.t.Failed() {
		for _, text := range w.events {
			w.t.Log(text)
		}
	}
}
