// SPDX-License-Identifier: Apache-2.0

package pattern

import (
	"time"

	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// refThreshold is the size from which a message to several subscribers is
// copied once and then shared between their queues.
const refThreshold = 4 << 10

// xpub is PUB and XPUB (RFC 29): a message goes to every peer whose
// subscriptions match its first frame, and is lost for those that are full.
type xpub struct {
	h       *Host
	silent  bool // PUB: the application does not see subscriptions
	subs    *subscriptions
	pipes   map[*pipe.Pipe]struct{}
	targets []*pipe.Pipe
	stamp   uint64
	choose  func(*pipe.Pipe)
	shared  broadcast

	// last is the peer whose notice the application read last (XPUB_MANUAL);
	// lastOnly sends the next message to it alone (MANUAL_LAST_VALUE).
	last     *pipe.Pipe
	lastOnly bool
}

func newXPub(h *Host, silent bool) *xpub {
	x := &xpub{h: h, silent: silent, pipes: make(map[*pipe.Pipe]struct{})}
	x.subs = newSubscriptions(h, silent)
	x.choose = func(p *pipe.Pipe) {
		if p.Route.Mark != x.stamp {
			p.Route.Mark = x.stamp
			x.targets = append(x.targets, p)
		}
	}
	return x
}

// Configure copies the options that the connections' readers need.
func (x *xpub) Configure() {
	x.shared.end()
	x.subs.configure(x.h.Options)
}

func (x *xpub) Attach(p *pipe.Pipe) {
	x.shared.end()
	p.Route.Attached = true
	x.pipes[p] = struct{}{}
	if b := x.h.Options.Bytes(opt.XPubWelcomeMessage); len(b) > 0 {
		x.h.write(p, &pipe.Message{Head: b, Kept: true})
	}
}

func (x *xpub) Ready(*pipe.Pipe) error { return nil }

// Lost forgets the subscriptions of the connection; the peer sends them again
// on the next.
func (x *xpub) Lost(p *pipe.Pipe) {
	x.shared.end()
	p.Route.FullAt = time.Time{}
	x.subs.forget(p, false)
}

func (x *xpub) Detach(p *pipe.Pipe) {
	x.shared.end()
	p.Route.Attached = false
	delete(x.pipes, p)
	if x.last == p {
		x.last, x.lastOnly = nil, false
	}
	x.subs.forget(p, true)
}

func (x *xpub) Send(m *pipe.Message) error {
	if len(x.pipes) >= audience {
		if done, err := x.sendShared(m); done {
			return err
		}
	}
	x.match(m.Head)
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
			if !p.CanWrite() {
				return zerr.ErrAgain
			}
		}
	}
	w := *m
	several := len(x.targets) > 1
	if several && !w.Owned && w.Size() >= refThreshold {
		w = m.Own()
	}
	for _, p := range x.targets {
		if several {
			x.writeShared(p, &w)
		} else {
			x.write(p, &w)
		}
	}
	if len(x.targets) >= audience && x.shared.row >= streak {
		x.shared.begin(x.targets)
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
	if x.h.Options.Bool(opt.InvertMatching) {
		x.targets = x.targets[:0]
		for p := range x.pipes {
			if p.Route.Mark != x.stamp {
				x.targets = append(x.targets, p)
			}
		}
	}
	if x.lastOnly {
		found := x.last != nil && x.last.Route.Mark == x.stamp
		if x.targets = x.targets[:0]; found {
			x.targets = append(x.targets, x.last)
		}
	}
}

// write sends to one subscriber, or counts the loss; a subscriber that stays
// full for too long is disconnected where the option asks for that.
func (x *xpub) write(p *pipe.Pipe, m *pipe.Message) {
	if x.h.write(p, m) {
		p.Route.FullAt = time.Time{}
		return
	}
	p.Dropped.Add(1)
	x.h.Drops.Mute.Add(1)
	limit := x.h.Options.Millis(opt.DisconnectSlow)
	if limit <= 0 {
		return
	}
	if p.Route.FullAt.IsZero() {
		p.Route.FullAt = time.Now()
	} else if time.Since(p.Route.FullAt) >= limit {
		p.Refuse(zerr.Errorf(zerr.ErrLimit, "its queue stayed full for %v", limit))
	}
}

// Recv returns the next subscription notice or upstream message.
func (x *xpub) Recv(m *pipe.Message) error {
	if x.silent {
		return zerr.ErrNotSupported
	}
	from, ok := x.subs.next(m)
	if !ok {
		return zerr.ErrAgain
	}
	if from != nil && x.manual() {
		x.last = from
		x.lastOnly = x.h.Options.Bool(opt.XPubManualLastValue)
	}
	return nil
}

func (x *xpub) manual() bool {
	return x.h.Options.Bool(opt.XPubManual) || x.h.Options.Bool(opt.XPubManualLastValue)
}

// Subscribe gives the peer whose notice was read last a subscription
// (XPUB_MANUAL). With no such peer it does nothing.
func (x *xpub) Subscribe(topic []byte) error {
	if !x.manual() {
		return zerr.Errorf(zerr.ErrInvalid, "SUBSCRIBE on a publisher needs XPUB_MANUAL")
	}
	if x.last != nil && x.last.Route.Attached {
		return x.subs.add(x.last, topic)
	}
	return nil
}

// Unsubscribe takes one away again.
func (x *xpub) Unsubscribe(topic []byte) error {
	if !x.manual() {
		return zerr.Errorf(zerr.ErrInvalid, "UNSUBSCRIBE on a publisher needs XPUB_MANUAL")
	}
	if x.last != nil && x.last.Route.Attached {
		x.subs.remove(x.last, topic)
	}
	return nil
}

// TopicsCount returns the number of distinct prefixes that have a subscriber.
func (x *xpub) TopicsCount() int { return x.subs.count() }

// Subscribers returns how many peers would get a message of that topic.
func (x *xpub) Subscribers(topic []byte) int { return x.subs.subscribers(topic) }

func (x *xpub) Readable() bool  { return !x.silent && x.subs.pending() }
func (x *xpub) Writable() bool  { return true }
func (x *xpub) Sink() pipe.Sink { return x.subs.sink }
