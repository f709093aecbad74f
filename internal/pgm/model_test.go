// SPDX-License-Identifier: Apache-2.0

package pgm

import (
	"fmt"
	"testing"
	"time"

	"github.com/gozmq/zmq/internal/pgm/packet"
	"github.com/gozmq/zmq/internal/zmqtest"
)

var noLimits = Limits{Frame: -1}

// TestWhatTheWindowCanRepairArrivesOnceAndInOrder: with loss of packets in both
// directions, duplicates and reordering.
func TestWhatTheWindowCanRepairArrivesOnceAndInOrder(t *testing.T) {
	losses := []float64{0, 0.001, 0.01, 0.05, 0.1, 0.2, 0.3}
	if testing.Short() {
		losses = []float64{0, 0.01, 0.3}
	}
	for _, loss := range losses {
		for seed := range zmqtest.Seeds(3) {
			t.Run(fmt.Sprintf("loss %v, seed %d", loss, seed), func(t *testing.T) {
				w := newWorld(t, seed)
				w.loss, w.duplicate, w.jitter = loss, 0.02, 3*time.Millisecond
				a, b := w.addSource(200_000, 5000, 0), w.addSource(100_000, 5000, 0)
				for range 3 {
					w.addReceiver(5000, noLimits)
				}
				w.loss = 0 // they hear where the sources begin
				w.run(time.Second)
				w.loss = loss
				a.publish(0, 3000)
				b.publish(0, 1000)
				w.run(60 * time.Second)
				w.loss = 0 // so that the end is not lost time and again
				w.run(10 * time.Second)
				for _, s := range w.receivers {
					s.want(a, 0, 3000)
					s.want(b, 0, 1000)
					for _, x := range s.r.Sources() {
						if x.Lost+x.Gaps+x.Torn > 0 || loss == 0 && x.Asked > 0 && w.jitter == 0 {
							t.Errorf("%+v", x)
						}
					}
				}
			})
		}
	}
}

// TestSequenceNumbersStartOver: data, NAKs and windows pass the end of the 32 bits.
func TestSequenceNumbersStartOver(t *testing.T) {
	w := newWorld(t, 7)
	p := w.addSource(100_000, 1000, 0xFFFFFFFF-300)
	for range 3 {
		w.addReceiver(1000, noLimits)
	}
	w.run(time.Second)
	w.loss, w.jitter = 0.1, 2*time.Millisecond
	p.publish(0, 2000)
	w.run(60 * time.Second)
	w.loss = 0
	w.run(10 * time.Second)
	if lead := p.source.window.lead(); lead > 1<<31 {
		t.Fatalf("the last packet is %d: the numbers did not start over", lead)
	}
	for _, s := range w.receivers {
		s.want(p, 0, 2000)
	}
}

// TestOneOfManyReceiversAsks: a packet that 100 receivers miss is asked for by few, and
// sent again once.
func TestOneOfManyReceiversAsks(t *testing.T) {
	w := newWorld(t, 3)
	p := w.addSource(0, 1000, 0)
	for range 100 {
		w.addReceiver(1000, noLimits)
	}
	w.run(time.Second)
	const lost = 50
	for i := range lost {
		p.publish(2*i, 2*i+1)
		w.cut = true // for what is sent now, which no receiver gets
		p.publish(2*i+1, 2*i+2)
		w.cut = false
		w.run(300 * time.Millisecond)
	}
	w.run(5 * time.Second)
	for _, s := range w.receivers {
		s.want(p, 0, 2*lost)
	}
	stats := p.source.Stats()
	if stats.Repeated < lost || stats.Repeated > 2*stats.Packets {
		t.Errorf("%d packets were sent again: %+v", stats.Repeated, stats)
	}
	// A NAK takes 1 ms and its confirmation another one, of 50 ms that the 100 receivers
	// are spread over, so that about four ask for each.
	if naks := w.onWire[packet.NAK]; naks > 12*int(stats.Repeated) {
		t.Errorf("%d NAKs for %d repairs", naks, stats.Repeated)
	}
	if n := w.onWire[packet.RData]; n != int(stats.Repeated) {
		t.Errorf("%d RDATA for %d repairs", n, stats.Repeated)
	}
}

// TestAHundredReceiversWithLossesOfTheirOwn: everything arrives everywhere.
func TestAHundredReceiversWithLossesOfTheirOwn(t *testing.T) {
	w := newWorld(t, 4)
	p := w.addSource(100_000, 2000, 0)
	for range 100 {
		w.addReceiver(2000, noLimits)
	}
	w.run(time.Second)
	w.loss, w.jitter = 0.02, time.Millisecond
	p.publish(0, 500)
	w.run(30 * time.Second)
	w.loss = 0
	w.run(10 * time.Second)
	for _, s := range w.receivers {
		s.want(p, 0, 500)
	}
}

