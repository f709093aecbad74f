// SPDX-License-Identifier: Apache-2.0

package engine

import "github.com/gozmq/zmq/internal/pipe"

// run is memory that the frames of one read share, and how far messages of one
// frame each follow one another in it: those go to the socket together, unsplit.
// Offsets count from the start of the read.
type run struct {
	mem        []byte
	slab       *pipe.Slab // of mem, which the reader holds; nil if that comes back to no pool
	from       int        // where mem begins
	start, end int        // of the messages that were added
	count      int
}

// covers reports whether the memory holds the bytes up to end.
func (r *run) covers(end int) bool { return end <= r.from+len(r.mem) }

// copyRun begins new memory with what follows at, a frame that ends at end included.
func (c *Conn) copyRun(r *run, data []byte, at, end int) {
	part := data[at:max(end, min(at+pipe.SlabSize, len(data)))]
	c.newRun(r, len(part))
	r.from = at
	r.mem = append(r.mem, part...)
	if r.slab == nil { // append need not clear what it allocates
		r.slab = pipe.NewSlab(r.mem)
	}
}

// newRun begins memory with room for n bytes, if some has come back; otherwise there
// is none yet.
func (c *Conn) newRun(r *run, n int) {
	slab := c.pipe.Memory().Slab(n)
	*r = run{slab: slab, mem: slab.Memory()}
}

// bytes returns a part of the memory.
func (r *run) bytes(start, end int) []byte {
	return r.mem[start-r.from : end-r.from : end-r.from]
}

// frame returns the body of a frame that goes to the application on its own, and so
// keeps the memory from coming back.
func (r *run) frame(start, end int) []byte {
	r.slab = nil
	return r.bytes(start, end)
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
	if r.count > 0 {
		c.item(pipe.NewRun(r.bytes(r.start, r.end), r.count, c.peer, r.slab))
		r.count = 0
	}
}

// endMemory is endRun where nothing more goes into the memory.
func (c *Conn) endMemory(r *run) {
	c.endRun(r)
	c.pipe.Memory().Drop(r.slab)
	*r = run{}
}
