// SPDX-License-Identifier: Apache-2.0

package session

import (
	"errors"
	"io"
	"net"
	"syscall"

	"github.com/gozmq/zmq/internal/zerr"
)

// This file reports the end of connections, in libzmq's order: a failure of the
// handshake, if there was one, then that the connection has ended. An end that this
// socket asked for is not reported (zmq_socket_monitor, ZMQ_EVENT_DISCONNECTED).

// unready reports a connection that ended before it was ready.
func unready(h Host, e Event, err error) {
	if errors.Is(err, net.ErrClosed) {
		return
	}
	e.Kind, e.Err = handshakeEvent(err), err
	h.Event(e)
	e.Kind = Disconnected
	h.Event(e)
}

// unwanted reports a peer that was ready and that the socket does not accept.
func unwanted(h Host, e Event, err error) {
	if errors.Is(err, net.ErrClosed) {
		return
	}
	e.Kind = HandshakeSucceeded
	h.Event(e)
	e.Kind, e.Err = Disconnected, err
	h.Event(e)
}

// parted reports the end of a connection that had been ready. parting means that this
// socket had begun to end it, so that the peer's farewell is part of that.
func parted(h Host, e Event, err error, parting bool) {
	if errors.Is(err, net.ErrClosed) || parting && isFarewell(err) {
		return
	}
	e.Err = err
	// With mechanisms that protect every message, this continues as after a failed
	// handshake.
	if errors.Is(err, zerr.ErrProtocol) && hasCode(err) {
		e.Kind = HandshakeFailedProtocol
		h.Event(e)
	}
	e.Kind = Disconnected
	h.Event(e)
}

// hasCode reports whether a protocol error has a number in libzmq's monitor.
func hasCode(err error) bool {
	var pe *zerr.ProtocolError
	return errors.As(err, &pe) && pe.Code != 0
}

// isFarewell recognises the end of a connection that both sides let go. ECONNABORTED is
// what Windows says of one that the peer has reset while something was being sent.
func isFarewell(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) ||
		errors.Is(err, syscall.ECONNABORTED)
}
