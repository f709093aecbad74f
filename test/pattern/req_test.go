// SPDX-License-Identifier: Apache-2.0

package pattern_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

func TestReqRepExchangesMessages(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		rep, req := r.Pair(zmq.REP, zmq.REQ, endpoint)
		for _, m := range [][]string{{"one"}, {""}, {"a", "", "b"}, {"", ""}, {rig.Large(1 << 20), "tail"}} {
			r.Send(req, m...)
			r.WantRecv(rep, m...)
			r.Send(rep, append([]string{"re"}, m...)...)
			r.WantRecv(req, append([]string{"re"}, m...)...)
		}
	})
}

func TestReqSendsEmptyDelimiter(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		router, at := r.Bind(zmq.ROUTER, endpoint)
		req := r.Connect(zmq.REQ, at, zmq.RoutingID.Of([]byte("R")))
		r.Send(req, "body", "more")
		r.WantRecv(router, "R", "", "body", "more")
		r.Send(router, "R", "", "reply")
		r.WantRecv(req, "reply")
	})
}

func TestReqSendAndReceiveAlternate(t *testing.T) {
	r := rig.New(t)
	rep, req := r.Pair(zmq.REP, zmq.REQ, "inproc://it")
	if _, err := req.Recv(r.Ctx); !errors.Is(err, zmq.ErrState) {
		t.Errorf("receive before send: %v", err)
	}
	r.Send(req, "one")
	if err := req.Send(r.Ctx, []byte("two")); !errors.Is(err, zmq.ErrState) {
		t.Errorf("send before receive: %v", err)
	}
	r.WantRecv(rep, "one")
	r.Send(rep, "re")
	r.WantRecv(req, "re")
	if _, err := req.TryRecv(); !errors.Is(err, zmq.ErrState) {
		t.Errorf("second receive: %v", err)
	}
	r.Send(req, "three")
}

func TestReqWithoutPeerIsMute(t *testing.T) {
	r := rig.New(t)
	req, at := r.Bind(zmq.REQ, rig.AnyPort)
	r.WantFull(req, "x")
	sent := r.GoSend(req, "x")
	rep := r.Connect(zmq.REP, at)
	r.Check(r.Result(sent))
	r.WantRecv(rep, "x")
}

func TestReqTakesPeersInTurn(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		req, at := r.Bind(zmq.REQ, endpoint)
		var reps []*zmq.Socket
		for i := range 3 {
			reps = append(reps, r.Connect(zmq.REP, at))
			r.WaitPeers(req, i+1)
		}
		for i := range 9 {
			r.Send(req, "q")
			r.WantRecv(reps[i%3], "q")
			r.Send(reps[i%3], "a")
			r.WantRecv(req, "a")
		}
	})
}

// twoRouters is a REQ named R with two ROUTERs behind it that can both address
// it. The first request goes to a.
func twoRouters(r *rig.Test, endpoint string, settings ...zmq.Setting) (req, a, b *zmq.Socket) {
	r.Helper()
	req, at := r.Bind(zmq.REQ, endpoint, append(settings, zmq.RoutingID.Of([]byte("R")))...)
	a = r.Connect(zmq.ROUTER, at)
	r.WaitPeers(req, 1)
	b = r.Connect(zmq.ROUTER, at)
	r.WaitPeers(req, 2)
	return req, a, b
}

func TestReqDiscardsRepliesOfOtherPeers(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		req, a, b := twoRouters(r, endpoint)
		r.Send(req, "q")
		r.WantRecv(a, "R", "", "q")
		r.Send(b, "R", "", "not asked")
		r.WaitArrived(req, 1)
		r.Send(a, "R", "", "asked")
		r.WantRecv(req, "asked")
		if n := req.Stats().Drops.Stale; n > 1 {
			r.Errorf("%d stale replies, one at most", n)
		}
		r.Send(req, "next")
		if n := req.Stats().Drops.Stale; n != 1 {
			r.Errorf("%d stale replies, want 1", n)
		}
	})
}

func TestReqStaleRepliesAreDiscardedBeforeSend(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		router, at := r.Bind(zmq.ROUTER, endpoint)
		req := r.Connect(zmq.REQ, at, zmq.RoutingID.Of([]byte("R")))
		r.Send(req, "1")
		r.WantRecv(router, "R", "", "1")
		r.Send(router, "R", "", "first")
		r.Send(router, "R", "", "again")
		r.WantRecv(req, "first")
		r.WaitArrived(req, 2)
		r.Send(req, "2")
		r.WantRecv(router, "R", "", "2")
		r.Send(router, "R", "", "second")
		r.WantRecv(req, "second")
		if n := req.Stats().Drops.Stale; n != 1 {
			r.Errorf("%d stale replies, want 1", n)
		}
	})
}

