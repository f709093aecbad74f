// SPDX-License-Identifier: Apache-2.0

// Writing a connection whose frames are encrypted: the second pass over what an
// outbox holds, in the goroutine that holds the write token.
//
//	batch of wire bytes → load → fill, a buffer's worth of sealed frames → written
//	→ fill again, until the batch is worked off

package engine

import (
	"github.com/gozmq/zmq/internal/mechanism"
	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/wire"
)

// sealedSize is a buffer of encrypted frames, for one write or one large frame. It
// holds a frame of 64 KiB, and what small ones it holds are encrypted in less
// time than the peer needs to work off those before them. It is a size class of
// the allocator.
const sealedSize = 80 << 10

type sealedBuffer struct{ b []byte }

func (b *Buffers) getSealed() *sealedBuffer {
	if s, ok := b.sealed.Get().(*sealedBuffer); ok {
		return s
	}
	return &sealedBuffer{make([]byte, 0, sealedSize)}
}

func (b *Buffers) putSealed(s *sealedBuffer) { b.sealed.Put(s) }

// sealer works off a batch, which it only reads: other connections may send the
// same bytes at the same time. Each frame is sealed once, whatever happens to the
// write: a nonce is never used twice.
type sealer struct {
	bufs [][]byte // of the batch
	at   int      // in bufs: the buffer that the next frame begins in
	off  int      // and where in it
	done int      // bytes of the batch in frames that were sealed

	out   []byte        // sealed frames
	sent  int           // of out
	bufs1 [1][]byte     // for a write that is tried
	first int           // bytes of the batch before the frames in out
	ends  []sealedEnd   // of the frames in out
	home  *sealedBuffer // where out is, or was before a frame that did not fit
}

// sealedEnd is where a frame ends, in the sealed bytes and in the batch.
type sealedEnd struct{ out, in int }

// load begins a batch.
func (s *sealer) load(c *Conn) {
	s.bufs, s.at, s.off, s.done = c.batch.Bufs, 0, 0, 0
	s.home = c.cfg.Buffers.getSealed()
	s.out, s.sent, s.first, s.ends = s.home.b[:0], 0, 0, s.ends[:0]
}

// unload gives the buffers back.
func (s *sealer) unload(b *Buffers) {
	if s.home != nil {
		b.putSealed(s.home)
	}
	if cap(s.ends) > 64 { // an idle connection keeps little
		s.ends = nil
	}
	s.home, s.out, s.bufs = nil, nil, nil
}

// fill seals as many frames as fit into the buffer, at least one. It reports
// false when none is left.
func (s *sealer) fill(c *Conn) (bool, error) {
	s.out, s.sent, s.first, s.ends = s.home.b[:0], 0, s.done, s.ends[:0]
	for {
		for s.at < len(s.bufs) && s.off == len(s.bufs[s.at]) {
			s.at, s.off = s.at+1, 0
		}
		if s.at == len(s.bufs) {
			return len(s.out) > 0, nil
		}
		h, n, err := wire.ParseHeader(s.bufs[s.at][s.off:])
		if err != nil || n == 0 {
			return len(s.out) > 0, nil // cannot be: we encoded it
		}
		if s.bufs[s.at][s.off]&transport.FlagControl != 0 {
			if !s.control(n + int(h.Size)) {
				return true, nil
			}
			continue
		}
		sealed := int(h.Size) + c.traffic.Overhead()
		need := wire.HeaderSize(sealed) + sealed
		if len(s.out)+need > cap(s.out) {
			if len(s.out) > 0 {
				return true, nil
			}
			s.out = make([]byte, 0, need)
		}
		s.out = wire.AppendHeader(s.out, 0, sealed)
		if err := s.frame(c, h, n); err != nil {
			return false, err
		}
		s.done += n + int(h.Size)
		s.ends = append(s.ends, sealedEnd{len(s.out), s.done})
	}
}

// control passes a frame on that is for the layer, of n bytes, which an outbox keeps in
// one piece. It reports false if the buffer has no room for it.
func (s *sealer) control(n int) bool {
	if len(s.out)+n > cap(s.out) {
		return false
	}
	s.out = append(s.out, s.bufs[s.at][s.off:s.off+n]...)
	s.off += n
	s.done += n
	s.ends = append(s.ends, sealedEnd{len(s.out), s.done})
	return true
}

// frame seals the frame whose header of n bytes is next.
func (s *sealer) frame(c *Conn, h wire.Header, n int) (err error) {
	var flags byte
	if h.Flags&wire.FlagMore != 0 {
		flags = mechanism.InnerMore
	}
	if h.Flags&wire.FlagCommand != 0 {
		flags |= mechanism.InnerCommand
	}
	size := int(h.Size)
	s.off += n
	if s.off == len(s.bufs[s.at]) && size > 0 && s.at+1 < len(s.bufs) {
		s.at, s.off = s.at+1, 0 // a large frame, which is queued by reference
	}
	// An outbox keeps the payload of a frame in one piece.
	payload := s.bufs[s.at][s.off : s.off+size]
	s.off += size
	s.out, err = c.traffic.Seal(s.out, flags, payload)
	return err
}

// originalOf returns how many bytes of the batch have gone out in whole frames if so much
// of what is sealed has. begun means that part of the next frame has, too.
func (s *sealer) originalOf(sent int) (n int, begun bool) {
	n, out := s.first, 0
	for _, e := range s.ends {
		if e.out > sent {
			break
		}
		n, out = e.in, e.out
	}
	return n, sent > out
}

// trySealed writes what was loaded without blocking, as writeInline does. A false
// leaves the rest to writeLoop.
func (c *Conn) trySealed() bool {
	s := c.seal
	for {
		if s.sent == len(s.out) {
			more, err := s.fill(c)
			if err != nil {
				c.failSealed(err)
				return true
			}
			if !more {
				c.sealedOut()
				return true
			}
		}
		s.bufs1[0] = s.out[s.sent:]
		n, ok, err := c.src.writer.try(c.src.raw, s.bufs1[:])
		s.sent += n
		if err != nil {
			c.failSealed(err)
			return true
		}
		if !ok || s.sent < len(s.out) {
			return false
		}
	}
}

// writeSealed is writeBatch for encrypted frames. What writeInline has begun goes
// on where it stopped.
func (c *Conn) writeSealed() bool {
	s := c.seal
	if s.bufs == nil {
		s.load(c)
	}
	for {
		if s.sent < len(s.out) {
			s.bufs1[0] = s.out[s.sent:]
			n, err := c.writeAll(s.bufs1[:])
			s.sent += n
			if err != nil {
				c.failSealed(err)
				return false
			}
		}
		more, err := s.fill(c)
		if err != nil {
			c.failSealed(err)
			return false
		}
		if !more {
			c.sealedOut()
			return true
		}
	}
}

// sealedOut ends a batch that went out whole.
func (c *Conn) sealedOut() {
	c.seal.unload(c.cfg.Buffers)
	c.sent()
}

func (c *Conn) failSealed(err error) {
	n, begun := c.seal.originalOf(c.seal.sent)
	c.seal.unload(c.cfg.Buffers)
	c.batch.Begun = begun
	c.fail(n, err)
}
