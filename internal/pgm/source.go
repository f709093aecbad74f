// SPDX-License-Identifier: Apache-2.0

package pgm

import (
	"net/netip"
	"slices"
	"time"

	"github.com/gozmq/zmq/internal/pgm/packet"
)

// SourceConfig is what a Source is made of.
type SourceConfig struct {
	TSI     packet.TSI
	Session uint16     // port of the session
	Path    netip.Addr // our address, where receivers send their NAKs to
	Group   netip.Addr // that it sends to
	Window  int        // packets that are kept, 1 at least
	Rate    int        // bytes a second, headers included; 0: no limit
	Headers int        // bytes of the headers of IP and UDP, which count
	MTU     int        // largest packet, these headers included

	// First is the sequence number of the first packet, which is 0 but in tests.
	First uint32
}

// SourceStats are the counters of a Source.
type SourceStats struct {
	Packets, Bytes uint64 // of data, sent for the first time
	Asked          uint64 // packets that NAKs have asked for
	Repeated       uint64 // packets that were sent again
	TooLate        uint64 // packets asked for that the window had not any more
	Malformed      uint64
}

const (
	// repairPart is which part of the rate repairs may take from new data, so that what
	// receivers ask for, or pretend to, cannot hold a source up.
	repairPart = 2
	// confirmPart is which part of the rate confirmations may have beside it.
	confirmPart = 8
	// crossing is how long a NAK for a packet that was just sent again, or confirmed, is
	// taken for one that has crossed with it. Receivers wait longer before they repeat one.
	crossing = mostBackOff
	// mostUnknown is how many sequence numbers outside of the window wait for their NCF.
	mostUnknown = 256
	// spmPause is the shortest time between SPMs that receivers ask for.
	spmPause = 20 * time.Millisecond
	// spmAmidData is how long data may flow without an SPM.
	spmAmidData = 500 * time.Millisecond
	// burst is for how long a source may send at once what the rate allows for that time:
	// several times what a timer of the system is late by, so that the rate is kept. It is
	// shortened, down to leastBurst, where it is more than mostBurst bytes, which is half of
	// what Linux keeps for a receiver by default.
	burst, leastBurst = 5 * time.Millisecond, 2 * time.Millisecond
	mostBurst         = 104 << 10
	// usualNCF is about the size of an NCF for one packet, headers included.
	usualNCF = 64
	// manySPMs is how often what begins and what ends a session is sent.
	manySPMs = 3
)

// Source is the sending end of a transport session.
type Source struct {
	cfg    SourceConfig
	window transmitWindow
	stats  SourceStats
	out    []byte // the last packet of Next

	all, repairs, confirms bucket

	asked []uint32 // to be sent again, in the order of the NAKs
	confs []uint32 // to be confirmed

	spmSeq  uint32
	spmAt   time.Time // when the next SPM is due
	spmLast time.Time
	beat    int // index of the next heartbeat
	extra   int // SPMs that are due at once
	fin     bool
}

// NewSource makes a Source. It begins with SPMs.
func NewSource(cfg SourceConfig, now time.Time) *Source {
	rate := float64(cfg.Rate)
	depth := min(rate*burst.Seconds(), max(mostBurst, rate*leastBurst.Seconds()))
	depth = max(depth, 2*float64(cfg.MTU))
	return &Source{
		cfg: cfg, window: transmitWindow{limit: cfg.Window, trail: cfg.First},
		all:      newBucket(rate, depth, now),
		repairs:  newBucket(rate/repairPart, depth, now),
		confirms: newBucket(rate/confirmPart, depth, now),
		spmAt:    now.Add(ambient), extra: manySPMs, beat: len(heartbeats) - 1,
	}
}

// Stats returns the counters.
func (s *Source) Stats() SourceStats { return s.stats }

// reserved is what a packet of the largest size has room for beside its data, as with
// libzmq: a header, an option for fragments, and in IP one that alerts routers.
const reserved = 44

// MaxData is how much data a packet has at most.
func (s *Source) MaxData() int { return MaxData(s.cfg.MTU, s.cfg.Headers) }

// MaxData is how much data a packet has at most for a largest packet and the headers of IP
// and UDP.
func MaxData(mtu, headers int) int { return mtu - headers - reserved }

// Wait returns how long the rate has a packet with n bytes of data wait.
func (s *Source) Wait(n int, now time.Time) time.Duration {
	return s.all.wait(n+packet.DataOverhead+s.cfg.Headers, now)
}

// Data makes the next packet of data, which is to be sent at once. It is valid until the
// next call of a method.
func (s *Source) Data(data []byte, now time.Time) []byte {
	slot := s.window.next()
	slot.packet = packet.AppendData(slot.packet[:0], packet.OData, s.cfg.TSI, s.cfg.Session, s.window.lead(), s.window.trail, data)
	s.all.take(len(slot.packet)+s.cfg.Headers, now)
	s.stats.Packets++
	s.stats.Bytes += uint64(len(data))
	s.beatAfterData(now)
	return slot.packet
}

// beatAfterData starts the heartbeats anew. A stream of data does not put them off for
// ever, because a receiver that joins needs one to ask for repairs.
func (s *Source) beatAfterData(now time.Time) {
	s.beat = 0
	s.spmAt = now.Add(heartbeats[0])
	if t := s.spmLast.Add(spmAmidData); t.Before(s.spmAt) {
		s.spmAt = t
	}
}

