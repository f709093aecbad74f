// SPDX-License-Identifier: Apache-2.0

package pattern_test

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

func TestPushCannotReceiveAndPullCannotSend(t *testing.T) {
	r := rig.New(t)
	pull, push := r.Pair(zmq.PULL, zmq.PUSH, "inproc://it")
	if _, err := push.TryRecv(); !errors.Is(err, zmq.ErrNotSupported) {
		t.Errorf("receive on a PUSH: %v", err)
	}
	if err := pull.Send(r.Ctx, []byte("x")); !errors.Is(err, zmq.ErrNotSupported) {
		t.Errorf("send on a PULL: %v", err)
	}
}

func TestPushWithoutPeerIsMute(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		push, at := r.Bind(zmq.PUSH, endpoint)
		r.WantFull(push, "x")
		sent := r.GoSend(push, "x", "")
		pull := r.Connect(zmq.PULL, at)
		r.Check(r.Result(sent))
		r.WantRecv(pull, "x", "")
	})
}

func TestPushAlternatesBetweenPeersAndTakesInNewOnes(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		push, at := r.Bind(zmq.PUSH, endpoint)
		var pulls []*zmq.Socket
		for n := 1; n <= 4; n++ {
			pulls = append(pulls, r.Connect(zmq.PULL, at))
			r.WaitPeers(push, n)
			for range 3 * n {
				r.Send(push, fmt.Sprint(n), "")
			}
			for _, p := range pulls {
				for range 3 {
					r.WantRecv(p, fmt.Sprint(n), "")
				}
			}
		}
		for _, p := range pulls {
			r.WantNothing(p)
		}
	})
}

func TestPushGoesOnWithThePeersThatStay(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		push, at := r.Bind(zmq.PUSH, endpoint)
		leaves, stays := r.Connect(zmq.PULL, at), r.Connect(zmq.PULL, at)
		r.WaitPeers(push, 2)
		r.Send(push, "1")
		r.Send(push, "2")
		r.Recv(leaves)
		r.Recv(stays)
		r.Check(leaves.Close())
		r.WaitPeersLeft(push, 1)
		for i := range 10 {
			r.Send(push, fmt.Sprint(i))
		}
		for i := range 10 {
			r.WantRecv(stays, fmt.Sprint(i))
		}
	})
}

func TestPullReadsWhatPeerSentBeforeItLeft(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		pull, at := r.Bind(zmq.PULL, endpoint)
		push := r.Connect(zmq.PUSH, at, zmq.Linger.Of(rig.Patience))
		for i := range 100 {
			r.Send(push, fmt.Sprint(i), "")
		}
		r.Check(push.Close())
		r.WaitPeersLeft(pull, 0)
		for i := range 100 {
			r.WantRecv(pull, fmt.Sprint(i), "")
		}
		r.WantNothing(pull)
	})
}

func TestConnectQueuesForPeerThatIsNotThereYet(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		pull, at := r.Bind(zmq.PULL, endpoint)
		r.Check(pull.Close())
		push := r.Socket(zmq.PUSH)
		r.Check(push.Connect(at))
		for i := range 50 {
			r.TrySend(push, fmt.Sprint(i), "", rig.Large(100*i))
		}
		pull, _ = r.Bind(zmq.PULL, at)
		for i := range 50 {
			r.WantRecv(pull, fmt.Sprint(i), "", rig.Large(100*i))
		}
	})
}

func TestQueuedMessagesOfConnectSurviveReconnect(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		pull, at := r.Bind(zmq.PULL, endpoint)
		push := r.Connect(zmq.PUSH, at)
		r.Send(push, "before")
		r.WantRecv(pull, "before")
		r.Check(pull.Close())
		r.WaitPeersLeft(push, 0)
		for i := range 20 {
			r.TrySend(push, fmt.Sprint(i), "tail")
		}
		pull, _ = r.Bind(zmq.PULL, at)
		for i := range 20 {
			r.WantRecv(pull, fmt.Sprint(i), "tail")
		}
	})
}

func TestBalancingIncludesEndpointsThatNobodyAnswers(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		gone, dead := r.Bind(zmq.PULL, endpoint)
		r.Check(gone.Close())
		pull, at := r.Bind(zmq.PULL, rig.AnyPort)
		push := r.Socket(zmq.PUSH)
		r.Check(push.Connect(dead))
		r.Check(push.Connect(at))
		for i := range 6 {
			r.TrySend(push, fmt.Sprint(i))
		}
		for _, m := range []string{"1", "3", "5"} {
			r.WantRecv(pull, m)
		}
		gone, _ = r.Bind(zmq.PULL, dead)
		for _, m := range []string{"0", "2", "4"} {
			r.WantRecv(gone, m)
		}
	})
}

