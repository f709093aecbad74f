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
// EventConnected, EventHandshakeSucceeded, EventDisconnected, EventConnectRetried.
// Those of an accepted peer come in the order EventAccepted, EventHandshakeSucceeded,
// EventDisconnected. Over pgm and epgm the sockets of the system are the connection of a
// Bind or Connect; over udp there are no events. Sockets in one process (inproc) have no
// connections. Their only events are EventDisconnected for a peer that exceeded a limit, and EventPipesStats.
const (
	// EventConnected says that this socket has made a connection. The handshake comes
	// next. Value: its descriptor.
	EventConnected EventKind = 0x0001
	// EventConnectDelayed says that the system is still connecting, as is usual with
	// TCP. Value: EINPROGRESS.
	EventConnectDelayed EventKind = 0x0002
	// EventConnectRetried says that another attempt to connect follows. Value: the wait
	// until then, in milliseconds; it is also in Retry. If the last attempt made no
	// connection, Err says why.
	EventConnectRetried EventKind = 0x0004
	// EventListening says that a Bind has succeeded. Value: the listener's
	// descriptor.
	EventListening EventKind = 0x0008
	// EventBindFailed says that a Bind has failed. Value: the error's number.
	EventBindFailed EventKind = 0x0010
	// EventAccepted says that a peer has connected to this socket. The handshake comes
	// next. Value: the connection's descriptor.
	EventAccepted EventKind = 0x0020
	// EventAcceptFailed says that a connection was not accepted because of a filter, a
	// limit or a lack of descriptors. Value: the error's number.
	EventAcceptFailed EventKind = 0x0040
	// EventClosed says that a listener has ended, or that an attempt to connect or bind
	// has failed. Value: the descriptor that was closed.
	EventClosed EventKind = 0x0080
	// EventCloseFailed replaces EventClosed if the file of an ipc listener could not be
	// removed. Value: the error's number.
	EventCloseFailed EventKind = 0x0100
	// EventDisconnected says that a connection was lost or ended by the peer, not by
	// Close, Unbind or Disconnect of this socket. Err says why. Value: its descriptor.
	EventDisconnected EventKind = 0x0200
	// EventMonitorStopped is the last event of a monitor: the socket was closed or
	// its context shut down. Value: 0.
	EventMonitorStopped EventKind = 0x0400
	// EventHandshakeFailedNoDetail says that a connection was lost or timed out before
	// its handshake was finished, or that a ZAP handler is required and there is none.
	// EventDisconnected follows. Value: the error's number.
	EventHandshakeFailedNoDetail EventKind = 0x0800
	// EventHandshakeSucceeded says that the peer is ready to exchange messages. Value:
	// 0.
	EventHandshakeSucceeded EventKind = 0x1000
	// EventHandshakeFailedProtocol says that the peer broke the protocol, uses another
	// mechanism, or has a socket type that this one cannot talk to. EventDisconnected
	// follows. Value: a ZMQ_PROTOCOL_ERROR number, or 0 if libzmq has none.
	EventHandshakeFailedProtocol EventKind = 0x2000
	// EventHandshakeFailedAuth says that authentication refused the peer, or that the
	// peer refused this socket. EventDisconnected follows. Value: the ZAP status, 300,
	// 400 or 500.
	EventHandshakeFailedAuth EventKind = 0x4000
	// EventPipesStats says how many messages are queued for and from one peer, in
	// QueuedOut and QueuedIn; see Socket.MonitorPipesStats.
	EventPipesStats EventKind = 0x10000

	// EventMessageRefused says that a message was dropped because it is larger than the
	// peer has announced to accept: one of a publisher, of a proxy, or one that was queued
	// before the peer was there. Otherwise the send fails with ErrMessageTooLarge. Err has
	// the numbers. libzmq does not have this event, so MonitorTo does not report it. Value:
	// 0.
	EventMessageRefused EventKind = 1 << 31

	// EventPacketsLost says that packets of a publisher over pgm or epgm are lost for good.
	// The next message that is received is the next whole one behind the gap. It comes once
	// a gap, when what follows the gap is there. Err is a *LossError. libzmq does not have
	// this event, so MonitorTo does not report it. Value: the number of packets.
	EventPacketsLost EventKind = 1 << 30

	// EventHandshakeFailed is the set of the three kinds of failed handshakes.
	EventHandshakeFailed = EventHandshakeFailedNoDetail | EventHandshakeFailedProtocol | EventHandshakeFailedAuth
	// EventAll is every kind of libzmq but EventPipesStats (ZMQ_EVENT_ALL). In the mask
	// of Monitor it includes EventMessageRefused and EventPacketsLost.
	EventAll EventKind = 0xFFFF
	// EventAllV2 is every kind of libzmq (ZMQ_EVENT_ALL_V2), likewise.
	EventAllV2 EventKind = 0x1FFFF

	// eventsOfOurs are the kinds that libzmq does not have.
	eventsOfOurs = EventMessageRefused | EventPacketsLost
)

var eventNames = map[EventKind]string{
	EventConnected: "CONNECTED", EventConnectDelayed: "CONNECT_DELAYED", EventConnectRetried: "CONNECT_RETRIED",
	EventListening: "LISTENING", EventBindFailed: "BIND_FAILED", EventAccepted: "ACCEPTED",
	EventAcceptFailed: "ACCEPT_FAILED", EventClosed: "CLOSED", EventCloseFailed: "CLOSE_FAILED",
	EventDisconnected: "DISCONNECTED", EventMonitorStopped: "MONITOR_STOPPED",
	EventHandshakeFailedNoDetail: "HANDSHAKE_FAILED_NO_DETAIL", EventHandshakeSucceeded: "HANDSHAKE_SUCCEEDED",
	EventHandshakeFailedProtocol: "HANDSHAKE_FAILED_PROTOCOL", EventHandshakeFailedAuth: "HANDSHAKE_FAILED_AUTH",
	EventPipesStats: "PIPES_STATS", EventMessageRefused: "MESSAGE_REFUSED", EventPacketsLost: "PACKETS_LOST",
}

