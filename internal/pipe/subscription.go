// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"slices"

	"github.com/gozmq/zmq/internal/wire"
)

// Subscriptions leave in order with the messages that a subscriber sends upstream,
// but outside the high-water mark. Before a connection is there they wait in the form
// of messages; the version of ZMTP that the peer speaks decides what they become.

// Subscription tells the peer of a topic. flush means that the caller holds the
// write token, as for Write; waiting is how many subscriptions wait for a peer to be
// there.
func (p *Pipe) Subscription(topic []byte, cancel bool) (flush bool, waiting int) {
	if p.out != nil {
		return p.out.Subscription(topic, cancel)
	}
	q := p.other
	m := Message{Head: append(make([]byte, 0, len(topic)), topic...), Kind: Subscribe, Owned: true, Peer: q.peer.Load()}
	if cancel {
		m.Kind = Cancel
	}
	switch {
	case !p.Adopted():
		q.in.inject(m)
		q.asked++
	case q.sink != nil: // otherwise it is no publisher
		q.Deliver(Items(m))
	}
	return false, q.asked
}

// DropSubscriptions drops those that wait for a peer to be there.
func (p *Pipe) DropSubscriptions() {
	if p.out != nil {
		p.out.dropSubscriptions()
	} else {
		p.other.dropAsked()
	}
}

// dropAsked drops the subscriptions in an inbox from which nothing has been read.
func (p *Pipe) dropAsked() {
	b := &p.in
	b.mu.Lock()
	defer b.mu.Unlock()
	b.queue = slices.DeleteFunc(b.queue, func(it Item) bool {
		if it.Kind != Subscribe && it.Kind != Cancel {
			return false
		}
		b.injected--
		b.mark.unwrite(1, it.Size())
		b.size -= it.footprint()
		return true
	})
	p.asked = 0
}

// Subscription is that of Pipe for a peer behind a connection.
func (o *Outbox) Subscription(topic []byte, cancel bool) (flush bool, waiting int) {
	const around = 32 // more than the header and the name of a command
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return false, 0
	}
	v := o.version
	if o.link == nil {
		v = wire.V30
		o.asked++
	}
	seg := o.growAskedLocked(around + len(topic))
	before := len(seg.b)
	seg.b = o.appendSubscription(seg.b, topic, cancel, v)
	seg.ends = true
	o.bytes += len(seg.b) - before
	return o.takeTokenLocked(), o.asked
}

// appendSubscription appends a subscription in the form of a version of ZMTP.
func (o *Outbox) appendSubscription(b, topic []byte, cancel bool, v wire.Version) []byte {
	if o.groups && o.link != nil {
		return wire.AppendGroup(b, topic, cancel)
	}
	return wire.AppendSubscription(b, topic, cancel, v)
}

// growAskedLocked is growLocked for subscriptions, which have segments of their own: to
// peers before ZMTP 3.1 they look like messages.
func (o *Outbox) growAskedLocked(n int) *segment {
	if k := len(o.segs); k > 0 {
		if s := &o.segs[k-1]; s.asks && cap(s.b)-len(s.b) >= n {
			return s
		}
		n = max(n, smallChunk+1)
	}
	c := o.buffers.get(n)
	o.segs = append(o.segs, segment{b: c.buf, chunk: c, asks: true})
	return &o.segs[len(o.segs)-1]
}

// dropSubscriptions leaves out what waits for a connection.
func (o *Outbox) dropSubscriptions() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.segs = slices.DeleteFunc(o.segs, func(s segment) bool {
		if s.asks {
			o.bytes -= len(s.b)
			if s.chunk != nil {
				s.chunk.release()
			}
		}
		return s.asks
	})
	o.asked = 0
}

// formLocked gives the subscriptions that wait the form that the connection's peer
// knows.
func (o *Outbox) formLocked() {
	for i := range o.segs {
		s := &o.segs[i]
		if !s.asks || !o.groups && !o.version.SubscribesByCommand() {
			continue
		}
		var b []byte
		for rest := s.b; len(rest) > 0; {
			h, n, _ := wire.ParseHeader(rest)
			end := n + int(h.Size)
			topic, cancel, _ := wire.ParseSubscription(rest[n:end])
			b = o.appendSubscription(b, topic, cancel, o.version)
			rest = rest[end:]
		}
		o.bytes += len(b) - len(s.b)
		s.chunk.release()
		s.b, s.chunk = b, nil
	}
	o.asked = 0
}