// Finish has the last SPMs sent, which say that the session ends.
func (s *Source) Finish() {
	s.fin, s.extra = true, manySPMs
}

// Handle takes a packet that has come from a receiver. It returns whether that has asked
// for a packet of data.
func (s *Source) Handle(b []byte, now time.Time) (asks bool) {
	h, body, err := packet.Parse(b)
	if err != nil {
		s.stats.Malformed++
		return false
	}
	if h.Asked() != s.cfg.TSI || h.From != s.cfg.Session {
		return false
	}
	switch h.Type {
	case packet.SPMR:
		if at := s.spmLast.Add(spmPause); at.Before(s.spmAt) {
			s.spmAt = at
		}
	case packet.NAK:
		r, err := packet.ParseRequest(&h, body)
		if err != nil {
			s.stats.Malformed++
			return false
		}
		if r.Source == s.cfg.Path && r.Group == s.cfg.Group {
			asks = true
			for seq := range r.Seqs() {
				s.ask(seq, now)
			}
		}
	}
	return asks
}

// ask notes that a receiver has asked for a packet.
func (s *Source) ask(seq uint32, now time.Time) {
	if before(s.window.lead(), seq) {
		return // never sent, so no receiver of ours can miss it
	}
	s.stats.Asked++
	slot := s.window.get(seq)
	if slot == nil {
		s.stats.TooLate++
		// The trail of an SPM says that it is gone for good.
		if at := s.spmLast.Add(spmPause); at.Before(s.spmAt) {
			s.spmAt = at
		}
		if len(s.confs) < mostUnknown && !slices.Contains(s.confs, seq) {
			s.confs = append(s.confs, seq)
		}
		return
	}
	if !slot.confirming && now.Sub(slot.confirmed) >= crossing {
		slot.confirming = true
		s.confs = append(s.confs, seq)
	}
	if !slot.asked && now.Sub(slot.repeated) >= crossing {
		slot.asked = true
		s.asked = append(s.asked, seq)
	}
}

// Next returns a packet that is to be sent to the group now, valid until the next call of
// a method. It is called until it returns nil. All these packets concern the routers on
// the way (RFC 3208, section 4).
func (s *Source) Next(now time.Time) []byte {
	if s.extra > 0 || !now.Before(s.spmAt) {
		return s.pathMessage(now)
	}
	if p := s.confirmation(now); p != nil {
		return p
	}
	return s.repair(now)
}

func (s *Source) pathMessage(now time.Time) []byte {
	if s.extra > 0 {
		s.extra--
	} else if s.beat < len(heartbeats)-1 {
		s.beat++
	}
	s.spmLast, s.spmAt = now, now.Add(heartbeats[s.beat])
	m := packet.PathMessage{Seq: s.spmSeq, Trail: s.window.trail, Lead: s.window.lead(), Path: s.cfg.Path, Options: packet.Options{Fin: s.fin}}
	s.spmSeq++
	s.out = packet.AppendSPM(s.out[:0], s.cfg.TSI, s.cfg.Session, &m)
	return s.out
}

// confirmation makes an NCF for as many sequence numbers as one has.
func (s *Source) confirmation(now time.Time) []byte {
	if len(s.confs) == 0 || s.confirms.wait(usualNCF, now) > 0 {
		return nil
	}
	n := min(len(s.confs), 1+packet.MaxListed)
	s.out = packet.AppendNCF(s.out[:0], s.cfg.TSI, s.cfg.Session, s.cfg.Path, s.cfg.Group, s.confs[:n])
	for _, seq := range s.confs[:n] {
		if slot := s.window.get(seq); slot != nil {
			slot.confirming, slot.confirmed = false, now
		}
	}
	if s.confs = s.confs[n:]; len(s.confs) == 0 {
		s.confs = nil
	}
	s.confirms.take(len(s.out)+s.cfg.Headers, now)
	return s.out
}

// repair makes the RDATA for the packet that was asked for first.
func (s *Source) repair(now time.Time) []byte {
	for len(s.asked) > 0 {
		slot := s.window.get(s.asked[0])
		if slot == nil || !slot.asked { // fallen out meanwhile
			s.asked = s.asked[1:]
			continue
		}
		n := len(slot.packet) + s.cfg.Headers
		if s.all.wait(n, now) > 0 || s.repairs.wait(n, now) > 0 {
			return nil
		}
		s.asked = s.asked[1:]
		slot.asked, slot.repeated = false, now
		s.all.take(n, now)
		s.repairs.take(n, now)
		s.stats.Repeated++
		packet.Repeat(slot.packet, s.window.trail)
		s.beatAfterData(now)
		return slot.packet
	}
	s.asked = s.asked[:0]
	return nil
}

// Wake returns when Next is to be called again if nothing comes before.
func (s *Source) Wake(now time.Time) time.Time {
	at := s.spmAt
	if s.extra > 0 {
		at = now
	}
	sooner := func(d time.Duration) {
		if t := now.Add(d); t.Before(at) {
			at = t
		}
	}
	if len(s.confs) > 0 {
		sooner(s.confirms.wait(usualNCF, now))
	}
	if len(s.asked) > 0 {
		n := s.cfg.MTU
		sooner(max(s.all.wait(n, now), s.repairs.wait(n, now)))
	}
	return at
}
