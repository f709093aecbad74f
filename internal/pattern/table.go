// SPDX-License-Identifier: Apache-2.0

package pattern

import (
	"slices"

	"github.com/gozmq/zmq/internal/zerr"
)

// Numbers of socket types (ZMQ_TYPE).
const (
	Pair = iota
	Pub
	Sub
	Req
	Rep
	Dealer
	Router
	Pull
	Push
	XPub
	XSub
	Stream
	Server
	Client
	Radio
	Dish
	Gather
	Scatter
	Dgram
	Peer
	Channel
)

// Type is what is known of a socket type without a socket. Everything that depends
// on the type outside of its pattern is a field here, so that a new type is a row.
type Type struct {
	Number int
	Name   string // as it travels in handshakes
	Alias  string // an older name of libzmq's, empty for none

	// Peers are the names of the types that it talks to (RFC 23, The Socket-Type
	// Property; draft types as libzmq).
	Peers []string

	Sends, Receives bool

	// Announces means that its READY carries an Identity, also an empty one.
	Announces bool
	// Addresses means that the first frame of a message names its peer.
	Addresses bool
	// Hello means that HELLO_MSG is sent to its peers.
	Hello bool
	// Conflates means that CONFLATE is heeded; libzmq ignores it on other types.
	Conflates bool
	// TopicsIn and TopicsOut mean that the first frame of what it receives or sends
	// is a topic, for CONFLATE_TOPICS.
	TopicsIn, TopicsOut bool
	// Groups means that a message belongs to a group, RoutingIDs that it carries the
	// number of its peer.
	Groups, RoutingIDs bool
	// OnePeer means that a socket has one peer at a time.
	OnePeer bool
	// OneFrame means that messages have a single frame.
	OneFrame bool
	// ThreadSafe is what ZMQ_THREAD_SAFE returns.
	ThreadSafe bool
	// Filters means that it drops what it has not subscribed to itself.
	Filters bool
	// TakesTopics and TakesGroups mean that it takes subscriptions of its peers, to
	// topics or to groups.
	TakesTopics, TakesGroups bool
	// Replies means that each message that it receives wants a reply.
	Replies bool
	// Numbers means that a connect can return the number of the peer to be
	// (zmq_connect_peer).
	Numbers bool
	// Monitors means that a monitor can speak by it (zmq_socket_monitor_versioned).
	Monitors bool
	// Datagrams is how it uses udp.
	Datagrams Datagrams
	// NoLinger means that LINGER is 0 in libzmq's defaults: what the type would send
	// at the end is worthless without it.
	NoLinger bool
	// ConnectsOnce means that a second connect to the same endpoint does nothing.
	ConnectsOnce bool
	// Plain means bytes of TCP without ZMTP.
	Plain bool

	make func(*Host) Pattern
}

// Datagrams is how a type uses udp.
type Datagrams int

const (
	NoDatagrams        Datagrams = iota
	SendsDatagrams               // to the groups of what it connects to
	ReceivesDatagrams            // of groups, where it is bound
	ExchangesDatagrams           // with addresses as first frames, where it is bound, and over nothing else
)

