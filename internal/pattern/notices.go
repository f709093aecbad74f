// SPDX-License-Identifier: Apache-2.0

package pattern

import (
	"encoding/binary"

	"github.com/gozmq/zmq/internal/pipe"
)

const (
	// firstBlock and lastBlock are the bytes that notices of one sender share an
	// allocation of, from a single one to the many of a peer that comes with
	// a million subscriptions. An application that keeps one keeps them all alive.
	firstBlock = 64
	lastBlock  = 16 << 10
)

// sender is where a notice comes from.
type sender struct {
	from *pipe.Pipe // the subscriber; nil when its connection is gone
	peer *pipe.Peer
	of   *pipe.Pipe // for sweep: whose it is where each peer's counts, nil where they count together
}

// notice is a message for the application of an XPUB: a subscription or its end, or
// an upstream message, which counts against RCVHWM.
type notice struct {
	sender
	text    []byte        // a byte of 1 or 0, and the topic
	changed bool          // for sweep: before it, there was none to begin with or one to end
	user    *pipe.Message // the upstream message
}

// bytes returns how much memory the notice counts for.
func (n *notice) bytes() int {
	if n.user != nil {
		return upstreamBytes(n.user)
	}
	return topicNoticeBytes(len(n.text))
}

// topicNoticeBytes counts what the allocator adds to long texts, too.
func topicNoticeBytes(n int) int { return noticeBytes + n + n/4 }

func upstreamBytes(m *pipe.Message) int {
	return noticeBytes + pipe.FrameBytes*len(m.Tail) + m.Size()
}

// waiting is how many notices of a peer wait, and the memory that they count for.
type waiting struct{ notices, bytes int }

// notices is what the application has not read, in order. A subscription is a
// dozen bytes in it: a subscriber that leaves may have had a million.
type notices struct {
	blocks []noticeBlock
	head   int // the block with the next
	n      int // unread
}

// noticeBlock is notices of one sender, or an upstream message.
type noticeBlock struct {
	sender
	// unread are the notices to come, each a varint of twice its length, and one if it
	// is a change, and then its text. What has been read was before them in the same
	// memory, and the application may still have it.
	unread []byte
	size   int // of that memory
	user   *pipe.Message
}

// add queues a notice of a topic.
func (l *notices) add(s sender, changed bool, op byte, topic []byte) {
	var head [binary.MaxVarintLen64]byte
	v := uint64(1+len(topic)) << 1
	if changed {
		v |= 1
	}
	h := binary.PutUvarint(head[:], v)
	b := l.block(s, h+1+len(topic))
	b.unread = append(append(append(b.unread, head[:h]...), op), topic...)
	l.n++
}

// addUser queues an upstream message.
func (l *notices) addUser(s sender, m pipe.Message) {
	l.blocks = append(l.blocks, noticeBlock{sender: s, user: &m})
	l.n++
}

// block returns the last block if it is of s and has room, or a new one.
func (l *notices) block(s sender, room int) *noticeBlock {
	size := firstBlock
	if len(l.blocks) > l.head {
		b := &l.blocks[len(l.blocks)-1]
		if b.sender == s && b.user == nil {
			if cap(b.unread)-len(b.unread) >= room {
				return b
			}
			size = min(2*b.size, lastBlock)
		}
	}
	size = max(size, room)
	l.blocks = append(l.blocks, noticeBlock{sender: s, unread: make([]byte, 0, size), size: size})
	return &l.blocks[len(l.blocks)-1]
}

// next takes the first notice, of which there must be one.
func (l *notices) next() (n notice) {
	b := &l.blocks[l.head]
	n, b.unread = b.first(b.unread)
	l.n--
	if len(b.unread) > 0 {
		return n
	}
	*b = noticeBlock{}
	l.head++
	switch {
	case l.n == 0:
		l.blocks, l.head = short(l.blocks), 0
	case l.head > 1024 && l.head*2 > len(l.blocks):
		k := copy(l.blocks, l.blocks[l.head:])
		clear(l.blocks[k:])
		l.blocks, l.head = l.blocks[:k], 0
	}
	return n
}

// short returns an empty slice, in the memory of blocks if that is little.
func short(blocks []noticeBlock) []noticeBlock {
	if cap(blocks) > 1024 {
		return nil
	}
	return blocks[:0]
}

// each calls f for every notice. What f is given is the application's to be.
func (l *notices) each(f func(i int, n notice)) {
	i := 0
	for at := l.head; at < len(l.blocks); at++ {
		b := &l.blocks[at]
		for unread, more := b.unread, true; more; more = len(unread) > 0 {
			var n notice
			n, unread = b.first(unread)
			f(i, n)
			i++
		}
	}
}

// first parses the first notice of a block, with which unread begins.
func (b *noticeBlock) first(unread []byte) (n notice, rest []byte) {
	if b.user != nil {
		return notice{sender: b.sender, user: b.user}, nil
	}
	v, h := binary.Uvarint(unread)
	end := h + int(v>>1)
	return notice{sender: b.sender, text: unread[h:end:end], changed: v&1 != 0}, unread[end:]
}
