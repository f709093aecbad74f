// SPDX-License-Identifier: Apache-2.0

package pgm

import (
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/gozmq/zmq/internal/pgm/packet"
)

// settled makes a source and a receiver that know each other.
func settled(t *testing.T, rate int) (*world, *publisher, *subscriber) {
	w := newWorld(t, 11)
	p, s := w.addSource(rate, 100, 0), w.addReceiver(100, Limits{Frame: -1})
	w.run(time.Second)
	p.publish(0, 10)
	w.run(time.Second)
	s.want(p, 0, 10)
	return w, p, s
}

// forge has the receiver hear a packet, and carry on.
func (s *subscriber) forge(b []byte, from netip.Addr) {
	s.r.Handle(b, netip.AddrPortFrom(from, 1), testGroup, s.w.now)
	s.pump()
}

// TestAForgedPacketDoesNotMoveASource: neither ahead nor back, and a source that has been
// moved by several comes back.
func TestAForgedPacketDoesNotMoveASource(t *testing.T) {
	w, p, s := settled(t, 0)
	next := 10
	for _, far := range []uint32{1 << 30, 1 << 31, 0xF0000000, 5000} {
		seq := p.source.window.lead() + far
		for _, b := range [][]byte{
			packet.AppendData(nil, packet.OData, p.source.cfg.TSI, testSession, seq, seq-5, []byte{0, 0, 2, 0, 'x'}),
			packet.AppendData(nil, packet.RData, p.source.cfg.TSI, testSession, seq, seq-5, []byte{0, 0, 2, 0, 'x'}),
			packet.AppendSPM(nil, p.source.cfg.TSI, testSession, &packet.PathMessage{Seq: 1000, Trail: seq - 5, Lead: seq, Path: p.addr}),
			packet.AppendNCF(nil, p.source.cfg.TSI, testSession, p.addr, testGroup, []uint32{seq, seq + 1}),
		} {
			s.forge(b, p.addr)
			p.publish(next, next+5)
			next += 5
			w.run(time.Second)
			s.want(p, 0, next)
		}
	}
	seq := p.source.window.lead() + 1<<30
	for i := range uint32(3 * leapProof) { // what says the same time and again is believed
		s.forge(packet.AppendData(nil, packet.OData, p.source.cfg.TSI, testSession, seq+i, seq-5, []byte{0xFF, 0xFF, 'x'}), p.addr)
	}
	for i := range 50 {
		p.publish(next+i, next+i+1)
		w.run(100 * time.Millisecond)
	}
	got := s.got[1]
	if last := got[len(got)-1]; last != uint32(next+49) || len(got) < next+30 {
		t.Errorf("%d messages, the last is %d of %d: %+v", len(got), last, next+49, s.r.Sources())
	}
}

// TestAnotherAddressDoesNotSpeakForASource: what comes from elsewhere is counted.
func TestAnotherAddressDoesNotSpeakForASource(t *testing.T) {
	w, p, s := settled(t, 0)
	lead := p.source.window.lead()
	s.forge(packet.AppendData(nil, packet.OData, p.source.cfg.TSI, testSession, lead+1, lead, []byte{0, 0, 2, 0, 'x'}), netip.MustParseAddr("203.0.113.1"))
	p.publish(10, 20)
	w.run(time.Second)
	s.want(p, 0, 20)
	if x := s.r.Sources()[0]; x.Foreign != 1 {
		t.Errorf("%+v", x)
	}
}

// TestAStormOfNAKsIsRateLimited: forged or not, they cost no more than a part of the rate,
// and new data goes on.
func TestAStormOfNAKsIsRateLimited(t *testing.T) {
	const rate, seconds = 100_000, 3
	w, p, s := settled(t, rate)
	w.run(10 * time.Second)
	before := w.onWire[packet.RData] + w.onWire[packet.NCF]
	at := w.now
	p.publish(10, 3000)
	for w.now.Sub(at) < seconds*time.Second {
		trail, lead := p.source.window.trail, p.source.window.lead()
		for first := trail - 200; first != lead+63*10; first += 63 {
			seqs := make([]uint32, 63)
			for i := range seqs {
				seqs[i] = first + uint32(i)
			}
			p.source.Handle(packet.AppendNak(nil, testSession, p.source.cfg.TSI, p.addr, testGroup, seqs), w.now)
			if int32(first-lead) > 0 {
				break
			}
		}
		p.pump()
		w.run(time.Millisecond)
	}
	if n := len(p.source.confs) + len(p.source.asked); n > 2*p.source.cfg.Window+mostUnknown {
		t.Errorf("%d sequence numbers wait", n)
	}
	sent := w.onWire[packet.RData] + w.onWire[packet.NCF] - before
	stats := p.source.Stats()
	repairs := float64(stats.Repeated) * testMTU // at most
	if repairs > seconds*rate || sent > seconds*rate/100 {
		t.Errorf("%d packets of repairs: %+v", sent, stats)
	}
	if float64(stats.Bytes) < 0.2*seconds*rate {
		t.Errorf("only %d bytes of data", stats.Bytes)
	}
	w.run(60 * time.Second)
	s.want(p, 0, 3000)
}

