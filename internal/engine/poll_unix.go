// SPDX-License-Identifier: Apache-2.0

//go:build unix

package engine

import (
	"syscall"

	"github.com/gozmq/zmq/internal/transport"
)

// tryWriter writes without blocking, and without allocating.
type tryWriter struct {
	layer transport.Layer // nil: bytes go out as they are
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
		again := false
		switch {
		case w.layer != nil:
			w.n, again, w.err = w.layer.TryWrite(fd, w.bufs)
		case len(w.bufs) == 1:
			w.n, w.err = transport.Send(int(fd), w.bufs[0])
		default:
			w.n, w.err = transport.SendVector(int(fd), w.bufs)
		}
		if w.err == syscall.EINTR {
			continue
		}
		if w.err == syscall.EAGAIN {
			again, w.err = true, nil
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
	if raw == nil || w.layer == nil && (len(bufs) > transport.MaxVector || len(bufs) > 1 && !transport.CanSendVector) {
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
		k, err = w.once(raw, w.some(bufs))
		n += k
		w.done = n
		bufs = rest(bufs, k)
	}
	w.stuck = nil
	return n, true, err
}

// some are as many buffers as go into one call.
func (w *tryWriter) some(bufs [][]byte) [][]byte {
	if w.layer != nil {
		return bufs
	}
	return bufs[:min(len(bufs), transport.MaxVector)]
}

func (w *tryWriter) once(raw syscall.RawConn, bufs [][]byte) (n int, err error) {
	if w.fn == nil {
		w.fn = w.write
	}
	w.bufs, w.n, w.err = bufs, 0, nil
	err = raw.Write(w.fn)
	w.bufs = nil
	if w.layer != nil {
		w.total = w.layer.Written()
	} else {
		w.total += uint64(w.n)
	}
	if err != nil {
		return w.n, err
	}
	return w.n, w.err
}
