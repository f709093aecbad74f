// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/gozmq/zmq/internal/mechanism"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zerr"
)

// authenticate runs the mechanism, has its question answered, reads the peer's
// metadata and asks the application what it thinks of the peer.
func (h *handshake) authenticate() error {
	m := h.m
	known := false
	for !m.Ready() || !known {
		if q := m.Question(); q != nil {
			if err := h.question(q); err != nil {
				return err
			}
			m.Admit()
			continue
		}
		if b := m.Metadata(); b != nil && !known {
			known = true
			if err := h.meet(b); err != nil {
				return err
			}
			continue
		}
		if known || !h.peerFirst() {
			body, err := m.Next()
			if err != nil {
				return err
			}
			if body != nil {
				name, _, _ := wire.ParseCommand(body)
				h.said = string(name)
				h.out = wire.AppendFrame(h.out, wire.FlagCommand, body)
				continue
			}
		}
		if err := h.receive(); err != nil {
			return err
		}
	}
	if h.c.traffic = m.Traffic(); h.c.traffic != nil {
		h.peer.MaxFrame.Reduce(int64(h.c.traffic.Overhead()))
	}
	return nil
}

// peerFirst tells whether our side of a mechanism without roles holds its READY
// back until it knows the peer, so that it can still refuse it with ERROR. Two
// such sides would wait for each other; so only the one that was connected to
// does.
func (h *handshake) peerFirst() bool {
	return h.c.cfg.Authorize != nil && h.peer.Accepted && h.m.Name() == mechanism.Null
}

func (h *handshake) receive() error {
	limit := h.c.cfg.HandshakeBytes
	if n := h.m.Longest(); n > 0 {
		limit = min(limit, n)
	}
	flags, body, err := h.readFrame(limit)
	if err != nil {
		return err
	}
	if flags&wire.FlagCommand == 0 {
		return &zerr.ProtocolError{Rule: "the handshake consists of commands", Code: mechanism.UnexpectedCommand}
	}
	if err := h.m.Receive(body); err != nil {
		return err
	}
	return h.findKey()
}

// findKey has the program give the keys of a CURVE server for a client that has sent
// HELLO, where the server has no key of its own. Nothing is known of the client but its
// address.
func (h *handshake) findKey() error {
	m, ok := h.m.(mechanism.KeySeeker)
	if !ok || m.Seeks() == nil {
		return nil
	}
	if len(h.buf) > 0 {
		return errOutOfTurn
	}
	client := *m.Seeks()
	var keys []*mechanism.CurveKey
	err := h.meanwhile(true, false, func() (err error) {
		keys, err = h.c.cfg.ServerKeys(h.ctx, h.peer, &client)
		return denied(err)
	})
	if err != nil {
		return err
	}
	return m.Try(keys)
}

// question has the authentication handler decide about the peer. A client that
// speaks while it has to wait breaks a rule; with NULL it need not wait.
func (h *handshake) question(q *mechanism.Question) error {
	switch q.Mechanism {
	case mechanism.Curve:
		h.peer.PublicKey = string(q.Credentials[0])
	case mechanism.Plain:
		h.peer.Username = string(q.Credentials[0])
	}
	ask := h.c.cfg.Authenticate
	if ask == nil {
		return nil
	}
	quiet := q.Mechanism != mechanism.Null
	if quiet && len(h.buf) > 0 {
		return errOutOfTurn
	}
	var v *mechanism.Verdict
	err := h.meanwhile(quiet, true, func() (err error) {
		v, err = ask(h.ctx, h.peer, q)
		return err
	})
	if errors.Is(err, io.ErrUnexpectedEOF) && len(h.buf) > 0 && !quiet {
		if e := h.receive(); e != nil { // the peer may have said why it left
			return e
		}
	}
	switch {
	case err != nil:
		return err
	case v == nil:
		return nil
	case v.Status != mechanism.Accepted:
		return h.refuse(v.Status, fmt.Sprint(v.Status), &DeniedError{Status: v.Status, Reason: v.Text})
	}
	h.peer.UserID, h.peer.Domain, h.peer.Authenticated = v.UserID, v.Domain, true
	return h.readVerdict(v.Metadata)
}

