// SPDX-License-Identifier: Apache-2.0

package pgm

import (
	"bytes"
	"net/netip"
	"time"

	"github.com/gozmq/zmq/internal/pgm/packet"
)

// RemoteStats are the counters of a source that a Receiver follows.
type RemoteStats struct {
	Source packet.TSI
	From   netip.Addr
	Group  netip.Addr

	Packets, Bytes uint64 // of data, that came in time and not twice
	Messages       uint64
	Duplicates     uint64 // packets that were there already, or not wanted any more
	Asked          uint64 // packets that were asked for; each repetition counts
	Repaired       uint64 // packets that came after they were missed
	Lost           uint64 // packets that did not come
	Gaps           uint64 // how often that was so, whatever the number of packets
	Torn           uint64 // messages of which the rest was lost, or that broke a limit
	Foreign        uint64 // packets in its name from another address
}

// add adds the counters of another source.
func (a *RemoteStats) add(b *RemoteStats) {
	a.Packets += b.Packets
	a.Bytes += b.Bytes
	a.Messages += b.Messages
	a.Duplicates += b.Duplicates
	a.Asked += b.Asked
	a.Repaired += b.Repaired
	a.Lost += b.Lost
	a.Gaps += b.Gaps
	a.Torn += b.Torn
	a.Foreign += b.Foreign
}

// remote is a source as a Receiver sees it.
type remote struct {
	r      *Receiver
	tsi    packet.TSI
	from   netip.AddrPort // where its packets come from
	group  netip.Addr
	path   netip.Addr // where NAKs go to, as its SPMs say
	unsure int        // NAKs to a path from which there was no answer since
	heard  time.Time
	ends   bool      // it has said so
	askSPM time.Time // when to ask for an SPM; zero: not

	seenSPM bool
	spmSeq  uint32
	// other has NAKs go to the port that its SPMs come from, because the one of the
	// endpoint does not answer, because several sources of one machine share that.
	other bool
	// hears is that a NAK has been answered since they go to this port; fails is how often
	// in a row one was not, and no other meanwhile.
	hears bool
	fails int

	answer  time.Time // when a NAK was last answered
	open    int       // NAKs since, less those that answers have made up for
	nextNAK time.Time // when there may be another one in spite of them
	rested  time.Time // until when no NAKs are sent

	told uint32 // the last packet that it has told of, which the window may not reach yet

	window receiveWindow
	stream assembler
	held   int64  // bytes of packets behind a gap
	gap    uint64 // packets that are lost in a row, and not told of yet
	leap   leap
	naks   []uint32
	stats  RemoteStats
}

// leap is where a source seems to be, far from its window.
type leap struct {
	seq   uint32
	proof int // packets in a row that say so
}

// plausible reports whether a packet can be at a place, and goes there if enough packets
// say so.
func (s *remote) plausible(seq uint32, now time.Time) bool {
	w, limit := &s.window, int32(s.window.limit)
	if d := int32(seq - w.next); !w.open || d >= -limit && d < int32(w.count)+limit {
		s.leap = leap{}
		return true
	}
	if d := int32(seq - s.leap.seq); s.leap.proof > 0 && d >= 0 && d <= limit {
		s.leap.proof++
	} else {
		s.leap.proof = 1
	}
	if s.leap.seq = seq; s.leap.proof < leapProof {
		return false
	}
	if before(seq, w.next) { // it was never where we have been
		s.skip(w.next + uint32(w.count))
		s.lose(1)
		w.next, s.told = seq, seq-1
	}
	s.leap = leap{}
	return true
}

