// SPDX-License-Identifier: Apache-2.0

package pgm

import (
	"encoding/binary"
	"math"

	"github.com/gozmq/zmq/internal/wire"
)

// The framing that libzmq puts into the data of packets (docs/libzmq.md, Reliable
// multicast): two bytes that say where in the rest the first message begins, and a piece
// of a stream of ZMTP 1.0 frames.
const (
	offsetSize = 2
	noMessage  = 0xFFFF // no message begins in the packet
)

// Limits bound the messages that a receiver takes. Zero and less is no limit.
type Limits struct {
	Frame   int64 // bytes of a frame; 0 is one, as with MAXMSGSIZE, and less none
	Message int64 // bytes of a message
	Frames  int   // frames of a message
	Partial int64 // bytes of messages of which a part has come, of all sources together
}

// assembler makes messages of a source's stream. A message is put out when it is whole.
type assembler struct {
	limits *Limits
	parts  *partial

	joined  bool
	skip    int    // bytes before the first message, in later parts of a fragmented unit
	head    []byte // of the frame that begins
	left    uint64 // bytes of the frame that are missing
	more    bool   // the frame is not the last of its message
	inFrame bool
	frames  int
	message []byte // what has come of the message, as ZMTP 2.0 frames it
	counted int64  // of held
}

// begin takes the data of a packet, or the first part of a fragmented unit, and appends
// messages to dst. It returns false if the stream makes no sense, and was left.
func (a *assembler) begin(dst, data []byte, fragmented bool) ([]byte, int, bool) {
	if len(data) < offsetSize {
		return dst, 0, false
	}
	offset, data := int(binary.BigEndian.Uint16(data)), data[offsetSize:]
	if a.joined {
		return a.follow(dst, data)
	}
	switch {
	case offset == noMessage:
		return dst, 0, true
	case offset <= len(data):
		data = data[offset:]
	case fragmented:
		a.skip, data = offset-len(data), nil
	default:
		return dst, 0, false
	}
	a.joined = true
	return a.follow(dst, data)
}

// follow takes what comes next of the stream. It returns how many messages were complete.
func (a *assembler) follow(dst, data []byte) (_ []byte, messages int, ok bool) {
	if !a.joined {
		return dst, 0, true
	}
	if n := min(a.skip, len(data)); n > 0 {
		a.skip -= n
		data = data[n:]
	}
	for len(data) > 0 || a.inFrame && a.left == 0 {
		if !a.inFrame {
			n, ok := a.header(data)
			if !ok {
				return dst, messages, false
			}
			data = data[n:]
		}
		if !a.inFrame {
			break
		}
		n := int(min(a.left, uint64(len(data))))
		a.message = append(a.message, data[:n]...)
		if !a.hold() {
			return dst, messages, false
		}
		data = data[n:]
		if a.left -= uint64(n); a.left > 0 {
			break
		}
		if a.inFrame = false; !a.more {
			dst = append(dst, a.message...)
			messages++
			a.clear()
		}
	}
	return dst, messages, true
}

// header reads the header of a frame, of which a part may have come before, and returns
// how many bytes of data it used.
func (a *assembler) header(data []byte) (int, bool) {
	before := len(a.head)
	a.head = append(a.head, data[:min(len(data), longestHead-before)]...)
	h, n, err := wire.ParseHeaderV1(a.head)
	if err != nil {
		return 0, false
	}
	if n == 0 {
		return len(a.head) - before, true
	}
	a.head = a.head[:0]
	if !a.admits(h.Size) {
		return 0, false
	}
	a.frames++
	a.inFrame, a.left, a.more = true, h.Size, h.Flags&wire.FlagMore != 0
	a.message = wire.AppendHeader(a.message, h.Flags&wire.FlagMore, int(h.Size))
	return n - before, true
}

// longestHead is the longest header of a frame in ZMTP 1.0.
const longestHead = 10

// admits reports whether the limits allow another frame of the message.
func (a *assembler) admits(size uint64) bool {
	l := a.limits
	switch {
	case size > math.MaxInt, l.Frame >= 0 && size > uint64(l.Frame):
		return false
	case l.Message > 0 && int64(size) > l.Message-int64(len(a.message)):
		return false
	}
	return l.Frames <= 0 || a.frames < l.Frames
}

// hold counts what the assembler has of a message, and reports whether it may have that.
func (a *assembler) hold() bool {
	more := int64(len(a.message)) - a.counted
	a.counted += more
	return a.parts.add(more)
}

// partial counts the parts of messages that assemblers hold together.
type partial struct {
	held  int64
	limit int64 // 0: none
	ask   func(total int64) error
}

// add counts bytes, and reports whether there may be as many.
func (p *partial) add(n int64) bool {
	if p.held += n; n > 0 && p.limit > 0 && p.held > p.limit {
		return false
	}
	return p.ask == nil || p.ask(p.held) == nil
}

// keptRoom is how much memory stays for the next message.
const keptRoom = 64 << 10

// clear forgets the message that was under way.
func (a *assembler) clear() {
	a.message = a.message[:0]
	if cap(a.message) > keptRoom {
		a.message = nil
	}
	a.frames = 0
	a.hold()
}

// leave gives the stream up where it is, until a message begins again. It reports whether
// a message was under way.
func (a *assembler) leave() (torn bool) {
	torn = a.inFrame || len(a.head) > 0 || a.frames > 0
	a.joined, a.skip, a.head, a.inFrame, a.left = false, 0, a.head[:0], false, 0
	a.clear()
	return torn
}
