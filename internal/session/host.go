// SPDX-License-Identifier: Apache-2.0

package session

import (
	"errors"
	"time"

	"github.com/gozmq/zmq/internal/engine"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
)

// Host is the socket that a session works for. Its methods are called from the
// session's goroutines, with no locks held.
type Host interface {
	// Ready takes in a connection that has finished its handshake and returns its pipe.
	// That is p, unless p is nil and the host makes one. Messages may flow from here
	// on. An error refuses the peer.
	Ready(c *engine.Conn, peer *pipe.Peer, p *pipe.Pipe, from any) (*pipe.Pipe, error)
	// Lost reports that a connection that was ready has ended, with all of its
	// goroutines. last means that the pipe gets no other connection.
	Lost(p *pipe.Pipe, last bool, reason error)
	// GaveUp reports that a Dialer has ended, so that its pipe gets no further
	// connection.
	GaveUp(p *pipe.Pipe)
	// Admit reports whether the host accepts another peer.
	Admit() error
	// Event reports what happened, for the monitor and the log.
	Event(e Event)
}

// EventKind names what happened to an endpoint or a connection, in libzmq's
// terms (zmq_socket_monitor).
type EventKind uint32

// Kinds of events, with libzmq's numbers.
const (
	Connected               EventKind = 0x0001
	ConnectDelayed          EventKind = 0x0002
	ConnectRetried          EventKind = 0x0004
	Listening               EventKind = 0x0008
	BindFailed              EventKind = 0x0010
	Accepted                EventKind = 0x0020
	AcceptFailed            EventKind = 0x0040
	Closed                  EventKind = 0x0080
	CloseFailed             EventKind = 0x0100
	Disconnected            EventKind = 0x0200
	MonitorStopped          EventKind = 0x0400
	HandshakeFailedNoDetail EventKind = 0x0800
	HandshakeSucceeded      EventKind = 0x1000
	HandshakeFailedProtocol EventKind = 0x2000
	HandshakeFailedAuth     EventKind = 0x4000
	PipesStats              EventKind = 0x10000

	// MessageRefused is none of libzmq's: messages were dropped for a peer that has
	// announced that it does not accept them.
	MessageRefused EventKind = 1 << 31
	// PacketsLost is none either: packets of a source over multicast are lost for good.
	PacketsLost EventKind = 1 << 30
)

// Event is one thing that happened.
type Event struct {
	Kind     EventKind
	Endpoint string        // of this socket: as given to Connect, or as a bind resolved it
	Local    string        // this end of the connection
	Remote   string        // the peer's end
	Target   string        // of a Dialer: what it dials, as libzmq reports it; empty otherwise
	Unbound  bool          // of a bind that fails, which has no listener
	FD       int           // the descriptor that this is about, -1 if unknown
	Peer     *pipe.Peer    // nil before the handshake is over
	Err      error         // why
	Retry    time.Duration // until the next attempt, with ConnectRetried
	// Outage is for how long an endpoint could not be reached. It is set in one
	// ConnectRetried of the outage, and in the HandshakeSucceeded after that.
	Outage time.Duration
}

// Config describes an endpoint. It is a snapshot of the options at the time of the
// call.
type Config struct {
	Endpoint  string // whole, with scheme
	Address   string // without
	Target    string // of a Dialer: what it dials, if that is one address of Endpoint; empty if it is Endpoint
	Transport transport.Transport
	Dial      *transport.Config
	Engine    *engine.Config
	Host      Host
	// FirstDials orders the first attempts of Dialers. If it is nil, they run side by
	// side.
	FirstDials *FirstDials

	ReconnectInterval    time.Duration // 0 or less: never again
	ReconnectIntervalMax time.Duration
	StopOnRefused        bool // RECONNECT_STOP bit 1
	StopOnHandshake      bool // RECONNECT_STOP bit 2
	// StopIfDeparted reports whether a refusal at this moment ends the attempts,
	// because the application has disconnected an endpoint (RECONNECT_STOP bit 4). Nil
	// means never.
	StopIfDeparted     func() bool
	RetryProtocolError bool // go on after a protocol error, which libzmq does not
	Immediate          bool // the pipe exists only while the connection does
	// ConnectedIsUseful makes the back-off start over after each connection that the
	// peer did not refuse, as in libzmq: see Dialer.attempt.
	ConnectedIsUseful bool

	MaxHandshakes           int           // unfinished ones at a time, 0 is no limit
	MaxHandshakesPerAddress int           // of one source, likewise
	MaxFailureDelay         time.Duration // see failures; 0 is none
}

// target is what a Dialer dials, as events name it.
func (c *Config) target() string {
	if c.Target != "" {
		return c.Target
	}
	return c.Endpoint
}

// handshakeEvent returns the event for the reason why a handshake failed.
func handshakeEvent(err error) EventKind {
	var status interface{ ZAPStatus() int }
	if errors.As(err, &status) && status.ZAPStatus() != 0 {
		return HandshakeFailedAuth
	}
	if errors.Is(err, zerr.ErrProtocol) || errors.Is(err, zerr.ErrMessageTooLarge) {
		return HandshakeFailedProtocol
	}
	return HandshakeFailedNoDetail
}
