// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"context"
	"iter"
	"math/bits"
	"strings"
	"sync"
	"time"

	"github.com/gozmq/zmq/internal/core"
	"github.com/gozmq/zmq/internal/session"
)

// EventKind is a kind of event, or a set of kinds as a mask. The numbers are
// libzmq's (ZMQ_EVENT_…).
type EventKind uint64

// Kinds of events. Those of a Connect come in the order EventConnectDelayed,
// EventConnected, EventHandshakeSucceeded, EventDisconnected,
// EventConnectRetried; those of an accepted peer EventAccepted,
// EventHandshakeSucceeded, EventDisconnected. Sockets in one process (inproc)
// have no connections and tell nothing but EventPipesStats.
const (
	// EventConnected says that a connection of ours stands. The handshake comes
	// next. Value: its descriptor.
	EventConnected EventKind = EventKind(session.Connected)
	// EventConnectDelayed says that the system is still busy connecting, which is
	// the rule with TCP. Value: EINPROGRESS.
	EventConnectDelayed = EventKind(session.ConnectDelayed)
	// EventConnectRetried says that another attempt to connect follows. Value: the
	// wait until then, in milliseconds; also in Retry.
	EventConnectRetried = EventKind(session.ConnectRetried)
	// EventListening says that a Bind has succeeded. Value: the listener's
	// descriptor.
	EventListening = EventKind(session.Listening)
	// EventBindFailed says that a Bind has not. Value: the error's number.
	EventBindFailed = EventKind(session.BindFailed)
	// EventAccepted says that somebody has connected to us. The handshake comes
	// next. Value: the connection's descriptor.
	EventAccepted = EventKind(session.Accepted)
	// EventAcceptFailed says that a connection was not accepted: a filter, a limit,
	// or a want of descriptors. Value: the error's number.
	EventAcceptFailed = EventKind(session.AcceptFailed)
	// EventClosed says that a listener has ended, or an attempt to connect or bind
	// that came to nothing. Value: the descriptor that was closed.
	EventClosed = EventKind(session.Closed)
	// EventCloseFailed stands in for EventClosed where the file of an ipc listener
	// could not be removed. Value: the error's number.
	EventCloseFailed = EventKind(session.CloseFailed)
	// EventDisconnected says that a connection has ended by itself, or by the
	// peer, not by our Close, Unbind or Disconnect; Err says why. Value: its
	// descriptor.
	EventDisconnected = EventKind(session.Disconnected)
	// EventMonitorStopped is the last event of a monitor: the socket was closed or
	// its context shut down. Value: 0.
	EventMonitorStopped = EventKind(session.MonitorStopped)
	// EventHandshakeFailedNoDetail says that a connection was lost or timed out
	// before its handshake was over, or that the ZAP handler that it needs is not
	// there. EventDisconnected follows. Value: the error's number.
	EventHandshakeFailedNoDetail = EventKind(session.HandshakeFailedNoDetail)
	// EventHandshakeSucceeded says that the peer is ready: messages flow. Value: 0.
	EventHandshakeSucceeded = EventKind(session.HandshakeSucceeded)
	// EventHandshakeFailedProtocol says that the peer broke the protocol, uses
	// another mechanism, or is of a type that ours does not talk to.
	// EventDisconnected follows. Value: a ZMQ_PROTOCOL_ERROR number, 0 where libzmq
	// has none.
	EventHandshakeFailedProtocol = EventKind(session.HandshakeFailedProtocol)
	// EventHandshakeFailedAuth says that authentication refused the peer, or the
	// peer us. EventDisconnected follows. Value: the ZAP status, 300, 400 or 500.
	EventHandshakeFailedAuth = EventKind(session.HandshakeFailedAuth)
	// EventPipesStats says how many messages are queued for and from one peer, in
	// QueuedOut and QueuedIn; see Socket.MonitorPipesStats.
	EventPipesStats = EventKind(session.PipesStats)

	// EventHandshakeFailed is the three ways in which a handshake fails.
	EventHandshakeFailed = EventHandshakeFailedNoDetail | EventHandshakeFailedProtocol | EventHandshakeFailedAuth
	// EventAll is every kind but EventPipesStats (ZMQ_EVENT_ALL).
	EventAll EventKind = 0xFFFF
	// EventAllV2 is every kind (ZMQ_EVENT_ALL_V2).
	EventAllV2 EventKind = 0x1FFFF
)

var eventNames = map[EventKind]string{
	EventConnected: "CONNECTED", EventConnectDelayed: "CONNECT_DELAYED", EventConnectRetried: "CONNECT_RETRIED",
	EventListening: "LISTENING", EventBindFailed: "BIND_FAILED", EventAccepted: "ACCEPTED",
	EventAcceptFailed: "ACCEPT_FAILED", EventClosed: "CLOSED", EventCloseFailed: "CLOSE_FAILED",
	EventDisconnected: "DISCONNECTED", EventMonitorStopped: "MONITOR_STOPPED",
	EventHandshakeFailedNoDetail: "HANDSHAKE_FAILED_NO_DETAIL", EventHandshakeSucceeded: "HANDSHAKE_SUCCEEDED",
	EventHandshakeFailedProtocol: "HANDSHAKE_FAILED_PROTOCOL", EventHandshakeFailedAuth: "HANDSHAKE_FAILED_AUTH",
	EventPipesStats: "PIPES_STATS",
}

