// SPDX-License-Identifier: Apache-2.0

package pgm

import (
	"bytes"
	"container/heap"
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/gozmq/zmq/internal/pgm/packet"
	"github.com/gozmq/zmq/internal/wire"
)

// world is a network of sources and receivers in simulated time.
type world struct {
	t      *testing.T
	random *rand.Rand
	now    time.Time
	events events
	order  int

	loss, duplicate float64
	delay, jitter   time.Duration
	cut             bool // nothing passes

	sources   []*publisher
	receivers []*subscriber
	onWire    map[packet.Type]int
}

const (
	testSession = 5555
	testMTU     = 200
	testHeaders = 28
)

var testGroup = netip.MustParseAddr("239.192.0.1")

func newWorld(t *testing.T, seed uint64) *world {
	return &world{
		t: t, random: rand.New(rand.NewPCG(seed, 1)), now: time.Unix(1000, 0), delay: time.Millisecond,
		onWire: make(map[packet.Type]int),
	}
}

// publisher is a source with messages to send.
type publisher struct {
	w      *world
	addr   netip.Addr
	source *Source
	packer *Packer
	rest   []byte // framed messages that were not sent yet
	wakes  time.Time
	dead   bool
}

// subscriber is a receiver, and the messages that it got from each source.
type subscriber struct {
	w     *world
	addr  netip.Addr
	r     *Receiver
	wakes time.Time
	got   map[uint32][]uint32 // by publisher, the numbers of its messages
	gaps  int
	away  bool
}

func (w *world) addSource(rate, window int, first uint32) *publisher {
	n := byte(len(w.sources) + 1)
	p := &publisher{w: w, addr: netip.AddrFrom4([4]byte{192, 0, 2, n})}
	p.source = NewSource(SourceConfig{
		TSI: packet.TSI{GSI: packet.GSI{1, 2, 3, 4, 5, n}, Port: 8000}, Session: testSession, Path: p.addr, Group: testGroup,
		Window: window, Rate: rate, Headers: testHeaders, MTU: testMTU, First: first,
	}, w.now)
	p.packer = NewPacker(p.source.MaxData())
	w.sources = append(w.sources, p)
	w.at(w.now, p.pump)
	return p
}

func (w *world) addReceiver(window int, limits Limits) *subscriber {
	n := len(w.receivers)
	s := &subscriber{w: w, addr: netip.AddrFrom4([4]byte{198, 51, 100, byte(n)}), got: make(map[uint32][]uint32)}
	s.r = NewReceiver(ReceiverConfig{
		Session: testSession, Window: window, MTU: testMTU, Limits: limits,
		Random: rand.New(rand.NewPCG(uint64(n), 2)),
		Lost:   func(packet.TSI, netip.Addr, uint64) { s.gaps++ },
	})
	w.receivers = append(w.receivers, s)
	return s
}

// message frames one of a publisher's numbered messages, in one or more parts.
func message(publisher, number uint32, size, parts int) []byte {
	body := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, publisher), number)
	body = append(body, bytes.Repeat([]byte{byte(number)}, size)...)
	var b []byte
	for i := range parts {
		flags := byte(wire.FlagMore)
		if i == parts-1 {
			flags = 0
		}
		b = wire.AppendFrame(b, flags, body)
	}
	return b
}

// publish has a publisher send messages with numbers from..to-1, of random sizes.
func (p *publisher) publish(from, to int) {
	n := uint32(p.addr.As4()[3])
	for i := from; i < to; i++ {
		size := p.w.random.IntN(60)
		if p.w.random.IntN(20) == 0 {
			size = p.w.random.IntN(3 * testMTU)
		}
		p.rest = append(p.rest, message(n, uint32(i), size, 1+p.w.random.IntN(3))...)
	}
	p.pump()
}

// pump sends what the rate allows and what the machine wants to.
func (p *publisher) pump() {
	now := p.w.now
	if p.dead {
		return
	}
	for b := p.source.Next(now); b != nil; b = p.source.Next(now) {
		p.w.multicast(b, p.addr)
	}
	for {
		p.rest = p.rest[p.packer.Add(p.rest):]
		data := p.packer.Data()
		if data == nil || p.source.Wait(len(data), now) > 0 {
			break
		}
		p.w.multicast(p.source.Data(data, now), p.addr)
		p.packer.Next()
	}
	at := p.source.Wake(now)
	if data := p.packer.Data(); data != nil {
		if t := now.Add(p.source.Wait(len(data), now)); t.Before(at) {
			at = t
		}
	}
	if !at.After(now) {
		at = now.Add(time.Microsecond)
	}
	if p.wakes.After(now) && !at.Before(p.wakes) {
		return
	}
	p.wakes = at
	p.w.at(at, p.pump)
}