func TestImmediateQueuesForConnectedPeersOnly(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		pull, at := r.Bind(zmq.PULL, endpoint)
		r.Check(pull.Close())
		push := r.Socket(zmq.PUSH, zmq.Immediate.Of(true))
		r.Check(push.Connect(at))
		r.WantFull(push, "x")
		sent := r.GoSend(push, "1")
		pull, _ = r.Bind(zmq.PULL, at)
		r.Check(r.Result(sent))
		r.WantRecv(pull, "1")
		r.Check(pull.Close())
		r.WaitPeersLeft(push, 0)
		r.WantFull(push, "x") // the pipe went with its connection
		pull, _ = r.Bind(zmq.PULL, at)
		r.WaitPeers(push, 1)
		r.TrySend(push, "2")
		r.WantRecv(pull, "2")
	})
}

func TestImmediateLosesWhatIsQueuedWhenConnectionBreaks(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		// A message is more than the system takes, so that those behind it are queued.
		pull, at := r.Bind(zmq.PULL, endpoint, rig.SmallQueues(1)...)
		push := r.Connect(zmq.PUSH, at, append(rig.SmallQueues(5), zmq.Immediate.Of(true))...)
		r.Flood(push, 1<<20)
		r.Check(pull.Close())
		r.WaitPeersLeft(push, 0)
		pull, _ = r.Bind(zmq.PULL, at)
		r.WaitPeers(push, 1)
		r.Send(push, "first of the new connection")
		r.WantRecv(pull, "first of the new connection")
		if push.Stats().Drops.PeerGone == 0 {
			r.Error("the loss was not counted")
		}
	})
}

func TestPipelineLosesNothingBetweenManySendersAndReceivers(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		pull, at := r.Bind(zmq.PULL, endpoint)
		const sockets, senders, each, receivers = 4, 3, 400, 4
		var wg sync.WaitGroup
		for i := range sockets {
			push := r.Connect(zmq.PUSH, at)
			for k := range senders {
				wg.Go(func() {
					for n := range each {
						if err := push.SendString(r.Ctx, fmt.Sprint(i, k), "", fmt.Sprint(n)); err != nil {
							r.Error(err)
							return
						}
					}
				})
			}
		}
		var mu sync.Mutex
		seen := make(map[string]int)
		for range receivers {
			wg.Go(func() {
				for range sockets * senders * each / receivers {
					m, err := pull.Recv(r.Ctx)
					if err != nil || m.Len() != 3 || len(m.Frame(1)) != 0 {
						r.Errorf("received %q, %v", rig.Texts(m), err)
						return
					}
					mu.Lock()
					seen[m.String()+"/"+string(m.Last())]++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if len(seen) != sockets*senders*each {
			r.Errorf("%d different messages, want %d", len(seen), sockets*senders*each)
		}
		r.WantNothing(pull)
	})
}

func TestPushSharesWorkBetweenManyPullsWithoutLoss(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		push, at := r.Bind(zmq.PUSH, endpoint)
		const pulls, each = 8, 300
		var wg sync.WaitGroup
		for i := range pulls {
			p := r.Connect(zmq.PULL, at)
			r.WaitPeers(push, i+1)
			wg.Go(func() {
				last := -1
				for range each {
					m, err := p.Recv(r.Ctx)
					var n int
					if err == nil {
						_, err = fmt.Sscan(m.String(), &n)
					}
					if err != nil || n <= last {
						r.Errorf("received %q after %d: %v", m, last, err)
						return
					}
					last = n
				}
			})
		}
		for i := range pulls * each {
			r.Send(push, fmt.Sprint(i))
		}
		wg.Wait()
	})
}

func TestMultipartCrossesWholeWhateverItsFrames(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		pull, push := r.Pair(zmq.PULL, zmq.PUSH, endpoint)
		many := make([]string, 1000)
		for i := range many {
			many[i] = fmt.Sprint(i % 7)
		}
		for _, m := range [][]string{
			{""}, {"", ""}, {"", "", "x"}, {rig.Large(255), rig.Large(256), ""}, {rig.Large(8192), "", rig.Large(4095), rig.Large(4096)},
			{rig.Large(300_000), rig.Large(1)}, {rig.Large(3 << 20)}, many,
		} {
			r.Send(push, m...)
			r.Check(push.SendMessage(r.Ctx, zmq.NewStringMessage(m...)))
			r.WantRecv(pull, m...)
			r.WantRecv(pull, m...)
		}
		if err := push.Send(r.Ctx); !errors.Is(err, zmq.ErrInvalid) {
			r.Errorf("a message without frames: %v", err)
		}
	})
}

