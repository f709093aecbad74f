// SPDX-License-Identifier: Apache-2.0

package interop

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/interop/peer"
	"github.com/gozmq/zmq/reqrep"
)

// client returns a client of package reqrep that is closed with the test.
func client(t *testing.T, endpoints ...string) *reqrep.Client {
	t.Helper()
	c, err := reqrep.NewClient(reqrep.Config{}, endpoints...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// TestRequestsSideBySideToLibzmqREP: a REP of libzmq answers many requests that one
// connection has under way, in turn, and the numbers come back.
func TestRequestsSideBySideToLibzmqREP(t *testing.T) {
	libzmq := peer.Start(t)
	rep := libzmq.Socket("REP", nil)
	c := client(t, rep.Bind("tcp://127.0.0.1:*"))
	const n = 8
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			q := fmt.Sprint("q", i)
			if m, err := c.Request(within(t), []byte(q), []byte("tail")); err != nil || m.Len() != 2 || m.String() != q {
				t.Errorf("the reply to %s is %q, %v", q, m.Strings(), err)
			}
		})
	}
	for range n {
		frames, err := rep.Recv(patience)
		if err != nil || len(frames) != 2 {
			t.Fatalf("%q, %v", frames, err)
		}
		if err := rep.Send(patience, frames...); err != nil {
			t.Fatal(err)
		}
	}
	wg.Wait()
}

// TestRequestsThroughLibzmqRouter: a ROUTER of libzmq whose program returns the envelope as
// it came may answer in any order.
func TestRequestsThroughLibzmqRouter(t *testing.T) {
	router := peer.Start(t).Socket("ROUTER", nil)
	c := client(t, router.Bind("tcp://127.0.0.1:*"))
	var wg sync.WaitGroup
	for _, q := range []string{"a", "b", "c"} {
		wg.Go(func() {
			if m, err := c.Request(within(t), []byte(q)); err != nil || m.String() != q {
				t.Errorf("the reply to %s is %q, %v", q, m.Strings(), err)
			}
		})
	}
	var held [][][]byte
	for range 3 {
		frames, err := router.Recv(patience)
		if err != nil || len(frames) != 4 || len(frames[2]) != 0 {
			t.Fatalf("%q, %v; want id, number, nothing, body", frames, err)
		}
		held = append(held, frames)
	}
	for i := range held {
		if err := router.Send(patience, held[len(held)-1-i]...); err != nil {
			t.Fatal(err)
		}
	}
	wg.Wait()
}

// TestServeAnswersLibzmqREQ, with and without REQ_CORRELATE, and a DEALER that sends the
// empty frame; from a ROUTER with workers and from a REP.
func TestServeAnswersLibzmqREQ(t *testing.T) {
	for _, typ := range []zmq.SocketType{zmq.ROUTER, zmq.REP} {
		t.Run(typ.String(), func(t *testing.T) {
			server := ours(t, typ, nil)
			at := bind(t, server, "tcp://127.0.0.1:*")
			ctx, stop := context.WithCancel(within(t))
			served := make(chan error, 1)
			go func() {
				served <- reqrep.Serve(ctx, server, func(_ context.Context, r reqrep.Request) zmq.Message {
					return zmq.NewStringMessage(append([]string{"re"}, r.Body.Strings()...)...)
				}, 4)
			}()
			libzmq := peer.Start(t)
			for _, opts := range []peer.Opts{nil, {"REQ_CORRELATE": 1}} {
				req := libzmq.Socket("REQ", opts)
				req.Connect(at)
				for _, q := range []string{"one", "two"} {
					sendTheirs(t, req, q, "", "tail")
					recvTheirs(t, req, "re", q, "", "tail")
				}
			}
			dealer := libzmq.Socket("DEALER", nil)
			dealer.Connect(at)
			sendTheirs(t, dealer, "x", "", "q")
			recvTheirs(t, dealer, "x", "", "re", "q")
			stop()
			if err := <-served; err != nil {
				t.Error(err)
			}
		})
	}
}
