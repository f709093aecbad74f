// SPDX-License-Identifier: Apache-2.0

package interop

import (
	"encoding/binary"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/interop/peer"
)

// TestMessagesInFlightToAKilledLibzmqPeerAreCounted: its successor receives what was
// queued, and of what is missing the part counts as lost in flight that the killed peer's
// system had not taken.
func TestMessagesInFlightToAKilledLibzmqPeerAreCounted(t *testing.T) {
	libzmq, push := peer.Start(t), ours(t, zmq.PUSH, peer.Opts{"SNDHWM": 10, "RECONNECT_IVL": 20})
	at := libzmq.Socket("PULL", smallQueues).Bind(address(t, "tcp"))
	connect(t, push, at)
	waitPeers(t, push, 1)
	n := sendUntilFull(t, push, 1000)
	libzmq.Kill()
	noPeers(t, push)
	queued := push.Stats().QueuedOut
	libzmq.Restart()
	pull := libzmq.Socket("PULL", nil)
	pull.Bind(at)
	var first, next uint64
	for k := range queued {
		frames, err := pull.Recv(patience)
		if err != nil {
			t.Fatal(err)
		}
		switch got := binary.BigEndian.Uint64(frames[0]); {
		case k == 0:
			first, next = got, got+1
		case got != next:
			t.Fatalf("message %d comes behind %d", got, next-1)
		default:
			next++
		}
	}
	if next != uint64(n) {
		t.Errorf("the last message is number %d of %d", next, n)
	}
	if d := push.Stats().Drops; d.InFlight == 0 || d.InFlight > first || d.PeerGone != 0 {
		t.Errorf("%d messages are missing, and counted are %+v", first, d)
	}
}
