// SPDX-License-Identifier: Apache-2.0

//go:build cgo && linux

package main

/*
#include "library.h"
*/
import "C"

import (
	"errors"
	"unsafe"

	"github.com/gozmq/zmq/internal/pattern"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// gozmq_send takes one frame. With wait, EAGAIN means that the descriptor will be
// rung when trying again may help. The octets stay the caller's.
//
//export gozmq_send
func gozmq_send(slot C.uint32_t, data unsafe.Pointer, n C.size_t, more, wait C.bool) C.int {
	k := sockets[slot].Load()
	frame := octets(data, n)
	err := k.send(frame, bool(more))
	if err == zerr.ErrAgain && bool(wait) {
		k.watch.Rearm()
		err = k.send(frame, bool(more))
	}
	if err == nil {
		return 0
	}
	return errno(err)
}

// send does with a frame what libzmq does: the first one is refused if the message
// could not be sent now, and the message goes out with the last.
func (k *socket) send(frame []byte, more bool) error {
	first := len(k.out) == 0
	switch {
	case first && !more:
		if k.typ == pattern.RouterType || k.typ == pattern.Stream {
			return k.s.Err() // a routing id alone goes nowhere
		}
		k.one[0] = frame
		err := k.s.TrySend(k.one[:], false)
		k.one[0] = nil
		return err
	case first:
		if err := k.s.CheckSend(frame); err != nil {
			return err
		}
	}
	if more {
		if err := k.s.Err(); err != nil {
			return err
		}
		k.out = append(k.out, append(make([]byte, 0, len(frame)), frame...))
		return nil
	}
	return k.sendLast(frame)
}

func (k *socket) sendLast(frame []byte) error {
	k.out = append(k.out, append(make([]byte, 0, len(frame)), frame...))
	err := k.s.TrySend(k.out, true)
	if err == zerr.ErrAgain && k.typ != pattern.RouterType && k.typ != pattern.Stream {
		k.out = k.out[:len(k.out)-1] // the peer went; another may come
		return err
	}
	k.out = nil // the frames are the library's now
	if err == zerr.ErrAgain || errors.Is(err, zerr.ErrHostUnreachable) {
		err = nil // the peer that was there for the first frame is not any more
	}
	return err
}

// gozmq_recv puts the next message into the buffer of the C side. ENOBUFS means
// that it has too little room: in.want says how much it takes.
//
//export gozmq_recv
func gozmq_recv(slot C.uint32_t, in *C.inbound, wait C.bool) C.int {
	k := sockets[slot].Load()
	if !k.waiting {
		err := k.s.TryRecv(&k.in)
		if err == zerr.ErrAgain && bool(wait) {
			k.watch.Rearm()
			err = k.s.TryRecv(&k.in)
		}
		if err != nil {
			return errno(err)
		}
	}
	k.waiting = false
	if !put(in, &k.in) {
		k.waiting = true
		return C.ENOBUFS
	}
	k.in = pipe.Message{}
	return 0
}

const recordSize = unsafe.Sizeof(C.record{})

func padded(n int) uintptr { return (uintptr(n) + 7) &^ 7 }

// room is what a frame takes in the buffer of the C side.
func room(frame []byte) uintptr {
	if len(frame) >= C.LARGE_FRAME {
		return recordSize + unsafe.Sizeof(uintptr(0))
	}
	return recordSize + padded(len(frame))
}

// leastBuffer is the least that the C side's buffer is given.
const leastBuffer = 4 << 10

// put appends a message to the buffer of the C side, if it fits.
func put(in *C.inbound, m *pipe.Message) bool {
	need := room(m.Head)
	for _, f := range m.Tail {
		need += room(f)
	}
	if uintptr(in.end)+need > uintptr(in.cap) {
		in.want = C.size_t(max(uintptr(in.end)+need, leastBuffer))
		return false
	}
	meta := metadataOf(m.Peer)
	putFrame(in, m.Head, len(m.Tail) > 0, meta)
	for i, f := range m.Tail {
		putFrame(in, f, i < len(m.Tail)-1, meta)
	}
	return true
}

func putFrame(in *C.inbound, frame []byte, more bool, meta *C.metadata) {
	r := (*C.record)(unsafe.Add(unsafe.Pointer(in.buf), uintptr(in.end)))
	*r = C.record{size: C.uint64_t(len(frame)), meta: meta}
	if more {
		r.more = 1
	}
	if meta != nil {
		retain(meta)
	}
	body := unsafe.Add(unsafe.Pointer(r), recordSize)
	if len(frame) >= C.LARGE_FRAME {
		c := C.content_new(C.size_t(len(frame)))
		if c == nil {
			panic("libzmq: out of memory for a message that was received")
		}
		copy(octets(c.data, c.size), frame)
		r.large = 1
		*(**C.content)(body) = c
	} else {
		copy(unsafe.Slice((*byte)(body), len(frame)), frame)
	}
	in.end += C.size_t(room(frame))
}
