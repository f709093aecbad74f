// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"context"

	"github.com/gozmq/zmq/internal/core"
	"github.com/gozmq/zmq/internal/pipe"
)

// WithAuthorizer returns the setting that calls f for every peer before the peer may
// exchange messages. It can be given to a socket, or to one Bind or Connect. With a nil
// f no function is called. A setting of the socket applies to endpoints that are bound
// or connected later. Inproc peers are part of the program, and f is not called for
// them.
//
// f is called when everything is known about the peer: address, mechanism, identity,
// metadata, the PublicKey of a CURVE client, and the UserID from an authentication
// handler, which is asked before f. If f returns an error, the peer is refused. The
// error's text goes to the log, and to the monitor as HANDSHAKE_FAILED_AUTH with the
// value 400. It is also sent to the peer as the reason of an ERROR command, cut to 255
// bytes of printable ASCII, so it must not contain anything that the peer should not
// know. The peer gets no reason if the protocol has no place for one: if this socket is
// the client of PLAIN or CURVE, if it connected without a mechanism, or if the peer's
// protocol is older than ZMTP 3.0 or is not ZMTP.
//
// f runs in a separate goroutine for each peer, with no lock held, while other peers
// continue. Its context ends after the HandshakeInterval, or when the peer leaves or
// the socket is closed, and the peer is refused then. If f does not return after that,
// nothing waits for it, and its result is ignored. If f panics, the peer is refused.
// The panic is logged as an error, with its stack, and goes no further, because a
// stranger's input may have caused it.
//
// libzmq has no equivalent. It has only the authentication handler, one for all sockets
// of a context.
func WithAuthorizer(f func(ctx context.Context, p Peer) error) Setting {
	var a core.Authorizer
	if f != nil {
		a = func(ctx context.Context, p *pipe.Peer) error { return f(ctx, newPeer(p)) }
	}
	return newSetting(core.Setting{Hook: &core.Hook{Name: "authorizer", Set: func(h *core.Hooks) { h.Authorizer = a }}})
}
