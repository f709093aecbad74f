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

// copyRun makes a new slab of what follows at, a frame that ends at end included.
func (c *Conn) copyRun(r *run, data []byte, at, end int) {
	r.from = at
	part := data[at:max(end, min(at+pipe.SlabSize, len(data)))]
	r.slab = append(c.pipe.Memory().Slab(len(part)), part...)
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

// endRun gathers the messages of a run, if there are any. With full nothing more
// goes into its slab.
func (c *Conn) endRun(r *run, full bool) {
	if r.count == 0 {
		return
	}
	m := pipe.Message{Kind: pipe.Run, Head: r.octets(r.start, r.end), Count: r.count, Peer: c.peer, Owned: true}
	if full && r.start == r.from {
		m.Head, m.Apart = r.slab[:r.end-r.from], true
	}
	r.count = 0
	c.message(m)
}
