// SPDX-License-Identifier: Apache-2.0

//go:build cgo && linux

package main

/*
#include "library.h"
*/
import "C"

import (
	"unsafe"

	"github.com/gozmq/zmq/internal/pipe"
)

// The buffer of the C side: records, each with what library.h says behind it.

const recordSize = unsafe.Sizeof(C.record{})

const pointerSize = unsafe.Sizeof(uintptr(0))

func padded(n int) uintptr { return (uintptr(n) + 7) &^ 7 }

// spaceOf is what a frame takes in the buffer, lent or not.
func spaceOf(frame []byte, lent bool) uintptr {
	if lent || len(frame) >= C.LARGE_FRAME {
		return recordSize + pointerSize
	}
	return recordSize + padded(len(frame))
}

// leastBuffer is the least that a buffer is given.
const leastBuffer = 4 << 10

// put appends a message, or a run, and returns 0. It appends nothing and returns
// ENOBUFS if it does not fit, and ENOMEM if there is no memory for a large frame.
func put(in *C.inbound, m *pipe.Item) C.int {
	var need uintptr
	if m.IsRun() {
		need = recordSize + padded(len(m.Head))
	} else {
		need = padded(len(m.Label.GroupOf())) + spaceOf(m.Head, m.Lease != nil && len(m.Tail) == 0)
		for i, f := range m.Tail {
			need += spaceOf(f, m.Lease != nil && i == len(m.Tail)-1)
		}
	}
	if uintptr(in.end)+need > uintptr(in.cap) {
		in.want = C.size_t(max(uintptr(in.end)+need, leastBuffer))
		return C.ENOBUFS
	}
	meta := metadataOf(m.Peer)
	if m.IsRun() {
		putRecord(in, C.RECORD_RUN, uint32(m.Messages()), m.Head, meta, nil)
		return 0
	}
	start := in.end
	frame, ok := m.Head, true
	for i := 0; ok && i < len(m.Tail); i++ {
		ok = putFrame(in, frame, true, meta, m.Label)
		frame = m.Tail[i]
	}
	if ok && m.Lease != nil {
		putContent(in, takeContent(m), false, meta, m.Label)
	} else if ok {
		ok = putFrame(in, frame, false, meta, m.Label)
	}
	if !ok {
		C.contents_free(C.records_drop(in, start)) // copies of ours
		return C.ENOMEM
	}
	return 0
}

// land writes a message of one large frame to where the program wants it, and
// reports whether it has. It is then not to be put into the buffer. What was lent goes
// through that, because a function of the program may be called when it is freed.
func land(to *C.landing, m *pipe.Item) bool {
	if to == nil || to.into == nil || m.Lease != nil || len(m.Tail) > 0 || m.IsRun() || len(m.Head) < C.LARGE_FRAME {
		return false
	}
	copy(octets(to.into, min(to.cap, C.size_t(len(m.Head)))), m.Head)
	to.used, to.size = true, C.size_t(len(m.Head))
	return true
}

// putFrame reports false when there is no memory for a large frame.
func putFrame(in *C.inbound, frame []byte, more bool, meta *C.metadata, l *pipe.Label) bool {
	if len(frame) < C.LARGE_FRAME {
		putRecord(in, C.RECORD_FRAME, flag(more), frame, meta, l)
		return true
	}
	c := C.content_new(C.size_t(len(frame)))
	if c == nil {
		return false
	}
	copy(octets(c.data, c.size), frame)
	putContent(in, c, more, meta, l)
	return true
}

// putContent appends a frame that lies in a content, whose reference it takes over.
func putContent(in *C.inbound, c *C.content, more bool, meta *C.metadata, l *pipe.Label) {
	r := putRecord(in, C.RECORD_LARGE, flag(more), nil, meta, l)
	r.size = c.size
	*(**C.content)(unsafe.Add(unsafe.Pointer(in.buf), uintptr(in.end))) = c
	in.end += C.size_t(pointerSize)
}

func flag(b bool) uint32 {
	if b {
		return 1
	}
	return 0
}

func putRecord(in *C.inbound, kind, more uint32, b []byte, meta *C.metadata, l *pipe.Label) *C.record {
	r := (*C.record)(unsafe.Add(unsafe.Pointer(in.buf), uintptr(in.end)))
	group := l.GroupOf()
	*r = C.record{
		size: C.uint64_t(len(b)), meta: meta, kind: C.uint32_t(kind), more: C.uint32_t(more),
		routing_id: C.uint32_t(l.RoutingOf()), group: C.uint32_t(len(group)),
	}
	if meta != nil {
		retain(meta)
	}
	at := unsafe.Add(unsafe.Pointer(r), recordSize)
	copy(unsafe.Slice((*byte)(at), len(group)), group)
	at = unsafe.Add(at, padded(len(group)))
	copy(unsafe.Slice((*byte)(at), len(b)), b)
	in.end += C.size_t(recordSize + padded(len(group)) + padded(len(b)))
	return r
}
