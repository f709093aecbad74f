// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/gozmq/zmq/internal/mechanism"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zerr"
)

const (
	// maxIdentity is the longest identity (RFC 37, The Identity Property).
	maxIdentity = 255
	// usualOut is room for a greeting and the READY of most sockets, usualIn for
	// what most peers say.
	usualOut, usualIn = 128, 192
)

// handshake is what has been gathered so far. Its methods are straight-line
// code: the program counter is the state. What they have to say is queued and
// written when they have to wait for the peer, or for a decision about
// it, so that a handshake takes as few writes as the peer's bytes allow.
type handshake struct {
	c        *Conn
	m        mechanism.Machine // nil for a STREAM
	buf      []byte            // bytes read and not yet consumed
	got      int               // bytes read in all
	said     string            // our last command
	out      []byte            // ours that have not been written
	peer     *pipe.Peer
	deadline time.Time       // of the whole handshake; zero is none
	ctx      context.Context // of the question that is being decided
}

// Handshake brings the connection from the first byte to the point where
// messages flow, within HandshakeTimeout, and returns what is known of the peer.
func (c *Conn) Handshake() (*pipe.Peer, error) {
	buf := new([usualIn + usualOut]byte)
	h := handshake{c: c, peer: c.peer, buf: buf[:0:usualIn], out: buf[usualIn:usualIn]}
	h.peer.Accepted = c.accepted
	if d := c.cfg.HandshakeTimeout; d > 0 {
		h.deadline = time.Now().Add(d)
		_ = c.nc.SetDeadline(h.deadline)
	}
	err := c.openAccount()
	if err == nil {
		err = h.run()
	}
	// Also behind an error: a peer that we do not fit learns why from our greeting.
	if e := h.flush(); err == nil {
		err = e
	}
	if err != nil {
		_ = c.caughtUp() // so that the peer learns before the connection ends
	}
	if h.m != nil {
		h.m.Wipe()
	}
	c.partial.Clear()
	if err != nil {
		c.closeAccount()
		if h.m != nil && h.m.Traffic() != nil {
			h.m.Traffic().Wipe() // it may have had its keys, and failed behind that
		}
		if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) {
			err = fmt.Errorf("zmq: the peer did not finish the handshake within %v: %w", c.cfg.HandshakeTimeout, zerr.ErrTimeout)
		}
		return nil, c.reason(h.departed(err))
	}
	_ = c.nc.SetDeadline(time.Time{})
	if len(h.buf) > 0 {
		c.rest = append([]byte(nil), h.buf...)
	}
	c.noteHeard() // before the socket sees the peer
	return h.peer, nil
}

func (h *handshake) run() error {
	switch {
	case h.c.cfg.Raw:
		h.peer.Version = "raw"
		return h.authorize()
	case h.c.cfg.Datagrams != "":
		h.peer.Version = h.c.cfg.Datagrams
		return nil
	}
	h.m = h.c.cfg.Mechanism()
	opened, err := h.open()
	if err != nil {
		return err
	}
	if opened.Protocol != "" {
		err = h.carried(opened)
	} else {
		err = h.greeted()
	}
	if err != nil || len(h.c.cfg.Hello) == 0 {
		return err
	}
	if h.c.traffic == nil {
		h.message(h.c.cfg.Hello)
		return nil
	}
	sealed, err := h.c.traffic.Seal(nil, 0, h.c.cfg.Hello)
	h.out = wire.AppendFrame(h.out, 0, sealed)
	return err
}

// greeted is the handshake of ZMTP, which a greeting begins.
func (h *handshake) greeted() error {
	h.out = wire.AppendSignature(h.out, len(h.c.cfg.Identity))
	if h.peer.Accepted {
		if err := h.hear(); err != nil {
			return err
		}
	}
	version, err := h.greet()
	if err != nil {
		return err
	}
	h.c.version = version
	h.peer.Version = version.String()
	if version.HasCommands() {
		err = h.authenticate()
	} else if err = h.exchangeIdentities(); err == nil {
		err = h.authorize()
	}
	return err
}