// pathMessage takes an SPM.
func (s *remote) pathMessage(m *packet.PathMessage, now time.Time) error {
	if s.seenSPM && before(m.Seq, s.spmSeq) {
		return nil
	}
	switch {
	case before(m.Lead+1, m.Trail):
		return packet.Malformed("its trail is behind its lead")
	case m.Path.IsMulticast() || m.Path.IsUnspecified():
		return packet.Malformed("its path is no address of a source")
	}
	if !s.plausible(m.Lead, now) {
		return nil
	}
	s.seenSPM, s.spmSeq, s.path, s.askSPM = true, m.Seq, m.Path, time.Time{}
	s.ends = m.Fin
	if s.ends {
		s.r.wakeAt(now.Add(lastRepairs))
	}
	w := &s.window
	if !w.open { // what was before is not asked for
		w.open, w.next, s.told = true, m.Lead+1, m.Lead
		return nil
	}
	s.trail(m.Trail)
	s.tell(m.Lead)
	s.reach(now)
	s.deliver()
	return nil
}

// data takes an ODATA or RDATA.
func (s *remote) data(m *packet.DataPacket, repair bool, now time.Time) error {
	if before(m.Seq, m.Trail) {
		return packet.Malformed("data that is behind the trail")
	}
	w := &s.window
	if repair && w.open && int32(w.next-m.Seq) > 0 { // another receiver's
		s.stats.Duplicates++
		return nil
	}
	if !w.open {
		if repair {
			return nil
		}
		w.open, w.next, s.told = true, m.Seq, m.Seq-1
	}
	if !s.plausible(m.Seq, now) {
		return nil
	}
	s.ends = false
	s.trail(m.Trail)
	if before(m.Seq, w.next) {
		s.stats.Duplicates++
		s.deliver()
		return nil
	}
	s.room(m.Seq)
	s.tell(m.Seq - 1)
	s.reach(now)
	s.tell(m.Seq)
	if before(w.lead()+1, m.Seq) { // too far behind a gap: it is asked for later
		s.deliver()
		return nil
	}
	if !before(w.lead(), m.Seq) {
		x := w.get(m.Seq)
		if !x.missing() {
			s.stats.Duplicates++
			s.deliver()
			return nil
		}
		if repair && x.asked {
			s.answered(now)
		}
		s.stats.Repaired++
	} else {
		w.extend(m.Seq, arrived, time.Time{})
	}
	s.store(w.get(m.Seq), m)
	s.deliver()
	return nil
}

// store puts a packet into its slot. The first in the window is delivered before its memory
// is used again.
func (s *remote) store(x *slot, m *packet.DataPacket) {
	if x.state, x.data = arrived, m.Data; m.Seq != s.window.next {
		x.data = bytes.Clone(m.Data)
	}
	x.first = m.Fragmented
	x.continues = m.Fragmented && m.Fragment.First != m.Seq
	s.stats.Packets++
	s.stats.Bytes += uint64(len(m.Data))
	s.held += int64(len(m.Data))
	s.r.held += int64(len(m.Data))
}

// trail notes the first packet that the source still has.
func (s *remote) trail(seq uint32) {
	if before(s.window.next, seq) {
		s.skip(seq)
	}
}

// room gives up what is too old for the window to reach to a sequence number.
func (s *remote) room(seq uint32) {
	w := &s.window
	if first := seq - uint32(w.limit) + 1; before(w.next, first) {
		s.skip(first)
	}
}

// skip delivers what is there before a sequence number, and counts the rest as lost.
func (s *remote) skip(seq uint32) {
	w := &s.window
	w.giveUp(seq)
	s.deliver()
	if n := seq - w.next; w.count == 0 && before(w.next, seq) {
		s.lose(uint64(n))
		w.next = seq
	}
}

// tell notes that the source has sent packets up to a sequence number.
func (s *remote) tell(seq uint32) {
	if before(s.told, seq) {
		s.told = seq
	}
}

// reach has the window grow towards the last packet that the source has told of. Missing
// packets get a place, so that one packet, which may be forged, makes a number of them only.
// Each further one makes as many, and repairs do too.
func (s *remote) reach(now time.Time) {
	w := &s.window
	if !before(w.lead(), s.told) {
		return
	}
	s.room(s.told)
	if n := s.told - w.lead(); int32(n) > 0 {
		at := s.backOff(now)
		w.extend(w.lead()+min(n, stride), backingOff, at)
		s.r.wakeAt(at)
	}
}

