// SPDX-License-Identifier: Apache-2.0

package pgm

import (
	"cmp"
	"math/rand/v2"
	"net/netip"
	"slices"
	"time"

	"github.com/gozmq/zmq/internal/pgm/packet"
)

// ReceiverConfig is what a Receiver is made of.
type ReceiverConfig struct {
	Session uint16 // port of the session
	Window  int    // packets of each source, 1 at least
	MTU     int    // the largest packet that is expected, which measures memory
	Limits  Limits
	Random  *rand.Rand
	// Partial, if set, is asked before parts of messages take so many bytes, all sources
	// together. An error has the message that grows be given up.
	Partial func(total int64) error
	// Lost, if set, is called when packets of a source are lost for good.
	Lost func(source packet.TSI, from netip.Addr, packets uint64)
}

// Send is a packet of a Receiver and where it goes.
type Send struct {
	Packet []byte
	To     netip.Addr // of the source
	Port   uint16     // of UDP; 0: that of the endpoint
	Group  bool       // it goes to the groups too, but to no other network
}

const (
	// mostSources is how many sources a receiver follows. When there are more, the one
	// is forgotten that has been silent longest of those without a message.
	mostSources = 1024
	// heldWindows is how many windows full of packets a receiver keeps behind gaps, of all
	// sources together. Beyond it the source that has most gives its first gap up.
	heldWindows = 4
	// leastHeld is the same where windows are small.
	leastHeld = 1 << 20
	// leastSlots is the same in packets, and those that are missing count too, because a forged
	// sequence number makes a window full of them.
	leastSlots = 1 << 14
	// leapProof is how many packets in a row have to say that a source is at a place that
	// is further away than its window, before that is believed. A single one may be forged.
	leapProof = 3
	// stride is how many missing packets one packet adds to a window at most.
	stride = 256
	// nakPause and naksAtOnce bound how fast a receiver asks: so many NAKs in that time, to
	// all sources together.
	nakPause   = 10 * time.Millisecond
	naksAtOnce = 16
	// freeNAKs is how many NAKs a source is sent before it answers. Each answer buys
	// answerBuys more, so that those that are lost on the way do not add up, and a stranger
	// that forges the source's address and its answers gets no more for each packet.
	freeNAKs, answerBuys = 16, 2
	// mostOpen is how many may be without an answer, with confirmWait between those beyond
	// freeNAKs, until the source is taken for one that does not hear them. One that hears
	// none is asked every deafPause, in case it does again.
	mostOpen  = freeNAKs + tries
	deafPause = 5 * time.Second
	// portFails is how many NAKs in a row a port that has answered before may leave
	// without an answer until they go to the other one.
	portFails = 3
	// pathTries is how many NAKs go to a path that is not the address that the source sends
	// from, until the source answers. An SPM that is forged can name any address.
	pathTries = 8
	// moved is how long a source must be silent before another address may speak for it. A
	// source that is there speaks every 30 s.
	moved = 3 * ambient
	// lastRepairs is how long a source is followed that has said that it ends.
	lastRepairs = 10 * time.Second
)

// Receiver follows the sources of a session. Handle and Next are to be called from one
// goroutine, or under a lock.
type Receiver struct {
	cfg     ReceiverConfig
	sources map[packet.TSI]*remote
	list    []*remote // the same, oldest first
	wake    time.Time // when Next has something to do, or before
	held    int64     // bytes of packets behind gaps
	slots   int64     // packets in the windows, the missing ones too
	partial partial
	out     []byte // messages
	queue   []Send
	naks    int       // that were made since asking
	asking  time.Time // when a nakPause began
	rested  time.Time // until when no NAKs are sent
	stats   ReceiverStats
	past    RemoteStats // sum of the sources that were forgotten
}

// ReceiverStats are the counters of a Receiver that belong to no source.
type ReceiverStats struct {
	Malformed uint64 // packets
	Forgotten uint64 // sources, because there were too many
}

// NewReceiver makes a Receiver.
func NewReceiver(cfg ReceiverConfig) *Receiver {
	return &Receiver{cfg: cfg, sources: make(map[packet.TSI]*remote), partial: partial{limit: cfg.Limits.Partial, ask: cfg.Partial}}
}

// Handle takes a packet that has come for a group, from an address and port of UDP. What
// it completes is in Messages.
func (r *Receiver) Handle(b []byte, from netip.AddrPort, group netip.Addr, now time.Time) {
	h, body, err := packet.Parse(b)
	if err != nil {
		r.stats.Malformed++
		return
	}
	switch h.Type {
	case packet.SPM, packet.OData, packet.RData, packet.NCF:
		if h.To == r.cfg.Session && !h.Parity {
			err = r.fromSource(&h, body, from, group, now)
		}
	case packet.NAK, packet.SPMR:
		if h.From == r.cfg.Session {
			err = r.fromReceiver(&h, body, now)
		}
	}
	if err != nil {
		r.stats.Malformed++
	}
	r.trim()
}