// readVerdict keeps the properties that the handler has for the peer. They come
// before those of the peer itself, and so win (RFC 27).
func (h *handshake) readVerdict(b []byte) error {
	err := wire.ParseMetadata(b, func(name string, value []byte) error {
		if name == wire.PropertySocketType && !h.c.cfg.TakesPeer(string(value)) {
			return fmt.Errorf("a %s does not talk to a %.32q", h.c.cfg.SocketType, value)
		}
		h.peer.Properties = append(h.peer.Properties, pipe.Property{Name: name, Value: string(value)})
		return nil
	})
	if err != nil {
		return &zerr.ProtocolError{Rule: "metadata of the authentication handler", Code: mechanism.ZAPInvalidMetadata, Err: err}
	}
	h.peer.Vouched = len(h.peer.Properties)
	return nil
}

// meet takes the peer's metadata, and lets the application refuse the peer.
func (h *handshake) meet(metadata []byte) error {
	if err := h.readMetadata(metadata); err != nil {
		return err
	}
	return h.authorize()
}

// maxProperties is the most properties that a peer may announce. Each takes memory for as
// long as the connection lasts, whatever its length; sockets announce five by themselves.
const maxProperties = 256

// readMetadata notes what the peer announced. ParseMetadata passes well-known
// names in canonical spelling, whatever their case (RFC 37; libzmq minds it). A
// peer without a Socket-Type is accepted, as libzmq does. What the library itself
// says of a peer, the peer cannot say: libzmq believes it.
func (h *handshake) readMetadata(b []byte) error {
	err := wire.ParseMetadata(b, func(name string, value []byte) error {
		if pipe.Reserved(name) {
			return nil
		}
		if len(h.peer.Properties)-h.peer.Vouched >= maxProperties {
			return h.badMetadata(fmt.Sprintf("more than %d properties", maxProperties), nil)
		}
		text := string(value)
		h.peer.Properties = append(h.peer.Properties, pipe.Property{Name: name, Value: text})
		switch name {
		case wire.PropertySocketType:
			h.peer.SocketType = text
			if !h.c.cfg.TakesPeer(text) {
				return h.badMetadata(fmt.Sprintf("a %s does not talk to a %.32q", h.c.cfg.SocketType, value), nil)
			}
		case wire.PropertyIdentity:
			if len(value) > maxIdentity {
				return h.badMetadata("an identity has at most 255 bytes", nil)
			}
			h.peer.Identity = append([]byte(nil), value...)
		case wire.PropertyMaxFrame:
			h.peer.MaxFrame.Announce(text)
		case wire.PropertyMaxMessage:
			h.peer.MaxMessage.Announce(text)
		case wire.PropertyMaxFrames:
			h.peer.MaxFrames.Announce(text)
		}
		return nil
	})
	if v := wire.Violation(0); errors.As(err, &v) {
		return h.badMetadata("metadata", err)
	}
	if err != nil {
		return err
	}
	h.peer.Properties = slices.Clone(h.peer.Properties) // what append has beyond them is much
	return h.c.drawKnown()
}

// badMetadata is the error for a peer whose metadata cannot be. libzmq tells the
// number of it only as the client of a mechanism that has roles.
func (h *handshake) badMetadata(rule string, cause error) error {
	e := &zerr.ProtocolError{Rule: rule, Err: cause}
	if h.m.Name() != mechanism.Null && !h.m.AsServer() {
		e.Code = mechanism.InvalidMetadata
	}
	return e
}

var errOutOfTurn = &zerr.ProtocolError{
	Rule: "a client waits for the answer to its last command", Code: mechanism.Unspecified,
}