func (s *remote) backOff(now time.Time) time.Time {
	return now.Add(time.Microsecond + time.Duration(s.r.cfg.Random.Int64N(int64(mostBackOff))))
}

// confirmed takes an NCF, or another receiver's NAK: what it names is on its way.
func (s *remote) confirmed(m *packet.Request, ofSource bool, now time.Time) {
	w := &s.window
	if !w.open {
		return
	}
	for seq := range m.Seqs() {
		if before(w.lead(), seq) {
			if int32(seq-w.lead()) > int32(w.limit)-int32(w.count) {
				continue // the source itself will say so, if it is true
			}
			s.tell(seq - 1)
			s.reach(now)
			if s.tell(seq); w.lead()+1 == seq {
				at := now.Add(dataWait)
				w.extend(seq, awaitsData, at)
				s.r.wakeAt(at)
			}
			continue
		}
		x := w.get(seq)
		if x != nil && x.asked && ofSource {
			x.asked = false
			s.answered(now)
		}
		if x != nil && (x.state == backingOff || x.state == awaitsConfirm) {
			w.set(seq, x, awaitsData, now.Add(dataWait))
			s.r.wakeAt(x.at)
		}
	}
}

// deliver hands on what is in order, and what is known to be lost.
func (s *remote) deliver() {
	w := &s.window
	for w.count > 0 && !w.at(0).missing() {
		x := w.pop()
		if x.state == gone {
			s.lose(1)
			continue
		}
		s.held -= int64(len(x.data))
		s.r.held -= int64(len(x.data))
		s.assemble(&x)
	}
}

// assemble gives a packet's data to the stream.
func (s *remote) assemble(x *slot) {
	s.reportLoss()
	var n int
	ok := true
	if x.continues {
		s.r.out, n, ok = s.stream.follow(s.r.out, x.data)
	} else {
		s.r.out, n, ok = s.stream.begin(s.r.out, x.data, x.first)
	}
	s.stats.Messages += uint64(n)
	if !ok {
		s.stats.Torn++
		s.stream.leave()
	}
}

// lose counts packets that are lost behind what was delivered last.
func (s *remote) lose(n uint64) {
	if n == 0 {
		return
	}
	s.stats.Lost += n
	if s.gap += n; s.stream.leave() {
		s.stats.Torn++
	}
}

// reportLoss tells of packets that were lost in a row, when the next one is there.
func (s *remote) reportLoss() {
	if s.gap == 0 {
		return
	}
	s.stats.Gaps++
	if f := s.r.cfg.Lost; f != nil {
		f(s.tsi, s.from.Addr(), s.gap)
	}
	s.gap = 0
}

// giveUpFirst gives the first gap up, in favour of what waits behind it.
func (s *remote) giveUpFirst() {
	w := &s.window
	n := 0
	for n < w.count && w.at(n).state != arrived {
		n++
	}
	s.skip(w.next + uint32(n))
}

// next does what is due. It returns false when the source is to be forgotten.
func (s *remote) next(now time.Time) bool {
	silence := expiry
	if s.ends {
		silence = lastRepairs
	}
	at := s.heard.Add(silence)
	if !now.Before(at) {
		return false
	}
	s.r.wakeAt(at)
	if !s.askSPM.IsZero() && !now.Before(s.askSPM) {
		s.askSPM = time.Time{}
		p := packet.AppendSPMR(nil, s.r.cfg.Session, s.tsi)
		s.r.queue = append(s.r.queue, Send{Packet: p, To: s.from.Addr(), Group: true})
	}
	if !s.askSPM.IsZero() {
		s.r.wakeAt(s.askSPM)
	}
	s.repairs(now)
	if at, ok := s.window.wake(); ok {
		s.r.wakeAt(later(at, later(s.r.rested, s.rested)))
	}
	return true
}

