// SPDX-License-Identifier: Apache-2.0

//go:build cgo && linux

package main

/*
#include "library.h"
*/
import "C"

import (
	"unsafe"
)

// gozmq_monitor sends a socket's events to an inproc endpoint, or with a null
// address stops that.
//
//export gozmq_monitor
func gozmq_monitor(slot C.uint32_t, addr *C.char, n C.size_t, events C.uint64_t, version, typ C.int) C.int {
	s := sockets[slot].Load().s
	if addr == nil {
		if version == 1 && events > 0xFFFF {
			if err := s.Err(); err != nil {
				return errno(err)
			}
			return C.EINVAL
		}
		return errno(s.StopMonitorTo())
	}
	return errno(s.MonitorTo(string(octets(unsafe.Pointer(addr), n)), uint64(events), int(version), int(typ)))
}

//export gozmq_pipes_stats
func gozmq_pipes_stats(slot C.uint32_t) C.int {
	k := sockets[slot].Load()
	k.takeFeed()
	return errno(k.s.PipesStats())
}
