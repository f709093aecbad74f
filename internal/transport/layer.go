// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"net"
	"syscall"
)

// Layer is a connection on which another protocol carries what the engine writes and
// reads: TLS, WebSocket, or the second over the first. The engine gives it ZMTP frames
// and gets ZMTP frames from it. One goroutine may read while another writes.
//
// Where the connection below has a descriptor that can be polled, the engine calls
// TryRead and TryWrite from within its RawConn, and otherwise Read, Write and
// WriteBuffers, which block. It never mixes two writes: what a call did not write is
// what the next one begins with.
type Layer interface {
	net.Conn

	// Scheme is what the endpoints of the connection begin with.
	Scheme() string

	// NetConn returns the connection below, which may be a Layer as well.
	NetConn() net.Conn

	// Open shakes hands, before anything else is read or written. The deadline of the
	// connection bounds it.
	Open(*Opening) (Opened, error)

	// Await returns when a Read has something to do, or fails. It is for connections
	// that cannot be polled: while one is idle, the engine holds no buffer.
	Await() error

	// TryRead reads what is there without blocking. again means that nothing is.
	TryRead(fd uintptr, b []byte) (n int, again bool, err error)

	// TryWrite writes what the system takes, and returns how many bytes of bufs the
	// peer can make use of once the system has delivered them. again means that this is
	// none and that the system takes no more now.
	TryWrite(fd uintptr, bufs [][]byte) (n int, again bool, err error)

	// WriteBuffers writes everything.
	WriteBuffers(bufs [][]byte) (n int, err error)

	// Written returns how many bytes the system has taken since Open. The goroutine
	// that writes calls it.
	Written() uint64

	// CloseWrite says goodbye in the layer's protocol and ends our direction.
	CloseWrite() error
}

// Opening is what a layer needs to know of its connection.
type Opening struct {
	Mechanism string // "NULL", "PLAIN", "CURVE"
	Commands  bool   // messages alone do not do: the socket type needs commands
	MaxBytes  int    // the most that the peer may send until the layer is open
	MaxFrame  uint64 // the largest frame that is accepted

	// Control is called by the goroutine that reads, for each control frame of the
	// layer. It answers a Ping. The payload is valid during the call.
	Control func(op byte, payload []byte)
}

// Opened is what has come of it.
type Opened struct {
	// Protocol is what the layer carries in the place of ZMTP, for example "ZWS 2.0".
	// There is no greeting then. It is empty where a layer carries any bytes.
	Protocol string

	// Commands means that the handshake of the mechanism follows, with a Protocol.
	// Otherwise there is no mechanism: both sides send their identity.
	Commands bool

	// Certificate is the peer's, zero if it has shown none or if it was not verified.
	Certificate Certificate
}

// Certificate is a certificate of TLS.
type Certificate struct {
	DER  []byte
	Name string // the subject, "CN=alice,O=Example", or the names of hosts if it has none
}

// Operations of control frames, as WebSocket numbers them (RFC 6455, 5.2).
const (
	OpClose byte = 8
	OpPing  byte = 9
	OpPong  byte = 10
)

// FlagControl, together with the flag of a command, marks a frame that is for the layer
// itself: its body is an operation and the payload. ZMTP reserves that bit, and no such
// frame leaves this machine.
const FlagControl = 8

// Bottom returns the connection below all layers.
func Bottom(c net.Conn) net.Conn {
	for {
		l, ok := c.(Layer)
		if !ok {
			return c
		}
		c = l.NetConn()
	}
}

// TrySend writes b to a descriptor without blocking. again means that the system takes
// nothing now.
func TrySend(fd uintptr, b []byte) (n int, again bool, err error) { return try(Send, fd, b) }

// try makes a call of the system that does not block, until no signal interrupts it. again
// means that the call would have blocked.
func try(call func(fd int, b []byte) (int, error), fd uintptr, b []byte) (n int, again bool, err error) {
	for {
		n, err = call(int(fd), b)
		switch err {
		case nil:
			return n, false, nil
		case syscall.EINTR:
			continue
		case syscall.EAGAIN:
			return 0, true, nil
		}
		return 0, false, err
	}
}
