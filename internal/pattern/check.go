// SPDX-License-Identifier: Apache-2.0

package pattern

import (
	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/zerr"
)

// Checker is a pattern whose Send may say something else than zerr.ErrAgain, or
// whose answer depends on the message. Other patterns would send what they are
// given whenever they are writable.
type Checker interface {
	// CheckSend says what Send would say of a message with that first frame and
	// others behind it. Nothing changes.
	CheckSend(head []byte) error
}

func (r *req) CheckSend([]byte) error {
	if r.awaiting && !r.h.Options.Bool(opt.ReqRelaxed) {
		return zerr.ErrState
	}
	return againUnless(r.out.writable())
}

func (r *rep) CheckSend([]byte) error {
	if !r.owing {
		return zerr.ErrState
	}
	return nil
}

func (d *dealer) CheckSend([]byte) error {
	if d.out == nil {
		return zerr.ErrNotSupported
	}
	return againUnless(d.out.writable())
}

func (r *router) CheckSend(head []byte) error {
	if !r.h.Options.Bool(opt.RouterMandatory) {
		return nil
	}
	p := r.byID[string(head)]
	if p == nil || p.Route.Moved {
		return zerr.ErrHostUnreachable
	}
	return againUnless(p.CanWrite())
}

func (s *stream) CheckSend(head []byte) error {
	p := s.byID[string(head)]
	if p == nil {
		return zerr.ErrHostUnreachable
	}
	return againUnless(p.CanWrite())
}

func (s *sub) CheckSend([]byte) error {
	if s.filter {
		return zerr.ErrNotSupported
	}
	return nil
}

func (x *xpub) CheckSend(head []byte) error {
	if !x.h.Options.Bool(opt.XPubNoDrop) {
		return nil
	}
	x.match(head)
	for _, p := range x.targets {
		if !p.CanWrite() {
			return zerr.ErrAgain
		}
	}
	return nil
}

func againUnless(ok bool) error {
	if !ok {
		return zerr.ErrAgain
	}
	return nil
}