// String returns libzmq's name of the kind without ZMQ_EVENT_, "CONNECTED". The kinds
// of a set are joined by "|". Bits without a meaning are omitted.
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
	Value int64     // libzmq's value for this kind of event; -1 for an unknown descriptor

	// Endpoint is the one of Socket.Endpoints that the event belongs to, as given to
	// Connect or as resolved by Bind. It is empty with EventMonitorStopped.
	Endpoint string
	// Local and Remote are the ends of the connection, such as "tcp://127.0.0.1:5555".
	// While there is no connection, Local is empty and Remote is the endpoint to
	// connect to. For a listener Local is the endpoint.
	Local, Remote string

	// Peer is the other end, from EventHandshakeSucceeded on.
	Peer Peer
	// Err says why something failed or ended; otherwise it is nil. If the peer is at
	// fault, it is a ProtocolError.
	Err error
	// Retry is the wait before the next attempt, with EventConnectRetried.
	Retry time.Duration
	// QueuedOut and QueuedIn are numbers of messages, with EventPipesStats.
	QueuedOut, QueuedIn int
	// Dropped is how many events the monitor has dropped since it began and before this
	// one, because they were not read in time.
	Dropped uint64
}

// Monitor returns the events of the socket that mask selects; EventAll selects all of
// them. It records from the call on, so it sees a later Bind or Connect from its
// beginning. It stops when ctx ends or the loop is left. When the socket is closed or
// its context shut down, the monitor ends with EventMonitorStopped as its last event.
// If that has already happened, it ends at once. If ctx is nil, its only event is
// EventMonitorStopped with an Err that says so.
//
// A socket may have any number of monitors, each with its own queue. They never delay
// the socket. When 1000 events are waiting, further ones are dropped and counted, in
// Event.Dropped and SocketStats.EventsDropped. The iterator is for one loop. Events
// that the loop does not read are lost.
//
// In two cases Monitor reports more than libzmq's monitor. If a handshake fails for a
// reason that libzmq does not report (a wrong socket type, a limit), the event is
// EventHandshakeFailedProtocol with Value 0. Peers without security mechanisms, those
// of ZMTP 2.0 and older and those of a STREAM, have an EventHandshakeSucceeded too.
// MonitorTo reports exactly as libzmq does.
func (s *Socket) Monitor(ctx context.Context, mask EventKind) iter.Seq[Event] {
	if ctx == nil {
		err := s.fail("monitor", errNilContext)
		return func(yield func(Event) bool) { yield(Event{Kind: EventMonitorStopped, Time: time.Now(), Err: err}) }
	}
	if mask&EventAll == EventAll {
		mask |= eventsOfOurs
	}
	m := s.s.NewMonitor(session.EventKind(mask & (EventAllV2 | eventsOfOurs)))
	// A monitor that is not read also ends with ctx.
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
		Peer: newPeer(r.Peer), Err: public(r.Err), Retry: r.Retry, QueuedOut: r.Out, QueuedIn: r.In, Dropped: r.Dropped,
	}
}

// MonitorTo sends the events that mask selects as messages to the sockets that connect
// to an inproc endpoint, in libzmq's format (zmq_socket_monitor_versioned). It is for
// programs that expect that format. Monitor is easier to use.
//
// Version 1 has two frames: the kind in two bytes and the value in four, then the
// endpoint. Its mask is at most 0xFFFF. Version 2 has the kind, the number of values
// and each value in eight bytes, then the local and the remote endpoint. Integers are
// in the machine's byte order. The type is PAIR, PUB or PUSH, for a reader that is
// PAIR, SUB or PULL. With PUB, events without a subscriber are lost.
//
// A socket has one such monitor, and a new one replaces the old. It ends, with
// EventMonitorStopped as its last message, through StopMonitorTo, a new MonitorTo, and
// when the socket is closed or its context shut down. Unlike libzmq's monitor it never
// delays the socket. When 65,536 events are waiting to be read, further ones are
// dropped and counted in SocketStats.EventsDropped.
//
// Errors: ErrInvalid for an invalid mask, version or type or a malformed endpoint,
// ErrUnsupportedTransport for any transport but inproc, ErrAddressInUse, and
// ErrTooManySockets, because the monitor needs a socket of its own.
func (s *Socket) MonitorTo(endpoint string, mask EventKind, version int, t SocketType) error {
	return fail("monitor", endpoint, s.s.MonitorTo(endpoint, uint64(mask), version, int(t)))
}

// StopMonitorTo ends the monitor that MonitorTo began (zmq_socket_monitor with no
// address). Messages that were sent can still be read. Without a monitor it does
// nothing.
func (s *Socket) StopMonitorTo() error {
	return s.fail("stop monitor", s.s.StopMonitorTo())
}

// MonitorPipesStats sends an EventPipesStats for each peer, and for each Connect
// without a peer, to every monitor of the socket that selects that kind
// (zmq_socket_monitor_pipes_stats). Errors: ErrInvalid if no monitor selects it,
// ErrAgain if there is no peer. Peers returns the same numbers and more.
func (s *Socket) MonitorPipesStats() error {
	return s.fail("pipes statistics", s.s.PipesStats())
}