// types has a row for each socket type, by number.
var types = []Type{
	{Number: Pair, Name: "PAIR", Peers: []string{"PAIR"}, Sends: true, Receives: true, OnePeer: true, Monitors: true,
		make: func(h *Host) Pattern { return newPair(h) }},
	{Number: Pub, Name: "PUB", Peers: []string{"SUB", "XSUB"}, Sends: true,
		Conflates: true, TopicsOut: true, ConnectsOnce: true, TakesTopics: true, Monitors: true,
		make: func(h *Host) Pattern { return newXPub(h, true) }},
	{Number: Sub, Name: "SUB", Peers: []string{"PUB", "XPUB"}, Receives: true,
		Conflates: true, TopicsIn: true, ConnectsOnce: true, NoLinger: true, Filters: true,
		make: func(h *Host) Pattern { return newSub(h, true) }},
	{Number: Req, Name: "REQ", Peers: []string{"REP", "ROUTER"}, Sends: true, Receives: true,
		Announces: true, ConnectsOnce: true,
		make: func(h *Host) Pattern { return newReq(h) }},
	{Number: Rep, Name: "REP", Peers: []string{"REQ", "DEALER"}, Sends: true, Receives: true, Hello: true, Replies: true,
		make: func(h *Host) Pattern { return newRep(h) }},
	{Number: Dealer, Name: "DEALER", Alias: "XREQ", Peers: []string{"REP", "DEALER", "ROUTER"}, Sends: true, Receives: true,
		Announces: true, Hello: true, Conflates: true, ConnectsOnce: true,
		make: func(h *Host) Pattern { return newDealer(h, true, true) }},
	{Number: Router, Name: "ROUTER", Alias: "XREP", Peers: []string{"REQ", "DEALER", "ROUTER"}, Sends: true, Receives: true,
		Announces: true, Addresses: true, Hello: true,
		make: func(h *Host) Pattern { return newRouter(h) }},
	{Number: Pull, Name: "PULL", Peers: []string{"PUSH"}, Receives: true, Conflates: true,
		make: func(h *Host) Pattern { return newDealer(h, false, true) }},
	{Number: Push, Name: "PUSH", Peers: []string{"PULL"}, Sends: true, Conflates: true, Monitors: true,
		make: func(h *Host) Pattern { return newDealer(h, true, false) }},
	{Number: XPub, Name: "XPUB", Peers: []string{"SUB", "XSUB"}, Sends: true, Receives: true, TopicsOut: true, TakesTopics: true,
		make: func(h *Host) Pattern { return newXPub(h, false) }},
	{Number: XSub, Name: "XSUB", Peers: []string{"PUB", "XPUB"}, Sends: true, Receives: true, TopicsIn: true, NoLinger: true,
		make: func(h *Host) Pattern { return newSub(h, false) }},
	{Number: Stream, Name: "STREAM", Sends: true, Receives: true, Addresses: true, Plain: true,
		make: func(h *Host) Pattern { return newStream(h) }},

	// The drafts of libzmq.
	{Number: Server, Name: "SERVER", Peers: []string{"CLIENT"}, Sends: true, Receives: true,
		Hello: true, RoutingIDs: true, OneFrame: true, ThreadSafe: true,
		make: func(h *Host) Pattern { return newServer(h, false) }},
	{Number: Client, Name: "CLIENT", Peers: []string{"SERVER"}, Sends: true, Receives: true,
		Hello: true, OneFrame: true, ThreadSafe: true,
		make: func(h *Host) Pattern { return newDealer(h, true, true) }},
	{Number: Radio, Name: "RADIO", Peers: []string{"DISH"}, Sends: true, Groups: true, OneFrame: true, ThreadSafe: true, TakesGroups: true, Datagrams: SendsDatagrams,
		make: func(h *Host) Pattern { return newRadio(h) }},
	{Number: Dish, Name: "DISH", Peers: []string{"RADIO"}, Receives: true, Groups: true, OneFrame: true, ThreadSafe: true, NoLinger: true, Datagrams: ReceivesDatagrams,
		make: func(h *Host) Pattern { return newDish(h) }},
	{Number: Gather, Name: "GATHER", Peers: []string{"SCATTER"}, Receives: true, OneFrame: true, ThreadSafe: true,
		make: func(h *Host) Pattern { return newDealer(h, false, true) }},
	{Number: Scatter, Name: "SCATTER", Peers: []string{"GATHER"}, Sends: true, OneFrame: true, ThreadSafe: true,
		make: func(h *Host) Pattern { return newDealer(h, true, false) }},
	{Number: Dgram, Name: "DGRAM", Peers: []string{"DGRAM"}, Sends: true, Receives: true, Addresses: true, Datagrams: ExchangesDatagrams,
		make: func(h *Host) Pattern { return newDgram(h) }},
	{Number: Peer, Name: "PEER", Peers: []string{"PEER"}, Sends: true, Receives: true,
		Hello: true, RoutingIDs: true, OneFrame: true, ThreadSafe: true, Numbers: true,
		make: func(h *Host) Pattern { return newServer(h, true) }},
	{Number: Channel, Name: "CHANNEL", Peers: []string{"CHANNEL"}, Sends: true, Receives: true, OnePeer: true, OneFrame: true, ThreadSafe: true,
		make: func(h *Host) Pattern { return newPair(h) }},
}

// TypeOf returns the row of a socket type, nil for a number that none has.
func TypeOf(number int) *Type {
	if number < 0 || number >= len(types) {
		return nil
	}
	return &types[number]
}

// TypeNamed returns the row of the type with that name or older name, which are
// upper case, and nil if there is none.
func TypeNamed(name string) *Type {
	for i := range types {
		if t := &types[i]; t.Name == name || t.Alias != "" && t.Alias == name {
			return t
		}
	}
	return nil
}

// TakesPeer reports whether a socket of the type takes a peer that announces the
// other, which is compared as it is. An unknown name and the empty one match nothing:
// a peer without the property is for the caller to accept. ZMTP 1.0 and 2.0 check
// nothing.
func (t *Type) TakesPeer(name string) bool { return slices.Contains(t.Peers, name) }

// New returns the pattern of a socket type by its number.
func New(number int, h *Host) (Pattern, error) {
	t := TypeOf(number)
	if t == nil {
		return nil, zerr.Errorf(zerr.ErrInvalid, "no socket type has the number %d", number)
	}
	return t.make(h), nil
}