func TestReqDiscardsReplyWithoutDelimiterAndKeepsWaiting(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		router, at := r.Bind(zmq.ROUTER, endpoint)
		req := r.Connect(zmq.REQ, at, zmq.RoutingID.Of([]byte("R")))
		r.Send(req, "q")
		r.WantRecv(router, "R", "", "q")
		r.Send(router, "R", "bare")
		r.Send(router, "R", "")
		r.Send(router, "R", "x", "", "enveloped")
		r.Send(router, "R", "", "good", "")
		r.WantRecv(req, "good", "")
	})
}

func TestReqCorrelateNumbersRequests(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		router, at := r.Bind(zmq.ROUTER, endpoint)
		req := r.Connect(zmq.REQ, at, zmq.RoutingID.Of([]byte("R")), zmq.ReqCorrelate.Of(true))
		var last uint32
		for i := range 3 {
			r.Send(req, "q")
			m := r.Recv(router)
			if len(m) != 4 || len(m[1]) != 4 || m[2] != "" || m[3] != "q" {
				r.Fatalf("the ROUTER received %q", m)
			}
			id := binary.NativeEndian.Uint32([]byte(m[1]))
			if i > 0 && id != last+1 {
				r.Errorf("request number %d after %d", id, last)
			}
			last = id
			wrong := string(binary.NativeEndian.AppendUint32(nil, id-1))
			r.Send(router, "R", wrong, "", "late")
			r.Send(router, "R", "", "plain")
			r.Send(router, "R", m[1], "no delimiter")
			r.Send(router, "R", m[1], "", "re")
			r.WantRecv(req, "re")
		}
	})
}

func TestReqCorrelateWorksWithRep(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		rep, req := r.Pair(zmq.REP, zmq.REQ, endpoint)
		r.Check(zmq.ReqCorrelate.Set(req, true))
		r.Send(req, "q", "")
		r.WantRecv(rep, "q", "")
		r.Send(rep, "a")
		r.WantRecv(req, "a")
	})
}

func TestReqRelaxedAbandonsTheOutstandingRequest(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		req, a, b := twoRouters(r, endpoint, zmq.ReqRelaxed.Of(true), zmq.ReqCorrelate.Of(true))
		r.Send(req, "1")
		first := r.Recv(a)
		r.Send(req, "2")
		second := r.Recv(b) // the next peer by turn
		r.Send(a, "R", first[1], "", "late")
		r.WaitArrived(req, 1)
		r.Send(b, "R", second[1], "", "answer")
		r.WantRecv(req, "answer")
		if _, err := req.TryRecv(); !errors.Is(err, zmq.ErrState) {
			r.Errorf("receive after the reply: %v", err)
		}
	})
}

func TestReqKeepsWaitingAndTakesAnyReplyAfterPeerLeft(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		req, a, b := twoRouters(r, endpoint)
		r.Send(req, "q")
		r.WantRecv(a, "R", "", "q")
		r.Check(a.Close())
		r.WaitPeersLeft(req, 1)
		r.Send(b, "R", "", "from another")
		r.WantRecv(req, "from another")
	})
}

func TestReqReplyOfPeerThatLeftIsStillRead(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		req, at := r.Bind(zmq.REQ, endpoint)
		rep := r.Connect(zmq.REP, at, zmq.Linger.Of(rig.Patience))
		r.WaitPeers(req, 1)
		r.Send(req, "q")
		r.WantRecv(rep, "q")
		r.Send(rep, "a")
		r.Check(rep.Close())
		r.WaitPeersLeft(req, 0)
		r.WantRecv(req, "a")
	})
}

func TestReqAcceptsReplyOverTheNextConnection(t *testing.T) {
	r := rig.New(t)
	router, at := r.Bind(zmq.ROUTER, rig.AnyPort)
	req := r.Connect(zmq.REQ, at, zmq.RoutingID.Of([]byte("R")))
	r.Send(req, "q")
	r.WantRecv(router, "R", "", "q")
	r.Check(router.Close())
	again, _ := r.Bind(zmq.ROUTER, at)
	r.WaitPeers(again, 1)
	r.Send(again, "R", "", "from the new connection")
	r.WantRecv(req, "from the new connection")
}

