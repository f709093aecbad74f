// SPDX-License-Identifier: Apache-2.0

package pattern_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

func TestRepReceiveAndSendAlternate(t *testing.T) {
	r := rig.New(t)
	rep, req := r.Pair(zmq.REP, zmq.REQ, "inproc://it")
	if err := rep.TrySend([]byte("x")); !errors.Is(err, zmq.ErrState) {
		t.Errorf("send before receive: %v", err)
	}
	r.Send(req, "q")
	r.WantRecv(rep, "q")
	if _, err := rep.TryRecv(); !errors.Is(err, zmq.ErrState) {
		t.Errorf("receive before send: %v", err)
	}
	r.Send(rep, "a")
	if err := rep.Send(r.Ctx, []byte("x")); !errors.Is(err, zmq.ErrState) {
		t.Errorf("second send: %v", err)
	}
	r.WantNothing(rep)
}

func TestRepReturnsTheWholeEnvelope(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		rep, dealer := r.Pair(zmq.REP, zmq.DEALER, endpoint)
		r.Send(dealer, "a", "bb", "", "body", "", "tail")
		r.WantRecv(rep, "body", "", "tail")
		r.Send(rep, "re", "")
		r.WantRecv(dealer, "a", "bb", "", "re", "")
		r.Send(dealer, "", "")
		r.WantRecv(rep, "")
		r.Send(rep, "")
		r.WantRecv(dealer, "", "")
	})
}

func TestRepEnvelopeHasNoLimit(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		rep, dealer := r.Pair(zmq.REP, zmq.DEALER, endpoint)
		var envelope []string
		for i := range 300 {
			envelope = append(envelope, fmt.Sprint("hop", i))
		}
		envelope = append(envelope, "")
		r.Send(dealer, append(envelope[:301:301], "q")...)
		r.WantRecv(rep, "q")
		r.Send(rep, "a")
		r.WantRecv(dealer, append(envelope[:301:301], "a")...)
	})
}

func TestRepDiscardsRequestWithoutDelimiter(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		rep, dealer := r.Pair(zmq.REP, zmq.DEALER, endpoint)
		r.Send(dealer, "bare")
		r.Send(dealer, "two", "frames")
		r.Send(dealer, "")
		r.Send(dealer, "envelope", "")
		r.Send(dealer, "", "good")
		r.WantRecv(rep, "good")
		if n := rep.Stats().Drops.Malformed; n != 4 {
			r.Errorf("%d malformed messages, want 4", n)
		}
		r.Send(rep, "a")
		r.WantRecv(dealer, "", "a")
	})
}

func TestRepServesPeersInTurn(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		rep, at := r.Bind(zmq.REP, endpoint)
		for i := range 3 {
			d := r.Connect(zmq.DEALER, at)
			for range 4 {
				r.Send(d, "", fmt.Sprint(i))
			}
		}
		r.WaitArrived(rep, 12)
		seen := make(map[string]int)
		for i := range 12 {
			seen[r.Recv(rep)[0]]++
			r.Send(rep, "a")
			if i%3 == 2 {
				for who, n := range seen {
					if n != i/3+1 {
						r.Errorf("after %d requests peer %s has been served %d times", i+1, who, n)
					}
				}
			}
		}
	})
}

func TestRepAnswersTheRequester(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		rep, at := r.Bind(zmq.REP, endpoint)
		a, b := r.Connect(zmq.REQ, at), r.Connect(zmq.REQ, at)
		r.Send(a, "a")
		r.Send(b, "b")
		for range 2 {
			r.Send(rep, "re "+r.Recv(rep)[0])
		}
		r.WantRecv(a, "re a")
		r.WantRecv(b, "re b")
	})
}

func TestRepDropsReplyToPeerThatLeft(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		rep, at := r.Bind(zmq.REP, endpoint)
		gone := r.Connect(zmq.REQ, at)
		r.Send(gone, "q")
		r.WantRecv(rep, "q")
		r.Check(gone.Close())
		r.WaitPeersLeft(rep, 0)
		r.Send(rep, "to nobody")
		stays := r.Connect(zmq.REQ, at)
		r.Send(stays, "next")
		r.WantRecv(rep, "next")
		r.Send(rep, "a")
		r.WantRecv(stays, "a")
		if n := rep.Stats().Drops.PeerGone; n != 1 {
			r.Errorf("%d replies to peers that are gone, want 1", n)
		}
	})
}

func TestRepReadsRequestOfPeerThatLeftAndDropsItsReply(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		rep, at := r.Bind(zmq.REP, endpoint)
		gone := r.Connect(zmq.DEALER, at, zmq.Linger.Of(rig.Patience))
		r.WaitPeers(rep, 1)
		r.Send(gone, "", "q")
		r.Check(gone.Close())
		r.WaitPeersLeft(rep, 0)
		r.WantRecv(rep, "q")
		r.Send(rep, "to nobody")
		r.WantNothing(rep)
	})
}

func TestRepDropsReplyWhenRequesterIsFullAndNeverBlocks(t *testing.T) {
	r := rig.New(t)
	rep, at := r.Bind(zmq.REP, "inproc://it", zmq.SendHWM.Of(1))
	dealer := r.Connect(zmq.DEALER, at, zmq.RecvHWM.Of(1))
	for i := range 4 {
		r.Send(dealer, "", "q")
		r.WantRecv(rep, "q")
		r.TrySend(rep, fmt.Sprint(i))
	}
	r.WantRecv(dealer, "", "0")
	r.WantRecv(dealer, "", "1") // 1 + 1 fit in process
	r.WantNothing(dealer)
	if n := rep.Stats().Drops.Mute; n != 2 {
		t.Errorf("%d replies dropped, want 2", n)
	}
}
