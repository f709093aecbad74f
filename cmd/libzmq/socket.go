// SPDX-License-Identifier: Apache-2.0

//go:build cgo && linux

package main

/*
#include "library.h"
*/
import "C"

import (
	"unsafe"

	"github.com/gozmq/zmq/internal/core"
	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// socket is the Go side of a socket. The C side locks it around every call.
type socket struct {
	// Immutable after gozmq_socket.
	s   *core.Socket
	ctx *context
	typ int

	bell bell // has its own lock
	feed *feed

	// Guarded by the lock of the C side.
	watch   *core.Watch
	out     [][]byte     // frames of a message that is not whole yet
	one     [1][]byte    // a message of one frame, while it is sent
	in      pipe.Message // one that the C side's buffer, or memory, was too small for
	waiting bool         // in is there
	fetched bool         // ahead of the program, that is
}

//export gozmq_endpoint
func gozmq_endpoint(slot C.uint32_t, what C.int, addr *C.char, n C.size_t) C.int {
	k := sockets[slot].Load()
	k.takeFeed()
	endpoint := string(octets(unsafe.Pointer(addr), n))
	var err error
	switch what {
	case C.ENDPOINT_BIND, C.ENDPOINT_CONNECT:
		err = k.attach(endpoint, what == C.ENDPOINT_BIND)
	case C.ENDPOINT_UNBIND:
		err = k.s.Unbind(endpoint)
	case C.ENDPOINT_DISCONNECT:
		err = k.s.Disconnect(endpoint)
	}
	return errno(err)
}

func (k *socket) attach(endpoint string, listen bool) error {
	if err := k.s.Err(); err != nil {
		return err
	}
	if err := k.s.CheckEndpoint(endpoint); err != nil {
		return err
	}
	if err := k.ctx.checkThreads(k.s, endpoint); err != nil {
		return err
	}
	if listen {
		return k.s.Bind(endpoint)
	}
	return k.s.Connect(endpoint)
}

//export gozmq_setsockopt
func gozmq_setsockopt(slot C.uint32_t, option C.int, value unsafe.Pointer, n C.size_t) C.int {
	k := sockets[slot].Load()
	k.takeFeed()
	if err := k.s.Err(); err != nil {
		return errno(err)
	}
	sp, ok := opt.Lookup(opt.Num(option))
	if !ok || value == nil && n != 0 {
		return errno(zerr.ErrInvalid)
	}
	v, err := opt.FromRaw(sp, octets(value, n))
	if err != nil {
		return errno(err)
	}
	return errno(k.s.SetOption(sp.Num, v))
}

//export gozmq_getsockopt
func gozmq_getsockopt(slot C.uint32_t, option C.int, value unsafe.Pointer, n *C.size_t) C.int {
	k := sockets[slot].Load()
	if err := k.s.Err(); err != nil {
		return errno(err)
	}
	sp, ok := opt.Lookup(opt.Num(option))
	if !ok || sp.Access == opt.ReadOnly && !sp.Accepts(typeNames[k.typ]) {
		return errno(zerr.ErrInvalid)
	}
	v, err := k.s.Option(sp.Num)
	if err != nil {
		return errno(err)
	}
	length, err := opt.ToRaw(sp, v, octets(value, *n))
	if err != nil {
		return errno(err)
	}
	*n = C.size_t(length)
	return 0
}

// gozmq_watch has the socket's descriptor rung from now on.
//
//export gozmq_watch
func gozmq_watch(slot C.uint32_t) {
	k := sockets[slot].Load()
	if k.watch == nil {
		k.watch = k.s.Watch(core.CanRecv|core.CanSend, k.bell.ring)
	}
}

// gozmq_events returns what the socket can do, or a negative errno. From here on
// the next change is told.
//
//export gozmq_events
func gozmq_events(slot C.uint32_t) C.int {
	k := sockets[slot].Load()
	k.takeFeed()
	r, err := k.watch.Events()
	if err != nil {
		return -errno(err)
	}
	var events C.int
	if r&core.CanRecv != 0 || k.waiting {
		events |= C.ZMQ_POLLIN
	}
	if r&core.CanSend != 0 {
		events |= C.ZMQ_POLLOUT
	}
	return events
}

// gozmq_peer_state returns ZMQ_POLLOUT if the peer of a ROUTER with that routing
// id has room, or a negative errno.
//
//export gozmq_peer_state
func gozmq_peer_state(slot C.uint32_t, id unsafe.Pointer, n C.size_t) C.int {
	ok, err := sockets[slot].Load().s.PeerWritable(octets(id, n))
	switch {
	case err != nil:
		return -errno(err)
	case ok:
		return C.ZMQ_POLLOUT
	}
	return 0
}

// gozmq_close ends a socket. What it lingers for goes on in a goroutine, which
// the end of the context waits for.
//
//export gozmq_close
func gozmq_close(slot C.uint32_t) {
	k := sockets[slot].Swap(nil)
	k.s.SetFeed(nil)
	k.bell.ring() // calls that wait look at the handle again
	k.bell.mute()
	if k.watch != nil {
		k.watch.Stop()
	}
	go func() { _ = k.s.Close() }() // fails for closed sockets only
}

// octets is memory of the C side, nil for a null pointer.
func octets(p unsafe.Pointer, n C.size_t) []byte {
	if p == nil {
		return nil
	}
	return unsafe.Slice((*byte)(p), n)
}
