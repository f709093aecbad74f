// SPDX-License-Identifier: Apache-2.0

package core

import (
	"github.com/gozmq/zmq/internal/mechanism"
	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/zerr"
)

// The values of MECHANISM.
const (
	mechanismNull = iota
	mechanismPlain
	mechanismCurve
)

// security returns what makes the handshake of each connection of an endpoint.
func security(o *opt.Set, metadata []byte) func() mechanism.Machine {
	server := o.AsServer()
	switch o.Int(opt.Mechanism) {
	case mechanismPlain:
		if server {
			return func() mechanism.Machine { return mechanism.NewPlainServer(metadata) }
		}
		user, password := o.Bytes(opt.PlainUsername), o.Bytes(opt.PlainPassword)
		return func() mechanism.Machine { return mechanism.NewPlainClient(user, password, metadata) }
	}
	return func() mechanism.Machine { return mechanism.NewNull(metadata) }
}

// checkSecurity refuses what cannot be done, instead of talking in clear.
func (s *Socket) checkSecurity(o *opt.Set) error {
	switch m := o.Int(opt.Mechanism); m {
	case mechanismNull, mechanismPlain:
	default:
		return zerr.Errorf(zerr.ErrNotSupported, "security mechanism %d is not available in this version", m)
	}
	return nil
}
