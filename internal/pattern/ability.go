// SPDX-License-Identifier: Apache-2.0

package pattern

import "github.com/gozmq/zmq/internal/pipe"

// What some patterns can do and others cannot. The socket asks by a type assertion.
// Methods are called with the socket's lock held unless they
// say otherwise.

var (
	_ Stateful = (*req)(nil)
	_ Stateful = (*rep)(nil)
	_ Stateful = (*xpub)(nil)

	_ Chooser = (*req)(nil)

	_ Verbatim = (*pair)(nil)
	_ Verbatim = (*dealer)(nil)
	_ Filter   = (*sub)(nil)

	_ RouteTable = (*router)(nil)
	_ RouteTable = (*stream)(nil)

	_ Reachability = (*router)(nil)
	_ Reachability = (*rep)(nil)

	_ Addresser = (*router)(nil)
	_ Addresser = (*server)(nil)
	_ Joiner    = (*dish)(nil)

	_ Subscriber = (*sub)(nil)
	_ Subscriber = (*xpub)(nil)
	_ Topics     = (*sub)(nil)
	_ Selective  = (*sub)(nil)
	_ Selective  = (*dish)(nil)
	_ Publisher  = (*xpub)(nil)
	_ Granter    = (*xpub)(nil)
	_ Configured = (*xpub)(nil)
)

// Stateful is a pattern whose next step depends on what the application has
// received: REQ, REP, and XPUB with XPUB_MANUAL. Each message that Take has returned
// is followed by one call of Received or Return.
type Stateful interface {
	Pattern
	// Received tells that the application has the message.
	Received(m *pipe.Message)
	// Return puts messages back that were taken last and not received. With again
	// they are on their way to the application all the same, and taken next.
	Return(items []pipe.Item, again bool)
}

// Chooser is a pattern that can choose among its peers.
type Chooser interface {
	// PreferConnected makes it send to a peer that is connected, as long as there is one,
	// before it queues a message for a peer that has yet to come.
	PreferConnected()
}

// Subscriber is a pattern that SUBSCRIBE and UNSUBSCRIBE act on.
type Subscriber interface {
	Subscribe(topic []byte) error
	Unsubscribe(topic []byte) error
}

// Granter is a pattern that subscribes its peers itself (XPUB_MANUAL).
type Granter interface {
	// SubscribePeer subscribes a peer to a topic, or with cancel takes that back. It
	// is zerr.ErrHostUnreachable if the peer's connection is gone.
	SubscribePeer(peer *pipe.Peer, topic []byte, cancel bool) error
}

// Configured is a pattern that keeps copies of options; Configure is called
// after each change.
type Configured interface {
	Configure()
}

// Topics is a pattern that knows subscriptions.
type Topics interface {
	// TopicsCount returns the number of distinct subscriptions.
	TopicsCount() int
}

// Selective is a pattern that receives only what it has asked its peers for.
type Selective interface {
	// AsksForNothing reports whether that is nothing, so that no message can come.
	AsksForNothing() bool
}

// Publisher is a pattern that knows its subscribers.
type Publisher interface {
	Topics
	// Subscribers returns how many peers would get a message of that topic. It
	// may be called without the socket's lock.
	Subscribers(topic []byte) int
}

// Verbatim is a pattern whose Take returns what its pipes hold as it is. Asking for the
// pipe saves the way through Take, and the message one copy. The caller has looked
// at Host.Returned before.
type Verbatim interface {
	// Only returns the pipe whose next message Take would return, if there is
	// one and no other pipe comes into question.
	Only() *pipe.Pipe
	// Turn returns the pipe whose next message Take would return if that has one, nil
	// if there is none. The caller reads the message, or calls Empty and asks again.
	Turn() *pipe.Pipe
	// Empty tells that nothing could be read from the pipe that Turn has returned.
	Empty()
}

// RouteTable is a pattern that finds peers by routing id.
type RouteTable interface {
	// CanRoute reports whether an id is free for CONNECT_ROUTING_ID.
	CanRoute(id []byte) bool
}

// Reachability is a pattern that tells of a peer by its routing id
// (zmq_socket_get_peer_state).
type Reachability interface {
	// PeerWritable reports whether the peer with that id has room;
	// zerr.ErrHostUnreachable if there is none.
	PeerWritable(id []byte) (bool, error)
}

// Joiner is a pattern that receives the groups that it has joined. Joining a group
// twice and leaving one that is not joined is zerr.ErrInvalid.
type Joiner interface {
	Join(group string) error
	Leave(group string) error
}

// Addresser is a pattern whose Send finds the one peer that a message names, by its
// first frame or its label. RouteTo returns nil if there is none.
type Addresser interface {
	RouteTo(head []byte, l *pipe.Label) *pipe.Pipe
}

// Filter is a pattern whose application receives a part of what peers send.
type Filter interface {
	// TakeQuietly is Take where the peer cannot tell: see pipe.Pipe.Quiet. It reports
	// false, and takes nothing, if it could, or if the next message does not pass.
	TakeQuietly(m *pipe.Message) bool
	// Wants reports whether a message with that first frame passes the filter now.
	Wants(head []byte) bool
}
