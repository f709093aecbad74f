// SPDX-License-Identifier: Apache-2.0

package packet

import (
	"encoding/binary"
	"iter"
	"net/netip"
)

// Request is a NAK, or the NCF that confirms it (RFC 3208, section 8.3).
type Request struct {
	Source, Group netip.Addr
	seq           uint32
	Options
}

// Seqs yields the sequence numbers that are asked for.
func (r *Request) Seqs() iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		if !yield(r.seq) {
			return
		}
		for b := r.list; len(b) >= 4; b = b[4:] {
			if !yield(binary.BigEndian.Uint32(b)) {
				return
			}
		}
	}
}

// ParseRequest reads the body of a NAK or NCF.
func ParseRequest(h *Header, body []byte) (r Request, err error) {
	if len(body) < 4 {
		return r, Malformed("shorter than a NAK")
	}
	r.seq = binary.BigEndian.Uint32(body)
	rest := body[4:]
	if r.Source, rest, err = parseAddress(rest); err != nil {
		return r, err
	}
	if r.Group, rest, err = parseAddress(rest); err != nil {
		return r, err
	}
	r.Options, err = onlyOptions(h, rest)
	return r, err
}

// AppendNak appends a receiver's NAK for one sequence number or more, 1+MaxListed at most.
func AppendNak(dst []byte, session uint16, source TSI, path, group netip.Addr, seqs []uint32) []byte {
	start := len(dst)
	return appendRequest(begin(dst, NAK, session, source.Port, source.GSI), start, path, group, seqs)
}

// AppendNCF appends a source's NCF for such sequence numbers.
func AppendNCF(dst []byte, source TSI, session uint16, path, group netip.Addr, seqs []uint32) []byte {
	start := len(dst)
	return appendRequest(begin(dst, NCF, source.Port, session, source.GSI), start, path, group, seqs)
}

func appendRequest(dst []byte, start int, path, group netip.Addr, seqs []uint32) []byte {
	dst = binary.BigEndian.AppendUint32(dst, seqs[0])
	dst = appendAddress(appendAddress(dst, path), group)
	if len(seqs) == 1 {
		return finish(dst, start, 0, 0)
	}
	var room [1 + 4*MaxListed]byte
	list := room[:1]
	for _, seq := range seqs[1:] {
		list = binary.BigEndian.AppendUint32(list, seq)
	}
	return finish(appendOption(dst, optNakList, list), start, present|network, 0)
}
