// SPDX-License-Identifier: Apache-2.0

package pipe

import "github.com/gozmq/zmq/internal/wire"

// takeLimit is the most octets that one batch brings together. It bounds how
// late credit comes back when messages are large.
const takeLimit = 256 << 10

// Batch is what the holder of the write token has in hand: wire bytes that
// start and end at message boundaries. It belongs to the link and is reused.
type Batch struct {
	segs []segment
	// Bufs are the octets to write, in order. The link may consume them.
	Bufs [][]byte
	// Size is the number of octets in Bufs.
	Size int
}

// Take moves messages into the batch, at most about takeLimit octets. It
// reports false, and gives the token back, when nothing is left.
func (o *Outbox) Take(b *Batch) bool {
	o.mu.Lock()
	o.feedLocked(true)
	for o.pullLocked(takeLimit); len(o.segs) == 0 && !o.restLocked(); {
		o.pullLocked(takeLimit)
	}
	if len(o.segs) == 0 {
		o.releaseLocked()
		drained := o.drained
		o.mu.Unlock()
		if drained != nil {
			drained()
		}
		return false
	}
	if o.bytes <= takeLimit {
		b.segs, o.segs = o.segs, b.segs[:0]
		b.Size, o.bytes = o.bytes, 0
	} else {
		n := 0
		for b.Size = 0; n < len(o.segs); n++ {
			if b.Size >= takeLimit && o.segs[n-1].ends {
				break
			}
			b.Size += len(o.segs[n].b)
		}
		b.segs = append(b.segs[:0], o.segs[:n]...)
		clear(o.segs[:n])
		o.segs = o.segs[n:] // moving the rest would cost its length for every batch
		o.bytes -= b.Size
	}
	o.last = b.Size
	o.ctl = 0
	o.mu.Unlock()
	b.Bufs = b.Bufs[:0]
	b.Size = 0
	for i := range b.segs {
		b.Bufs = append(b.Bufs, b.segs[i].b)
		b.Size += len(b.segs[i].b)
	}
	return true
}

// Sent notes that the batch was handed to the operating system whole.
func (o *Outbox) Sent(b *Batch) {
	msgs, size := 0, 0
	for i := range b.segs {
		s := &b.segs[i]
		msgs += s.msgs
		size += s.size
		if s.chunk != nil {
			s.chunk.release()
		}
		*s = segment{}
	}
	b.segs = b.segs[:0]
	clear(b.Bufs)
	o.mu.Lock()
	o.wroteLocked(b.Size)
	if o.mark.bytes == 0 {
		size = 0
	}
	wake := o.mark.ack(uint64(msgs), size)
	writable := o.writable
	o.mu.Unlock()
	if wake && writable != nil {
		writable()
	}
}

// Failed notes that the connection broke after n octets of the batch: messages
// that were handed over wholly are done, the first that was not and all behind
// it go back to the head of the queue, and commands are dropped since they
// belong to the connection. The token is given back.
func (o *Outbox) Failed(b *Batch, n int) {
	var all []byte
	msgs, size := 0, 0
	for i := range b.segs {
		s := &b.segs[i]
		all = append(all, s.b...)
		msgs += s.msgs
		size += s.size
		if s.chunk != nil {
			s.chunk.release()
		}
		*s = segment{}
	}
	b.segs = b.segs[:0]
	clear(b.Bufs)
	rest, left, leftSize := all[:0], 0, 0
	if !o.raw {
		rest, left, leftSize = unsent(all, n)
	}

	o.mu.Lock()
	o.wroteLocked(n)
	if o.mark.bytes == 0 {
		size, leftSize = 0, 0
	}
	if len(rest) > 0 && !o.closed && !(o.conflate && o.mark.written > o.mark.read+uint64(msgs)) {
		s := segment{b: rest, msgs: left, size: leftSize, ends: true}
		o.segs = append([]segment{s}, o.segs...)
		o.bytes += len(rest)
		msgs, size = msgs-left, size-leftSize
	}
	wake := o.mark.ack(uint64(msgs), size)
	o.releaseLocked()
	writable, drained := o.writable, o.drainedLocked()
	o.mu.Unlock()
	if wake && writable != nil {
		writable()
	}
	if drained != nil {
		drained()
	}
}

// unsent returns the messages of wire that were not wholly within its first n
// octets, without commands.
func unsent(all []byte, n int) (rest []byte, msgs, size int) {
	start, at, keep := 0, 0, 0
	body, pending := 0, 0
	for at < len(all) {
		h, hn, err := wire.ParseHeader(all[at:])
		if err != nil || hn == 0 {
			break // cannot be: we encoded it
		}
		end := at + hn + int(h.Size)
		if h.Flags&wire.FlagCommand != 0 {
			at = end
			start = at
			continue
		}
		body += int(h.Size)
		at = end
		if h.Flags&wire.FlagMore != 0 {
			continue
		}
		if end > n {
			keep += copy(all[keep:], all[start:end])
			msgs++
			pending += body
		}
		start, body = end, 0
	}
	return all[:keep:keep], msgs, pending
}

func (o *Outbox) releaseLocked() {
	o.feedLocked(false)
	o.token = false
	if o.idle != nil {
		close(o.idle)
		o.idle = nil
	}
}
