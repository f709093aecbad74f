// SPDX-License-Identifier: Apache-2.0

package zmq4

import "github.com/gozmq/zmq/compat/classic"

// Event is a kind of event of a socket's connections, or a set of kinds.
type Event int

// Kinds of events, see Socket.Monitor.
const (
	// EVENT_ALL is every kind there is.
	EVENT_ALL = Event(0xFFFF)
	// EVENT_CONNECTED: a connection of ours stands; the value is its descriptor.
	EVENT_CONNECTED = Event(1 << 0)
	// EVENT_CONNECT_DELAYED: the system is still busy connecting.
	EVENT_CONNECT_DELAYED = Event(1 << 1)
	// EVENT_CONNECT_RETRIED: another attempt to connect follows, after as many
	// milliseconds as the value says.
	EVENT_CONNECT_RETRIED = Event(1 << 2)
	// EVENT_LISTENING: a Bind has succeeded; the value is the descriptor.
	EVENT_LISTENING = Event(1 << 3)
	// EVENT_BIND_FAILED: a Bind has not; the value is the error's number.
	EVENT_BIND_FAILED = Event(1 << 4)
	// EVENT_ACCEPTED: a peer has connected to us; the value is the descriptor.
	EVENT_ACCEPTED = Event(1 << 5)
	// EVENT_ACCEPT_FAILED: a connection was not accepted; the value is the error's
	// number.
	EVENT_ACCEPT_FAILED = Event(1 << 6)
	// EVENT_CLOSED: a listener or an attempt to connect has ended.
	EVENT_CLOSED = Event(1 << 7)
	// EVENT_CLOSE_FAILED: a listener could not be closed; the value is the error's
	// number.
	EVENT_CLOSE_FAILED = Event(1 << 8)
	// EVENT_DISCONNECTED: a connection has ended.
	EVENT_DISCONNECTED = Event(1 << 9)
	// EVENT_MONITOR_STOPPED: the monitor has ended.
	EVENT_MONITOR_STOPPED = Event(1 << 10)
	// EVENT_HANDSHAKE_FAILED_NO_DETAIL: a connection was lost in its handshake; the
	// value is the error's number.
	EVENT_HANDSHAKE_FAILED_NO_DETAIL = Event(1 << 11)
	// EVENT_HANDSHAKE_SUCCEEDED: the peer is ready.
	EVENT_HANDSHAKE_SUCCEEDED = Event(1 << 12)
	// EVENT_HANDSHAKE_FAILED_PROTOCOL: the peer broke the protocol; the value says
	// how.
	EVENT_HANDSHAKE_FAILED_PROTOCOL = Event(1 << 13)
	// EVENT_HANDSHAKE_FAILED_AUTH: authentication failed; the value is the status of
	// ZAP.
	EVENT_HANDSHAKE_FAILED_AUTH = Event(1 << 14)
)

var eventNames = []bit{
	{int(EVENT_CONNECTED), "EVENT_CONNECTED"},
	{int(EVENT_CONNECT_DELAYED), "EVENT_CONNECT_DELAYED"},
	{int(EVENT_CONNECT_RETRIED), "EVENT_CONNECT_RETRIED"},
	{int(EVENT_LISTENING), "EVENT_LISTENING"},
	{int(EVENT_BIND_FAILED), "EVENT_BIND_FAILED"},
	{int(EVENT_ACCEPTED), "EVENT_ACCEPTED"},
	{int(EVENT_ACCEPT_FAILED), "EVENT_ACCEPT_FAILED"},
	{int(EVENT_CLOSED), "EVENT_CLOSED"},
	{int(EVENT_CLOSE_FAILED), "EVENT_CLOSE_FAILED"},
	{int(EVENT_DISCONNECTED), "EVENT_DISCONNECTED"},
	{int(EVENT_MONITOR_STOPPED), "EVENT_MONITOR_STOPPED"},
	{int(EVENT_HANDSHAKE_FAILED_NO_DETAIL), "EVENT_HANDSHAKE_FAILED_NO_DETAIL"},
	{int(EVENT_HANDSHAKE_SUCCEEDED), "EVENT_HANDSHAKE_SUCCEEDED"},
	{int(EVENT_HANDSHAKE_FAILED_PROTOCOL), "EVENT_HANDSHAKE_FAILED_PROTOCOL"},
	{int(EVENT_HANDSHAKE_FAILED_AUTH), "EVENT_HANDSHAKE_FAILED_AUTH"},
}

// String returns the names of the kinds, joined by "|".
func (e Event) String() string {
	if e == EVENT_ALL {
		return "EVENT_ALL"
	}
	return names(int(e), eventNames)
}

// Monitor sends the chosen events to the PAIR that connects to an inproc address,
// where RecvEvent reads them. An empty address ends the monitor. A socket has one
// monitor; a new one replaces the old.
func (soc *Socket) Monitor(addr string, events Event) error {
	s, err := soc.open()
	if err != nil {
		return err
	}
	return errno(s.Monitor(addr, int(events)))
}

// RecvEvent receives an event of a Monitor. It fails with ErrorMoreExpected for a
// message that is none.
func (soc *Socket) RecvEvent(flags Flag) (event_type Event, addr string, value int, err error) {
	s, err := soc.open()
	if err != nil {
		return 0, "", 0, err
	}
	frames, _, err := s.RecvAll(int(flags))
	if err != nil {
		return 0, "", 0, errno(err)
	}
	e, ok := classic.ParseEvent(frames)
	if !ok {
		return 0, "", 0, ErrorMoreExpected
	}
	return Event(e.Kind), e.Address, e.Value, nil
}
