// SPDX-License-Identifier: Apache-2.0

package zmq_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	zmq "github.com/gozmq/zmq"
)

func TestReqRepExchangesMessages(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		rep, req := r.pair(zmq.REP, zmq.REQ, endpoint)
		for _, m := range [][]string{{"one"}, {""}, {"a", "", "b"}, {"", ""}, {large(1 << 20), "tail"}} {
			r.send(req, m...)
			r.want(rep, m...)
			r.send(rep, append([]string{"re"}, m...)...)
			r.want(req, append([]string{"re"}, m...)...)
		}
	})
}

func TestReqSendsEmptyDelimiter(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		router, at := r.bind(zmq.ROUTER, endpoint)
		req := r.connect(zmq.REQ, at, zmq.RoutingID.Of([]byte("R")))
		r.send(req, "body", "more")
		r.want(router, "R", "", "body", "more")
		r.send(router, "R", "", "reply")
		r.want(req, "reply")
	})
}

func TestReqSendAndReceiveAlternate(t *testing.T) {
	r := newRig(t)
	rep, req := r.pair(zmq.REP, zmq.REQ, "inproc://it")
	if _, err := req.Recv(r.ctx); !errors.Is(err, zmq.ErrState) {
		t.Errorf("receive before send: %v", err)
	}
	r.send(req, "one")
	if err := req.Send(r.ctx, []byte("two")); !errors.Is(err, zmq.ErrState) {
		t.Errorf("send before receive: %v", err)
	}
	r.want(rep, "one")
	r.send(rep, "re")
	r.want(req, "re")
	if _, err := req.TryRecv(); !errors.Is(err, zmq.ErrState) {
		t.Errorf("second receive: %v", err)
	}
	r.send(req, "three")
}

func TestReqWithoutPeerIsMute(t *testing.T) {
	r := newRig(t)
	req, at := r.bind(zmq.REQ, "tcp://127.0.0.1:*")
	r.full(req, "x")
	sent := r.blocks(req, "x")
	rep := r.connect(zmq.REP, at)
	r.check(r.result(sent))
	r.want(rep, "x")
}

func TestReqTakesPeersInTurn(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		req, at := r.bind(zmq.REQ, endpoint)
		var reps []*zmq.Socket
		for i := range 3 {
			reps = append(reps, r.connect(zmq.REP, at))
			r.peers(req, i+1)
		}
		for i := range 9 {
			r.send(req, "q")
			r.want(reps[i%3], "q")
			r.send(reps[i%3], "a")
			r.want(req, "a")
		}
	})
}

// twoRouters is a REQ named R with two ROUTERs behind it that can both address
// it. The first request goes to a.
func (r *rig) twoRouters(endpoint string, settings ...zmq.Setting) (req, a, b *zmq.Socket) {
	r.Helper()
	req, at := r.bind(zmq.REQ, endpoint, append(settings, zmq.RoutingID.Of([]byte("R")))...)
	a = r.connect(zmq.ROUTER, at)
	r.peers(req, 1)
	b = r.connect(zmq.ROUTER, at)
	r.peers(req, 2)
	return req, a, b
}

func TestReqDiscardsRepliesOfOtherPeers(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		req, a, b := r.twoRouters(endpoint)
		r.send(req, "q")
		r.want(a, "R", "", "q")
		r.send(b, "R", "", "not asked")
		r.arrived(req, 1)
		r.send(a, "R", "", "asked")
		r.want(req, "asked")
		if n := req.Stats().Drops.Stale; n > 1 {
			r.Errorf("%d stale replies, one at most", n)
		}
		r.send(req, "next")
		if n := req.Stats().Drops.Stale; n != 1 {
			r.Errorf("%d stale replies, want 1", n)
		}
	})
}

func TestReqStaleRepliesAreDiscardedBeforeSend(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		router, at := r.bind(zmq.ROUTER, endpoint)
		req := r.connect(zmq.REQ, at, zmq.RoutingID.Of([]byte("R")))
		r.send(req, "1")
		r.want(router, "R", "", "1")
		r.send(router, "R", "", "first")
		r.send(router, "R", "", "again")
		r.want(req, "first")
		r.arrived(req, 2)
		r.send(req, "2")
		r.want(router, "R", "", "2")
		r.send(router, "R", "", "second")
		r.want(req, "second")
		if n := req.Stats().Drops.Stale; n != 1 {
			r.Errorf("%d stale replies, want 1", n)
		}
	})
}

func TestReqDiscardsReplyWithoutDelimiterAndKeepsWaiting(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		router, at := r.bind(zmq.ROUTER, endpoint)
		req := r.connect(zmq.REQ, at, zmq.RoutingID.Of([]byte("R")))
		r.send(req, "q")
		r.want(router, "R", "", "q")
		r.send(router, "R", "bare")
		r.send(router, "R", "")
		r.send(router, "R", "x", "", "enveloped")
		r.send(router, "R", "", "good", "")
		r.want(req, "good", "")
	})
}

