// SPDX-License-Identifier: Apache-2.0

package pattern

import (
	"encoding/binary"

	"github.com/gozmq/zmq/internal/pipe"
)

const (
	// firstRun and lastRun are the octets that notices of one source share an
	// allocation of, from a single one to the many of a peer that comes with
	// a million subscriptions. An application that keeps one keeps them all alive.
	firstRun = 64
	lastRun  = 16 << 10
)

// source is where a notice comes from.
type source struct {
	from *pipe.Pipe // who subscribed; nil when its connection is gone
	peer *pipe.Peer
	of   *pipe.Pipe // for sweep: whose it is where each peer's counts, nil where they count together
}

// notice is a message for the application of an XPUB: a subscription or its end, or
// an upstream message, which counts against RCVHWM.
type notice struct {
	source
	text    []byte        // octet 1 or 0 and the topic
	changed bool          // for sweep: before it, there was none to begin with or one to end
	user    *pipe.Message // the upstream message
}

// bytes returns how much memory the notice counts for.
func (n *notice) bytes() int {
	if n.user != nil {
		return upstreamBytes(n.user)
	}
	return noticeBytes + len(n.text)
}

func upstreamBytes(m *pipe.Message) int {
	return noticeBytes + pipe.FrameBytes*len(m.Tail) + m.Size()
}

// waiting is how many notices of a peer wait, and the memory that they count for.
type waiting struct{ notices, bytes int }

// notices is what the application has not read, in order. A subscription is a
// dozen octets in it: a subscriber that leaves may have had a million.
type notices struct {
	runs []noticeRun
	head int // the run with the next
	n    int // unread
}

// noticeRun is notices of one source, or an upstream message.
type noticeRun struct {
	source
	// octets are the unread notices, each a varint of twice its length, and one if it
	// is a change, and then its text. What has been read was before them in the same
	// memory, and the application may still have it.
	octets []byte
	size   int // of that memory
	user   *pipe.Message
}

// add queues a notice of a topic.
func (l *notices) add(s source, changed bool, op byte, topic []byte) {
	var head [binary.MaxVarintLen64]byte
	v := uint64(1+len(topic)) << 1
	if changed {
		v |= 1
	}
	h := binary.PutUvarint(head[:], v)
	r := l.run(s, h+1+len(topic))
	r.octets = append(append(append(r.octets, head[:h]...), op), topic...)
	l.n++
}

// addUser queues an upstream message.
func (l *notices) addUser(s source, m pipe.Message) {
	l.runs = append(l.runs, noticeRun{source: s, user: &m})
	l.n++
}

// run returns the last run if it is of s and has room, or a new one.
func (l *notices) run(s source, room int) *noticeRun {
	size := firstRun
	if len(l.runs) > l.head {
		r := &l.runs[len(l.runs)-1]
		if r.source == s && r.user == nil {
			if cap(r.octets)-len(r.octets) >= room {
				return r
			}
			size = min(2*r.size, lastRun)
		}
	}
	size = max(size, room)
	l.runs = append(l.runs, noticeRun{source: s, octets: make([]byte, 0, size), size: size})
	return &l.runs[len(l.runs)-1]
}

// next takes the first notice, of which there must be one.
func (l *notices) next() (n notice) {
	r := &l.runs[l.head]
	n, r.octets = r.first(r.octets)
	l.n--
	if len(r.octets) > 0 {
		return n
	}
	*r = noticeRun{}
	l.head++
	switch {
	case l.n == 0:
		l.runs, l.head = short(l.runs), 0
	case l.head > 1024 && l.head*2 > len(l.runs):
		k := copy(l.runs, l.runs[l.head:])
		clear(l.runs[k:])
		l.runs, l.head = l.runs[:k], 0
	}
	return n
}

// short returns an empty slice, in the memory of runs if that is little.
func short(runs []noticeRun) []noticeRun {
	if cap(runs) > 1024 {
		return nil
	}
	return runs[:0]
}

// each calls f for every notice. What f is given is the application's to be.
func (l *notices) each(f func(i int, n notice)) {
	i := 0
	for at := l.head; at < len(l.runs); at++ {
		r := &l.runs[at]
		for octets, more := r.octets, true; more; more = len(octets) > 0 {
			var n notice
			n, octets = r.first(octets)
			f(i, n)
			i++
		}
	}
}

// first takes a run's first notice apart, which octets begin with.
func (r *noticeRun) first(octets []byte) (n notice, rest []byte) {
	if r.user != nil {
		return notice{source: r.source, user: r.user}, nil
	}
	v, h := binary.Uvarint(octets)
	end := h + int(v>>1)
	return notice{source: r.source, text: octets[h:end:end], changed: v&1 != 0}, octets[end:]
}
