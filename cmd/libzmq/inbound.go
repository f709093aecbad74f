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

// room is what a frame takes.
func room(frame []byte) uintptr {
	if len(frame) >= C.LARGE_FRAME {
		return recordSize + pointerSize
	}
	return recordSize + padded(len(frame))
}

// leastBuffer is the least that a buffer is given.
const leastBuffer = 4 << 10

// put appends a message, or a run, and returns 0. It appends nothing and returns
// ENOBUFS if it does not fit, and ENOMEM if there is no memory for a large frame.
func put(in *C.inbound, m *pipe.Message) C.int {
	var need uintptr
	if m.Kind == pipe.Run {
		need = recordSize + padded(len(m.Head))
	} else {
		need = room(m.Head)
		for _, f := range m.Tail {
			need += room(f)
		}
	}
	if uintptr(in.end)+need > uintptr(in.cap) {
		in.want = C.size_t(max(uintptr(in.end)+need, leastBuffer))
		return C.ENOBUFS
	}
	if in.into != nil && len(m.Tail) == 0 && m.Kind != pipe.Run && len(m.Head) >= C.LARGE_FRAME {
		copy(octets(in.into, in.room), m.Head)
		putRecord(in, C.RECORD_TAKEN, 0, nil, nil).size = C.uint64_t(len(m.Head))
		return 0
	}
	meta := metadataOf(m.Peer)
	if m.Kind == pipe.Run {
		putRecord(in, C.RECORD_RUN, m.Count, m.Head, meta)
		return 0
	}
	start := in.end
	ok := putFrame(in, m.Head, len(m.Tail) > 0, meta)
	for i := 0; ok && i < len(m.Tail); i++ {
		ok = putFrame(in, m.Tail[i], i < len(m.Tail)-1, meta)
	}
	if !ok {
		C.records_drop(in, start)
		return C.ENOMEM
	}
	return 0
}

// putFrame reports false when there is no memory for a large frame.
func putFrame(in *C.inbound, frame []byte, more bool, meta *C.metadata) bool {
	var n uint32
	if more {
		n = 1
	}
	if len(frame) < C.LARGE_FRAME {
		putRecord(in, C.RECORD_FRAME, n, frame, meta)
		return true
	}
	c := C.content_new(C.size_t(len(frame)))
	if c == nil {
		return false
	}
	copy(octets(c.data, c.size), frame)
	r := putRecord(in, C.RECORD_LARGE, n, nil, meta)
	r.size = c.size
	*(**C.content)(unsafe.Add(unsafe.Pointer(r), recordSize)) = c
	in.end += C.size_t(pointerSize)
	return true
}

func putRecord(in *C.inbound, kind, more uint32, b []byte, meta *C.metadata) *C.record {
	r := (*C.record)(unsafe.Add(unsafe.Pointer(in.buf), uintptr(in.end)))
	*r = C.record{size: C.uint64_t(len(b)), meta: meta, kind: C.uint32_t(kind), more: C.uint32_t(more)}
	if meta != nil {
		retain(meta)
	}
	copy(unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(r), recordSize)), len(b)), b)
	in.end += C.size_t(recordSize + padded(len(b)))
	return r
}
