// SPDX-License-Identifier: Apache-2.0

//go:build cgo && linux

package main

/*
#include "library.h"
*/
import "C"

import (
	"runtime"
	"sync/atomic"
	"unsafe"

	"github.com/gozmq/zmq/internal/pipe"
)

// The C side copies frames that are not worth a reference.
var _ [0]struct{} = [C.OUTBOUND_FRAME - pipe.RefSize]struct{}{}

// feed is the buffer of the C side in front of a busy connection: transfer.c fills
// it, the connection's writer empties it.
type feed struct{ out *C.outbound }

// Lock implements pipe.Feed. The other side holds the lock for the time that it
// takes to copy a small message.
func (f *feed) Lock() (wire []byte, n int) {
	lock := (*uint32)(unsafe.Pointer(&f.out.lock))
	for spins := 0; !atomic.CompareAndSwapUint32(lock, 0, 1); spins++ {
		if spins%100 == 99 {
			runtime.Gosched() // its thread may have lost the processor
		}
	}
	return octets(unsafe.Pointer(f.out.buf), C.size_t(f.out.used)), int(f.out.count)
}

// Unlock implements pipe.Feed.
func (f *feed) Unlock(credit int) {
	f.out.used, f.out.count = 0, 0
	atomic.StoreUint32((*uint32)(unsafe.Pointer(&f.out.credit)), uint32(credit))
	atomic.StoreUint32((*uint32)(unsafe.Pointer(&f.out.lock)), 0)
}

// takeFeed moves what the C side has gathered on its way, before something that
// has to come after it. The C side is in this call and adds nothing.
func (k *socket) takeFeed() {
	if k.feed.out.count > 0 {
		k.s.TakeFeed()
	}
}
