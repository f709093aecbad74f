// SPDX-License-Identifier: Apache-2.0

//go:build unix

package engine

import (
	"syscall"
)

// canPoll says that sockets can be tried without blocking.
const canPoll = true

// readFD reads without blocking. again means that nothing is there.
func readFD(fd uintptr, b []byte) (n int, again bool, err error) {
	for {
		n, err = syscall.Read(int(fd), b)
		switch err {
		case nil:
			return n, false, nil
		case syscall.EINTR:
			continue
		case syscall.EAGAIN:
			return 0, true, nil
		}
		return 0, false, err
	}
}

// tryWriter writes without blocking, and without allocating.
type tryWriter struct {
	bufs [][]byte
	n    int
	err  error
	fn   func(fd uintptr) bool // write, made when it is needed first
}

func (w *tryWriter) write(fd uintptr) bool {
	for {
		if len(w.bufs) == 1 {
			w.n, w.err = write(int(fd), w.bufs[0])
		} else {
			w.n, w.err = writev(int(fd), w.bufs)
		}
		if w.err == syscall.EINTR {
			continue
		}
		if w.err == syscall.EAGAIN {
			w.err = nil
		}
		w.n = max(w.n, 0)
		return true
	}
}

// try writes what the system takes at once. ok is false where that cannot be
// done on this connection.
func (w *tryWriter) try(raw syscall.RawConn, bufs [][]byte) (n int, ok bool, err error) {
	if raw == nil || len(bufs) > maxVector || len(bufs) > 1 && !canWritev {
		return 0, false, nil
	}
	if w.fn == nil {
		w.fn = w.write
	}
	w.bufs = bufs
	err = raw.Write(w.fn)
	w.bufs = nil
	if err != nil {
		return 0, true, err
	}
	return w.n, true, w.err
}