// pump sends what the machine wants to, and takes messages.
func (s *subscriber) pump() {
	for _, x := range s.r.Next(s.w.now) {
		b := bytes.Clone(x.Packet)
		s.w.onWire[packet.Type(b[4])]++
		for _, p := range s.w.sources {
			if p.addr == x.To {
				s.w.carry(func() { p.source.Handle(b, p.w.now); p.pump() })
			}
		}
		if x.Group {
			s.w.multicast(b, s.addr)
		}
	}
	s.take()
	if at := s.r.Wake(); !at.IsZero() && (!s.wakes.After(s.w.now) || at.Before(s.wakes)) {
		s.wakes = later(at, s.w.now.Add(time.Microsecond))
		s.w.at(s.wakes, s.pump)
	}
}

// take checks that messages are whole.
func (s *subscriber) take() {
	for b := s.r.Messages(); len(b) > 0; {
		var first []byte
		for {
			h, n, err := wire.ParseHeader(b)
			if err != nil || n == 0 || h.Size < 8 || uint64(len(b)-n) < h.Size {
				s.w.t.Fatalf("torn frame: %d bytes, %v", len(b), err)
			}
			body := b[n : n+int(h.Size)]
			b = b[n+int(h.Size):]
			if first == nil {
				first = body
			} else if !bytes.Equal(first, body) {
				s.w.t.Fatal("a message is made of two")
			}
			if h.Flags&wire.FlagMore == 0 {
				break
			}
		}
		p, number := binary.BigEndian.Uint32(first), binary.BigEndian.Uint32(first[4:])
		for _, x := range first[8:] {
			if x != byte(number) {
				s.w.t.Fatal("the body of another message")
			}
		}
		if had := s.got[p]; len(had) > 0 && number <= had[len(had)-1] {
			s.w.t.Fatalf("message %d of %d comes after %d", number, p, had[len(had)-1])
		}
		s.got[p] = append(s.got[p], number)
	}
}

// want compares what a receiver got of a publisher with numbers from..to-1.
func (s *subscriber) want(p *publisher, from, to int) {
	s.w.t.Helper()
	got := s.got[uint32(p.addr.As4()[3])]
	if len(got) != to-from || len(got) > 0 && (got[0] != uint32(from) || got[len(got)-1] != uint32(to-1)) {
		first, last := uint32(0), uint32(0)
		if len(got) > 0 {
			first, last = got[0], got[len(got)-1]
		}
		s.w.t.Errorf("receiver %v got %d messages of %v, %d to %d; want %d to %d: %+v", s.addr, len(got), p.addr, first, last, from, to-1, s.r.Sources())
	}
}

// multicast carries a packet to every receiver.
func (w *world) multicast(b []byte, from netip.Addr) {
	b = bytes.Clone(b)
	w.onWire[packet.Type(b[4])]++
	for _, s := range w.receivers {
		if s.addr != from && !s.away {
			w.carry(func() { s.r.Handle(b, netip.AddrPortFrom(from, 1), testGroup, w.now); s.pump() })
		}
	}
}

// carry has a packet arrive, or not.
func (w *world) carry(arrive func()) {
	if w.cut || w.random.Float64() < w.loss {
		return
	}
	copies := 1
	if w.random.Float64() < w.duplicate {
		copies = 2
	}
	for range copies {
		d := w.delay
		if w.jitter > 0 {
			d += time.Duration(w.random.Int64N(int64(w.jitter)))
		}
		w.at(w.now.Add(d), arrive)
	}
}

// run lets time pass.
func (w *world) run(d time.Duration) {
	end := w.now.Add(d)
	for len(w.events) > 0 && !w.events[0].at.After(end) {
		e := heap.Pop(&w.events).(event)
		w.now = e.at
		e.do()
	}
	w.now = end
}

func (w *world) at(t time.Time, do func()) {
	w.order++
	heap.Push(&w.events, event{t, w.order, do})
}

type event struct {
	at    time.Time
	order int
	do    func()
}

type events []event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	return e[i].at.Before(e[j].at) || e[i].at.Equal(e[j].at) && e[i].order < e[j].order
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)   { *e = append(*e, x.(event)) }
func (e *events) Pop() any {
	old := *e
	x := old[len(old)-1]
	*e = old[:len(old)-1]
	return x
}
