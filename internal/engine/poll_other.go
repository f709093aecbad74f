// SPDX-License-Identifier: Apache-2.0

//go:build !unix

package engine

import (
	"syscall"

	"github.com/gozmq/zmq/internal/transport"
)

type tryWriter struct {
	layer transport.Layer
	done  int
	total uint64
}

func (w *tryWriter) try(syscall.RawConn, [][]byte) (n int, ok bool, err error) { return 0, false, nil }

func (w *tryWriter) all(syscall.RawConn, [][]byte, func()) (n int, ok bool, err error) {
	return 0, false, nil
}
