// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zerr"
)

// command takes a command of a peer that is ready. Unknown and malformed ones
// are ignored, as libzmq does (docs/libzmq.md, Frames and commands).
func (c *Conn) command(body []byte) error {
	name, data, err := wire.ParseCommand(body)
	if err != nil {
		return nil
	}
	switch string(name) {
	case "PING":
		return c.ping(data)
	case "PONG":
		c.pong()
	case "SUBSCRIBE":
		c.subscription(pipe.Subscribe, data)
	case "CANCEL":
		c.subscription(pipe.Cancel, data)
	case wire.CommandJoin:
		return c.group(pipe.Subscribe, data)
	case wire.CommandLeave:
		return c.group(pipe.Cancel, data)
	}
	return nil
}

// subscription hands a subscription or its end to a publisher. To the other
// types it is an unknown command; libzmq delivers it to their applications.
func (c *Conn) subscription(kind pipe.Kind, topic []byte) {
	if c.cfg.TakesTopics {
		c.message(pipe.Message{Head: nonNil(topic), Kind: kind, Peer: c.peer, Owned: true})
	}
}

// group hands what a DISH has joined or left to a RADIO. To the other types it is an
// unknown command.
func (c *Conn) group(kind pipe.Kind, data []byte) error {
	if !c.cfg.TakesGroups {
		return nil
	}
	if err := wire.CheckGroup(data); err != nil {
		return &zerr.ProtocolError{Rule: "JOIN and LEAVE carry a group", Err: err}
	}
	c.message(pipe.Message{Head: nonNil(data), Kind: kind, Peer: c.peer, Owned: true})
	return nil
}

// nonNil keeps an empty topic distinguishable from no frame at all.
func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// ping answers with the context, the first 16 bytes of a longer one (RFC 37,
// Heartbeating), and notes how long the peer wants us to wait for it.
func (c *Conn) ping(data []byte) error {
	ttl, context, err := wire.ParsePing(data)
	if err != nil {
		return &zerr.ProtocolError{Rule: "PING carries a TTL", Err: err}
	}
	if ttl > 0 {
		c.heartbeats().expect(c, ttl)
	}
	if c.finishing.Load() {
		return nil
	}
	if _, flush := c.out.Control(wire.AppendPong(nil, context)); flush {
		c.Flush(false)
	}
	return nil
}
