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
	bufs  [][]byte
	n     int
	done  int // of a write of everything, before what is tried now
	total uint64
	err   error
	stuck func()                // nil: a write that the system does not take ends the try
	fn    func(fd uintptr) bool // write, made when it is needed first
}

// write reports false for a wait until the system takes more.
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
		again := w.err == syscall.EAGAIN
		if again {
			w.err = nil
		}
		w.n = max(w.n, 0)
		if again && w.stuck != nil {
			w.stuck()
			return false
		}
		return true
	}
}

// try writes what the system takes at once. ok is false where that cannot be
// done on this connection.
func (w *tryWriter) try(raw syscall.RawConn, bufs [][]byte) (n int, ok bool, err error) {
	if raw == nil || len(bufs) > maxVector || len(bufs) > 1 && !canWritev {
		return 0, false, nil
	}
	n, err = w.once(raw, bufs)
	return n, true, err
}

// all writes everything. It calls stuck each time that the system takes no more,
// before it waits. ok is false where that cannot be known of this connection.
func (w *tryWriter) all(raw syscall.RawConn, bufs [][]byte, stuck func()) (n int, ok bool, err error) {
	if raw == nil {
		return 0, false, nil
	}
	w.stuck, w.done = stuck, 0
	for len(bufs) > 0 && err == nil {
		var k int
		k, err = w.once(raw, bufs[:min(len(bufs), maxVector)])
		n += k
		w.done = n
		bufs = rest(bufs, k)
	}
	w.stuck = nil
	return n, true, err
}

func (w *tryWriter) once(raw syscall.RawConn, bufs [][]byte) (n int, err error) {
	if w.fn == nil {
		w.fn = w.write
	}
	w.bufs, w.n, w.err = bufs, 0, nil
	err = raw.Write(w.fn)
	w.bufs = nil
	w.total += uint64(w.n)
	if err != nil {
		return w.n, err
	}
	return w.n, w.err
}
