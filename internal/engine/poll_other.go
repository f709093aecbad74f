// SPDX-License-Identifier: Apache-2.0

//go:build !unix

package engine

import "syscall"

// canPoll is false where sockets are not file descriptors that can be tried
// without blocking: reads and writes block in goroutines of their own there.
const canPoll = false

func readFD(uintptr, []byte) (n int, again bool, err error) { return 0, false, syscall.EINVAL }

type tryWriter struct {
	done  int
	total uint64
}

func (w *tryWriter) try(syscall.RawConn, [][]byte) (n int, ok bool, err error) { return 0, false, nil }

func (w *tryWriter) all(syscall.RawConn, [][]byte, func()) (n int, ok bool, err error) {
	return 0, false, nil
}