// fromSource takes a packet of a source.
func (r *Receiver) fromSource(h *packet.Header, body []byte, from netip.AddrPort, group netip.Addr, now time.Time) error {
	s := r.sources[h.Source()]
	if s != nil && s.from.Addr() != from.Addr() && now.Sub(s.heard) < moved {
		s.stats.Foreign++
		return nil
	}
	var spm packet.PathMessage
	var data packet.DataPacket
	var ncf packet.Request
	var err error
	switch h.Type { // before a source that is not there costs memory
	case packet.SPM:
		spm, err = packet.ParseSPM(h, body)
	case packet.NCF:
		ncf, err = packet.ParseRequest(h, body)
	default:
		data, err = packet.ParseData(h, body)
	}
	if err != nil {
		return err
	}
	if s == nil {
		if s = r.newRemote(h.Source(), now); s == nil {
			return nil
		}
		s.group = group
		if h.Type != packet.SPM {
			s.askSPM = now.Add(requestDelay)
			r.wakeAt(s.askSPM)
		}
	}
	s.heard = now
	if s.from.Addr() != from.Addr() {
		s.from = from
	}
	switch h.Type {
	case packet.SPM:
		s.from, s.group = from, group
		return s.pathMessage(&spm, now)
	case packet.NCF:
		s.confirmed(&ncf, true, now)
		return nil
	}
	return s.data(&data, h.Type == packet.RData, now)
}

// fromReceiver takes what another receiver of the group has sent, because it saves us the same.
func (r *Receiver) fromReceiver(h *packet.Header, body []byte, now time.Time) error {
	s := r.sources[h.Asked()]
	if h.Type == packet.SPMR {
		if s != nil {
			s.askSPM = time.Time{}
		}
		return nil
	}
	nak, err := packet.ParseRequest(h, body)
	if err == nil && s != nil {
		s.confirmed(&nak, false, now)
	}
	return err
}

// newRemote makes room for a source; nil if there is none.
func (r *Receiver) newRemote(tsi packet.TSI, now time.Time) *remote {
	if len(r.sources) >= mostSources {
		var worst *remote
		for _, s := range r.list {
			if s.stats.Messages == 0 && (worst == nil || s.heard.Before(worst.heard)) {
				worst = s
			}
		}
		if r.stats.Forgotten++; worst == nil {
			return nil
		}
		r.forget(worst)
	}
	s := &remote{r: r, tsi: tsi, heard: now, window: receiveWindow{limit: r.cfg.Window, total: &r.slots}}
	s.stream = assembler{limits: &r.cfg.Limits, parts: &r.partial}
	r.sources[tsi] = s
	r.list = append(r.list, s)
	r.wakeAt(now.Add(expiry))
	return s
}

// forget drops a source. What is in order behind its gaps is delivered.
func (r *Receiver) forget(s *remote) {
	last := s.window.lead()
	if s.window.open && before(last, s.told) {
		last = s.told
	}
	s.skip(last + 1)
	s.reportLoss()
	if s.stream.leave() {
		s.stats.Torn++
	}
	r.past.add(&s.stats)
	delete(r.sources, s.tsi)
	r.list = slices.DeleteFunc(r.list, func(x *remote) bool { return x == s })
}

// Messages returns what is complete, as frames of ZMTP 2.0, and forgets it. It is valid
// until the next Handle or Next.
func (r *Receiver) Messages() []byte {
	b := r.out
	r.out = r.out[:0]
	if cap(b) > keptRoom {
		r.out = nil
	}
	return b
}

// wakeAt notes that there is something to do at a time.
func (r *Receiver) wakeAt(t time.Time) {
	if r.wake.IsZero() || t.Before(r.wake) {
		r.wake = t
	}
}

// Wake returns when Next is to be called again if nothing comes before; zero if never.
func (r *Receiver) Wake() time.Time { return r.wake }

// Next does what is due and returns packets that are to be sent, valid until the next
// call of a method.
func (r *Receiver) Next(now time.Time) []Send {
	r.queue = r.queue[:0]
	if r.wake.IsZero() || now.Before(r.wake) {
		return nil
	}
	r.wake = time.Time{}
	if len(r.list) == 0 {
		return nil
	}
	// Another one is the first each time, so that none always comes when there may be no
	// more NAKs.
	first := r.cfg.Random.IntN(len(r.list))
	var over []*remote
	for i := range r.list {
		if s := r.list[(first+i)%len(r.list)]; !s.next(now) {
			over = append(over, s)
		}
	}
	for _, s := range over {
		r.forget(s)
	}
	return r.queue
}

// mayAsk reports whether there may be another NAK now, and counts it. If not, none are
// sent until rested.
func (r *Receiver) mayAsk(now time.Time) bool {
	if now.Sub(r.asking) >= nakPause {
		r.asking, r.naks = now, 0
	}
	if r.naks == naksAtOnce {
		r.rested = r.asking.Add(nakPause)
		return false
	}
	r.naks++
	return true
}

// trim keeps what waits behind gaps, and the gaps, within their bounds.
func (r *Receiver) trim() {
	slots := heldWindows * int64(r.cfg.Window)
	bytes := slots * int64(r.cfg.MTU)
	for r.held > max(bytes, leastHeld) {
		slices.MaxFunc(r.list, func(a, b *remote) int { return cmp.Compare(a.held, b.held) }).giveUpFirst()
	}
	for r.slots > max(slots, leastSlots) {
		slices.MaxFunc(r.list, func(a, b *remote) int { return cmp.Compare(a.window.count, b.window.count) }).giveUpFirst()
	}
}

// Sources returns the counters of the sources that are followed.
func (r *Receiver) Sources() []RemoteStats {
	list := make([]RemoteStats, 0, len(r.list))
	for _, s := range r.list {
		x := s.stats
		x.Source, x.From, x.Group = s.tsi, s.from.Addr(), s.group
		list = append(list, x)
	}
	return list
}

// Past returns the sums of the sources that are not followed any more.
func (r *Receiver) Past() RemoteStats { return r.past }

// Stats returns the counters that belong to no source.
func (r *Receiver) Stats() ReceiverStats { return r.stats }