// TestAFloodOfSourcesIsBounded: and one that is there keeps its place.
func TestAFloodOfSourcesIsBounded(t *testing.T) {
	w, p, s := settled(t, 0)
	for i := range uint32(4000) {
		tsi := packet.TSI{GSI: packet.GSI{9, 9, byte(i >> 24), byte(i >> 16), byte(i >> 8), byte(i)}, Port: 1}
		w.now = w.now.Add(time.Microsecond)
		s.r.Handle(packet.AppendData(nil, packet.OData, tsi, testSession, i, i, []byte{0, 0, 200, 0, 'x'}), netip.AddrPortFrom(p.addr, 1), testGroup, w.now)
		if n := len(s.r.sources); n > mostSources || n != len(s.r.list) {
			t.Fatalf("%d sources, %d listed", n, len(s.r.list))
		}
	}
	if s.r.Stats().Forgotten == 0 {
		t.Error("no source was forgotten")
	}
	p.publish(10, 20)
	w.run(time.Second)
	s.want(p, 0, 20)
}

// TestWhatWaitsBehindGapsIsBounded: of all sources together, and what comes is not torn.
func TestWhatWaitsBehindGapsIsBounded(t *testing.T) {
	w := newWorld(t, 12)
	s := w.addReceiver(1000, noLimits)
	data := append([]byte{0, 0, 101, 0}, make([]byte, 100)...)
	for i := range uint32(40) {
		tsi := packet.TSI{GSI: packet.GSI{9, 9, 9, 9, byte(i >> 8), byte(i)}, Port: 1}
		for seq := range uint32(3000) {
			if seq%50 == 3 {
				continue // and never comes
			}
			s.r.Handle(packet.AppendData(nil, packet.OData, tsi, testSession, seq, 0, data), netip.AddrPortFrom(s.addr, 1), testGroup, w.now)
			s.r.Messages()
			if s.r.held > leastHeld {
				t.Fatalf("%d bytes are held", s.r.held)
			}
		}
	}
	var held int64
	for _, x := range s.r.list {
		held += x.held
		if n := len(x.window.slots); n > 1000 {
			t.Fatalf("a window of %d", n)
		}
	}
	if held != s.r.held || held == 0 {
		t.Errorf("%d bytes are held, %d are counted", held, s.r.held)
	}
}

// TestPartsOfMessagesAreBounded: of a message, and of all sources together.
func TestPartsOfMessagesAreBounded(t *testing.T) {
	w := newWorld(t, 13)
	s := w.addReceiver(1000, Limits{Frame: -1, Partial: 100_000})
	endless := append([]byte{0, 0, 0xFF, 0, 0, 0, 0x7F, 0, 0, 0, 0, 0}, make([]byte, 1000)...)
	follows := append([]byte{0xFF, 0xFF}, make([]byte, 1000)...)
	for i := range byte(50) {
		tsi := packet.TSI{GSI: packet.GSI{9, 9, 9, 9, 9, i}, Port: 1}
		for seq := range uint32(100) {
			data := follows
			if seq == 0 {
				data = endless
			}
			s.r.Handle(packet.AppendData(nil, packet.OData, tsi, testSession, seq, 0, data), netip.AddrPortFrom(s.addr, 1), testGroup, w.now)
			if s.r.partial.held > 102_000 {
				t.Fatalf("%d bytes of parts", s.r.partial.held)
			}
		}
	}
	var torn uint64
	for _, x := range s.r.Sources() {
		torn += x.Torn
	}
	if torn == 0 {
		t.Error("no message was given up")
	}
	w.run(expiry + time.Second)
	s.pump()
	if s.r.partial.held != 0 || s.r.held != 0 {
		t.Errorf("%d and %d bytes are counted of sources that are forgotten", s.r.partial.held, s.r.held)
	}
}

// FuzzReceiver: packets of any content and order make whole messages or none.
func FuzzReceiver(f *testing.F) {
	tsi := packet.TSI{GSI: packet.GSI{1, 2, 3, 4, 5, 6}, Port: 8000}
	f.Add(packet.AppendData(nil, packet.OData, tsi, testSession, 3, 0, []byte{0, 0, 3, 0, 'h', 'i'}), uint64(1))
	f.Add(packet.AppendSPM(nil, tsi, testSession, &packet.PathMessage{Seq: 3, Lead: 9, Path: testGroup}), uint64(2))
	f.Add(packet.AppendNCF(nil, tsi, testSession, testGroup, testGroup, []uint32{5, 6}), uint64(3))
	f.Fuzz(func(t *testing.T, b []byte, seed uint64) {
		w := newWorld(t, seed)
		p, s := w.addSource(0, 20, 0), w.addReceiver(20, Limits{Frame: 1000, Message: 2000, Frames: 10, Partial: 5000})
		w.run(time.Second)
		r := rand.New(rand.NewPCG(seed, 5))
		for i := range 30 {
			p.publish(i, i+1)
			forged := append([]byte(nil), b...)
			if len(forged) > packet.HeaderSize+4 {
				forged[0], forged[1], forged[2], forged[3] = 8000>>8, 8000&0xFF, testSession>>8, testSession&0xFF
				copy(forged[8:14], p.source.cfg.TSI.GSI[:])
				forged[packet.HeaderSize+3] = byte(r.IntN(40))
				forged[6], forged[7] = 0, 0
				sum := ^packet.Sum(forged)
				forged[6], forged[7] = byte(sum>>8), byte(sum)
			}
			s.r.Handle(forged, netip.AddrPortFrom(p.addr, 1), testGroup, w.now)
			p.source.Handle(forged, w.now)
			s.r.Messages() // which a forged packet may make
			s.r.Next(w.now)
			if s.r.partial.held > 8000 || s.r.held > leastHeld {
				t.Fatal(s.r.partial.held, s.r.held)
			}
		}
	})
}