// TestAfterALongPartitionTheNextWholeMessageFollows: what left the window is lost and
// counted, and nothing is torn.
func TestAfterALongPartitionTheNextWholeMessageFollows(t *testing.T) {
	w := newWorld(t, 5)
	p := w.addSource(50_000, 20, 0)
	s := w.addReceiver(20, noLimits)
	w.run(time.Second)
	p.publish(0, 100)
	w.run(5 * time.Second)
	s.want(p, 0, 100)
	for round := range 3 {
		w.cut = true
		p.publish(100+1000*round, 1000+1000*round)
		w.run(60 * time.Second)
		w.cut = false
		p.publish(1000+1000*round, 1100+1000*round)
		w.run(60 * time.Second)
		got := s.got[1]
		if last := got[len(got)-1]; last != uint32(1099+1000*round) {
			t.Fatalf("round %d: the last message is %d: %+v", round, last, s.r.Sources())
		}
		x := s.r.Sources()[0]
		if x.Gaps != uint64(round+1) || s.gaps != round+1 || x.Lost == 0 || x.Packets+x.Lost != p.source.Stats().Packets {
			t.Errorf("round %d: %+v, told of %d gaps, of %d packets", round, x, s.gaps, p.source.Stats().Packets)
		}
		if len(got) < 100*(round+2) {
			t.Errorf("round %d: only %d messages", round, len(got))
		}
	}
}

// TestAReceiverThatJoinsLate begins with the next message, and leaves and comes back.
func TestAReceiverThatJoinsLate(t *testing.T) {
	w := newWorld(t, 6)
	p := w.addSource(100_000, 500, 0)
	early := w.addReceiver(500, noLimits)
	w.run(time.Second)
	p.publish(0, 500)
	w.run(500 * time.Millisecond) // in the middle of it
	late := w.addReceiver(500, noLimits)
	w.run(30 * time.Second)
	early.want(p, 0, 500)
	got := late.got[1]
	if len(got) == 0 || got[0] == 0 || got[len(got)-1] != 499 || int(499-got[0]) != len(got)-1 {
		t.Fatalf("joined at %v", got)
	}
	late.away = true
	p.publish(500, 520)
	w.run(time.Second)
	late.away = false
	p.publish(520, 600)
	w.run(30 * time.Second)
	late.want(p, int(got[0]), 600) // the window had what it missed
}

// TestASourceThatStartsAnewIsAnother: with a TSI of its own, and messages from its first.
// One that has ended is forgotten soon, one that is silent later.
func TestASourceThatStartsAnewIsAnother(t *testing.T) {
	w := newWorld(t, 8)
	s := w.addReceiver(100, noLimits)
	for n := range 5 {
		p := w.addSource(0, 100, 0)
		p.publish(0, 10)
		w.run(time.Second)
		if n > 0 { // the first one dies
			p.source.Finish()
			p.pump()
		}
		p.dead = true
		w.run(time.Second)
		s.want(p, 0, 10)
	}
	w.run(lastRepairs)
	if list := s.r.Sources(); len(list) != 1 || list[0].From != w.sources[0].addr {
		t.Errorf("after %v: %+v", lastRepairs, list)
	}
	w.run(expiry)
	if list := s.r.Sources(); len(list) != 0 {
		t.Errorf("after %v: %+v", expiry, list)
	}
}

// TestALostEndIsRepaired: the heartbeats of a source that says no more tell of it.
func TestALostEndIsRepaired(t *testing.T) {
	w := newWorld(t, 9)
	p := w.addSource(0, 100, 0)
	s := w.addReceiver(100, noLimits)
	w.run(time.Second)
	p.publish(0, 5)
	w.run(10 * time.Millisecond)
	w.cut = true
	p.publish(5, 10)
	w.run(50 * time.Millisecond)
	w.cut = false
	w.run(time.Second)
	s.want(p, 0, 10)
}

// TestASourceKeepsItsRate: data and repairs together, whatever is asked for.
func TestASourceKeepsItsRate(t *testing.T) {
	w := newWorld(t, 10)
	const rate = 50_000
	p := w.addSource(rate, 10_000, 0)
	for range 10 {
		w.addReceiver(10_000, noLimits)
	}
	w.run(time.Second)
	w.loss = 0.2
	p.publish(0, 6000)
	began := w.now
	w.run(5 * time.Second)
	stats := p.source.Stats()
	sent := int(stats.Bytes) + int(stats.Packets)*(packet.DataOverhead+testHeaders)
	all := sent + int(stats.Repeated)*sent/int(stats.Packets)
	limit := rate * w.now.Sub(began).Seconds() * 1.02
	if float64(all) > limit || float64(all) < 0.9*limit {
		t.Errorf("%d bytes in 5 s at %d: %+v", all, rate, stats)
	}
	if stats.Repeated == 0 || float64(sent) < 0.45*limit {
		t.Errorf("new data got %d of %v bytes: %+v", sent, limit, stats)
	}
}

// TestTheLargestDataIsLibzmqs: for epgm and pgm, over IPv4 and IPv6.
func TestTheLargestDataIsLibzmqs(t *testing.T) {
	for headers, want := range map[int]int{28: 1428, 20: 1436, 48: 1408, 40: 1416} {
		if got := MaxData(1500, headers); got != want {
			t.Errorf("with %d bytes of headers: %d, want %d", headers, got, want)
		}
	}
}

// TestPathMessagesAmidData: a receiver that joins a stream of data gets one soon.
func TestPathMessagesAmidData(t *testing.T) {
	w := newWorld(t, 14)
	p := w.addSource(20_000, 100, 0)
	w.run(time.Second)
	before := w.onWire[packet.SPM]
	p.publish(0, 2000)
	w.run(5 * time.Second)
	if n := w.onWire[packet.SPM] - before; len(p.rest) == 0 || n < 9 || n > 11 {
		t.Errorf("%d in 5 s, and %d bytes to send", n, len(p.rest))
	}
}
