// SPDX-License-Identifier: Apache-2.0

package pgm

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/gozmq/zmq/internal/pgm/packet"
)

// stranger is the TSI of a source that is only forged.
func stranger(n int) packet.TSI {
	return packet.TSI{GSI: packet.GSI{9, 9, 9, 9, byte(n >> 8), byte(n)}, Port: 1}
}

// odata has a receiver hear a packet of a stranger.
func (s *subscriber) odata(n int, seq, trail uint32, data []byte) {
	s.r.Handle(packet.AppendData(nil, packet.OData, stranger(n), testSession, seq, trail, data), netip.AddrPortFrom(s.addr, 1), testGroup, s.w.now)
	s.r.Messages()
}

// memory counts what the windows of a receiver have room for.
func (s *subscriber) memory() (slots, timers, bytes int) {
	for _, x := range s.r.list {
		slots += cap(x.window.slots)
		timers += cap(x.window.timers)
		for i := range x.window.slots {
			bytes += cap(x.window.slots[i].data)
		}
	}
	return slots, timers, bytes
}

// TestForgedSequenceNumbersDoNotFillMemory: they make windows full of missing packets, of
// which there is a number for all sources together. A real source does not suffer.
func TestForgedSequenceNumbersDoNotFillMemory(t *testing.T) {
	const window, forged = 2000, 20
	data := []byte{0xFF, 0xFF, 'x'}
	for name, leap := range map[string]func(s *subscriber, n int, seq uint32) []byte{
		"ODATA": func(_ *subscriber, n int, seq uint32) []byte {
			return packet.AppendData(nil, packet.OData, stranger(n), testSession, seq, 0, data)
		},
		"RDATA": func(_ *subscriber, n int, seq uint32) []byte {
			return packet.AppendData(nil, packet.RData, stranger(n), testSession, seq, 0, data)
		},
		"SPM": func(s *subscriber, n int, seq uint32) []byte {
			return packet.AppendSPM(nil, stranger(n), testSession, &packet.PathMessage{Seq: seq, Lead: seq, Path: s.addr})
		},
		"NCF": func(s *subscriber, n int, seq uint32) []byte {
			return packet.AppendNCF(nil, stranger(n), testSession, s.addr, testGroup, []uint32{seq})
		},
	} {
		if testing.Short() && name != "RDATA" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 21)
			p, s := w.addSource(0, 100, 0), w.addReceiver(window, noLimits)
			w.run(time.Second)
			p.publish(0, 10)
			w.run(time.Second)
			for n := range forged {
				s.odata(n, 0, 0, data)
				for range window/stride + 1 {
					s.r.Handle(leap(s, n, window-1), netip.AddrPortFrom(s.addr, 1), testGroup, w.now)
				}
			}
			var counted int64
			for _, x := range s.r.list {
				counted += int64(x.window.count)
			}
			slots, timers, _ := s.memory()
			if counted != s.r.slots || counted < leastSlots/2 || counted > leastSlots {
				t.Errorf("%d packets in the windows, %d are counted", counted, s.r.slots)
			}
			if most := 2*leastSlots + leastRing*(forged+1); slots > most || timers > 2*most {
				t.Errorf("room for %d packets and %d timers", slots, timers)
			}
			p.publish(10, 20)
			w.cut = true
			p.publish(20, 25)
			w.cut = false
			p.publish(25, 30)
			w.run(3 * time.Second)
			s.want(p, 0, 30)
		})
	}
}

// TestAWindowThatSlidesLeavesNoTimers of packets that it has left behind.
func TestAWindowThatSlidesLeavesNoTimers(t *testing.T) {
	const window = 1000
	w := newWorld(t, 22)
	s := w.addReceiver(window, noLimits)
	for i := range uint32(100) {
		s.odata(0, i*window/2, 0, []byte{0xFF, 0xFF, 'x'})
	}
	if slots, timers, _ := s.memory(); slots > 2*window || timers > 8*window {
		t.Errorf("room for %d packets and %d timers", slots, timers)
	}
}

