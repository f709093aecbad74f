// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"github.com/gozmq/zmq/internal/core"
	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
)

// Transport carries the messages of endpoints that begin with its scheme. Package ws
// makes those for "ws", "wss" and "tls", which a program that does not import it does not
// pay for. A transport has no state, and any number of sockets may use it.
type Transport interface {
	// Scheme returns the part of an endpoint before "://".
	Scheme() string
}

// WithTransports returns the setting that adds transports to those that are there without
// it, tcp, ipc, udp and inproc, or replaces one of the same scheme. It can be given in the
// Settings of a ContextConfig, for all sockets of the context, to one socket, or to one
// Bind or Connect, for example with a TLS configuration of that endpoint alone. A setting
// of the socket applies to endpoints that are bound or connected later.
//
//	zctx, err := zmq.NewContext(zmq.ContextConfig{
//		Settings: []zmq.Setting{zmq.WithTransports(ws.Transports(ws.Config{})...)},
//	})
//
// Transports come from package ws. For others the setting fails with ErrInvalid.
func WithTransports(transports ...Transport) Setting {
	list := make([]transport.Transport, 0, len(transports))
	for _, t := range transports {
		own, ok := t.(transport.Transport)
		if !ok {
			return Setting{err: zerr.Errorf(zerr.ErrInvalid, "%T is no transport of this library: make transports with package ws", t)}
		}
		list = append(list, own)
	}
	return newSetting(core.Setting{Hook: core.AddTransports(list)})
}