// greet exchanges greetings and settles the version (docs/libzmq.md, Versions, as libzmq
// does it): each part of ours goes out as soon as enough of the peer's is there,
// so that two peers never wait for each other.
func (h *handshake) greet() (wire.Version, error) {
	sentMajor, sentRest := false, false
	for {
		d := wire.Detect(h.buf)
		if d.Foreign {
			// A peer that is refused for its age is told so, whatever it speaks.
			if err := h.refuseOld(); err != nil {
				return 0, err
			}
			return 0, &zerr.ProtocolError{Rule: "the peer speaks " + foreignProtocol(h.buf) + ", no ZMTP"}
		}
		if d.Version == wire.V1Unversioned {
			return d.Version, h.refuseOld()
		}
		if d.SawSignature && !sentMajor {
			sentMajor = true
			h.out = append(h.out, 3)
		}
		if d.SawMajor && !sentRest {
			sentRest = true
			rest := wire.Greeting{Major: 3, Minor: 1, Mechanism: h.m.Name(), AsServer: h.m.AsServer()}
			if d.Versioned2 {
				rest = wire.Greeting{SocketType: h.c.cfg.SocketNumber}
			}
			h.out = wire.AppendGreetingRest(h.out, rest)
		}
		if d.Done(len(h.buf)) {
			return d.Version, h.checkGreeting(d)
		}
		if err := h.fill(d.Need); err != nil {
			return 0, err
		}
	}
}

// foreignProtocol names what a peer speaks that is no ZeroMQ socket by the first
// bytes that it sent.
func foreignProtocol(b []byte) string {
	switch {
	case len(b) >= 2 && b[0] == 0x16 && b[1] == 3: // a handshake record, RFC 8446
		return "TLS"
	case bytes.HasPrefix(b, []byte("SSH-")):
		return "SSH"
	case bytes.Contains(b, []byte(" HTTP/")), bytes.HasPrefix(b, []byte("GET ")), bytes.HasPrefix(b, []byte("POST ")):
		return "HTTP"
	}
	return fmt.Sprintf("another protocol (it begins with %.16q)", b)
}

func (h *handshake) checkGreeting(d wire.Detection) error {
	m := h.m
	greeting := h.buf[:d.Need]
	h.buf = h.buf[d.Need:]
	if d.Versioned2 {
		return h.refuseOld()
	}
	g, err := wire.ParseGreeting(greeting)
	if err != nil {
		return &zerr.ProtocolError{Rule: "greeting", Err: err}
	}
	if g.Mechanism != m.Name() {
		return &zerr.ProtocolError{
			Rule: fmt.Sprintf("both sides use one mechanism: ours is %s, the peer's %q", m.Name(), g.Mechanism),
			Code: mechanism.MechanismMismatch,
		}
	}
	// libzmq never says that it is a server; a peer that does means it.
	if m.AsServer() && g.AsServer {
		return &zerr.ProtocolError{Rule: fmt.Sprintf("both sides are servers of %s, and each waits for a client", m.Name())}
	}
	h.peer.Mechanism = g.Mechanism
	return nil
}

// refuseOld keeps peers out that speak ZMTP 1.0 or 2.0 where security is
// configured (they could not be held to it) or where the option says so.
func (h *handshake) refuseOld() error {
	if h.m.Name() == mechanism.Null && !h.c.cfg.RefuseOld {
		return nil
	}
	return &zerr.ProtocolError{Rule: "a peer older than ZMTP 3.0 is refused here"}
}

// exchangeIdentities is the whole handshake of ZMTP 1.0 and 2.0: one frame each
// way. An unversioned peer has already taken our signature for the header of
// that frame (docs/libzmq.md, Older peers).
func (h *handshake) exchangeIdentities() error {
	if ours := h.c.cfg.Identity; h.c.version == wire.V1Unversioned {
		h.out = append(h.out, ours...)
	} else {
		h.message(ours)
	}
	_, id, err := h.readFrame(maxIdentity)
	if err != nil {
		return err
	}
	h.peer.Identity = append([]byte(nil), id...)
	return nil
}

