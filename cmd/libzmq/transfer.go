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
	k.takeFeed() // what is in it came before
	frame := octets(data, n)
	if frame == nil {
		frame = []byte{}
	}
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

// ahead is how many messages one call fetches: enough for the way between C and Go
// not to count, and few enough that those of a second peer do not wait long.
const ahead = 64

// gozmq_recv puts the next messages into the buffer of the C side, which is empty.
// ENOBUFS means that it has too little room: in.want says how much it takes. ENOMEM
// means that there is no memory for the next message, which stays the next.
//
//export gozmq_recv
func gozmq_recv(slot C.uint32_t, in *C.inbound, wait C.bool) C.int {
	k := sockets[slot].Load()
	if k.waiting && k.fetched && !k.s.Wanted(k.in.Head) {
		k.waiting = false // it was fetched ahead, and is not subscribed to any more
	}
	if !k.waiting {
		err := k.s.TryRecvRun(&k.in, ahead)
		if err == zerr.ErrAgain && bool(wait) {
			k.watch.Rearm()
			err = k.s.TryRecvRun(&k.in, ahead)
		}
		if err != nil {
			return errno(err)
		}
	}
	k.waiting, k.fetched = false, false
	if e := put(in, &k.in); e != 0 {
		k.waiting = true
		return e
	}
	if k.typ == pattern.Sub && k.in.Kind != pipe.Run {
		for n := 1; n < ahead && k.s.TryRecvAhead(&k.in); n++ {
			if put(in, &k.in) != 0 {
				k.waiting, k.fetched = true, true // comes first the next time
				return 0
			}
		}
	}
	k.s.Recycle(&k.in)
	k.in = pipe.Message{}
	return 0
}

// gozmq_wanted tells whether a SUB would still receive a message that begins with
// that frame.
//
//export gozmq_wanted
func gozmq_wanted(slot C.uint32_t, head unsafe.Pointer, n C.size_t) C.bool {
	return C.bool(sockets[slot].Load().s.Wanted(octets(head, n)))
}
