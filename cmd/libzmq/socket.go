// SPDX-License-Identifier: Apache-2.0

//go:build cgo && linux

package main

/*
#include "library.h"
*/
import "C"

import (
	"slices"
	"strings"
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

	bell bell // has its own lock
	feed *feed

	// Guarded by the lock of the C side.
	watch *core.Watch
	out   [][]byte    // frames of a message that is not whole yet
	raw   bool        // peers know no frames: behind a routing id one is the message
	one   [1][]byte   // a message of one frame, while it is sent
	batch []pipe.Item // memory of what is fetched
	held  []pipe.Item // the rest of it, for which the C side had no room
	early bool        // the first of held was fetched ahead of the program, as the others were
}

//export gozmq_endpoint
func gozmq_endpoint(slot C.uint32_t, what C.int, addr *C.char, n C.size_t) C.int {
	k := sockets[slot].Load()
	k.takeFeed()
	endpoint := string(octets(unsafe.Pointer(addr), n))
	var err error
	switch what {
	case C.ENDPOINT_BIND, C.ENDPOINT_CONNECT:
		err = k.bindOrConnect(endpoint, what == C.ENDPOINT_BIND)
	case C.ENDPOINT_UNBIND:
		err = k.s.Unbind(endpoint)
	case C.ENDPOINT_DISCONNECT:
		err = k.s.Disconnect(endpoint)
	}
	return errno(err)
}

func (k *socket) bindOrConnect(endpoint string, listen bool) error {
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

// lookup finds an option. Those of transports that are not built in are unknown, as in
// libzmq, where a program learns from that what there is. The options of multicast are
// there in every build.
func lookup(option C.int) (*opt.Spec, bool) {
	sp, ok := opt.Lookup(opt.Num(option))
	if !ok || !sp.Stored {
		return sp, ok
	}
	scheme, _, _ := strings.Cut(sp.Transports, " ")
	return sp, !slices.Contains(optional, scheme)
}

// optional are the transports that libzmq has options for only if they are built in.
var optional = []string{"norm"}

//export gozmq_setsockopt
func gozmq_setsockopt(slot C.uint32_t, option C.int, value unsafe.Pointer, n C.size_t) C.int {
	k := sockets[slot].Load()
	k.takeFeed()
	if err := k.s.Err(); err != nil {
		return errno(err)
	}
	sp, ok := lookup(option)
	if !ok || value == nil && n != 0 {
		return errno(zerr.ErrInvalid)
	}
	v, err := opt.FromRaw(sp, octets(value, n))
	if err != nil {
		return errno(err)
	}
	if err := k.s.SetOption(sp.Num, v); err != nil {
		return errno(err)
	}
	k.refilter()
	k.raw = k.raw || sp.Num == opt.RouterRaw && v.I != 0 // it stays
	return 0
}

//export gozmq_getsockopt
func gozmq_getsockopt(slot C.uint32_t, option C.int, value unsafe.Pointer, n *C.size_t) C.int {
	k := sockets[slot].Load()
	if err := k.s.Err(); err != nil {
		return errno(err)
	}
	sp, ok := lookup(option)
	if !ok || sp.Access == opt.ReadOnly && !sp.Accepts(k.s.Kind().Name) {
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
	if r&core.CanRecv != 0 || len(k.held) > 0 {
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

// gozmq_close ends a socket. It returns true if something is queued that has not been
// handed to the system; the descriptor is rung when it has, or when it cannot be yet. With ring it is rung at
// once, for calls that wait. What the socket lingers for goes on in a goroutine, which
// the end of the context waits for, and which calls gone with the C side of the socket
// when nothing is left of it.
//
//export gozmq_close
func gozmq_close(slot C.uint32_t, s unsafe.Pointer, gone C.gone_fn, ring C.bool) C.bool {
	k := sockets[slot].Swap(nil)
	k.s.SetFeed(nil)
	if ring {
		k.bell.ring()
	}
	if k.watch != nil {
		k.watch.Stop()
	}
	k.drop()
	d, err := k.s.Depart()
	if err != nil { // it is not closed twice, see sockets
		k.bell.mute()
		go C.call_gone(gone, s)
		return false
	}
	go func() {
		d.Drain()
		k.bell.ring()
		d.Finish()
		k.bell.mute()
		C.call_gone(gone, s)
	}()
	return C.bool(d.Pending())
}

// octets is memory of the C side, nil for a null pointer.
func octets(p unsafe.Pointer, n C.size_t) []byte {
	if p == nil {
		return nil
	}
	return unsafe.Slice((*byte)(p), n)
}
