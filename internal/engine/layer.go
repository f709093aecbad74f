// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"github.com/gozmq/zmq/internal/mechanism"
	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/wire"
)

// open has the layer of a connection, if there is one, shake hands before anything of
// ours is said.
func (h *handshake) open() (transport.Opened, error) {
	c := h.c
	if c.src.layer == nil {
		return transport.Opened{}, nil
	}
	opened, err := c.src.layer.Open(&transport.Opening{
		Mechanism: h.m.Name(), Commands: c.cfg.NeedsCommands,
		MaxBytes: c.cfg.HandshakeBytes, MaxFrame: c.cfg.frameLimit(0), Control: c.layerControl,
	})
	h.peer.Certificate, h.peer.CertificateName = opened.Certificate.DER, opened.Certificate.Name
	return opened, err
}

// carried is the handshake of what a layer carries in the place of ZMTP (RFC 45,
// Protocol negotiation). Without a mechanism it is that of ZMTP 2.0, with one that of
// ZMTP 3.0; a greeting there is in neither.
func (h *handshake) carried(opened transport.Opened) error {
	h.c.layered, h.peer.Version = true, opened.Protocol
	if opened.Commands {
		h.c.version = wire.V30
		h.peer.Mechanism = h.m.Name()
		return h.authenticate()
	}
	h.c.version = wire.V2
	if q := h.m.Question(); q != nil && h.m.Name() == mechanism.Null {
		// There is no mechanism that the peer could do without, and so the handler
		// decides as it does with NULL.
		if err := h.question(q); err != nil {
			return err
		}
	}
	if err := h.exchangeIdentities(); err != nil {
		return err
	}
	return h.authorize()
}

// layerControl takes a control frame of the layer. The goroutine that reads calls it.
func (c *Conn) layerControl(op byte, payload []byte) {
	c.noteHeard()
	switch op {
	case transport.OpPing:
		c.layerPong(payload)
	case transport.OpPong:
		c.pong()
	}
}

// layerPong answers a Ping of the layer. During the handshake the goroutine that reads
// is the one that writes. Afterwards the answer is queued, and dropped while many wait:
// see Outbox.Control.
func (c *Conn) layerPong(payload []byte) {
	frame := appendControl(nil, transport.OpPong, payload)
	if c.out == nil {
		if c.src.raw == nil {
			_ = c.writeBehind(frame)
		} else {
			_, _ = c.nc.Write(frame)
		}
		return // if that has failed, reading will as well
	}
	if c.finishing.Load() {
		return
	}
	if _, flush := c.out.Control(frame); flush {
		c.Flush(false)
	}
}

// appendControl appends a frame that tells the layer to send a control frame.
func appendControl(dst []byte, op byte, payload []byte) []byte {
	dst = wire.AppendHeader(dst, wire.FlagCommand|transport.FlagControl, 1+len(payload))
	return append(append(dst, op), payload...)
}

// appendHeartbeat appends what asks the peer whether it is there.
func (c *Conn) appendHeartbeat(dst []byte) []byte {
	if c.layered {
		return appendControl(dst, transport.OpPing, nil)
	}
	ttl := uint16(min(c.cfg.HeartbeatTTL/tenth, 0xFFFF))
	return wire.AppendPing(dst, ttl, nil)
}
