// SPDX-License-Identifier: Apache-2.0

package pipe

import "github.com/gozmq/zmq/internal/wire"

// takeLimit is the most bytes that one batch brings together. It bounds how
// late credit comes back when messages are large.
const takeLimit = 256 << 10

// Batch is what the holder of the write token has in hand: wire bytes that
// start and end at message boundaries. It belongs to the link and is reused.
type Batch struct {
	segs []segment
	// Bufs are the bytes to write, in order. The link may consume them.
	Bufs [][]byte
	// Size is the number of bytes in Bufs.
	Size int
	// Coarse is set by a link that tells Failed of whole frames only, and Begun if it knows
	// that part of the next frame has gone out.
	Coarse, Begun bool
	// Cut, unless it is nil, is told by Failed how many messages the system has whole, and
	// how many bytes of the batch these take. The token is still held then.
	Cut func(msgs, upTo int)

	credit credit
	widest int // the most frames of a message, as Outbox.widest has it
}

// Take moves messages into the batch, at most about takeLimit bytes. It
// reports false, and gives the token back, when nothing is left.
func (o *Outbox) Take(b *Batch) bool {
	for o.take(b) {
		if len(b.segs) > 0 { // the peer may have refused all of them
			return true
		}
	}
	return false
}

func (o *Outbox) take(b *Batch) bool {
	o.mu.Lock()
	for o.pullLocked(takeLimit); len(o.segs) == 0 && !o.restLocked(); {
		o.pullLocked(takeLimit)
	}
	if len(o.segs) == 0 {
		o.releaseLocked()
		drained := o.tellDrainedLocked()
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
	if o.oldest != nil {
		o.oldest.takenLocked(b.segs)
	}
	if b.widest = o.widest; len(o.segs) == 0 {
		o.widest = 0
	}
	peer := o.accepterLocked(b)
	o.mu.Unlock()
	if peer != nil {
		o.sift(b, peer)
	}
	b.Bufs = b.Bufs[:0]
	b.Size = 0
	b.credit = credit{}
	for i := range b.segs {
		s := b.segs[i].b
		b.Size += len(s)
		if k := len(b.Bufs); o.raw && k > 0 && adjoin(b.Bufs[k-1], s) {
			b.Bufs[k-1] = b.Bufs[k-1][:len(b.Bufs[k-1])+len(s)]
		} else {
			b.Bufs = append(b.Bufs, s)
		}
	}
	return true
}

// adjoin reports whether s lies behind b in one piece of memory.
func adjoin(b, s []byte) bool {
	return len(s) > 0 && cap(b)-len(b) >= len(s) && &b[:len(b)+1][len(b)] == &s[0]
}

// Sent notes that the batch was handed to the operating system whole, and returns how
// many messages that is.
func (o *Outbox) Sent(b *Batch) (msgs int) {
	size, commands := -b.credit.size, 0
	var gone tally
	for i := range b.segs {
		s := &b.segs[i]
		msgs += s.msgs
		size += s.size
		gone.add(s)
		if s.ctl {
			commands += len(s.b)
		}
		if s.chunk != nil {
			s.chunk.release()
		}
		*s = segment{}
	}
	more := msgs - b.credit.msgs
	b.empty()
	o.mu.Lock()
	o.wroteLocked(b.Size)
	o.commands += uint64(commands)
	if commands < b.Size {
		o.torn = torn{}
	}
	if o.oldest != nil {
		o.oldest.countedLocked(more, size)
	}
	wake := o.mark.ack(uint64(more), size)
	wake = o.leftLocked(gone) || wake
	o.stuck = false
	o.movedLocked()
	o.unlockWaking(wake)
	return msgs
}

// empty leaves nothing in the batch. A link whose connection is broken may give it back
// again, with nothing taken in between, for messages that are queued meanwhile.
func (b *Batch) empty() {
	b.segs = b.segs[:0]
	clear(b.Bufs)
	b.credit = credit{}
}

// Failed notes that the connection broke after n bytes of the batch: messages
// that were handed over wholly are done, the first that was not and all behind
// it go back to the head of the queue, and commands and subscriptions are dropped since
// they belong to the connection. The token is given back.
func (o *Outbox) Failed(b *Batch, n int) {
	var all []byte
	done, upTo := 0, 0
	msgs, size := -b.credit.msgs, -b.credit.size
	var gone tally
	if o.raw {
		b.count(n, true)
		done, upTo = b.credit.msgs, b.credit.start
		for _, s := range b.segs[b.credit.seg:] {
			o.lost(s.msgs)
		}
	}
	for i := range b.segs {
		s := &b.segs[i]
		all = append(all, s.b...)
		if s.asks {
			asCommands(all[len(all)-len(s.b):])
		}
		msgs += s.msgs
		size += s.size
		gone.add(s)
		if s.chunk != nil {
			s.chunk.release()
		}
		*s = segment{}
	}
	if !o.raw {
		done = msgs + b.credit.msgs
	}
	b.empty()
	rest, left, leftSize := all[:0], 0, 0
	within, first := false, false
	if !o.raw {
		upTo, within, first = begun(all, n, b)
		rest, left, leftSize = unsent(all, n)
		done -= left
	}
	if b.Cut != nil {
		b.Cut(done, upTo)
	}

	o.mu.Lock()
	o.wroteLocked(n)
	if o.oldest != nil {
		o.oldest.countedLocked(msgs, size)
	}
	if !first && n > 0 {
		o.torn.times = 0 // the message before this has gone out
	}
	if len(rest) > 0 && !o.closed && !o.supersededLocked() {
		s := segment{b: rest, msgs: left, size: leftSize, ends: true, weighs: cap(rest)}
		o.weight.own += int64(cap(rest))
		o.segs = append([]segment{s}, o.segs...)
		o.bytes += len(rest)
		o.widest = max(o.widest, b.widest)
		o.torn.now = within
		msgs, size = msgs-left, size-leftSize
	}
	wake := o.mark.ack(uint64(msgs), size)
	wake = o.leftLocked(gone) || wake
	o.releaseLocked()
	o.unlockAndTell(wake)
}

// supersededLocked reports whether a newer message waits in the place of any that a
// connection has failed to send.
func (o *Outbox) supersededLocked() bool {
	h := o.pendingLocked()
	return h != nil && h.all && len(h.at) > 0
}

// asCommands marks subscriptions as commands, which only the newest peers get them as.
func asCommands(wires []byte) {
	for at := 0; at < len(wires); {
		h, n, err := wire.ParseHeader(wires[at:])
		if err != nil || n == 0 {
			return // cannot be: we encoded it
		}
		wires[at] |= wire.FlagCommand
		at += n + int(h.Size)
	}
}

// unsent returns the messages of wire that were not wholly within its first n
// bytes, without commands.
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
	o.settleLocked()
	o.token, o.stuck = false, false
	o.movedLocked()
	if o.idle != nil {
		close(o.idle)
		o.idle = nil
	}
}
