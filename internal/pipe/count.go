// SPDX-License-Identifier: Apache-2.0

package pipe

import "sync/atomic"

// Totals are what the pipes of a socket have done together, those that are gone
// included. Connections count once a read and once a write, not once a message.
// It may be read at any time.
type Totals struct {
	ReceivedBytes atomic.Uint64 // bytes read from connections
	_             [56]byte      // the writers' counter is not on the readers' cache line
	SentBytes     atomic.Uint64 // bytes written to connections
	Conflated     atomic.Uint64 // messages that a newer one took the place of
	Displaced     atomic.Uint64 // messages for peers that gave way to newer ones at the mark
	Overflow      atomic.Uint64 // messages of peers that gave way to newer ones at the mark
	PeerGone      atomic.Uint64 // messages that were lost with a peer, or sent to one that had gone
	InFlight      atomic.Uint64 // messages that were lost with a connection which had taken them
	Malformed     atomic.Uint64 // messages of peers with more frames than the socket type takes
	Unread        atomic.Uint64 // messages of a connection that the socket ended without reading them
}

// CountRead notes bytes that were read from the pipe's connection.
func (p *Pipe) CountRead(n int) {
	p.read.Add(uint64(n))
	p.totals.ReceivedBytes.Add(uint64(n))
}

// CountInFlight notes messages that a connection had taken and that were lost with it.
func (p *Pipe) CountInFlight(n uint64) { p.totals.InFlight.Add(n) }

// Bytes returns what was written to the pipe's connections and read from them,
// with framing, or in process the bytes of messages.
func (p *Pipe) Bytes() (out, in uint64) {
	if p.out == nil {
		return p.other.bytesInProcess(), p.bytesInProcess()
	}
	p.out.mu.Lock()
	defer p.out.mu.Unlock()
	return p.out.written, p.read.Load()
}

// bytesInProcess returns how many bytes of messages the peer has sent.
func (p *Pipe) bytesInProcess() uint64 {
	p.in.mu.Lock()
	defer p.in.mu.Unlock()
	return p.in.payload + p.read.Load()
}

// lostIn counts messages that came for the socket and that it does not take: in process
// as its peer's loss, which is there to be told.
func (p *Pipe) lostIn(n int) {
	if p.other != nil {
		p.other.totals.PeerGone.Add(uint64(n))
	} else {
		p.totals.Unread.Add(uint64(n))
	}
}

// lost counts messages for the peer that are dropped where no pattern sees it.
func (o *Outbox) lost(n int) {
	if t := o.replaced.totals; t != nil {
		t.PeerGone.Add(uint64(n))
	}
}

// Conflated returns how many messages either way a newer one took the place of.
func (p *Pipe) Conflated() uint64 {
	n := p.in.replaced.Load()
	if p.out != nil {
		n += p.out.replaced.Load()
	}
	return n
}

// Marks returns the high-water marks in messages that apply to each direction, 0
// for no limit. In process they are those of both ends together.
func (p *Pipe) Marks() (out, in int) {
	if p.out != nil {
		p.out.mu.Lock()
		out = int(p.out.mark.limit)
		p.out.mu.Unlock()
	} else {
		out = p.other.in.limit()
	}
	return out, p.in.limit()
}

func (b *Inbox) limit() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return int(b.mark.limit)
}

// replacement counts the messages of one queue that conflation dropped, for the
// queue and for its socket.
type replacement struct {
	atomic.Uint64
	totals *Totals
}

func (r *replacement) note(n int) {
	if n > 0 {
		r.Add(uint64(n))
		if r.totals != nil {
			r.totals.Conflated.Add(uint64(n))
		}
	}
}

// wroteLocked notes bytes that a connection has taken.
func (o *Outbox) wroteLocked(n int) {
	o.written += uint64(n)
	if t := o.replaced.totals; t != nil {
		t.SentBytes.Add(uint64(n))
	}
}

// RecvMark returns how many messages of the peer may wait, 0 for any number: for a
// sink, which keeps them itself.
func (p *Pipe) RecvMark() int {
	recv := int(p.recvHWM.Load())
	if p.out != nil {
		return recv
	}
	return sumHWM(int(p.other.sendHWM.Load()), recv)
}
