// SPDX-License-Identifier: Apache-2.0

package pattern_test

import (
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// A pattern that drops at a full queue does not drop while the connection could
// still take data, however fast the application sends.

// outrun has senders outrun the goroutines that write: those get no processor unless
// a sender gives it up.
func outrun(t *testing.T) {
	was := runtime.GOMAXPROCS(1)
	t.Cleanup(func() { runtime.GOMAXPROCS(was) })
}

// burst is more messages than the queue holds, and fewer than the system keeps of an
// ipc connection whose reader gets no processor either.
const burst = 250

func TestRouterDropsNothingThatTheSystemTakes(t *testing.T) {
	outrun(t)
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		router, at := r.Bind(zmq.ROUTER, endpoint, zmq.SendHWM.Of(100), zmq.RouterMandatory.Of(false))
		dealer := r.Connect(zmq.DEALER, at, zmq.RecvHWM.Of(0))
		r.Send(dealer, "ready")
		id := r.Recv(router)[0]
		for range burst {
			r.TrySend(router, id, "reply")
		}
		if n := router.Stats().Drops.Mute; n > 0 {
			r.Fatalf("%d of %d replies were dropped", n, burst)
		}
		for range burst {
			r.WantRecv(dealer, "reply")
		}
	})
}

func TestPublisherDropsNothingThatTheSystemTakes(t *testing.T) {
	outrun(t)
	for _, typ := range []zmq.SocketType{zmq.PUB, zmq.XPUB} {
		for _, n := range []int{1, 2, 20} { // 20 are served together
			t.Run(fmt.Sprint(typ, n), func(t *testing.T) {
				rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
					pub, at := r.Bind(typ, endpoint, zmq.SendHWM.Of(100))
					subs := newCrowd(r, pub, at, n, "", zmq.RecvHWM.Of(0))
					for i := range burst {
						r.TrySend(pub, fmt.Sprint(i))
					}
					if n := pub.Stats().Drops.Mute; n > 0 {
						r.Fatalf("%d messages were dropped", n)
					}
					var readers sync.WaitGroup
					for _, s := range subs {
						readers.Go(func() {
							for i := range burst {
								r.WantRecv(s, fmt.Sprint(i))
							}
						})
					}
					readers.Wait()
				})
			})
		}
	}
}

func TestXSubUpstreamDropsNothingThatTheSystemTakes(t *testing.T) {
	outrun(t)
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		xpub, at := r.Bind(zmq.XPUB, endpoint, zmq.RecvHWM.Of(0))
		xsub := r.Connect(zmq.XSUB, at, zmq.SendHWM.Of(100))
		for range burst {
			r.TrySend(xsub, "upstream")
		}
		if n := xsub.Stats().Drops.Mute; n > 0 {
			r.Fatalf("%d of %d messages were dropped", n, burst)
		}
		for range burst {
			r.WantRecv(xpub, "upstream")
		}
	})
}

// A peer that does not read is no reason to wait.
func TestPublisherDropsForAPeerThatDoesNotRead(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		pub, at := r.Bind(zmq.PUB, endpoint, zmq.SendHWM.Of(10))
		stuck := newCrowd(r, pub, at, 5, "", zmq.RecvHWM.Of(1))
		body := rig.Large(100_000)
		r.WaitUntil("messages are dropped for all", func() bool {
			r.TrySend(pub, body)
			for _, p := range pub.Peers() {
				if p.Dropped < 100 {
					return false
				}
			}
			return true
		})
		r.Recv(stuck[0])
	})
}
