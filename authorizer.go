// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"context"

	"github.com/gozmq/zmq/internal/core"
	"github.com/gozmq/zmq/internal/pipe"
)

// WithAuthorizer returns the setting that asks f about every peer before it may
// exchange messages, given to a socket, or to one Bind or Connect. A nil f asks
// nobody. It reaches endpoints that are bound or connected later; an inproc peer is
// part of the program, and f is not asked about it.
//
// f gets the peer when everything is known of it: address, mechanism, identity,
// metadata, PublicKey where it is a CURVE client, UserID where an authentication
// handler has let it in, which is asked before f. An error refuses the peer. Its
// text goes to the log and the monitor, as HANDSHAKE_FAILED_AUTH with the value 400,
// and, cut to 255 octets of printable ASCII, to the peer as the reason of an ERROR
// command: it must not contain what the peer should not know. The peer gets no
// reason where the protocol has no place for one: if this socket is the client of
// PLAIN or CURVE, if it connected without a mechanism, or if the peer speaks a
// protocol older than ZMTP 3.0 or none.
//
// f runs in a goroutine of its own for each peer, with no lock held, while other
// peers go on. Its context ends with the HandshakeInterval, or when the peer leaves
// or the socket is closed, and the peer is refused then. An f that goes on
// nevertheless is left behind, and its answer ignored. An f that panics refuses the
// peer; the panic is logged as an error, with its stack, and goes no further,
// because what a stranger sends may have caused it.
//
// libzmq does not have it: it knows the authentication handler, one for all sockets
// of a context, only.
func WithAuthorizer(f func(ctx context.Context, p Peer) error) Setting {
	var a core.Authorizer
	if f != nil {
		a = func(ctx context.Context, p *pipe.Peer) error { return f(ctx, newPeer(p)) }
	}
	return newSetting(core.Setting{Authorizer: &a})
}