func TestRequestHealsWhenServerDiesAndReturns(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		rep, at := r.Bind(zmq.REP, endpoint)
		req := r.Connect(zmq.REQ, at)
		// The server takes the request with it.
		gaveUp := make(chan error, 1)
		ctx, cancel := context.WithCancel(r.Ctx)
		go func() {
			_, err := req.Request(ctx, []byte("lost"))
			gaveUp <- err
		}()
		r.WantRecv(rep, "lost")
		r.Check(rep.Close())
		cancel()
		if err := r.Result(gaveUp); !errors.Is(err, context.Canceled) {
			r.Fatalf("the request that was given up: %v", err)
		}
		r.WaitPeersLeft(req, 0) // what is written to a dead connection is lost
		rep, _ = r.Bind(zmq.REP, at)
		served := make(chan error, 1)
		go func() {
			m, err := rep.Recv(r.Ctx)
			if err == nil {
				err = rep.SendMessage(r.Ctx, m)
			}
			served <- err
		}()
		m, err := req.Request(r.Ctx, []byte("again"))
		r.Check(err)
		if m.String() != "again" {
			r.Errorf("the reply is %q", m)
		}
		r.Check(r.Result(served))
	})
}

func TestRequestsOfManyGoroutinesGetTheirOwnReplies(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		rep, req := r.Pair(zmq.REP, zmq.REQ, endpoint)
		go func() {
			for m, err := range rep.Messages(r.Ctx) {
				if err != nil || rep.SendMessage(r.Ctx, m) != nil {
					return
				}
			}
		}()
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				for k := range 20 {
					q := fmt.Sprintf("%d/%d", i, k)
					ctx, cancel := r.Ctx, context.CancelFunc(func() {})
					if k%5 == 4 { // some do not wait for their reply
						ctx, cancel = context.WithTimeout(r.Ctx, time.Microsecond)
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

// Of two servers one is down: every first try reaches the other.
func TestRequestGoesToTheServerThatIsThere(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		down := r.FreeEndpoint(rig.AnyPort)
		if rig.IsInproc(endpoint) {
			down = "inproc://not-bound"
		}
		rep, at := r.Bind(zmq.REP, endpoint)
		go func() {
			for m, err := range rep.Messages(r.Ctx) {
				if err != nil || rep.SendMessage(r.Ctx, m) != nil {
					return
				}
			}
		}()
		for first := range 4 { // before the connection is made, too
			req := r.Socket(zmq.REQ)
			for i := range 3 {
				if i == first%3 {
					r.Check(req.Connect(at))
				} else {
					r.Check(req.Connect(down))
				}
			}
			for i := range 6 {
				q := fmt.Sprint(i)
				if m, err := req.Request(r.Ctx, []byte(q)); err != nil || m.String() != q {
					r.Fatalf("request %d: %q, %v", i, m, err)
				}
			}
			r.Check(req.Close())
		}
	})
}

func TestRequestTakesTurnsAmongServersThatAreThere(t *testing.T) {
	r := rig.New(t)
	req := r.Socket(zmq.REQ)
	served := make(chan string, 12)
	for _, name := range []string{"a", "b", "c"} {
		rep, at := r.Bind(zmq.REP, rig.AnyPort)
		r.Check(req.Connect(at))
		go func() {
			for m, err := range rep.Messages(r.Ctx) {
				served <- name
				if err != nil || rep.SendMessage(r.Ctx, m) != nil {
					return
				}
			}
		}()
	}
	r.WaitPeers(req, 3)
	count := map[string]int{}
	for range 12 {
		_, err := req.Request(r.Ctx, nil)
		r.Check(err)
		count[<-served]++
	}
	if count["a"] != 4 || count["b"] != 4 || count["c"] != 4 {
		t.Errorf("served %v", count)
	}
}

// A request that finds no server waits for one as long as the time-outs allow.
func TestRequestWithoutAnyServerEndsByTheTimeouts(t *testing.T) {
	for _, setting := range []zmq.Setting{zmq.RecvTimeout.Of(time.Millisecond), zmq.SendTimeout.Of(time.Millisecond)} {
		r := rig.New(t)
		req := r.Socket(zmq.REQ, setting)
		r.Check(req.Connect("inproc://nobody"))
		r.Check(req.Connect("inproc://none"))
		if _, err := req.Request(r.Ctx, nil); !errors.Is(err, zmq.ErrTimeout) || !strings.Contains(err.Error(), "inproc://nobody") {
			t.Errorf("%s: %v", setting, err)
		}
		closed := make(chan error, 1)
		r.Check(req.Set(zmq.RecvTimeout.Of(-1), zmq.SendTimeout.Of(-1)))
		go func() { _, err := req.Request(r.Ctx, nil); closed <- err }()
		r.Check(req.Close())
		if err := r.Result(closed); !errors.Is(err, zmq.ErrClosed) {
			t.Errorf("closed meanwhile: %v", err)
		}
	}
}
