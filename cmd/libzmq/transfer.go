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

	"github.com/gozmq/zmq/internal/core"
	"github.com/gozmq/zmq/internal/pattern"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// gozmq_send takes one frame, and has more say whether its message goes on. With wait,
// EAGAIN means that the descriptor will be rung when trying again may help. The octets
// stay the caller's; those in a content that is lent are read for as long as Go has a
// reference of that.
//
//export gozmq_send
func gozmq_send(slot C.uint32_t, data unsafe.Pointer, n C.size_t, lent *C.content, to *C.label, more *C.bool, wait C.bool) C.int {
	k := sockets[slot].Load()
	k.takeFeed() // what is in it came before
	frame := octets(data, n)
	if frame == nil {
		frame = []byte{}
	}
	var l *pipe.Lease
	if lent != nil && !bool(*more) {
		l = lend(lent)
	}
	label := k.labelOf(to)
	err := k.send(frame, label, l, bool(*more))
	if err == zerr.ErrAgain && bool(wait) {
		k.watch.Rearm()
		err = k.send(frame, label, l, bool(*more))
	}
	if l != nil {
		reclaim(l, lent)
	}
	*more = len(k.out) > 0
	if err == nil {
		return 0
	}
	return errno(err)
}

// labelOf returns what a message carries, for the types that route by it.
func (k *socket) labelOf(l *C.label) *pipe.Label {
	if t := k.s.Kind(); l == nil || !t.Groups && !t.RoutingIDs {
		return nil
	}
	return &pipe.Label{Routing: uint32(l.routing_id), Group: C.GoString(l.group)}
}

// send does with a frame what libzmq does: the first one is refused if the message
// could not be sent now, and the message goes out with the last.
func (k *socket) send(frame []byte, to *pipe.Label, l *pipe.Lease, more bool) error {
	if t := k.s.Kind(); more && t.OneFrame && t.Sends {
		return zerr.ErrInvalid
	}
	if len(k.out) > 0 {
		return k.sendNext(frame, l, more && !k.raw)
	}
	if !more {
		if t := k.s.Kind(); t.Addresses && t.Datagrams == pattern.NoDatagrams {
			return k.s.Err() // a routing id alone goes nowhere
		}
		k.one[0] = frame
		err := k.trySend(k.one[:], to, l, false)
		k.one[0] = nil
		return err
	}
	if err := k.s.CheckSend(frame); err != nil {
		return err
	}
	k.keep(frame)
	return nil
}

// keep adds a frame to the message that is not whole yet.
func (k *socket) keep(frame []byte) {
	k.out = append(k.out, append(make([]byte, 0, len(frame)), frame...))
}

// sendNext takes a frame behind the first. None of these is refused or waits: where
// the peer that was there for the first frame is gone, the message is discarded, so
// that nothing of it can get into the next one.
func (k *socket) sendNext(frame []byte, l *pipe.Lease, more bool) error {
	if err := k.s.Err(); err != nil {
		return err
	}
	datagrams := k.s.Kind().Datagrams == pattern.ExchangesDatagrams
	if more && datagrams {
		return zerr.ErrInvalid
	}
	if l == nil {
		k.keep(frame)
	} else {
		k.out = append(k.out, frame)
	}
	if more {
		return nil
	}
	err := k.trySend(k.out, nil, l, true)
	k.out = nil // the frames are the library's now
	switch {
	case err == zerr.ErrAgain, errors.Is(err, zerr.ErrHostUnreachable):
		return nil
	case datagrams && errors.Is(err, zerr.ErrInvalid): // no address
		return nil
	}
	return err
}

func (k *socket) trySend(frames [][]byte, to *pipe.Label, l *pipe.Lease, owned bool) error {
	if l != nil {
		return k.s.TrySendLent(frames, to, l)
	}
	return k.s.TrySendLabelled(frames, to, owned)
}

// fetchLimit is how many messages one call fetches: enough for the way between C and Go
// not to count, and few enough that those of a second peer do not wait long.
const fetchLimit = 64

// gozmq_recv puts the next messages into the buffer of the C side, which is empty.
// The first of them goes to where the program wants it if it is one large frame.
// ENOBUFS means that the buffer has too little room: in.want says how much it takes.
// ENOMEM means that there is no memory for the next message, which stays the next.
//
//export gozmq_recv
func gozmq_recv(slot C.uint32_t, in *C.inbound, to *C.landing, wait C.bool) C.int {
	k := sockets[slot].Load()
	if err := k.fetch(bool(wait)); err != nil {
		return errno(err)
	}
	for first := true; len(k.held) > 0; first = false {
		it := &k.held[0]
		if !first || !land(to, it) {
			if e := put(in, it); e != 0 {
				if k.early = !first; first {
					return e
				}
				return 0 // it is the first of the next call
			}
		}
		k.s.Recycle(it)
		k.held = k.held[1:]
	}
	return 0
}

// fetch takes the next messages, unless some are held.
func (k *socket) fetch(wait bool) error {
	if len(k.held) > 0 {
		return nil
	}
	if k.batch == nil {
		k.batch = make([]pipe.Item, 1) // a run, mostly
		if k.s.Kind().Filters {        // whose messages are looked at one by one
			k.batch = make([]pipe.Item, fetchLimit)
		}
	}
	n, err := k.s.Take(k.batch, fetchLimit, core.Prefetch)
	if err == zerr.ErrAgain && wait {
		k.watch.Rearm()
		n, err = k.s.Take(k.batch, fetchLimit, core.Prefetch)
	}
	k.held = k.batch[:n]
	k.s.Received(k.held)
	return err
}

// refilter drops what is held of a SUB that was fetched ahead of the program and is not
// subscribed to any more.
func (k *socket) refilter() {
	if !k.s.Kind().Filters || len(k.held) == 0 {
		return
	}
	kept := k.held[:0]
	for i := range k.held {
		if it := &k.held[i]; i == 0 && !k.early || k.s.Wanted(it.Head) {
			kept = append(kept, *it)
		} else {
			k.s.Recycle(it)
		}
	}
	clear(k.held[len(kept):])
	k.held = kept
}

// drop drops what is held.
func (k *socket) drop() {
	for i := range k.held {
		k.s.Recycle(&k.held[i])
	}
	k.held = nil
}

// gozmq_wanted tells whether a SUB would still receive a message that begins with
// that frame.
//
//export gozmq_wanted
func gozmq_wanted(slot C.uint32_t, head unsafe.Pointer, n C.size_t) C.bool {
	return C.bool(sockets[slot].Load().s.Wanted(octets(head, n)))
}
