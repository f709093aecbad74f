// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"context"

	"github.com/gozmq/zmq/internal/core"
	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// MaxCurveServerKeys is the most keys that a CURVE server tries for one client.
const MaxCurveServerKeys = 4

// CurveHello is what a CURVE server knows of a client when it needs its key: where the
// client connects from, and a short-term key. Nothing of that is proved.
type CurveHello struct {
	Address  string    // as Peer.Address
	Local    string    // as Peer.Local
	Remote   string    // as Peer.Remote
	Accepted bool      // as Peer.Accepted
	Key      PublicKey // short-term key, which the client made for this connection only
}

// WithCurveServerKeys returns the setting that makes a socket, or the endpoint of one
// Bind or Connect, a CURVE server with the keys that f returns for each client. A client
// is a peer of this server if it has the public key of one of them. So a server can
// change its key while it runs, without a new Bind:
//
//	var keys atomic.Pointer[[]zmq.SecretKey] // the current one, then the one before
//	keys.Store(&[]zmq.SecretKey{current})
//	server, err := zmq.NewSocket(zmq.ROUTER, zmq.WithCurveServerKeys(
//		func(context.Context, zmq.CurveHello) ([]zmq.SecretKey, error) { return *keys.Load(), nil }))
//	...
//	keys.Store(&[]zmq.SecretKey{next, current}) // clients with either public key connect
//	...
//	keys.Store(&[]zmq.SecretKey{next}) // when all clients have the new public key
//
// Peers that are connected stay connected when keys change. Their connections no longer
// depend on the server's key.
//
// f is called once for each client that has sent its HELLO, which a stranger can do as
// often as it likes, so f must be quick. It returns at most MaxCurveServerKeys keys. They
// are tried in their order, each of which takes about 0.1 ms, so begin with the key that
// most clients have. If none fits, or there is none, the handshake fails as it does for
// a client with a wrong key. If f returns an error, more keys than that, or a zero key,
// the client is refused, and the monitor reports HANDSHAKE_FAILED_AUTH with the value
// 400. The client is not told the reason.
//
// f runs in a separate goroutine for each client, with no lock held, while other clients
// continue. Its context ends after the HandshakeInterval, or when the client leaves or
// the socket is closed. If f does not return after that, nothing waits for it. If f
// panics, the client is refused and the panic is logged.
//
// The keys take the place of CurveSecretKey, which servers do not use then. With a nil f
// they use it again. A setting of the socket applies to endpoints that are bound or
// connected later. libzmq has no equivalent: it has one key for each socket.
func WithCurveServerKeys(f func(context.Context, CurveHello) ([]SecretKey, error)) Setting {
	const name = "CURVE server keys"
	if f == nil {
		return newSetting(core.Setting{Hook: &core.Hook{Name: name, Set: func(h *core.Hooks) { h.ServerKeys = nil }}})
	}
	ask := func(ctx context.Context, p *pipe.Peer, client *[keySize]byte) ([]*[keySize]byte, error) {
		keys, err := f(ctx, CurveHello{Address: p.Address, Local: p.Local, Remote: p.Remote, Accepted: p.Accepted, Key: PublicKey(*client)})
		if err != nil {
			return nil, err
		}
		return candidates(keys)
	}
	return newSetting(
		core.Setting{Hook: &core.Hook{Name: name, Set: func(h *core.Hooks) { h.ServerKeys = ask }}},
		core.Setting{Num: opt.CurveServer, Value: opt.Value{I: 1}},
	)
}

// candidates refers to keys that the mechanism may try: they are not copied.
func candidates(keys []SecretKey) ([]*[keySize]byte, error) {
	if len(keys) > MaxCurveServerKeys {
		return nil, zerr.Errorf(zerr.ErrInvalid, "the server has %d keys, more than %d", len(keys), MaxCurveServerKeys)
	}
	list := make([]*[keySize]byte, len(keys))
	for i, k := range keys {
		if k.IsZero() {
			return nil, zerr.Errorf(zerr.ErrInvalid, "key %d of the server is the zero key", i+1)
		}
		list[i] = *k.k
	}
	return list, nil
}
