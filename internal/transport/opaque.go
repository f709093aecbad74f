// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"net"
	"time"
)

// take makes a connection of the program one that the engine can work on. A type of which
// not everything is known is read and written by its methods alone: one that embeds a
// *net.TCPConn has a descriptor, past which its own Read and Write would go unnoticed.
func take(nc net.Conn) net.Conn {
	switch nc.(type) {
	case *net.TCPConn, *net.UnixConn:
		return nc
	}
	var x net.Conn
	if nc.SetDeadline(time.Time{}) != nil { // a channel of SSH has none
		x = newTimed(nc)
	} else {
		x = &opaque{Conn: nc}
	}
	if half, ok := nc.(closeWriter); ok {
		return halfClosing{x, half}
	}
	return x
}

// closeWriter is a connection whose directions end separately.
type closeWriter interface{ CloseWrite() error }

// halfClosing is one of these.
type halfClosing struct {
	net.Conn
	closeWriter
}

// opaque has the methods of net.Conn alone.
type opaque struct {
	net.Conn
	err error // came together with bytes; owned by the goroutine that reads
}

// Read implements net.Conn. As with sockets of the system, an error comes without bytes.
func (c *opaque) Read(b []byte) (int, error) {
	if err := c.err; err != nil {
		c.err = nil
		return 0, err
	}
	n, err := c.Conn.Read(b)
	if n > 0 {
		c.err, err = err, nil
	}
	return n, err
}
