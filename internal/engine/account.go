// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"slices"
	"unsafe"

	"github.com/gozmq/zmq/internal/pipe"
)

// What a connection draws on the budget of its context, beside the queue of its pipe and
// its topics: its own memory, the bytes of its handshake, the properties of its peer and
// the message under way. All of it is given back when the connection ends.

const (
	// fewProperties is more than the properties take that sockets announce by themselves.
	fewProperties = 1 << 10
	propertyBytes = int(unsafe.Sizeof(pipe.Property{}))
)

// openAccount opens the account of the connection, and closes the connection if the
// context has no room for it.
func (c *Conn) openAccount() (err error) {
	c.account, err = c.cfg.Budget.Open(c)
	return err
}

// closeAccount gives everything back. It may be called again.
func (c *Conn) closeAccount() {
	c.partial.Clear()
	c.pieces.Clear()
	c.account.Close(c.known)
	c.known = 0
	c.account = nil
}

// drawPartial draws for what has come of a message in all. The first of it is counted
// with the connection.
func (c *Conn) drawPartial(total int) error {
	if total <= pipe.OwnBytes { // of nearly all; the compiler inlines this
		return nil
	}
	return c.drawMore(total)
}

func (c *Conn) drawMore(total int) error {
	if more := int64(total) - pipe.OwnBytes - c.partial.Bytes(); more > 0 {
		return c.partial.GrowPartial(c.account, int(more))
	}
	return nil
}

// drawHandshake likewise draws for what has come of a command in a handshake.
func (c *Conn) drawHandshake(total int) error {
	if more := int64(total) - pipe.OwnBytes - c.partial.Bytes(); more > 0 {
		return c.partial.Grow(c.account, int(more))
	}
	return nil
}

// drawKnown draws for the properties of the peer, few of which are counted with the
// connection.
func (c *Conn) drawKnown() error {
	if n := knownBytes(c.peer.Properties); n > fewProperties {
		if err := c.account.Keep(int64(n)); err != nil {
			return err
		}
		c.known = int64(n)
	}
	return nil
}

// awaitFree waits until the socket's queue may have more. If the connection has broken, its
// last words are read nevertheless while the budget has something left for them: what a
// thousand leave in the system can be more than that.
func (c *Conn) awaitFree() error {
	c.src.setAside()
	c.paused.Store(true)
	defer c.paused.Store(false)
	for c.pipe.Stopped() {
		switch c.gate.wait() {
		case closed:
			return c.ended()
		case broken:
			if c.cfg.Budget.Tight() {
				return c.ended()
			}
			return nil
		}
	}
	c.noteHeard()
	return nil
}

// awaitRoom waits until the socket's queue takes what was left behind. The read buffer is
// given back meanwhile, and only what is in it is kept: a thousand peers whose messages
// are not received would have a hundred megabytes of buffers.
func (c *Conn) awaitRoom() error {
	d, s := &c.dec, &c.src
	items, rest := slices.Clone(s.rb.items[d.given:d.n]), slices.Clone(s.rb.data[s.at:s.left])
	c.forget()
	s.release()
	c.paused.Store(true)
	kept := int64(len(rest)) + pipe.Footprint(items)
	c.account.Hold(kept)
	cause := c.gate.wait()
	c.account.Release(kept)
	s.rb = s.buffers.get(len(rest) > readSize)
	s.left = copy(s.rb.data, rest)
	if cause != room {
		return c.deliverLast(items)
	}
	d.n = copy(s.rb.items[:], items)
	c.noteHeard()
	c.paused.Store(false)
	return nil
}

// knownBytes is about how much memory a peer's properties take.
func knownBytes(list []pipe.Property) (n int) {
	for _, p := range list {
		n += propertyBytes + len(p.Name) + len(p.Value)
	}
	return n
}
