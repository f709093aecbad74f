// SPDX-License-Identifier: Apache-2.0

package opt

// The options that libzmq does not have. They start far above its numbers, to leave
// room for new ones of libzmq.
const (
	// SendHWMBytes is the most bytes queued for one peer.
	SendHWMBytes Num = 10001
	// RecvHWMBytes is the most bytes queued from one peer.
	RecvHWMBytes Num = 10002
	// ReconnectAfterProtocolError dials again a peer that broke the protocol.
	ReconnectAfterProtocolError Num = 10003
	// HeartbeatOldPeers sends PING to peers older than ZMTP 3.1 too.
	HeartbeatOldPeers Num = 10004
	// RefuseOldPeers turns ZMTP 1.0 and 2.0 peers away.
	RefuseOldPeers Num = 10005
	// ConflateTopics keeps the newest message of each topic.
	ConflateTopics Num = 10006
	// DisconnectSlow is how long a peer's queue may stay full.
	DisconnectSlow Num = 10007
	// MaxMessageBytes is the largest whole message accepted.
	MaxMessageBytes Num = 10008
	// MaxFrames is the most frames accepted in a message.
	MaxFrames Num = 10009
	// MaxHandshakes is the most unfinished handshakes of a listener.
	MaxHandshakes Num = 10010
	// MaxPeers is the most accepted peers of a socket.
	MaxPeers Num = 10011
	// MaxSubscriptions is the most subscriptions of one peer.
	MaxSubscriptions Num = 10012
	// MaxTopicBytes is the longest topic that a peer may subscribe to.
	MaxTopicBytes Num = 10013
	// MaxHandshakeBytes is the most bytes of one handshake command.
	MaxHandshakeBytes Num = 10014
	// KeepSubscriptions has a publisher that connects queue for absent subscribers.
	KeepSubscriptions Num = 10015
	// MaxSubscriptionBytes is the most bytes of all topics of one peer.
	MaxSubscriptionBytes Num = 10016
	// WaitForPeer has a send that names its peer wait for room in that peer's queue.
	WaitForPeer Num = 10017
	// HandoverToSameUser gives a routing id to a newer peer of the same user.
	HandoverToSameUser Num = 10018
	// ReusePort lets several sockets listen on one port.
	ReusePort Num = 10019
	// AllAddresses connects to each address of a name, that many at most.
	AllAddresses Num = 10020
	// ResolveInterval is how often such a name is resolved again.
	ResolveInterval Num = 10021
	// MaxPeersPerAddress is the most accepted peers of one address.
	MaxPeersPerAddress Num = 10022
	// MaxHandshakesPerAddress is the most unfinished handshakes of one address.
	MaxHandshakesPerAddress Num = 10023
	// MaxFailureDelay is how long a handshake waits at most after failures of its address.
	MaxFailureDelay Num = 10024
	// DropOldest has a full queue drop the oldest message, not the newest.
	DropOldest Num = 10025
)

const (
	lastLibzmq = NormPush     // the highest number that libzmq assigns
	firstOwn   = SendHWMBytes // the lowest of ours; the range has no gaps
	lastOwn    = DropOldest   // the highest of ours
	slots      = int(lastLibzmq) + 1 + int(lastOwn-firstOwn) + 1
)

// slot is where the value of option n is in a Set. Unassigned numbers share slot 0 with
// option 0, which does not exist.
func slot(n Num) int {
	if uint(n) <= uint(lastLibzmq) {
		return int(n)
	}
	if own := uint(n - firstOwn); own <= uint(lastOwn-firstOwn) {
		return int(lastLibzmq) + 1 + int(own)
	}
	return 0
}
