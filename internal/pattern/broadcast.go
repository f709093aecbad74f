// SPDX-License-Identifier: Apache-2.0

package pattern

import (
	"time"

	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pattern/trie"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

const (
	// audience is the fewest subscribers that make a broadcast worth while.
	audience = 4
	// streak is after how many messages in a row to the same subscribers one
	// begins: bringing them together costs about as much as two messages.
	streak = 4
	// slack is the room that a subscriber needs to become a member, and to stay
	// one where messages may be dropped: one that is nearly full would have all
	// members looked at again for every message.
	slack = 32
)

// broadcast sends messages in a row that the same subscribers want through one
// queue that they share. Whatever is out of the ordinary ends it, and the
// messages go to each subscriber's own queue again. The socket's lock guards it.
type broadcast struct {
	queue      *pipe.Broadcast // nil while there is none
	place      trie.Place
	row        int          // messages to that place in a row
	members    []*pipe.Pipe // of queue
	individual []*pipe.Pipe // subscribers that get each message in their own queue: in process, or nearly full
	room       int          // messages that every member has room for
}

// end gives up the queue: every member has its own again.
func (b *broadcast) end() {
	for _, p := range b.members {
		b.queue.Leave(p)
	}
	if b.queue != nil {
		b.queue.End()
	}
	*b = broadcast{}
}

// follow notes where a message belongs and reports whether a broadcast to just
// those subscribers is under way.
func (b *broadcast) follow(place trie.Place) bool {
	if place == b.place {
		b.row++
		return b.queue != nil
	}
	if b.queue != nil {
		b.end()
	}
	b.place, b.row = place, 0
	return false
}

// begin makes members of the subscribers that can be.
func (b *broadcast) begin(subscribers []*pipe.Pipe, budget *pipe.Budget) {
	b.queue = pipe.NewBroadcast(budget)
	for _, p := range subscribers {
		if p.Room(slack) == slack && b.queue.Join(p) {
			p.Route.FullAt = time.Time{}
			b.members = append(b.members, p)
		} else {
			b.individual = append(b.individual, p)
		}
	}
	b.room = 0
	if len(b.members) < audience {
		place := b.place
		b.end()
		b.place = place
	}
}

// measure finds out how many messages the members have room for. With drop, one
// that has hardly any is a member no more, nor is one that the budget does not allow
// what it leaves; one that has room again becomes one.
func (b *broadcast) measure(drop bool) {
	const most = 1 << 20
	individual, due := b.individual, b.queue.Due()
	b.room, b.individual = most, nil
	for i := 0; i < len(b.members); {
		p := b.members[i]
		room := p.Room(most)
		if drop && room < slack || due && b.queue.Burdens(p) {
			b.queue.Leave(p)
			b.individual = append(b.individual, p)
			last := len(b.members) - 1
			b.members[i], b.members[last] = b.members[last], nil
			b.members = b.members[:last]
			continue
		}
		b.room = min(b.room, room)
		i++
	}
	if due {
		b.queue.Weighed()
	}
	for _, p := range individual {
		if p.Room(slack) == slack && b.queue.Join(p) {
			b.members = append(b.members, p)
			b.room = min(b.room, slack)
		} else {
			b.individual = append(b.individual, p)
		}
	}
}

// sendShared sends by broadcast where that is possible. done is false if nothing
// happened and the message is to be sent to each subscriber.
func (x *xpub) sendShared(m *pipe.Message, topic []byte) (done bool, err error) {
	b := &x.shared
	o := x.h.Options
	if x.lastOnly || x.inverts() || x.h.Budget.Tight() {
		b.end()
		return false, nil
	}
	if !b.follow(x.subs.place(topic)) {
		return false, nil
	}
	if !b.queue.Fits(m) {
		b.end()
		return false, nil
	}
	drop := !o.Bool(opt.XPubNoDrop)
	if b.room == 0 {
		b.measure(drop)
		switch {
		case len(b.members) < audience:
			b.end()
			return false, nil
		case b.room == 0:
			return true, zerr.ErrAgain
		}
	}
	if !drop {
		for _, p := range b.individual {
			if p.Room(1) == 0 {
				return true, zerr.ErrAgain
			}
		}
	}
	x.h.Flush = b.queue.Add(m, x.h.Flush)
	if b.room--; b.queue.Due() {
		b.room = 0
	}
	for _, p := range b.individual {
		x.writeShared(p, m)
	}
	return true, nil
}

// writeShared is write for one of several receivers: one in process gets a copy,
// since it may change what it receives.
func (x *xpub) writeShared(p *pipe.Pipe, m *pipe.Message) {
	if !p.InProcess() {
		x.write(p, m)
		return
	}
	w := *m
	if w.Owned {
		w.Owned, w.Lease = false, nil
	}
	x.write(p, &w)
}
