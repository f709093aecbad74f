// SPDX-License-Identifier: Apache-2.0

//go:build cgo && linux

package main

/*
#include "library.h"
*/
import "C"

import (
	"runtime"
	"strings"
	"sync/atomic"
	"unsafe"

	"github.com/gozmq/zmq/internal/pipe"
)

// metadataOf returns what the C side knows of a peer, made once a peer and kept
// until nothing refers to the peer any more. Messages hold references of their own.
// Peers in process have none, as in libzmq.
func metadataOf(p *pipe.Peer) *C.metadata {
	if p == nil || p.Version == "inproc" {
		return nil
	}
	if at := p.Foreign.Load(); at != 0 {
		return fromAddress(at)
	}
	text := metadataText(p)
	m := C.metadata_new(C.size_t(len(text)))
	if m == nil {
		return nil
	}
	copy(unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(m), C.sizeof_metadata)), len(text)), text)
	if !p.Foreign.CompareAndSwap(0, uintptr(unsafe.Pointer(m))) {
		C.metadata_unref(m)
		return fromAddress(p.Foreign.Load())
	}
	runtime.AddCleanup(p, func(at uintptr) { C.metadata_unref(fromAddress(at)) }, uintptr(unsafe.Pointer(m)))
	return m
}

// fromAddress turns a number back into the pointer to C memory that it was.
func fromAddress(at uintptr) *C.metadata {
	return *(**C.metadata)(unsafe.Pointer(&at))
}

// retain takes a reference for a frame.
func retain(m *C.metadata) { atomic.AddUint32((*uint32)(unsafe.Pointer(&m.refs)), 1) }

// metadataText is what zmq_msg_gets finds in messages of a peer, in the order in
// which libzmq looks: names and values that end with a NUL, and an empty name.
func metadataText(p *pipe.Peer) []byte {
	var b []byte
	add := func(name, value string) {
		if name == "" || strings.Contains(name, "\x00") {
			return // no C string finds it
		}
		value, _, _ = strings.Cut(value, "\x00")
		b = append(append(append(append(b, name...), 0), value...), 0)
	}
	if p.Address != "" {
		add("Peer-Address", p.Address)
	}
	if p.Authenticated {
		add("User-Id", p.UserID)
	}
	for _, q := range p.Properties {
		if q.Name == "User-Id" {
			continue // the handler has answered with one
		}
		add(q.Name, q.Value)
		if q.Name == "Identity" {
			add("Routing-Id", q.Value)
		}
	}
	return append(b, 0)
}
