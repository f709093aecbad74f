// SPDX-License-Identifier: Apache-2.0

//go:build cgo && linux

package main

/*
#include "library.h"
*/
import "C"

import (
	"unsafe"

	"github.com/gozmq/zmq/internal/zerr"
)

// gozmq_regroup joins or leaves a group.
//
//export gozmq_regroup
func gozmq_regroup(slot C.uint32_t, group *C.char, n C.size_t, leave C.bool) C.int {
	k := sockets[slot].Load()
	name := string(octets(unsafe.Pointer(group), n))
	change := k.s.Join
	if leave {
		change = k.s.Leave
	}
	if err := change(name); err != nil {
		return errno(err)
	}
	if len(k.held) > 0 && k.held[0].Label.GroupOf() == name { // the one that was fetched before
		k.drop()
	}
	return 0
}

// gozmq_connect_peer connects and returns the number of the peer.
//
//export gozmq_connect_peer
func gozmq_connect_peer(slot C.uint32_t, addr *C.char, n C.size_t, id *C.uint32_t) C.int {
	k := sockets[slot].Load()
	endpoint := string(octets(unsafe.Pointer(addr), n))
	err := k.s.Err()
	if err == nil && !k.s.Kind().Numbers {
		err = zerr.ErrNotSupported
	}
	if err == nil {
		err = k.s.CheckEndpoint(endpoint)
	}
	if err == nil {
		err = k.ctx.checkThreads(k.s, endpoint)
	}
	if err == nil {
		var number uint32
		number, err = k.s.ConnectPeer(endpoint)
		*id = C.uint32_t(number)
	}
	if err != nil {
		return errno(err)
	}
	return 0
}

// gozmq_disconnect_peer ends the connection of the peer with that number.
//
//export gozmq_disconnect_peer
func gozmq_disconnect_peer(slot C.uint32_t, id C.uint32_t) C.int {
	if err := sockets[slot].Load().s.DisconnectNumber(uint32(id)); err != nil {
		return errno(err)
	}
	return 0
}
