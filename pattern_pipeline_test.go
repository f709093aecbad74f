// SPDX-License-Identifier: Apache-2.0

package zmq_test

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"

	zmq "github.com/gozmq/zmq"
)

func TestPushCannotReceiveAndPullCannotSend(t *testing.T) {
	r := newRig(t)
	pull, push := r.pair(zmq.PULL, zmq.PUSH, "inproc://it")
	if _, err := push.TryRecv(); !errors.Is(err, zmq.ErrNotSupported) {
		t.Errorf("receive on a PUSH: %v", err)
	}
	if err := pull.Send(r.ctx, []byte("x")); !errors.Is(err, zmq.ErrNotSupported) {
		t.Errorf("send on a PULL: %v", err)
	}
}

func TestPushWithoutPeerIsMute(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		push, at := r.bind(zmq.PUSH, endpoint)
		r.full(push, "x")
		sent := r.blocks(push, "x", "")
		pull := r.connect(zmq.PULL, at)
		r.check(r.result(sent))
		r.want(pull, "x", "")
	})
}

func TestPushAlternatesBetweenPeersAndTakesInNewOnes(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		push, at := r.bind(zmq.PUSH, endpoint)
		var pulls []*zmq.Socket
		for n := 1; n <= 4; n++ {
			pulls = append(pulls, r.connect(zmq.PULL, at))
			r.peers(push, n)
			for range 3 * n {
				r.send(push, fmt.Sprint(n), "")
			}
			for _, p := range pulls {
				for range 3 {
					r.want(p, fmt.Sprint(n), "")
				}
			}
		}
		for _, p := range pulls {
			r.none(p)
		}
	})
}

func TestPushGoesOnWithThePeersThatStay(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		push, at := r.bind(zmq.PUSH, endpoint)
		leaves, stays := r.connect(zmq.PULL, at), r.connect(zmq.PULL, at)
		r.peers(push, 2)
		r.send(push, "1")
		r.send(push, "2")
		r.recv(leaves)
		r.recv(stays)
		r.check(leaves.Close())
		r.left(push, 1)
		for i := range 10 {
			r.send(push, fmt.Sprint(i))
		}
		for i := range 10 {
			r.want(stays, fmt.Sprint(i))
		}
	})
}

func TestPullReadsWhatPeerSentBeforeItLeft(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		pull, at := r.bind(zmq.PULL, endpoint)
		push := r.connect(zmq.PUSH, at, zmq.Linger.Of(patience))
		for i := range 100 {
			r.send(push, fmt.Sprint(i), "")
		}
		r.check(push.Close())
		r.left(pull, 0)
		for i := range 100 {
			r.want(pull, fmt.Sprint(i), "")
		}
		r.none(pull)
	})
}

func TestConnectQueuesForPeerThatIsNotThereYet(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		pull, at := r.bind(zmq.PULL, endpoint)
		r.check(pull.Close())
		push := r.socket(zmq.PUSH)
		r.check(push.Connect(at))
		for i := range 50 {
			r.try(push, fmt.Sprint(i), "", large(100*i))
		}
		pull, _ = r.bind(zmq.PULL, at)
		for i := range 50 {
			r.want(pull, fmt.Sprint(i), "", large(100*i))
		}
	})
}

func TestQueuedMessagesOfConnectSurviveReconnect(t *testing.T) {
	eachNetwork(t, func(r *rig, endpoint string) {
		pull, at := r.bind(zmq.PULL, endpoint)
		push := r.connect(zmq.PUSH, at)
		r.send(push, "before")
		r.want(pull, "before")
		r.check(pull.Close())
		r.left(push, 0)
		for i := range 20 {
			r.try(push, fmt.Sprint(i), "tail")
		}
		pull, _ = r.bind(zmq.PULL, at)
		for i := range 20 {
			r.want(pull, fmt.Sprint(i), "tail")
		}
	})
}

func TestBalancingIncludesEndpointsThatNobodyAnswers(t *testing.T) {
	eachNetwork(t, func(r *rig, endpoint string) {
		gone, dead := r.bind(zmq.PULL, endpoint)
		r.check(gone.Close())
		pull, at := r.bind(zmq.PULL, "tcp://127.0.0.1:*")
		push := r.socket(zmq.PUSH)
		r.check(push.Connect(dead))
		r.check(push.Connect(at))
		for i := range 6 {
			r.try(push, fmt.Sprint(i))
		}
		for _, m := range []string{"1", "3", "5"} {
			r.want(pull, m)
		}
		gone, _ = r.bind(zmq.PULL, dead)
		for _, m := range []string{"0", "2", "4"} {
			r.want(gone, m)
		}
	})
}

func TestImmediateQueuesForConnectedPeersOnly(t *testing.T) {
	eachNetwork(t, func(r *rig, endpoint string) {
		pull, at := r.bind(zmq.PULL, endpoint)
		r.check(pull.Close())
		push := r.socket(zmq.PUSH, zmq.Immediate.Of(true))
		r.check(push.Connect(at))
		r.full(push, "x")
		sent := r.blocks(push, "1")
		pull, _ = r.bind(zmq.PULL, at)
		r.check(r.result(sent))
		r.want(pull, "1")
		r.check(pull.Close())
		r.left(push, 0)
		r.full(push, "x") // the pipe went with its connection
		pull, _ = r.bind(zmq.PULL, at)
		r.peers(push, 1)
		r.try(push, "2")
		r.want(pull, "2")
	})
}

