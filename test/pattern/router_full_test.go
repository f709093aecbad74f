// SPDX-License-Identifier: Apache-2.0

package pattern_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// stuffPeer sends to a peer until its queue is full, and returns how many messages
// that took.
func stuffPeer(r *rig.Test, s *zmq.Socket, id string) (n int) {
	r.Helper()
	for body := []byte(rig.Large(64 << 10)); ; n++ {
		switch err := s.TrySend([]byte(id), body); {
		case errors.Is(err, zmq.ErrAgain):
			return n
		default:
			r.Check(err)
		}
	}
}

func TestSendToFullPeerFailsAtOnceAndNamesThePeer(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		router, at := r.Bind(zmq.ROUTER, endpoint, zmq.SendHWM.Of(2))
		r.Connect(zmq.DEALER, at, zmq.RecvHWM.Of(2), rig.RoutingID("deaf"))
		other := r.Connect(zmq.DEALER, at, rig.RoutingID("other"))
		r.WaitPeers(router, 2)
		stuffPeer(r, router, "deaf")
		// The system may still make room for a moment.
		r.WaitUntil("the peer is full", func() bool {
			err := router.Send(r.Ctx, []byte("deaf"), []byte("x"))
			full := (*zmq.PeerFullError)(nil)
			if err != nil && (!errors.As(err, &full) || string(full.RoutingID) != "deaf" || !errors.Is(err, zmq.ErrAgain)) {
				r.Fatalf("a send to a full peer: %v", err)
			}
			return err != nil
		})
		r.Send(router, "other", "hears")
		r.WantRecv(other, "hears")
	})
}

func TestStreamSendToFullPeerFailsAtOnceAndNamesThePeer(t *testing.T) {
	r := rig.New(t)
	stream, at := r.Bind(zmq.STREAM, rig.AnyPort, zmq.SendHWM.Of(2))
	r.Dial(at)
	id := r.Recv(stream)[0]
	stuffPeer(r, stream, id)
	r.WaitUntil("the peer is full", func() bool {
		err := stream.Send(r.Ctx, []byte(id), []byte("x"))
		full := (*zmq.PeerFullError)(nil)
		if err != nil && (!errors.As(err, &full) || string(full.RoutingID) != id) {
			t.Fatalf("a send to a full peer: %v", err)
		}
		return err != nil
	})
}

func TestWaitForPeerHonoursContextAndSendTimeout(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		router, at := r.Bind(zmq.ROUTER, endpoint, zmq.SendHWM.Of(2), zmq.WaitForPeer.Of(true))
		r.Connect(zmq.DEALER, at, zmq.RecvHWM.Of(2), rig.RoutingID("deaf"))
		r.WaitPeers(router, 1)
		body := []byte(rig.Large(64 << 10))
		until := func(end error, ctx context.Context) { // sends what room is left, then waits
			for {
				if err := router.Send(ctx, []byte("deaf"), body); err != nil {
					if !errors.Is(err, end) {
						r.Errorf("the send ended with %v, want %v", err, end)
					}
					return
				}
			}
		}
		ctx, cancel := context.WithTimeout(r.Ctx, 50*time.Millisecond)
		defer cancel()
		until(context.DeadlineExceeded, ctx)
		r.Check(zmq.SendTimeout.Set(router, 10*time.Millisecond))
		until(zmq.ErrTimeout, r.Ctx)
	})
}

// A server, or a proxy before it, answers all that read, although one client asks and
// never reads.
func TestClientThatNeverReadsHoldsUpNoOther(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		server, at := r.Bind(zmq.ROUTER, endpoint, zmq.SendHWM.Of(10))
		ctx, cancel := context.WithCancel(r.Ctx)
		done := make(chan int)
		go func() { done <- answer(ctx, server) }()
		besiege(r, at)
		cancel()
		if full := <-done; full == 0 {
			r.Error("no reply found its client full: the test shows nothing")
		}
	})
}

func TestClientThatNeverReadsHoldsUpNoOtherBehindAProxy(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		x := &rig.Relay{}
		x.Front, x.FrontAt = r.Bind(zmq.ROUTER, endpoint, zmq.SendHWM.Of(10))
		x.Back, x.BackAt = r.Bind(zmq.DEALER, "inproc://back")
		var err error
		x.Proxy, err = zmq.NewProxy(x.Front, x.Back)
		r.Check(err)
		r.Run(x)
		server := r.Connect(zmq.ROUTER, x.BackAt, zmq.WaitForPeer.Of(true))
		ctx, cancel := context.WithCancel(r.Ctx)
		done := make(chan int)
		go func() { done <- answer(ctx, server) }()
		besiege(r, x.FrontAt)
		cancel()
		<-done
		if x.Statistics().Frontend.Dropped == 0 {
			r.Error("no reply was dropped: the test shows nothing")
		}
	})
}

// answer answers requests with large replies, and returns how many were for clients
// that were full.
func answer(ctx context.Context, server *zmq.Socket) (full int) {
	body := []byte(rig.Large(64 << 10))
	for m := range server.Incoming(ctx) {
		reply := append(m.Frames()[:m.Len()-1:m.Len()-1], body)
		if errors.Is(server.Send(ctx, reply...), zmq.ErrAgain) {
			full++
		}
	}
	return full
}

// besiege has one client ask without reading while ten others make exchanges.
func besiege(r *rig.Test, at string) {
	deaf := r.Connect(zmq.DEALER, at, zmq.RecvHWM.Of(2))
	for i := range 200 {
		r.Send(deaf, "", fmt.Sprint(i))
	}
	var others sync.WaitGroup
	for range 10 {
		client := r.Connect(zmq.REQ, at)
		others.Go(func() {
			for i := range 20 {
				if _, err := client.Request(r.Ctx, fmt.Append(nil, i)); err != nil {
					r.Errorf("request %d: %v", i, err)
					return
				}
			}
		})
	}
	others.Wait()
}