// String names the kind as libzmq does without ZMQ_EVENT_, "CONNECTED"; the kinds
// of a set are joined by "|". Bits that stand for nothing are left out.
func (k EventKind) String() string {
	var names []string
	for rest := k; rest != 0; rest &= rest - 1 {
		if name := eventNames[1<<bits.TrailingZeros64(uint64(rest))]; name != "" {
			names = append(names, name)
		}
	}
	return strings.Join(names, "|")
}

// Event is something that happened to an endpoint or a connection of a socket.
type Event struct {
	Kind  EventKind // one kind
	Time  time.Time // when it happened
	Value int64     // what libzmq says with this kind of event; -1 for a descriptor that is not known

	// Endpoint is the one of Socket.Endpoints that the event belongs to: as given
	// to Connect, or as Bind resolved it. It is empty with EventMonitorStopped.
	Endpoint string
	// Local and Remote are the ends of the connection, such as
	// "tcp://127.0.0.1:5555". Local is empty while there is none, Remote then the
	// endpoint to connect to; of listeners Local is the endpoint.
	Local, Remote string

	// Peer is who is at the other end, from EventHandshakeSucceeded on.
	Peer Peer
	// Err says why something failed or ended; nil otherwise. What a peer did wrong
	// is a ProtocolError.
	Err error
	// Retry is the wait before the next attempt, with EventConnectRetried.
	Retry time.Duration
	// QueuedOut and QueuedIn are numbers of messages, with EventPipesStats.
	QueuedOut, QueuedIn int
	// Dropped is how many events the monitor has lost before this one, since it
	// began, because they were not read in time.
	Dropped uint64
}

// Monitor returns the events of the socket that mask chooses, EventAll for all of
// them. It records from the call on, so that a Bind or Connect that follows is
// seen from its beginning, until ctx ends or the loop over it is left. It ends by
// itself, with EventMonitorStopped as its last event, when the socket is closed
// or its context shut down; on a socket where that has happened, at once.
//
// A socket may have any number of monitors, each with a queue of its own. They
// never hold the socket up: when 1000 events wait, further ones are dropped and
// counted, in Event.Dropped and SocketStats.EventsDropped. The iterator is for
// one loop; what it leaves unread is gone.
//
// Where a handshake fails for a reason that libzmq's monitor keeps to itself (a
// socket type that does not fit, a limit) it is told as
// EventHandshakeFailedProtocol with Value 0; and peers without security
// mechanisms, of ZMTP 2.0 and older and those of a STREAM, have an
// EventHandshakeSucceeded too. MonitorTo is exactly as libzmq.
func (s *Socket) Monitor(ctx context.Context, mask EventKind) iter.Seq[Event] {
	m := s.s.NewMonitor(session.EventKind(mask & EventAllV2))
	// A monitor that nobody reads ends with ctx all the same.
	release := sync.OnceFunc(m.Stop)
	cancel := context.AfterFunc(ctx, release)
	return func(yield func(Event) bool) {
		defer cancel()
		defer release()
		for {
			r, ok := m.Next(ctx)
			if !ok || !yield(newEvent(r)) {
				return
			}
		}
	}
}

func newEvent(r core.Record) Event {
	return Event{
		Kind: EventKind(r.Kind), Time: r.Time, Value: r.Value, Endpoint: r.Endpoint, Local: r.Local, Remote: r.Remote,
		Peer: newPeer(r.Peer), Err: r.Err, Retry: r.Retry, QueuedOut: r.Out, QueuedIn: r.In, Dropped: r.Dropped,
	}
}

// MonitorTo sends the events that mask chooses as messages to whoever connects to
// an inproc endpoint, in libzmq's format (zmq_socket_monitor_versioned). It is for
// programs that know that format; Monitor is easier.
//
// Version 1 has two frames: the kind in two octets and the value in four, then
// the endpoint; its mask is at most 0xFFFF. Version 2 has the kind, the number of
// values and each value in eight octets, then the local and the remote endpoint.
// Integers are in the machine's byte order. The type is PAIR, PUB or PUSH, for a
// reader that is PAIR, SUB or PULL; with PUB, what nobody subscribes to is lost.
//
// A socket has one such monitor: a new one takes the place of the old. It ends,
// with EventMonitorStopped as its last message, by StopMonitorTo, by a new
// MonitorTo, and when the socket is closed or its context shut down. Unlike
// libzmq's it never holds up the socket: while nobody reads, 65,536 events wait,
// and further ones are dropped and counted in SocketStats.EventsDropped.
//
// Errors: ErrInvalid for a mask, version or type that does not fit or a malformed
// endpoint, ErrUnsupportedTransport for any but inproc, ErrAddressInUse,
// ErrTooManySockets, because it takes a socket of its own.
func (s *Socket) MonitorTo(endpoint string, mask EventKind, version int, t SocketType) error {
	return fail("monitor", endpoint, s.s.MonitorTo(endpoint, uint64(mask), version, int(t)))
}

// StopMonitorTo ends what MonitorTo began (zmq_socket_monitor with no address).
// What was sent stays readable. Without a monitor it does nothing.
func (s *Socket) StopMonitorTo() error {
	return fail("stop monitor", s.s.String(), s.s.StopMonitorTo())
}

// MonitorPipesStats raises an EventPipesStats for each peer, and for each Connect
// that waits for its peer, at every monitor of the socket that asks for them
// (zmq_socket_monitor_pipes_stats). Errors: ErrInvalid if no monitor does,
// ErrAgain if there is no peer. Peers has the same numbers and more.
func (s *Socket) MonitorPipesStats() error {
	return fail("pipes statistics", s.s.String(), s.s.PipesStats())
}
