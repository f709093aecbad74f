// SPDX-License-Identifier: Apache-2.0

package pgm

import (
	"encoding/binary"

	"github.com/gozmq/zmq/internal/wire"
)

// Packer turns frames of ZMTP 2.0 into the data of packets: see assembler.
type Packer struct {
	size  int    // of the data, the offset included
	data  []byte // of the packet that is being filled; without content it is the offset alone
	spill []byte // of a header that did not fit

	head   [wire.MaxHeaderSize]byte // of a frame that is not complete
	heads  int                      // bytes of it
	left   uint64                   // bytes of the frame's body that are missing
	keep   bool                     // the frame goes out; a command does not
	midway bool                     // the next frame belongs to the message of the last
}

// MinData is the least that a packet has room for: an offset and a header.
const MinData = offsetSize + longestHead

// NewPacker makes a Packer for packets with so many bytes of data, MinData at least.
func NewPacker(size int) *Packer {
	p := &Packer{size: min(size, offsetSize+noMessage-1)}
	p.Next()
	return p
}

// Add takes frames in pieces of any size, until a packet is full. It returns how much it
// has taken: less than everything if Full reports true.
func (p *Packer) Add(b []byte) (taken int) {
	for taken < len(b) && !p.Full() {
		if p.left == 0 {
			taken += p.header(b[taken:])
			continue
		}
		n := int(min(p.left, uint64(len(b)-taken)))
		if p.keep {
			n = min(n, p.size-len(p.data))
			p.data = append(p.data, b[taken:taken+n]...)
		}
		taken += n
		p.left -= uint64(n)
	}
	return taken
}

// header takes the header of a frame, and puts the one of ZMTP 1.0 in its place.
func (p *Packer) header(b []byte) int {
	had := p.heads
	p.heads += copy(p.head[had:], b)
	h, n, err := wire.ParseHeader(p.head[:p.heads])
	if err != nil || n == 0 { // an error cannot be: our own queue has framed it
		return p.heads - had
	}
	p.heads = 0
	p.keep, p.left = h.Flags&wire.FlagCommand == 0, h.Size
	if !p.keep {
		return n - had
	}
	if !p.midway && binary.BigEndian.Uint16(p.data) == noMessage {
		binary.BigEndian.PutUint16(p.data, uint16(len(p.data)-offsetSize))
	}
	p.midway = h.Flags&wire.FlagMore != 0
	p.data = wire.AppendHeaderV1(p.data, h.Flags&wire.FlagMore, int(h.Size))
	if len(p.data) > p.size {
		p.spill = append(p.spill[:0], p.data[p.size:]...)
		p.data = p.data[:p.size]
	}
	return n - had
}

// Full reports whether the packet has no room for more.
func (p *Packer) Full() bool { return len(p.data) == p.size }

// Ends reports whether what was taken ends with a message.
func (p *Packer) Ends() bool { return p.left == 0 && p.heads == 0 && !p.midway }

// Data returns what the packet has by now, nil if nothing. It is valid until Next.
func (p *Packer) Data() []byte {
	if len(p.data) == offsetSize {
		return nil
	}
	return p.data
}

// Next begins another packet.
func (p *Packer) Next() {
	p.data = binary.BigEndian.AppendUint16(p.data[:0], noMessage)
	p.data = append(p.data, p.spill...)
	p.spill = p.spill[:0]
}
