// SPDX-License-Identifier: Apache-2.0

package core

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/gozmq/zmq/internal/engine"
	"github.com/gozmq/zmq/internal/pipe"
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
	session.MessageRefused:          "message dropped: the peer does not accept it",
	session.PacketsLost:             "packets of a source are lost, and could not be repaired",
}

// log writes an event to the context's logger: what a peer did wrong as a
// warning, unless it was written already in the last minute (log_repeat.go), the rest
// for debugging.
func (s *Socket) log(e *session.Event) {
	level := slog.LevelDebug
	var departed *engine.DepartedError
	switch {
	case e.Kind == session.HandshakeFailedNoDetail && errors.As(e.Err, &departed) && departed.Answered: // a wrong key, or type
		level = slog.LevelWarn
	case e.Kind == session.Disconnected && e.Peer == nil: // why was said when the handshake failed
	case errors.Is(e.Err, zerr.ErrProtocol), errors.Is(e.Err, zerr.ErrLimit), errors.Is(e.Err, zerr.ErrMessageTooLarge),
		e.Kind == session.HandshakeFailedAuth, e.Kind == session.HandshakeFailedNoDetail && errors.Is(e.Err, zerr.ErrRefused), e.Kind == session.AcceptFailed && !errors.Is(e.Err, net.ErrClosed),
		e.Kind == session.PacketsLost:
		level = slog.LevelWarn
	case e.Outage > 0 && e.Kind == session.HandshakeSucceeded:
		level = slog.LevelInfo
	case e.Outage > 0: // once in an outage
		s.logAt(s.ctx.cfg.Logger, slog.LevelWarn, e, 0)
		return
	}
	held := 0
	if level == slog.LevelWarn {
		level, held = s.repeated(e)
	}
	l := s.ctx.cfg.Logger
	if !l.Enabled(context.Background(), level) {
		return
	}
	s.logAt(l, level, e, held)
}

// repeated returns the level of a warning, which is lower while it is a repetition, and
// how many repetitions were written at that level since the last warning.
func (s *Socket) repeated(e *session.Event) (slog.Level, int) {
	c := cause{socket: s.String(), endpoint: e.Endpoint, host: hostOf(e.Remote), kind: e.Kind}
	var pe *zerr.ProtocolError
	if errors.As(e.Err, &pe) {
		c.code = pe.Code
	}
	warn, held := s.ctx.repeats.note(c, time.Now())
	if !warn {
		return slog.LevelDebug, 0
	}
	return slog.LevelWarn, held
}

// duplicateID stands for the warning about a routing id, of which monitors say nothing,
// among the causes of warnings.
const duplicateID session.EventKind = 0

// logDuplicate warns of a peer whose messages a ROUTER never reads.
func (s *Socket) logDuplicate(p *pipe.Pipe) {
	peer := p.Peer()
	level, held := s.repeated(&session.Event{Endpoint: p.Endpoint, Remote: peer.Remote, Kind: duplicateID})
	attrs := []slog.Attr{
		slog.String("socket", s.String()), slog.String("endpoint", p.Endpoint), slog.String("peer", peer.Remote),
		slog.String("id", fmt.Sprintf("%q", peer.Identity)),
	}
	if held > 0 {
		attrs = append(attrs, slog.Int("repeated", held))
	}
	attrs = append(attrs, see(zerr.SameRoutingID))
	s.ctx.cfg.Logger.LogAttrs(context.Background(), level, "peer is not read: another has its routing id", attrs...)
}

// appendPeer adds what a handshake has told of the peer.
func appendPeer(attrs []slog.Attr, p *pipe.Peer) []slog.Attr {
	if p.SocketType != "" {
		attrs = append(attrs, slog.String("type", p.SocketType))
	}
	attrs = append(attrs, slog.String("version", p.Version), slog.String("mechanism", p.Mechanism))
	if len(p.Identity) > 0 {
		attrs = append(attrs, slog.String("id", fmt.Sprintf("%q", p.Identity)))
	}
	if p.Authenticated {
		attrs = append(attrs, slog.String("user", p.UserID))
	}
	if p.CertificateName != "" {
		attrs = append(attrs, slog.String("certificate", p.CertificateName))
	}
	return attrs
}

// logAt is what log does where the logger wants it: it takes far more stack.
func (s *Socket) logAt(l *slog.Logger, level slog.Level, e *session.Event, held int) {
	attrs := []slog.Attr{slog.String("socket", s.String()), slog.String("endpoint", e.Endpoint)}
	if e.Remote != "" && e.Remote != e.Endpoint {
		attrs = append(attrs, slog.String("peer", e.Remote))
	}
	if p := e.Peer; p != nil && e.Kind == session.HandshakeSucceeded {
		attrs = appendPeer(attrs, p)
	}
	if e.Retry > 0 {
		attrs = append(attrs, slog.Duration("in", e.Retry))
	}
	if e.Err != nil {
		attrs = append(attrs, slog.String("error", e.Err.Error()))
	}
	if held > 0 {
		attrs = append(attrs, slog.Int("repeated", held))
	}
	text := eventTexts[e.Kind]
	if e.Outage > 0 {
		text = "endpoint reached again"
		if e.Kind == session.ConnectRetried {
			text = "endpoint cannot be reached"
		}
		attrs = append(attrs, slog.Duration("for", e.Outage.Round(100*time.Millisecond)))
	}
	if level >= slog.LevelWarn {
		attrs = append(attrs, see(sectionOf(e)))
	}
	l.LogAttrs(context.Background(), level, text, attrs...)
}

// see names the section of the documents that explains a warning.
func see(section zerr.Section) slog.Attr { return slog.String(zerr.SectionKey, string(section)) }

// sectionOf returns the section about an event that is warned of. A connection that fails
// for a reason that is in no section does so in its handshake, or is not made at all.
func sectionOf(e *session.Event) zerr.Section {
	section := zerr.SectionOf(e.Err)
	switch {
	case section == zerr.ConnectionRefused && e.Kind == session.HandshakeFailedNoDetail: // a peer that is silent
		return zerr.HandshakeFailed
	case section != "":
		return section
	case e.Kind == session.ConnectRetried:
		return zerr.ConnectionRefused
	case e.Kind == session.AcceptFailed:
		return zerr.LimitReached
	}
	return zerr.HandshakeFailed
}

// Warn writes a warning about a mistake of the program that no call returns.
func (s *Socket) Warn(text string, err error) {
	s.ctx.cfg.Logger.LogAttrs(context.Background(), slog.LevelWarn, text,
		slog.String("socket", s.String()), slog.String("error", err.Error()))
}
