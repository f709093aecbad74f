// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/wire"
)

// recoder turns the framing of ZMTP 2.0 and later, in which outboxes hold their
// messages, into that of ZMTP 1.0.
type recoder struct {
	in, out []byte
	ends    [][2]int // where each frame ends: in out, in in
}

// recode returns the bytes for a ZMTP 1.0 peer, valid until the next call.
func (r *recoder) recode(b *pipe.Batch) []byte {
	r.in, r.out, r.ends = r.in[:0], r.out[:0], r.ends[:0]
	for _, s := range b.Bufs {
		r.in = append(r.in, s...)
	}
	for at := 0; at < len(r.in); {
		h, n, err := wire.ParseHeader(r.in[at:])
		if err != nil || n == 0 {
			break // cannot be: we encoded it
		}
		end := at + n + int(h.Size)
		if h.Flags&wire.FlagCommand == 0 { // ZMTP 1.0 has no commands
			r.out = wire.AppendHeaderV1(r.out, h.Flags&wire.FlagMore, int(h.Size))
			r.out = append(r.out, r.in[at+n:end]...)
		}
		r.ends = append(r.ends, [2]int{len(r.out), end})
		at = end
	}
	return r.out
}

// original returns how many bytes of the batch the first n of recode's stand
// for, counting whole frames. begun means that there is part of another frame.
func (r *recoder) original(n int) (at int, begun bool) {
	out := 0
	for _, e := range r.ends {
		if e[0] > n {
			break
		}
		out, at = e[0], e[1]
	}
	return at, n > out
}