func TestImmediateLosesWhatIsQueuedWhenConnectionBreaks(t *testing.T) {
	eachNetwork(t, func(r *rig, endpoint string) {
		pull, at := r.bind(zmq.PULL, endpoint, zmq.RecvHWM.Of(1))
		push := r.connect(zmq.PUSH, at, zmq.Immediate.Of(true), zmq.SendHWM.Of(5))
		r.flood(push, 1<<20)
		r.check(pull.Close())
		r.left(push, 0)
		pull, _ = r.bind(zmq.PULL, at)
		r.peers(push, 1)
		r.send(push, "first of the new connection")
		r.want(pull, "first of the new connection")
		if push.Stats().Drops.PeerGone == 0 {
			r.Error("the loss was not counted")
		}
	})
}

func TestPipelineLosesNothingBetweenManySendersAndReceivers(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		pull, at := r.bind(zmq.PULL, endpoint)
		const sockets, senders, each, receivers = 4, 3, 400, 4
		var wg sync.WaitGroup
		for i := range sockets {
			push := r.connect(zmq.PUSH, at)
			for k := range senders {
				wg.Go(func() {
					for n := range each {
						if err := push.SendString(r.ctx, fmt.Sprint(i, k), "", fmt.Sprint(n)); err != nil {
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
					m, err := pull.Recv(r.ctx)
					if err != nil || m.Len() != 3 || len(m.Frame(1)) != 0 {
						r.Errorf("received %q, %v", texts(m), err)
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
		r.none(pull)
	})
}

func TestPushSharesWorkBetweenManyPullsWithoutLoss(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		push, at := r.bind(zmq.PUSH, endpoint)
		const pulls, each = 8, 300
		var wg sync.WaitGroup
		for i := range pulls {
			p := r.connect(zmq.PULL, at)
			r.peers(push, i+1)
			wg.Go(func() {
				last := -1
				for range each {
					m, err := p.Recv(r.ctx)
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
			r.send(push, fmt.Sprint(i))
		}
		wg.Wait()
	})
}

func TestMultipartCrossesWholeWhateverItsFrames(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		pull, push := r.pair(zmq.PULL, zmq.PUSH, endpoint)
		many := make([]string, 1000)
		for i := range many {
			many[i] = fmt.Sprint(i % 7)
		}
		for _, m := range [][]string{
			{""}, {"", ""}, {"", "", "x"}, {large(255), large(256), ""}, {large(8192), "", large(4095), large(4096)},
			{large(300_000), large(1)}, {large(3 << 20)}, many,
		} {
			r.send(push, m...)
			r.check(push.SendMessage(r.ctx, zmq.NewStringMessage(m...)))
			r.want(pull, m...)
			r.want(pull, m...)
		}
		if err := push.Send(r.ctx); !errors.Is(err, zmq.ErrInvalid) {
			r.Errorf("a message without frames: %v", err)
		}
	})
}

func TestDisconnectDropsWhatWasNotReceivedYet(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		push, at := r.bind(zmq.PUSH, endpoint)
		other, second := r.bind(zmq.PUSH, "inproc://second")
		pull := r.connect(zmq.PULL, at)
		r.peers(push, 1)
		r.send(push, "never read")
		r.arrived(pull, 1)
		r.check(pull.Disconnect(at))
		r.check(pull.Connect(second))
		r.peers(pull, 1)
		r.send(other, "marker")
		r.want(pull, "marker")
		r.left(push, 0)
	})
}

func TestDisconnectWhileReceivingIsSafe(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		push, at := r.bind(zmq.PUSH, endpoint)
		pull := r.socket(zmq.PULL)
		var reader, writer sync.WaitGroup
		done := make(chan struct{})
		reader.Go(func() {
			for m, err := range pull.Messages(r.ctx) {
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
			r.check(pull.Connect(at))
			r.until("messages flow", func() bool {
				for _, p := range pull.Peers() {
					if p.Received > 0 {
						return true
					}
				}
				return false
			})
			r.check(pull.Disconnect(at))
		}
		close(done)
		writer.Wait()
		r.left(push, 0) // or the last message goes to a connection that is ending
		r.check(pull.Connect(at))
		r.send(push, "last")
		reader.Wait()
	})
}

func TestUnbindEndsAcceptedConnectionsAfterWhatIsQueued(t *testing.T) {
	eachNetwork(t, func(r *rig, endpoint string) {
		push, at := r.bind(zmq.PUSH, endpoint, zmq.Linger.Of(patience))
		pull := r.connect(zmq.PULL, at)
		r.peers(push, 1)
		for i := range 100 {
			r.send(push, fmt.Sprint(i), large(1000))
		}
		r.check(push.Unbind(at))
		r.full(push, "x")
		for i := range 100 {
			r.want(pull, fmt.Sprint(i), large(1000))
		}
		r.left(pull, 0)
		r.check(push.Bind(at)) // the address is free
		r.peers(push, 1)
		r.send(push, "again")
		r.want(pull, "again")
	})
}

func TestPeersThatComeAndGoAtAnyMomentHarmNobody(t *testing.T) {
	for _, x := range []struct{ bound, connected zmq.SocketType }{
		{zmq.PULL, zmq.PUSH}, {zmq.XPUB, zmq.XSUB}, {zmq.ROUTER, zmq.DEALER}, {zmq.PAIR, zmq.PAIR},
	} {
		t.Run(x.bound.String(), func(t *testing.T) {
			eachTransport(t, func(r *rig, endpoint string) {
				first, at := r.bind(x.bound, endpoint)
				r.check(first.Close())
				var wg sync.WaitGroup
				work := func(typ zmq.SocketType, bind bool) {
					for range 15 {
						s, err := r.zc.NewSocket(typ, zmq.RouterHandover.Of(true))
						if err != nil {
							s, err = r.zc.NewSocket(typ, zmq.RoutingID.Of([]byte("same")))
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
