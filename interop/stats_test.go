// SPDX-License-Identifier: Apache-2.0

package interop

import (
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/interop/peer"
)

// TestStatsOfALibzmqPeer: round trips of heartbeats that it answers, and bytes as
// they are on the wire.
func TestStatsOfALibzmqPeer(t *testing.T) {
	s := ours(t, zmq.DEALER, peer.Opts{"HEARTBEAT_IVL": 10})
	theirs := peer.Start(t).Socket("DEALER", nil)
	theirs.Connect(bind(t, s, "tcp://127.0.0.1:*"))
	sendTheirs(t, theirs, "hello", "world")
	recv(t, s, "hello", "world")
	eventually(t, "a heartbeat is answered", func() bool {
		list := s.Peers()
		return len(list) == 1 && list[0].RoundTrip() > 0
	})
	p := s.Peers()[0]
	if p.RoundTrip() > patience || p.Received != 1 {
		t.Errorf("%v, %+v", p.RoundTrip(), p)
	}
	// Two frames of five bytes with a header of two, and answers of seven to PINGs
	// of nine (RFC 37: PONG has no TTL).
	if rest := p.ReceivedBytes - 14; rest == 0 || rest%7 != 0 || p.SentBytes%9 != 0 || p.SentBytes == 0 {
		t.Errorf("%d bytes received, %d sent", p.ReceivedBytes, p.SentBytes)
	}
}