// TestPacketsThatWereDeliveredAreNotKept: neither their data nor the room of the window.
func TestPacketsThatWereDeliveredAreNotKept(t *testing.T) {
	const window = 1000
	w := newWorld(t, 23)
	s := w.addReceiver(window, noLimits)
	data := append([]byte{0, 0, 101, 0}, make([]byte, 100)...)
	s.odata(0, 0, 0, data)
	for seq := range uint32(window - 2) {
		s.odata(0, seq+2, 0, data)
	}
	if slots, _, bytes := s.memory(); slots < window || bytes < (window-2)*len(data) {
		t.Fatalf("room for %d packets and %d bytes: they do not wait", slots, bytes)
	}
	s.odata(0, 1, 0, data)
	if n := s.r.Sources()[0].Messages; n != window {
		t.Fatalf("%d messages", n)
	}
	if slots, timers, bytes := s.memory(); slots > 2*leastRing || timers > leastRing || bytes > 0 || s.r.slots != 0 || s.r.held != 0 {
		t.Errorf("room for %d packets, %d timers and %d bytes; %d and %d are counted", slots, timers, bytes, s.r.slots, s.r.held)
	}
}

// TestNAKsOfAllSourcesTogetherAreRateLimited: whatever the times at which they are due,
// and each source has its turn.
func TestNAKsOfAllSourcesTogetherAreRateLimited(t *testing.T) {
	const sources = 300
	w := newWorld(t, 24)
	s := w.addReceiver(100, noLimits)
	for n := range sources {
		s.odata(n, 0, 0, []byte{0xFF, 0xFF, 'x'})
		s.odata(n, 2, 0, []byte{0xFF, 0xFF, 'x'})
	}
	var at []time.Time
	for range 2000 {
		w.now = w.now.Add(time.Millisecond / 2)
		for _, x := range s.r.Next(w.now) {
			if packet.Type(x.Packet[4]) == packet.NAK {
				at = append(at, w.now)
			}
		}
	}
	for i := range len(at) - 2*naksAtOnce {
		if d := at[i+2*naksAtOnce].Sub(at[i]); d < nakPause {
			t.Fatalf("%d NAKs in %v", 2*naksAtOnce+1, d)
		}
	}
	for _, x := range s.r.Sources() {
		if x.Asked == 0 {
			t.Errorf("%v was not asked", x.Source)
		}
	}
}

// TestASourceThatMissesMuchLeavesOthersTheirTurn to be asked for repairs.
func TestASourceThatMissesMuchLeavesOthersTheirTurn(t *testing.T) {
	const window = 40_000
	w := newWorld(t, 25)
	s := w.addReceiver(window, noLimits)
	data := []byte{0xFF, 0xFF, 'x'}
	s.odata(0, 0, 0, data)
	s.odata(1, 0, 0, data)
	for range window/stride + 1 {
		s.odata(0, window-1, 0, data)
	}
	w.now = w.now.Add(mostBackOff) // more is due than may be asked for
	s.odata(1, 2, 0, data)
	for range 300 { // it takes 400 to ask the first for everything once
		w.now = w.now.Add(time.Millisecond)
		s.r.Next(w.now)
		s.confirmAll(stranger(0))
	}
	if x := s.r.Sources(); x[0].Asked < 20_000 || x[1].Asked == 0 {
		t.Errorf("%d and %d packets were asked for", x[0].Asked, x[1].Asked)
	}
}

// confirmAll has a source confirm the NAKs that the receiver has just sent to it.
func (s *subscriber) confirmAll(source packet.TSI) (naks int) {
	for _, x := range s.r.queue {
		h, body, err := packet.Parse(x.Packet)
		if err != nil || h.Type != packet.NAK || h.Asked() != source {
			continue
		}
		nak, err := packet.ParseRequest(&h, body)
		if err != nil {
			s.w.t.Fatal(err)
		}
		naks++
		ncf := packet.AppendNCF(nil, source, testSession, nak.Source, nak.Group, slices.Collect(nak.Seqs()))
		s.r.Handle(ncf, netip.AddrPortFrom(s.addr, 1), testGroup, s.w.now)
	}
	return naks
}

// TestAForgedJumpAddsFewPackets: each packet in the name of a source has the receiver note
// a number of missing packets, whatever the window.
func TestAForgedJumpAddsFewPackets(t *testing.T) {
	const window, few = 800_000, 500
	w := newWorld(t, 28)
	s := w.addReceiver(window, noLimits)
	data := []byte{0xFF, 0xFF, 'x'}
	s.odata(0, 0, 0, data)
	for n := range 3 {
		s.odata(0, window-1-uint32(n), 0, data)
		if slots, timers, _ := s.memory(); s.r.slots > few*int64(n+1) || slots > 2*few*(n+1) || timers > 4*few*(n+1) {
			t.Errorf("after %d packets: %d missing, room for %d packets and %d timers", n+1, s.r.slots, slots, timers)
		}
	}
}

