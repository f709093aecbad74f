// SPDX-License-Identifier: Apache-2.0

package opt

// The options that libzmq does not have. They start far above its numbers, so
// that it can go on counting.
const (
	// SendHWMBytes is the most octets queued for one peer.
	SendHWMBytes Num = 10001
	// RecvHWMBytes is the most octets queued from one peer.
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
	// MaxHandshakeBytes is the most octets of one handshake command.
	MaxHandshakeBytes Num = 10014
)

const (
	lastLibzmq = NormPush          // the highest number that libzmq assigns
	firstOwn   = SendHWMBytes      // the lowest of ours; the range has no gaps
	lastOwn    = MaxHandshakeBytes // the highest of ours
	slots      = int(lastLibzmq) + 1 + int(lastOwn-firstOwn) + 1
)

// slot is where the value of option n stands in a Set. Numbers that nobody
// assigned share slot 0 with option 0, which does not exist.
func slot(n Num) int {
	if uint(n) <= uint(lastLibzmq) {
		return int(n)
	}
	if own := uint(n - firstOwn); own <= uint(lastOwn-firstOwn) {
		return int(lastLibzmq) + 1 + int(own)
	}
	return 0
}
