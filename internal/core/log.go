// SPDX-License-Identifier: Apache-2.0

package core

import (
	"context"
	"errors"
	"log/slog"
	"net"

	"github.com/gozmq/zmq/internal/session"
	"github.com/gozmq/zmq/internal/zerr"
)

// eventTexts say in the log what libzmq's monitor says in numbers.
var eventTexts = map[session.EventKind]string{
	session.Connected:               "connected",
	session.ConnectDelayed:          "connecting",
	session.ConnectRetried:          "trying again",
	session.Listening:               "listening",
	session.BindFailed:              "bind failed",
	session.Accepted:                "accepted",
	session.AcceptFailed:            "connection not accepted",
	session.Closed:                  "closed",
	session.CloseFailed:             "close failed",
	session.Disconnected:            "disconnected",
	session.HandshakeFailedNoDetail: "handshake failed",
	session.HandshakeSucceeded:      "handshake done",
	session.HandshakeFailedProtocol: "handshake failed: protocol error",
	session.HandshakeFailedAuth:     "handshake failed: refused",
}

// log writes an event to the context's logger: what a peer did wrong as a
// warning, the rest for debugging.
func (s *Socket) log(e *session.Event) {
	level := slog.LevelDebug
	switch {
	case e.Kind == session.Disconnected && e.Peer == nil: // why was said when the handshake failed
	case errors.Is(e.Err, zerr.ErrProtocol), errors.Is(e.Err, zerr.ErrLimit), errors.Is(e.Err, zerr.ErrMessageTooLarge),
		e.Kind == session.HandshakeFailedAuth, e.Kind == session.AcceptFailed && !errors.Is(e.Err, net.ErrClosed):
		level = slog.LevelWarn
	}
	l := s.ctx.cfg.Logger
	if !l.Enabled(context.Background(), level) {
		return
	}
	s.logAt(l, level, e)
}

// logAt is what log does where the logger wants it: it takes far more stack.
func (s *Socket) logAt(l *slog.Logger, level slog.Level, e *session.Event) {
	attrs := []slog.Attr{slog.String("socket", s.String()), slog.String("endpoint", e.Endpoint)}
	if e.Remote != "" && e.Remote != e.Endpoint {
		attrs = append(attrs, slog.String("peer", e.Remote))
	}
	if p := e.Peer; p != nil && e.Kind == session.HandshakeSucceeded {
		attrs = append(attrs, slog.String("mechanism", p.Mechanism))
		if p.Authenticated {
			attrs = append(attrs, slog.String("user", p.UserID))
		}
	}
	if e.Retry > 0 {
		attrs = append(attrs, slog.Duration("in", e.Retry))
	}
	if e.Err != nil {
		attrs = append(attrs, slog.String("error", e.Err.Error()))
	}
	l.LogAttrs(context.Background(), level, eventTexts[e.Kind], attrs...)
}
