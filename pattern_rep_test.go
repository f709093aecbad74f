// SPDX-License-Identifier: Apache-2.0

package zmq_test

import (
	"errors"
	"fmt"
	"testing"

	zmq "github.com/gozmq/zmq"
)

func TestRepReceiveAndSendAlternate(t *testing.T) {
	r := newRig(t)
	rep, req := r.pair(zmq.REP, zmq.REQ, "inproc://it")
	if err := rep.TrySend([]byte("x")); !errors.Is(err, zmq.ErrState) {
		t.Errorf("send before receive: %v", err)
	}
	r.send(req, "q")
	r.want(rep, "q")
	if _, err := rep.TryRecv(); !errors.Is(err, zmq.ErrState) {
		t.Errorf("receive before send: %v", err)
	}
	r.send(rep, "a")
	if err := rep.Send(r.ctx, []byte("x")); !errors.Is(err, zmq.ErrState) {
		t.Errorf("second send: %v", err)
	}
	r.none(rep)
}

func TestRepReturnsTheWholeEnvelope(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		rep, dealer := r.pair(zmq.REP, zmq.DEALER, endpoint)
		r.send(dealer, "a", "bb", "", "body", "", "tail")
		r.want(rep, "body", "", "tail")
		r.send(rep, "re", "")
		r.want(dealer, "a", "bb", "", "re", "")
		r.send(dealer, "", "")
		r.want(rep, "")
		r.send(rep, "")
		r.want(dealer, "", "")
	})
}

func TestRepEnvelopeHasNoLimit(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		rep, dealer := r.pair(zmq.REP, zmq.DEALER, endpoint)
		var envelope []string
		for i := range 300 {
			envelope = append(envelope, fmt.Sprint("hop", i))
		}
		envelope = append(envelope, "")
		r.send(dealer, append(envelope[:301:301], "q")...)
		r.want(rep, "q")
		r.send(rep, "a")
		r.want(dealer, append(envelope[:301:301], "a")...)
	})
}

func TestRepDiscardsRequestWithoutDelimiter(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		rep, dealer := r.pair(zmq.REP, zmq.DEALER, endpoint)
		r.send(dealer, "bare")
		r.send(dealer, "two", "frames")
		r.send(dealer, "")
		r.send(dealer, "envelope", "")
		r.send(dealer, "", "good")
		r.want(rep, "good")
		if n := rep.Stats().Drops.Malformed; n != 4 {
			r.Errorf("%d malformed messages, want 4", n)
		}
		r.send(rep, "a")
		r.want(dealer, "", "a")
	})
}

func TestRepServesPeersInTurn(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		rep, at := r.bind(zmq.REP, endpoint)
		for i := range 3 {
			d := r.connect(zmq.DEALER, at)
			for range 4 {
				r.send(d, "", fmt.Sprint(i))
			}
		}
		r.arrived(rep, 12)
		seen := make(map[string]int)
		for i := range 12 {
			seen[r.recv(rep)[0]]++
			r.send(rep, "a")
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
	eachTransport(t, func(r *rig, endpoint string) {
		rep, at := r.bind(zmq.REP, endpoint)
		a, b := r.connect(zmq.REQ, at), r.connect(zmq.REQ, at)
		r.send(a, "a")
		r.send(b, "b")
		for range 2 {
			r.send(rep, "re "+r.recv(rep)[0])
		}
		r.want(a, "re a")
		r.want(b, "re b")
	})
}

func TestRepDropsReplyToPeerThatLeft(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		rep, at := r.bind(zmq.REP, endpoint)
		gone := r.connect(zmq.REQ, at)
		r.send(gone, "q")
		r.want(rep, "q")
		r.check(gone.Close())
		r.left(rep, 0)
		r.send(rep, "to nobody")
		stays := r.connect(zmq.REQ, at)
		r.send(stays, "next")
		r.want(rep, "next")
		r.send(rep, "a")
		r.want(stays, "a")
		if n := rep.Stats().Drops.PeerGone; n != 1 {
			r.Errorf("%d replies to peers that are gone, want 1", n)
		}
	})
}

func TestRepReadsRequestOfPeerThatLeftAndDropsItsReply(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		rep, at := r.bind(zmq.REP, endpoint)
		gone := r.connect(zmq.DEALER, at, zmq.Linger.Of(patience))
		r.peers(rep, 1)
		r.send(gone, "", "q")
		r.check(gone.Close())
		r.left(rep, 0)
		r.want(rep, "q")
		r.send(rep, "to nobody")
		r.none(rep)
	})
}

func TestRepDropsReplyWhenRequesterIsFullAndNeverBlocks(t *testing.T) {
	r := newRig(t)
	rep, at := r.bind(zmq.REP, "inproc://it", zmq.SendHWM.Of(1))
	dealer := r.connect(zmq.DEALER, at, zmq.RecvHWM.Of(1))
	for i := range 4 {
		r.send(dealer, "", "q")
		r.want(rep, "q")
		r.try(rep, fmt.Sprint(i))
	}
	r.want(dealer, "", "0")
	r.want(dealer, "", "1") // 1 + 1 fit in process
	r.none(dealer)
	if n := rep.Stats().Drops.Mute; n != 2 {
		t.Errorf("%d replies dropped, want 2", n)
	}
}
