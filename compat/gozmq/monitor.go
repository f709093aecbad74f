// SPDX-License-Identifier: Apache-2.0

package gozmq

// Event is a kind of event of a socket's connections, or a set of kinds.
type Event int

// Kinds of events.
const (
	// EVENT_CONNECTED: a connection of ours stands.
	EVENT_CONNECTED = Event(1 << 0)
	// EVENT_CONNECT_DELAYED: the system is still busy connecting.
	EVENT_CONNECT_DELAYED = Event(1 << 1)
	// EVENT_CONNECT_RETRIED: another attempt to connect follows.
	EVENT_CONNECT_RETRIED = Event(1 << 2)
	// EVENT_LISTENING: a Bind has succeeded.
	EVENT_LISTENING = Event(1 << 3)
	// EVENT_BIND_FAILED: a Bind has not.
	EVENT_BIND_FAILED = Event(1 << 4)
	// EVENT_ACCEPTED: a peer has connected to us.
	EVENT_ACCEPTED = Event(1 << 5)
	// EVENT_ACCEPT_FAILED: a connection was not accepted.
	EVENT_ACCEPT_FAILED = Event(1 << 6)
	// EVENT_CLOSED: a listener or an attempt to connect has ended.
	EVENT_CLOSED = Event(1 << 7)
	// EVENT_CLOSE_FAILED: a connection or listener could not be closed.
	EVENT_CLOSE_FAILED = Event(1 << 8)
	// EVENT_DISCONNECTED: a connection has ended.
	EVENT_DISCONNECTED = Event(1 << 9)

	// EVENT_ALL is all of these kinds. ZeroMQ 4 has others, which Event takes too.
	EVENT_ALL = Event(0x3FF)
)

// Monitor sends the chosen events to the PAIR that connects to an inproc address. An
// event is two parts: the kind in two bytes and a value in four, both in the machine's
// byte order, then the endpoint. That is the form of ZeroMQ 4, whatever the build tag. An empty address ends the monitor.
func (s *Socket) Monitor(address string, events Event) error {
	return errno(s.s.Monitor(address, int(events)))
}