// repairs asks for what is missing, again if need be, and gives up what was asked for
// often enough.
func (s *remote) repairs(now time.Time) {
	if now.Before(s.r.rested) || now.Before(s.rested) {
		return
	}
	s.naks = s.naks[:0]
	unanswered, over, rests := false, false, false
	for !rests {
		seq, x := s.window.due(now)
		if x == nil {
			break
		}
		switch x.state {
		case backingOff:
			if len(s.naks)%(1+packet.MaxListed) == 0 && !s.mayAsk(now) {
				if s.deaf() && now.Before(s.nextNAK) {
					x.state, over = gone, true
					continue
				}
				s.window.set(seq, x, backingOff, now)
				rests = true
				continue
			}
			s.naks = append(s.naks, seq)
			x.asked = true
			s.window.set(seq, x, awaitsConfirm, now.Add(confirmWait))
			continue
		case awaitsConfirm:
			x.naks++
			unanswered = unanswered || s.answer.Before(x.at.Add(-confirmWait))
		case awaitsData:
			x.confirms++
		}
		if over = over || x.naks >= tries || x.confirms >= tries; x.naks >= tries || x.confirms >= tries {
			x.state = gone
			continue
		}
		s.window.set(seq, x, backingOff, s.backOff(now))
	}
	if unanswered {
		s.unanswered()
	}
	s.ask()
	if over {
		s.deliver()
	}
}

// ask makes NAKs of the sequence numbers that are due.
func (s *remote) ask() {
	s.stats.Asked += uint64(len(s.naks))
	for list := s.naks; len(list) > 0; {
		n := min(len(list), 1+packet.MaxListed)
		p := packet.AppendNak(nil, s.r.cfg.Session, s.tsi, s.pathOrSender(), s.group, list[:n])
		x := Send{Packet: p, To: s.from.Addr()}
		switch {
		case s.other:
			x.Port = s.from.Port()
		case s.path.IsValid() && s.path != x.To && s.unsure < pathTries:
			s.unsure++
			x.To = s.path
		}
		s.r.queue = append(s.r.queue, x)
		list = list[n:]
	}
}

// mayAsk reports whether the source may be sent another NAK now, and counts it. Its address
// may be forged: after some without an answer there is one in the time that an answer takes,
// and after as many of these as a packet is asked for, hardly any.
func (s *remote) mayAsk(now time.Time) bool {
	if s.open >= freeNAKs && now.Before(s.nextNAK) {
		if !s.deaf() {
			s.rested = s.nextNAK
		}
		return false
	}
	if !s.r.mayAsk(now) {
		return false
	}
	switch s.open++; {
	case s.deaf():
		s.open, s.nextNAK = mostOpen, now.Add(deafPause)
	case s.open >= freeNAKs:
		s.nextNAK = now.Add(confirmWait)
	}
	return true
}

// deaf reports whether the source does not hear NAKs. What is missing of it is given up.
func (s *remote) deaf() bool { return s.open >= mostOpen }

// answered notes an NCF or RDATA for a packet that waits for one: where NAKs went to last,
// the source hears them.
func (s *remote) answered(now time.Time) {
	if !s.other {
		s.unsure = 0
	}
	s.answer, s.hears, s.fails = now, true, 0
	s.open = max(0, min(s.open, freeNAKs)-answerBuys)
	if !s.rested.IsZero() {
		s.rested = time.Time{}
		s.r.wakeAt(now)
	}
}

// unanswered notes that a NAK was not confirmed, and nothing else since it was sent. If that
// is more than a loss on the way, NAKs go to the other port.
func (s *remote) unanswered() {
	most := 1
	if s.hears {
		most = portFails
	}
	if s.fails++; s.fails >= most {
		s.other, s.hears, s.fails = !s.other, false, 0
	}
}

// pathOrSender is the source's address as a NAK names it.
func (s *remote) pathOrSender() netip.Addr {
	if s.path.IsValid() {
		return s.path
	}
	return s.from.Addr()
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