func TestReqCorrelateNumbersRequests(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		router, at := r.bind(zmq.ROUTER, endpoint)
		req := r.connect(zmq.REQ, at, zmq.RoutingID.Of([]byte("R")), zmq.ReqCorrelate.Of(true))
		var last uint32
		for i := range 3 {
			r.send(req, "q")
			m := r.recv(router)
			if len(m) != 4 || len(m[1]) != 4 || m[2] != "" || m[3] != "q" {
				r.Fatalf("the ROUTER received %q", m)
			}
			id := binary.NativeEndian.Uint32([]byte(m[1]))
			if i > 0 && id != last+1 {
				r.Errorf("request number %d after %d", id, last)
			}
			last = id
			wrong := string(binary.NativeEndian.AppendUint32(nil, id-1))
			r.send(router, "R", wrong, "", "late")
			r.send(router, "R", "", "plain")
			r.send(router, "R", m[1], "no delimiter")
			r.send(router, "R", m[1], "", "re")
			r.want(req, "re")
		}
	})
}

func TestReqCorrelateWorksWithRep(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		rep, req := r.pair(zmq.REP, zmq.REQ, endpoint)
		r.check(zmq.ReqCorrelate.Set(req, true))
		r.send(req, "q", "")
		r.want(rep, "q", "")
		r.send(rep, "a")
		r.want(req, "a")
	})
}

func TestReqRelaxedAbandonsTheOutstandingRequest(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		req, a, b := r.twoRouters(endpoint, zmq.ReqRelaxed.Of(true), zmq.ReqCorrelate.Of(true))
		r.send(req, "1")
		first := r.recv(a)
		r.send(req, "2")
		second := r.recv(b) // the next peer by turn
		r.send(a, "R", first[1], "", "late")
		r.arrived(req, 1)
		r.send(b, "R", second[1], "", "answer")
		r.want(req, "answer")
		if _, err := req.TryRecv(); !errors.Is(err, zmq.ErrState) {
			r.Errorf("receive after the reply: %v", err)
		}
	})
}

func TestReqKeepsWaitingAndTakesAnyReplyAfterPeerLeft(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		req, a, b := r.twoRouters(endpoint)
		r.send(req, "q")
		r.want(a, "R", "", "q")
		r.check(a.Close())
		r.left(req, 1)
		r.send(b, "R", "", "from another")
		r.want(req, "from another")
	})
}

func TestReqReplyOfPeerThatLeftIsStillRead(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		req, at := r.bind(zmq.REQ, endpoint)
		rep := r.connect(zmq.REP, at, zmq.Linger.Of(patience))
		r.peers(req, 1)
		r.send(req, "q")
		r.want(rep, "q")
		r.send(rep, "a")
		r.check(rep.Close())
		r.left(req, 0)
		r.want(req, "a")
	})
}

func TestReqAcceptsReplyOverTheNextConnection(t *testing.T) {
	r := newRig(t)
	router, at := r.bind(zmq.ROUTER, "tcp://127.0.0.1:*")
	req := r.connect(zmq.REQ, at, zmq.RoutingID.Of([]byte("R")))
	r.send(req, "q")
	r.want(router, "R", "", "q")
	r.check(router.Close())
	again, _ := r.bind(zmq.ROUTER, at)
	r.peers(again, 1)
	r.send(again, "R", "", "from the new connection")
	r.want(req, "from the new connection")
}

func TestRequestHealsWhenServerDiesAndReturns(t *testing.T) {
	eachNetwork(t, func(r *rig, endpoint string) {
		rep, at := r.bind(zmq.REP, endpoint)
		req := r.connect(zmq.REQ, at)
		// The server takes the request with it.
		gaveUp := make(chan error, 1)
		ctx, cancel := context.WithCancel(r.ctx)
		go func() {
			_, err := req.Request(ctx, []byte("lost"))
			gaveUp <- err
		}()
		r.want(rep, "lost")
		r.check(rep.Close())
		cancel()
		if err := r.result(gaveUp); !errors.Is(err, context.Canceled) {
			r.Fatalf("the request that was given up: %v", err)
		}
		r.left(req, 0) // what is written to a dead connection is lost
		rep, _ = r.bind(zmq.REP, at)
		served := make(chan error, 1)
		go func() {
			m, err := rep.Recv(r.ctx)
			if err == nil {
				err = rep.SendMessage(r.ctx, m)
			}
			served <- err
		}()
		m, err := req.Request(r.ctx, []byte("again"))
		r.check(err)
		if m.String() != "again" {
			r.Errorf("the reply is %q", m)
		}
		r.check(r.result(served))
	})
}

func TestRequestsOfManyGoroutinesGetTheirOwnReplies(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		rep, req := r.pair(zmq.REP, zmq.REQ, endpoint)
		go func() {
			for m, err := range rep.Messages(r.ctx) {
				if err != nil || rep.SendMessage(r.ctx, m) != nil {
					return
				}
			}
		}()
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				for k := range 20 {
					q := fmt.Sprintf("%d/%d", i, k)
					ctx, cancel := r.ctx, context.CancelFunc(func() {})
					if k%5 == 4 { // some do not wait for their reply
						ctx, cancel = context.WithTimeout(r.ctx, time.Microsecond)
					}
					m, err := req.Request(ctx, []byte(q))
					cancel()
					if err == nil && m.String() != q {
						r.Errorf("the reply to %q is %q", q, m)
					} else if err != nil && k%5 != 4 {
						r.Errorf("request %q: %v", q, err)
					}
				}
			})
		}
		wg.Wait()
	})
}
