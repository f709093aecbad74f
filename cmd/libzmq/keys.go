// SPDX-License-Identifier: Apache-2.0

//go:build cgo && linux

package main

/*
#include "library.h"
*/
import "C"

import (
	"crypto/ecdh"
	"crypto/rand"
	"unsafe"

	"github.com/gozmq/zmq/internal/z85"
	"github.com/gozmq/zmq/internal/zerr"
)

//export gozmq_z85_encode
func gozmq_z85_encode(dest *C.char, data *C.uint8_t, n C.size_t) C.int {
	text, err := z85.Encode(octets(unsafe.Pointer(data), n))
	if err != nil {
		return errno(err)
	}
	putString(dest, text)
	return 0
}

//export gozmq_z85_decode
func gozmq_z85_decode(dest *C.uint8_t, text *C.char, n C.size_t) C.int {
	b, err := z85.Decode(octets(unsafe.Pointer(text), n))
	if err != nil {
		return errno(err)
	}
	copy(unsafe.Slice((*byte)(dest), len(b)), b)
	return 0
}

//export gozmq_curve_keypair
func gozmq_curve_keypair(public, secret *C.char) C.int {
	k, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return errno(zerr.ErrNotSupported)
	}
	return putKeys(k, public, secret)
}

//export gozmq_curve_public
func gozmq_curve_public(public, secret *C.char, n C.size_t) C.int {
	b, err := z85.Decode(octets(unsafe.Pointer(secret), n))
	if err != nil {
		return errno(err)
	}
	k, err := ecdh.X25519().NewPrivateKey(b)
	if err != nil {
		return errno(zerr.ErrInvalid) // not 32 octets
	}
	return putKeys(k, public, nil)
}

func putKeys(k *ecdh.PrivateKey, public, secret *C.char) C.int {
	text, _ := z85.Encode(k.PublicKey().Bytes()) // 32 octets always have a text
	putString(public, text)
	if secret != nil {
		text, _ = z85.Encode(k.Bytes())
		putString(secret, text)
	}
	return 0
}

// putString writes a C string.
func putString(dest *C.char, s string) {
	b := unsafe.Slice((*byte)(unsafe.Pointer(dest)), len(s)+1)
	b[copy(b, s)] = 0
}