// TestALongGapIsRepaired: one of more packets than one of them adds to the window, amid a
// stream, at its end, and of both libraries' order of packets.
func TestALongGapIsRepaired(t *testing.T) {
	w := newWorld(t, 29)
	p, s := w.addSource(0, 20_000, 0), w.addReceiver(20_000, noLimits)
	w.run(time.Second)
	p.publish(0, 10)
	w.run(time.Second)
	for n := range 2 {
		from := 10 + 10_000*n
		w.cut = true
		p.publish(from, from+9_900)
		w.cut = false
		if n == 0 {
			p.publish(from+9_900, from+10_000)
		}
		w.run(20 * time.Second)
	}
	s.want(p, 0, 19_910)
	if x := s.r.Sources()[0]; x.Repaired < 10*stride || x.Lost > 0 {
		t.Errorf("%+v", x)
	}
}

// deafSource makes a receiver miss a packet of a source every 10 ms, and returns how many
// NAKs it sends to it in that time. hears is whether the source confirms them.
func deafSource(s *subscriber, seq *uint32, d time.Duration, hears bool) (naks int) {
	for end := s.w.now.Add(d); s.w.now.Before(end); {
		s.w.now = s.w.now.Add(10 * time.Millisecond)
		s.odata(0, *seq, *seq-50, []byte{0xFF, 0xFF, 'x'})
		*seq += 2
		for _, x := range s.r.Next(s.w.now) {
			if packet.Type(x.Packet[4]) == packet.NAK {
				naks++
			}
		}
		if hears {
			s.confirmAll(stranger(0))
		}
	}
	return naks
}

// TestNAKsStopIfNoAnswerComes: a forged source, at the address of a victim, has receivers
// send it a few NAKs, and then hardly any. They resume when it answers.
func TestNAKsStopIfNoAnswerComes(t *testing.T) {
	w := newWorld(t, 30)
	s := w.addReceiver(1000, noLimits)
	s.odata(0, 100, 50, []byte{0xFF, 0xFF, 'x'})
	seq := uint32(102)
	if n := deafSource(s, &seq, 500*time.Millisecond, true); n < freeNAKs {
		t.Fatalf("a source that answers is sent %d NAKs: too few to prove anything", n)
	}
	if n := deafSource(s, &seq, 20*time.Second, false); n < mostOpen/2 || n > mostOpen+5 {
		t.Errorf("%d NAKs in 20 s without an answer", n)
	}
	if n := deafSource(s, &seq, time.Minute, false); n == 0 || n > int(time.Minute/deafPause)+1 {
		t.Errorf("%d NAKs in the next minute", n)
	}
	if n := deafSource(s, &seq, 10*time.Second, true); n < 100 {
		t.Errorf("%d NAKs in 10 s when it answers again", n)
	}
	if x := s.r.Sources()[0]; x.Lost == 0 {
		t.Errorf("%+v", x)
	}
}

// TestALostNAKDoesNotChangeThePort: of a source that has answered there. One that never has
// is asked at the other port at once, and one that stops answering soon.
func TestALostNAKDoesNotChangeThePort(t *testing.T) {
	w := newWorld(t, 31)
	s := w.addReceiver(1000, noLimits)
	s.odata(0, 0, 0, []byte{0xFF, 0xFF, 'x'})
	seq := uint32(2)
	// miss has the receiver miss a packet and ask for it until it has done so n times. It
	// returns the ports of the NAKs.
	miss := func(n int, answers bool) (ports []uint16) {
		s.odata(0, seq, seq-1, []byte{0xFF, 0xFF, 'x'})
		for end := w.now.Add(10 * time.Second); len(ports) < n && w.now.Before(end); {
			w.now = w.now.Add(time.Millisecond)
			for _, x := range s.r.Next(w.now) {
				if packet.Type(x.Packet[4]) == packet.NAK {
					ports = append(ports, x.Port)
				}
			}
			if answers {
				s.confirmAll(stranger(0))
			}
		}
		s.odata(0, seq+1, seq+1, []byte{0xFF, 0xFF, 'x'}) // it is lost for good
		seq += 3
		return ports
	}
	if got := miss(2, false); !slices.Equal(got, []uint16{0, 1}) {
		t.Fatalf("a port that never answered: %v", got)
	}
	if got := miss(1, true); !slices.Equal(got, []uint16{1}) {
		t.Fatalf("the other port: %v", got)
	}
	for range 5 {
		if got := miss(2, false); !slices.Equal(got, []uint16{1, 1}) {
			t.Fatalf("a NAK was lost: %v", got)
		}
		miss(1, true)
	}
	if got := miss(portFails+1, false); !slices.Equal(got, []uint16{1, 1, 1, 0}) {
		t.Fatalf("it answers no more: %v", got)
	}
}

