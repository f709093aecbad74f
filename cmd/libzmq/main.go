// SPDX-License-Identifier: Apache-2.0

//go:build cgo && linux

// Command libzmq is the C interface of libzmq over this library: built as
// libzmq.so.5 by `make libzmq`, it takes the place of libzmq in programs made for
// it. README.md says how it works and what is different.
//
// The C files hold what needs no Go: handles, messages, waiting, polling,
// proxies, timers. The Go files hold what they call.
package main

/*
#cgo CFLAGS: -std=gnu11 -O2 -Wall -Wextra -fvisibility=hidden
#include "library.h"
*/
import "C"

import (
	"runtime"
	"sync/atomic"
)

// main is there because the library is built from a command. It never runs.
func main() {}

// The objects of the library by the slots of their handles. They are package
// variables because a C library has no other place for them.
var (
	contexts [C.MAX_HANDLES]atomic.Pointer[context]
	sockets  [C.MAX_HANDLES]atomic.Pointer[socket]
)

// gozmq_start is the first call into Go: it returns when the runtime is there.
//
// A thread of the program that has just left Go code still holds one of the
// runtime's processors for a while. There have to be others for the connections.
//
//export gozmq_start
func gozmq_start() {
	ballast = make([]byte, ballastSize)
	runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + spareProcessors)
}

// gozmq_admit does nothing: the first call of a thread into Go, after which the
// runtime knows the thread.
//
//export gozmq_admit
func gozmq_admit() {}

// ballast is memory that is never touched, and so costs nothing, and counts as
// heap: without it the collector would run after every few large messages, because
// next to nothing of a C program lives on the Go heap. It bounds how much garbage
// there is before a collection.
var ballast []byte

const ballastSize = 32 << 20

// spareProcessors is how many threads of the program may hold a processor without
// holding up connections.
const spareProcessors = 4