func TestDisconnectDropsWhatWasNotReceivedYet(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		push, at := r.Bind(zmq.PUSH, endpoint)
		other, second := r.Bind(zmq.PUSH, "inproc://second")
		pull := r.Connect(zmq.PULL, at)
		r.WaitPeers(push, 1)
		r.Send(push, "never read")
		r.WaitArrived(pull, 1)
		r.Check(pull.Disconnect(at))
		r.Check(pull.Connect(second))
		r.WaitPeers(pull, 1)
		r.Send(other, "marker")
		r.WantRecv(pull, "marker")
		r.WaitPeersLeft(push, 0)
	})
}

func TestDisconnectWhileReceivingIsSafe(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		push, at := r.Bind(zmq.PUSH, endpoint)
		pull := r.Socket(zmq.PULL)
		var reader, writer sync.WaitGroup
		done := make(chan struct{})
		reader.Go(func() {
			for m, err := range pull.Messages(r.Ctx) {
				if err != nil || m.String() == "last" {
					if err != nil {
						r.Error(err)
					}
					return
				}
			}
		})
		writer.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					if push.TrySend([]byte("x"), []byte("y")) != nil {
						runtime.Gosched()
					}
				}
			}
		})
		for range 20 {
			r.Check(pull.Connect(at))
			r.WaitUntil("messages flow", func() bool {
				for _, p := range pull.Peers() {
					if p.Received > 0 {
						return true
					}
				}
				return false
			})
			r.Check(pull.Disconnect(at))
			r.WaitPeersLeft(pull, 0) // or the next round sees what this one received
		}
		close(done)
		writer.Wait()
		r.WaitPeersLeft(push, 0) // or the last message goes to a connection that is ending
		r.Check(pull.Connect(at))
		r.Send(push, "last")
		reader.Wait()
	})
}

func TestUnbindEndsAcceptedConnectionsAfterWhatIsQueued(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		push, at := r.Bind(zmq.PUSH, endpoint, zmq.Linger.Of(rig.Patience))
		pull := r.Connect(zmq.PULL, at)
		r.WaitPeers(push, 1)
		for i := range 100 {
			r.Send(push, fmt.Sprint(i), rig.Large(1000))
		}
		r.Check(push.Unbind(at))
		r.WantFull(push, "x")
		for i := range 100 {
			r.WantRecv(pull, fmt.Sprint(i), rig.Large(1000))
		}
		r.WaitPeersLeft(pull, 0)
		r.Check(push.Bind(at)) // the address is free
		r.WaitPeers(push, 1)
		r.Send(push, "again")
		r.WantRecv(pull, "again")
	})
}

func TestPeersThatComeAndGoAtAnyMomentHarmNobody(t *testing.T) {
	for _, x := range []struct{ bound, connected zmq.SocketType }{
		{zmq.PULL, zmq.PUSH}, {zmq.XPUB, zmq.XSUB}, {zmq.ROUTER, zmq.DEALER}, {zmq.PAIR, zmq.PAIR},
	} {
		t.Run(x.bound.String(), func(t *testing.T) {
			rig.EachTransport(t, func(r *rig.Test, endpoint string) {
				first, at := r.Bind(x.bound, endpoint)
				r.Check(first.Close())
				var wg sync.WaitGroup
				work := func(typ zmq.SocketType, bind bool) {
					for range 15 {
						s, err := r.ZMQ.NewSocket(typ, zmq.RouterHandover.Of(true))
						if err != nil {
							s, err = r.ZMQ.NewSocket(typ, zmq.RoutingID.Of([]byte("same")))
						}
						if err != nil {
							r.Error(err)
							return
						}
						if bind {
							_ = s.Bind(at) // others may have it
						} else {
							_ = s.Connect(at)
						}
						for range 20 {
							_ = s.TrySend([]byte("\x01x"), []byte("\x01y"))
							_, _ = s.TryRecv()
						}
						wg.Go(func() { _ = s.TrySend([]byte("last")) })
						if err := s.Close(); err != nil {
							r.Error(err)
						}
					}
				}
				for range 2 {
					wg.Go(func() { work(x.bound, true) })
					wg.Go(func() { work(x.connected, false) })
					wg.Go(func() { work(x.connected, false) })
				}
				wg.Wait()
			})
		})
	}
}