// TestAPacketWaitsOnceForItsConfirmation: however often it is asked for until its NCF goes
// out.
func TestAPacketWaitsOnceForItsConfirmation(t *testing.T) {
	const window = 1000
	w := newWorld(t, 26)
	p := w.addSource(20_000, window, 0)
	for range window {
		p.source.Data([]byte{0, 0, 2, 0, 'x'}, w.now)
	}
	for range 50 {
		w.now = w.now.Add(2 * crossing)
		for first := uint32(0); first < window; first += 50 {
			seqs := make([]uint32, 50)
			for i := range seqs {
				seqs[i] = first + uint32(i)
			}
			p.source.Handle(packet.AppendNak(nil, testSession, p.source.cfg.TSI, p.addr, testGroup, seqs), w.now)
		}
		p.source.confirmation(w.now)
		if n := len(p.source.confs); n > window {
			t.Fatalf("%d sequence numbers wait for their NCF", n)
		}
	}
	if n := len(p.source.confs); n < window/2 {
		t.Fatalf("only %d sequence numbers wait: too few to prove anything", n)
	}
	// Each is confirmed again when it is asked for again.
	for range 2 {
		w.now = w.now.Add(time.Hour)
		for p.source.confirmation(w.now) != nil {
			w.now = w.now.Add(time.Second)
		}
		w.now = w.now.Add(crossing)
		p.source.ask(7, w.now)
		if len(p.source.confs) != 1 {
			t.Errorf("%d sequence numbers wait", len(p.source.confs))
		}
	}
}

var elsewhere = netip.MustParseAddr("203.0.113.9")

// asksElsewhere has a receiver miss packets of a source whose SPM names another address as
// its path. It returns how many NAKs go there, and how many to the source's address. What
// it answers is what the source does when it is asked there.
func asksElsewhere(t *testing.T, answer func(seq uint32) []byte) (there, here int) {
	w := newWorld(t, 27)
	s := w.addReceiver(100, noLimits)
	from := netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, 77}), 1)
	s.odata(0, 0, 0, []byte{0xFF, 0xFF, 'x'})
	s.r.list[0].from = from
	spm := packet.AppendSPM(nil, stranger(0), testSession, &packet.PathMessage{Seq: 1, Lead: 0, Path: elsewhere})
	s.r.Handle(spm, from, testGroup, w.now)
	for seq := uint32(1); seq < 60; seq++ {
		spm := packet.AppendSPM(nil, stranger(0), testSession, &packet.PathMessage{Seq: 1 + seq, Lead: seq, Path: elsewhere})
		s.r.Handle(spm, from, testGroup, w.now)
		for range 400 {
			w.now = w.now.Add(time.Millisecond)
			for _, x := range s.r.Next(w.now) {
				if packet.Type(x.Packet[4]) != packet.NAK {
					continue
				}
				if x.To != elsewhere {
					here++
					continue
				}
				there++
				if answer != nil {
					s.r.Handle(answer(seq), from, testGroup, w.now.Add(time.Microsecond))
				}
			}
		}
	}
	return there, here
}

// TestNAKsGoToAForgedPathAFewTimes: an SPM that names a victim's address as the path of a
// source does not have receivers send it all their NAKs.
func TestNAKsGoToAForgedPathAFewTimes(t *testing.T) {
	if there, here := asksElsewhere(t, nil); there == 0 || there > pathTries || here < 5*pathTries {
		t.Errorf("%d NAKs to the path, %d to the source's address", there, here)
	}
}

// TestNAKsGoToAPathThatAnswers: with RDATA, or an NCF before it.
func TestNAKsGoToAPathThatAnswers(t *testing.T) {
	for name, answer := range map[string]func(seq uint32) []byte{
		"RDATA": func(seq uint32) []byte {
			return packet.AppendData(nil, packet.RData, stranger(0), testSession, seq, 0, []byte{0xFF, 0xFF, 'x'})
		},
		"NCF": func(seq uint32) []byte {
			var all []uint32
			for ; seq > 0; seq-- {
				all = append(all, seq)
			}
			return packet.AppendNCF(nil, stranger(0), testSession, elsewhere, testGroup, all)
		},
	} {
		t.Run(name, func(t *testing.T) {
			if there, here := asksElsewhere(t, answer); there < 5*pathTries || here > 0 {
				t.Errorf("%d NAKs to the path, %d to the source's address", there, here)
			}
		})
	}
}
