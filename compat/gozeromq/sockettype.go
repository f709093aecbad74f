// SPDX-License-Identifier: Apache-2.0

package zmq4

import "slices"

// SocketType is the messaging pattern of a socket, by the name that travels in
// handshakes.
type SocketType string

// Socket types.
const (
	// Pair has one peer and talks both ways.
	Pair SocketType = "PAIR"
	// Pub sends to every peer that subscribed.
	Pub SocketType = "PUB"
	// Sub receives what it subscribed to.
	Sub SocketType = "SUB"
	// Req sends a request and receives its reply, in turn.
	Req SocketType = "REQ"
	// Rep receives a request and sends its reply, in turn.
	Rep SocketType = "REP"
	// Dealer sends to its peers in turn and receives from all.
	Dealer SocketType = "DEALER"
	// Router sends to the peer that the first frame names, and puts the sender's
	// name in front of what it receives.
	Router SocketType = "ROUTER"
	// Pull receives from all its peers.
	Pull SocketType = "PULL"
	// Push sends to its peers in turn.
	Push SocketType = "PUSH"
	// XPub is a Pub that receives the subscriptions of its peers.
	XPub SocketType = "XPUB"
	// XSub is a Sub that sends its subscriptions as messages.
	XSub SocketType = "XSUB"
)

// compatible is the table of RFC 23, "The READY Command".
var compatible = map[SocketType][]SocketType{
	Pair:   {Pair},
	Pub:    {Sub, XSub},
	Sub:    {Pub, XPub},
	Req:    {Rep, Router},
	Rep:    {Req, Dealer},
	Dealer: {Rep, Dealer, Router},
	Router: {Req, Dealer, Router},
	Pull:   {Push},
	Push:   {Pull},
	XPub:   {Sub, XSub},
	XSub:   {Pub, XPub},
}

// IsCompatible reports whether sockets of the two types can talk to each other. A
// type that does not exist is compatible with none.
func (sck SocketType) IsCompatible(peer SocketType) bool {
	return slices.Contains(compatible[sck], peer)
}

// SocketIdentity is the name under which a peer's ROUTER knows a socket.
type SocketIdentity []byte

// String returns the identity as text, as it is.
func (id SocketIdentity) String() string { return string(id) }
