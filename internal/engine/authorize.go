// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"github.com/gozmq/zmq/internal/mechanism"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zerr"
)

// DeniedError is our own refusal of a peer, by the authentication handler or by
// the application. Status is 300, 400 or 500 as RFC 27 has them.
type DeniedError struct {
	Status int
	Reason string // in words; may be empty
	Err    error  // the application's error; nil for the handler's refusal
}

// Error gives the status and the reason.
func (e *DeniedError) Error() string {
	s := fmt.Sprintf("zmq: the peer is refused: status %d", e.Status)
	if e.Reason != "" {
		s += fmt.Sprintf(" %q", e.Reason)
	}
	return s
}

// Unwrap returns the application's error.
func (e *DeniedError) Unwrap() error { return e.Err }

// Is makes every refusal zerr.ErrRefused, whatever the application's error.
func (e *DeniedError) Is(target error) bool { return target == error(zerr.ErrRefused) }

// ZAPStatus returns the status.
func (e *DeniedError) ZAPStatus() int { return e.Status }

// authorize asks the application. Its function runs in a goroutine of its own,
// which is left to itself if the handshake ends before.
func (h *handshake) authorize() error {
	ask := h.c.cfg.Authorize
	if ask == nil {
		return nil
	}
	quiet := h.c.version.HasCommands() && h.m.AsServer()
	if quiet && len(h.buf) > 0 {
		return errOutOfTurn
	}
	err := h.meanwhile(quiet, false, func() error { return denied(ask(h.ctx, h.peer)) })
	var d *DeniedError
	if errors.As(err, &d) {
		return h.refuse(d.Status, d.Reason, d)
	}
	return err
}

// denied is the refusal of a peer for an error of the application, nil for none.
func denied(err error) error {
	if err == nil {
		return nil
	}
	d := &DeniedError{Status: mechanism.Denied, Reason: err.Error(), Err: err}
	var status interface{ ZAPStatus() int }
	if errors.As(err, &status) {
		d.Status = status.ZAPStatus()
	}
	return d
}

// farewell is how long a peer that was sent ERROR may take to close. Closing at
// once could turn into a reset that overtakes the ERROR.
const farewell = 250 * time.Millisecond

// refuse tells the peer that it is not wanted, where the protocol has a place
// for that; a status of 300 says nothing, so that the peer tries again.
func (h *handshake) refuse(status int, reason string, err error) error {
	if status == mechanism.Temporary || !h.c.version.HasCommands() {
		return err
	}
	body := h.m.Refusal(reason, h.c.version)
	if body == nil {
		return err
	}
	h.out = wire.AppendFrame(h.out, wire.FlagCommand, body)
	if h.flush() != nil || h.c.caughtUp() != nil { // it must be out before the write end is closed
		return err
	}
	half, ok := h.c.nc.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil {
		return err
	}
	until := time.Now().Add(farewell)
	if !h.deadline.IsZero() && h.deadline.Before(until) {
		until = h.deadline
	}
	_ = h.c.nc.SetReadDeadline(until)
	// The bound keeps a peer that never stops from being listened to.
	_, _ = io.Copy(io.Discard, io.LimitReader(h.c.nc, int64(h.c.cfg.HandshakeBytes)))
	return err
}

// mostMeanwhile is how many bytes of a peer are taken in while a handler decides
// about it; what is more waits in its TCP window.
const mostMeanwhile = 16 << 10

// meanwhile runs f in a goroutine of its own and listens to the connection until it
// is done: a peer that leaves, and the end of the handshake interval, end
// h.ctx and the wait. What the peer says is kept, or with quiet is a violation.
// With join nothing of f is left when meanwhile returns; otherwise an f that
// ignores its context is left behind.
func (h *handshake) meanwhile(quiet, join bool, f func() error) error {
	if err := h.flush(); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if !h.deadline.IsZero() {
		ctx, cancel = context.WithDeadline(ctx, h.deadline)
		defer cancel()
	}
	h.ctx = ctx
	nc := h.c.nc
	result := make(chan error, 1)
	var over atomic.Bool
	go func() {
		err := f()
		over.Store(true)
		_ = nc.SetReadDeadline(time.Unix(1, 0)) // ends the read below
		result <- err
	}()
	err := h.listen(quiet)
	if err == nil { // too much to take in
		select {
		case err = <-result:
			return h.decided(err)
		case <-h.c.gate.closing():
			err = h.c.reason(nil)
		case <-ctx.Done():
			err = os.ErrDeadlineExceeded
		}
	}
	if over.Load() && err != error(errOutOfTurn) { // an end of the stream will be seen again
		return h.decided(<-result)
	}
	cancel()
	if join {
		<-result
	}
	return err
}

// decided goes on after f has. A yes that comes when the handshake interval is over
// is none.
func (h *handshake) decided(err error) error {
	if err == nil && h.ctx.Err() != nil {
		return os.ErrDeadlineExceeded
	}
	_ = h.c.nc.SetReadDeadline(h.deadline)
	return err
}

// listen reads until an error, the deadline that meanwhile sets included. It
// returns nil once the peer has said more than is worth keeping.
func (h *handshake) listen(quiet bool) error {
	for len(h.buf) < mostMeanwhile {
		if err := h.fill(len(h.buf) + 1); err != nil {
			return err
		}
		if quiet {
			return errOutOfTurn
		}
	}
	return nil
}
