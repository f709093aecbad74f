// SPDX-License-Identifier: Apache-2.0

package pattern

import (
	"time"

	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// xpub is PUB and XPUB (RFC 29): a message goes to every peer whose
// subscriptions match its first frame, and is lost for those that are full.
type xpub struct {
	h       *Host
	silent  bool // PUB: the application does not see subscriptions
	groups  bool // RADIO: topics are groups
	subs    *subscriptions
	pipes   map[*pipe.Pipe]struct{}
	targets []*pipe.Pipe
	stamp   uint64
	choose  func(*pipe.Pipe)
	shared  broadcast
	alone   alone

	// last is the peer whose notice the application read last (XPUB_MANUAL);
	// lastOnly sends the next message to it alone (MANUAL_LAST_VALUE).
	last     *pipe.Pipe
	lastOnly bool
}

func newXPub(h *Host, silent bool) *xpub {
	x := &xpub{h: h, silent: silent, pipes: make(map[*pipe.Pipe]struct{})}
	x.subs = newSubscriptions(h, silent)
	x.choose = func(p *pipe.Pipe) {
		if p.Route.Chosen != x.stamp && !p.Route.Leaving {
			p.Route.Chosen = x.stamp
			x.targets = append(x.targets, p)
		}
	}
	return x
}

// Configure copies the options that the connections' readers need.
func (x *xpub) Configure() {
	x.regroup()
	x.subs.configure(x.h.Options)
}

func (x *xpub) Attach(p *pipe.Pipe) {
	x.regroup()
	p.Route.Attached = true
	x.pipes[p] = struct{}{}
	x.sendAll(p)
	if b := x.h.Options.Bytes(opt.XPubWelcomeMessage); len(b) > 0 {
		x.h.write(p, &pipe.Message{Head: b, Kept: true})
	}
}

// sendAll has a group be sent everything: no subscriptions come from there.
func (x *xpub) sendAll(p *pipe.Pipe) {
	if p.Route.Multicast {
		_ = x.subs.add(p, nil) // which every topic begins with
	}
}

// Ready starts the measurement of DISCONNECT_SLOW anew: while the subscriber was
// away, its queue may well have been full.
func (x *xpub) Ready(p *pipe.Pipe) error {
	p.Route.FullAt = time.Time{}
	return nil
}

// Lost keeps the subscriptions of a subscriber that we connected to, so that
// messages are queued for its next connection; the peer sends its subscriptions
// again there, as with libzmq. Otherwise it forgets them.
func (x *xpub) Lost(p *pipe.Pipe) {
	x.regroup()
	x.forgetPeer(p)
	p.Route.FullAt = time.Time{}
	if !x.subs.keeps(p) {
		x.subs.forget(p, false)
		x.sendAll(p)
	}
}

func (x *xpub) Detach(p *pipe.Pipe) {
	x.regroup()
	p.Route.Attached = false
	delete(x.pipes, p)
	x.forgetPeer(p)
	if p.Route.Multicast {
		x.subs.remove(p, nil) // without a notice to the application, which had none
	}
	x.subs.forget(p, true)
}

// forgetPeer ends what the application has learnt of the peer last.
func (x *xpub) forgetPeer(p *pipe.Pipe) {
	if x.last == p {
		x.last, x.lastOnly = nil, false
	}
}

func (x *xpub) Send(m *pipe.Message) error { return x.publish(m, m.Head) }

// publish sends a message to the peers that have subscribed to its topic.
func (x *xpub) publish(m *pipe.Message, topic []byte) error {
	if len(x.pipes) >= audience {
		if done, err := x.sendShared(m, topic); done {
			return err
		}
	}
	if x.alone.pipe != nil && x.subs.revoked() {
		x.endAlone()
	}
	x.match(topic)
	if len(x.targets) == 0 {
		x.h.Drops.NoSubscriber.Add(1)
		x.forgetLast()
		return nil
	}
	if x.h.Options.Bool(opt.XPubNoDrop) {
		if len(x.targets) == 1 {
			return x.sendSole(m)
		}
		for _, p := range x.targets {
			if p.Room(1) == 0 {
				return zerr.ErrAgain
			}
		}
	}
	w := *m
	several := len(x.targets) > 1
	if several && w.Lease == nil && w.Size() >= pipe.RefSize {
		if !w.Owned {
			w = m.Own() // which their queues share
		}
		if n := pipe.ReferredBytes(&w); n > 0 {
			w.Lease = x.h.Budget.Share(n)
			defer w.Lease.Release()
		}
	}
	for _, p := range x.targets {
		if several {
			x.writeShared(p, &w)
		} else {
			x.write(p, &w)
		}
	}
	if len(x.targets) >= audience && x.shared.row >= streak {
		x.shared.begin(x.targets, x.h.Budget)
	}
	clear(x.targets)
	x.forgetLast()
	return nil
}

// sendSole sends to the only subscriber of XPUB_NODROP.
func (x *xpub) sendSole(m *pipe.Message) error {
	if !x.h.write(x.targets[0], m) {
		return zerr.ErrAgain
	}
	x.seekAlone(x.targets[0])
	x.targets[0] = nil
	x.forgetLast()
	return nil
}

// forgetLast ends what XPUB_MANUAL_LAST_VALUE does: it holds for one message.
func (x *xpub) forgetLast() {
	if x.lastOnly {
		x.last, x.lastOnly = nil, false
	}
}

// match fills targets. Only the leaf lock of the subscriptions is taken.
func (x *xpub) match(topic []byte) {
	x.targets = x.targets[:0]
	x.stamp++
	x.subs.match(topic, x.choose)
	if x.inverts() {
		x.targets = x.targets[:0]
		for p := range x.pipes {
			if p.Route.Chosen != x.stamp {
				x.targets = append(x.targets, p)
			}
		}
	}
	if x.lastOnly {
		found := x.last != nil && x.last.Route.Chosen == x.stamp
		if x.targets = x.targets[:0]; found {
			x.targets = append(x.targets, x.last)
		}
	}
}

// inverts reports whether a message goes to the peers that have not subscribed to its topic.
func (x *xpub) inverts() bool { return !x.groups && x.h.Options.Bool(opt.InvertMatching) }

// write sends to one subscriber, or counts the loss; a subscriber that stays
// full for too long is disconnected where the option asks for that.
func (x *xpub) write(p *pipe.Pipe, m *pipe.Message) {
	if x.alone.pipe != nil {
		if x.h.write(p, m) {
			p.Route.FullAt = time.Time{}
			return
		}
		x.endAlone() // or another sender takes the room that this one waits for
	}
	if x.h.writeOrDisplace(p, m) {
		p.Route.FullAt = time.Time{}
		x.seekAlone(p)
		return
	}
	x.endAlone() // what is written directly resets no FullAt
	limit := x.h.Options.Millis(opt.DisconnectSlow)
	if limit <= 0 || !p.Connected() {
		return
	}
	if p.Route.FullAt.IsZero() {
		p.Route.FullAt = time.Now()
	} else if time.Since(p.Route.FullAt) >= limit {
		p.Refuse(zerr.Errorf(zerr.ErrLimit, "its queue stayed full for %v", limit))
	}
}

// Take fetches the next subscription notice or upstream message.
func (x *xpub) Take(m *pipe.Message) error {
	if x.silent {
		return zerr.ErrNotSupported
	}
	if !x.h.again(m) && !x.subs.next(m) {
		return zerr.ErrAgain
	}
	return nil
}

// Received implements Stateful: with XPUB_MANUAL, Subscribe is from here on for the
// peer of this notice, and for none if the notice says that a peer has gone.
func (x *xpub) Received(m *pipe.Message) {
	if m.Kind != pipe.Notice || !x.manual() {
		return
	}
	x.last = x.pipeOf(m.Peer)
	x.lastOnly = x.last != nil && x.h.Options.Bool(opt.XPubManualLastValue)
	if x.lastOnly {
		x.endAlone()
	}
}

// Return implements Stateful.
func (x *xpub) Return(items []pipe.Item, _ bool) { x.h.Return(items) }

// pipeOf returns the pipe of a peer, nil if its connection is gone.
func (x *xpub) pipeOf(peer *pipe.Peer) *pipe.Pipe {
	p := peer.Pipe()
	if _, ok := x.pipes[p]; !ok {
		return nil
	}
	return p
}

func (x *xpub) manual() bool {
	return x.h.Options.Bool(opt.XPubManual) || x.h.Options.Bool(opt.XPubManualLastValue)
}

// Subscribe gives the peer whose notice was received last a subscription
// (XPUB_MANUAL). With no such peer it does nothing.
func (x *xpub) Subscribe(topic []byte) error { return x.change(x.last, topic, false) }

// Unsubscribe takes one away again.
func (x *xpub) Unsubscribe(topic []byte) error { return x.change(x.last, topic, true) }

// change subscribes a pipe, or with cancel ends a subscription; nil is no pipe.
func (x *xpub) change(p *pipe.Pipe, topic []byte, cancel bool) error {
	switch {
	case !x.manual():
		return zerr.Errorf(zerr.ErrInvalid, "a publisher subscribes its peers only with XPubManual (XPUB_MANUAL)")
	case p == nil:
		return nil
	case cancel:
		x.subs.remove(p, topic)
		return nil
	}
	return x.subs.add(p, topic)
}

// SubscribePeer implements Granter.
func (x *xpub) SubscribePeer(peer *pipe.Peer, topic []byte, cancel bool) error {
	p := x.pipeOf(peer)
	if p == nil && x.manual() {
		return zerr.ErrHostUnreachable
	}
	return x.change(p, topic, cancel)
}

// TopicsCount returns the number of distinct prefixes that have a subscriber.
func (x *xpub) TopicsCount() int { return x.subs.count() }

// Subscribers returns how many peers would get a message of that topic.
func (x *xpub) Subscribers(topic []byte) int { return x.subs.subscribers(topic) }

func (x *xpub) Readable() bool { return !x.silent && (len(x.h.Returned) > 0 || x.subs.pending()) }

// Room with XPUB_NODROP is what all subscribers of the message have.
func (x *xpub) Room(head []byte, limit int) (int, error) {
	if head == nil || !x.h.Options.Bool(opt.XPubNoDrop) {
		return limit, nil
	}
	x.match(head)
	for _, p := range x.targets {
		limit = min(limit, p.Room(limit))
		if limit == 0 {
			break
		}
	}
	return orAgain(limit)
}

func (x *xpub) Sink() pipe.Sink { return x.subs.sink }
