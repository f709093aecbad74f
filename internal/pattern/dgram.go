// SPDX-License-Identifier: Apache-2.0

package pattern

import (
	"net/netip"

	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// dgram is DGRAM: two frames, an address and what is sent there or comes from there, and
// one socket of the system.
type dgram struct {
	h    *Host
	peer *pipe.Pipe
	in   *fairQueue
}

func newDgram(h *Host) *dgram { return &dgram{h: h, in: newFairQueue(h)} }

func (d *dgram) Attach(p *pipe.Pipe) {
	p.Route.Attached = true
	d.peer = p
	d.in.attach(p)
	d.h.Mailbox.WakeSender()
}

func (d *dgram) Ready(*pipe.Pipe) error { return nil }
func (d *dgram) Lost(*pipe.Pipe)        {}

func (d *dgram) Detach(p *pipe.Pipe) {
	p.Route.Attached = false
	d.in.detach(p)
	if d.peer == p {
		d.peer = nil
	}
}

func (d *dgram) Send(m *pipe.Message) error {
	if len(m.Tail) != 1 {
		return zerr.Errorf(zerr.ErrInvalid, "a DGRAM sends an address and one frame")
	}
	if d.peer == nil {
		return zerr.ErrAgain
	}
	if !isDestination(m.Head) {
		return zerr.Errorf(zerr.ErrInvalid, "%q is no address to send to, such as 192.0.2.1:5555", m.Head)
	}
	if err := fits(d.peer, len(m.Tail[0])); err != nil {
		return err
	}
	if !d.h.write(d.peer, m) {
		return zerr.ErrAgain
	}
	return nil
}

// isDestination reports whether a text is a numeric address and a port, with or without
// the zero byte that libzmq puts behind them.
func isDestination(text []byte) bool {
	if n := len(text); n > 0 && text[n-1] == 0 {
		text = text[:n-1]
	}
	to, err := netip.ParseAddrPort(string(text))
	return err == nil && to.Port() != 0 && !to.Addr().IsUnspecified()
}

// fits returns an error for what is larger than the datagrams of a pipe.
func fits(p *pipe.Pipe, size int) error {
	if most := p.Route.Datagram; most > 0 && size > most {
		return zerr.Errorf(zerr.ErrMessageTooLarge, "%d bytes do not fit into a datagram, which has at most %d", size, most)
	}
	return nil
}

func (d *dgram) Take(m *pipe.Message) error {
	if !d.h.again(m) && d.in.recv(m) == nil {
		return zerr.ErrAgain
	}
	return nil
}

func (d *dgram) Readable() bool  { return len(d.h.Returned) > 0 || d.in.peek() != nil }
func (d *dgram) Sink() pipe.Sink { return nil }

func (d *dgram) Room(_ []byte, limit int) (int, error) {
	if d.peer == nil {
		return 0, zerr.ErrAgain
	}
	return orAgain(d.peer.Room(limit))
}