// message queues a single-frame message in the form of the version spoken.
func (h *handshake) message(body []byte) {
	if h.c.version.V1Framing() {
		h.out = append(wire.AppendHeaderV1(h.out, 0, len(body)), body...)
	} else {
		h.out = wire.AppendFrame(h.out, 0, body)
	}
}

// readFrame returns the next frame; its body is valid until the next call.
func (h *handshake) readFrame(limit int) (flags byte, body []byte, err error) {
	parse := wire.ParseHeader
	if h.c.version.V1Framing() {
		parse = wire.ParseHeaderV1
	}
	for {
		head, n, err := parse(h.buf)
		if err != nil {
			return 0, nil, &zerr.ProtocolError{Rule: "framing", Err: err}
		}
		if n > 0 {
			if head.Size > uint64(limit) || h.c.cfg.MaxFrame >= 0 && head.Size > uint64(h.c.cfg.MaxFrame) {
				return 0, nil, &zerr.ProtocolError{
					Rule: fmt.Sprintf("a frame of %d bytes before the handshake is over", head.Size), Err: zerr.ErrMessageTooLarge}
			}
			if end := n + int(head.Size); len(h.buf) >= end {
				body := h.buf[n:end]
				h.buf = h.buf[end:]
				return head.Flags, body, nil
			} else if err := h.fill(end); err != nil {
				return 0, nil, err
			}
			continue
		}
		if err := h.fill(len(h.buf) + 1); err != nil {
			return 0, nil, err
		}
	}
}

// hear takes in what is there already, without waiting for it: a peer that has
// been accepted has often said something, and then more of our side goes out at
// once.
func (h *handshake) hear() error {
	mem, err := h.room(1)
	if err != nil {
		return err
	}
	k, err := h.c.src.try(mem)
	return h.took(k, err, 1)
}

// fill reads until at least n bytes wait. The peer has everything from us before
// we wait for it.
func (h *handshake) fill(n int) error {
	for len(h.buf) < n {
		if err := h.flush(); err != nil {
			return err
		}
		mem, err := h.room(n)
		if err != nil {
			return err
		}
		k, err := h.c.src.readNet(mem)
		if err := h.took(k, err, n); err != nil {
			return err
		}
	}
	return nil
}

// room returns memory to read into. What is read at once is little: a peer that
// never finishes its handshake costs a few hundred bytes.
func (h *handshake) room(n int) ([]byte, error) {
	if cap(h.buf)-len(h.buf) < 64 {
		size := len(h.buf) + max(usualIn, min(n-len(h.buf), 8<<10))
		if err := h.c.drawHandshake(size); err != nil {
			return nil, err
		}
		h.buf = append(make([]byte, 0, size), h.buf...)
	}
	return h.buf[len(h.buf):cap(h.buf)], nil
}

// took notes the outcome of a read for the sake of n bytes. An error behind
// enough of them comes again.
func (h *handshake) took(k int, err error, n int) error {
	h.buf = h.buf[:len(h.buf)+k]
	if h.got += k; h.got > 4*h.c.cfg.HandshakeBytes+1024 {
		return &zerr.ProtocolError{Rule: "too many bytes before the handshake is over", Err: zerr.ErrMessageTooLarge}
	}
	if err == nil || len(h.buf) >= n {
		return nil
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// flush writes what has been queued for the peer.
func (h *handshake) flush() error {
	if len(h.out) == 0 {
		return nil
	}
	var err error
	if h.c.src.raw == nil {
		err = h.c.writeBehind(h.out)
	} else {
		_, err = h.c.nc.Write(h.out)
	}
	h.out = h.out[:0]
	return err
}
