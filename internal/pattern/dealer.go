// SPDX-License-Identifier: Apache-2.0

package pattern

import (
	"bytes"

	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// dealer is DEALER, and with one direction only PUSH and PULL: load balanced
// out, fair queued in (RFC 28, RFC 30).
type dealer struct {
	h   *Host
	out *balancer  // nil for PULL
	in  *fairQueue // nil for PUSH
}

func newDealer(h *Host, sends, receives bool) *dealer {
	d := &dealer{h: h}
	if sends {
		d.out = newBalancer(h)
	}
	if receives {
		d.in = newFairQueue(h)
	}
	return d
}

func (d *dealer) Attach(p *pipe.Pipe) {
	p.Route.Attached = true
	if d.in != nil {
		d.in.attach(p)
	}
	if d.out == nil {
		return
	}
	probe(d.h, p)
	d.out.attach(p)
	d.h.Mailbox.WakeSender()
}

// probe sends the empty message that makes a ROUTER at the other end learn of
// us (PROBE_ROUTER).
func probe(h *Host, p *pipe.Pipe) {
	if h.Options.Bool(opt.ProbeRouter) {
		h.write(p, &pipe.Message{Head: []byte{}, Owned: true, Kept: true})
	}
}

func (d *dealer) Ready(*pipe.Pipe) error {
	if d.out != nil {
		d.out.choose() // in process it matters whether both ends are there
	}
	return nil
}

// Lost tells the application through HICCUP_MSG.
func (d *dealer) Lost(p *pipe.Pipe) {
	if d.in != nil && d.out != nil {
		hiccup(d.h, p)
	}
}

func hiccup(h *Host, p *pipe.Pipe) {
	if b := h.Options.Bytes(opt.HiccupMessage); len(b) > 0 && !p.Accepted {
		p.Inject(pipe.Message{Head: bytes.Clone(b), Peer: p.Peer(), Owned: true})
	}
}

func (d *dealer) Detach(p *pipe.Pipe) {
	p.Route.Attached = false
	if d.in != nil {
		d.in.detach(p)
	}
	if d.out != nil {
		d.out.remove(p)
	}
}

func (d *dealer) Send(m *pipe.Message) error {
	if d.out == nil {
		return zerr.ErrNotSupported
	}
	_, err := d.out.send(m)
	return err
}

func (d *dealer) Take(m *pipe.Message) error {
	if d.in == nil {
		return zerr.ErrNotSupported
	}
	if !d.h.again(m) && d.in.recv(m) == nil {
		return zerr.ErrAgain
	}
	return nil
}

// Only implements Verbatim.
func (d *dealer) Only() *pipe.Pipe {
	if d.in == nil {
		return nil
	}
	return d.in.only()
}

// Turn implements Verbatim.
func (d *dealer) Turn() *pipe.Pipe {
	if d.in == nil {
		return nil
	}
	return d.in.turn()
}

// Empty implements Verbatim.
func (d *dealer) Empty() { d.in.empty() }

func (d *dealer) Readable() bool { return d.in != nil && (len(d.h.Returned) > 0 || d.in.peek() != nil) }

func (d *dealer) Room(_ []byte, limit int) (int, error) {
	if d.out == nil {
		return 0, zerr.ErrNotSupported
	}
	return orAgain(d.out.room(limit))
}

// Sink makes a PUSH discard what its peers send: no receiver would ever read it.
func (d *dealer) Sink() pipe.Sink {
	if d.in != nil {
		return nil
	}
	return discard
}

func discard(_ *pipe.Pipe, ms []pipe.Message) int { return len(ms) }
