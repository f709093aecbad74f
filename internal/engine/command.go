// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zerr"
)

// command takes a command of a peer that is ready. Unknown and malformed ones
// are ignored, as libzmq does (zmtp.md 4.1).
func (c *Conn) command(body []byte) error {
	name, data, err := wire.ParseCommand(body)
	if err != nil {
		return nil
	}
	switch string(name) {
	case "PING":
		return c.ping(data)
	case "SUBSCRIBE":
		return c.message(pipe.Message{Head: nonNil(data), Kind: pipe.Subscribe, Peer: c.peer, Owned: true})
	case "CANCEL":
		return c.message(pipe.Message{Head: nonNil(data), Kind: pipe.Cancel, Peer: c.peer, Owned: true})
	}
	return nil
}

// nonNil keeps an empty topic distinguishable from no frame at all.
func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// ping answers with the same context (RFC 37, Heartbeating), and notes how long
// the peer wants us to wait for it.
func (c *Conn) ping(data []byte) error {
	ttl, context, err := wire.ParsePing(data)
	if err != nil {
		return &zerr.ProtocolError{Rule: "PING carries a TTL and at most 16 octets", Err: err}
	}
	if ttl > 0 {
		c.beat.expect(c, ttl)
	}
	if _, flush := c.out.Control(wire.AppendPong(nil, context), true); flush {
		c.Flush(false)
	}
	return nil
}
