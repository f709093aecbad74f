// SPDX-License-Identifier: Apache-2.0

package engine

import "github.com/gozmq/zmq/internal/pipe"

// run is memory that the frames of one read share, and how far messages of one
// frame each follow one another in it: those go to the socket together, unsplit.
// Offsets count from the start of the read.
type run struct {
	slab       []byte
	from       int // where slab begins
	start, end int // of the messages that were added
	count      uint32
}

// covers reports whether the slab holds the octets up to end.
func (r *run) covers(end int) bool { return end <= r.from+len(r.slab) }

// copy makes a new slab of what follows at, a frame that ends at end included.
func (r *run) copy(data []byte, at, end int) {
	r.from = at
	r.slab = append([]byte(nil), data[at:max(end, min(at+slabSize, len(data)))]...)
}

// octets returns a part of the slab.
func (r *run) octets(start, end int) []byte {
	return r.slab[start-r.from : end-r.from : end-r.from]
}

// add notes a frame that is a message.
func (r *run) add(start, end int) {
	if r.count == 0 {
		r.start = start
	}
	r.end = end
	r.count++
}

// endRun gathers the messages of a run, if there are any.
func (c *Conn) endRun(r *run) {
	if r.count == 0 {
		return
	}
	m := pipe.Message{Kind: pipe.Run, Head: r.octets(r.start, r.end), Count: r.count, Peer: c.peer, Owned: true}
	r.count = 0
	c.message(m)
}
