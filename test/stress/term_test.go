// SPDX-License-Identifier: Apache-2.0

package stress_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// TestStressTermination opens thousands of sockets from many goroutines, uses
// them, closes some and leaves others, while contexts are shut down, terminated
// and closed around them. Every call must end with an answer, every context with
// nothing left.
func TestStressTermination(t *testing.T) {
	had := descriptors()
	const contexts, goroutines, each = 50, 8, 12 // about half of 4,800 sockets come before the end
	var sockets, ended atomic.Int64
	watched(t, func() {
		var all sync.WaitGroup
		slots := make(chan struct{}, 4) // contexts at a time
		for n := range contexts {
			slots <- struct{}{}
			all.Go(func() {
				x := newEnding(t, n)
				x.run(goroutines, each)
				sockets.Add(x.sockets.Load())
				ended.Add(x.ended.Load())
				<-slots
			})
		}
		all.Wait()
	})
	nothingLeft(t, had)
	if sockets.Load() < contexts*goroutines || ended.Load() == 0 {
		t.Errorf("%d sockets, %d calls ended by the end of their context", sockets.Load(), ended.Load())
	}
	t.Logf("%d sockets, %d calls ended by the end of their context", sockets.Load(), ended.Load())
}

// ending is one context that comes to its end while it is used.
type ending struct {
	t    *testing.T
	ctx  context.Context
	zc   *zmq.Context
	seed uint64

	sockets, ended atomic.Int64
	endAt          int64         // how many sockets are opened before the end begins
	due            chan struct{} // closed then

	mu    sync.Mutex
	known []string // endpoints to connect to
}

func newEnding(t *testing.T, n int) *ending {
	zc, err := zmq.NewContext(zmq.ContextConfig{Settings: []zmq.Setting{
		zmq.Linger.Of(time.Duration(n%3-1) * 5 * time.Millisecond), // for ever, not at all, a little
		zmq.ReconnectInterval.Of(time.Millisecond), zmq.HandshakeInterval.Of(time.Second), zmq.SendHWM.Of(5), zmq.RecvHWM.Of(5),
	}})
	if err != nil {
		t.Fatal(err)
	}
	x := &ending{t: t, zc: zc, seed: uint64(n), due: make(chan struct{})}
	x.known = []string{fmt.Sprintf("inproc://%d", n), "tcp://127.0.0.1:1"} // there is no listener
	return x
}

func (x *ending) run(goroutines, each int) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	x.ctx = ctx
	random := rand.New(rand.NewPCG(x.seed, 1))
	x.endAt = int64(random.IntN(goroutines * each))
	var users, enders sync.WaitGroup
	for g := range goroutines {
		users.Go(func() {
			own := rand.New(rand.NewPCG(x.seed, uint64(g)+2))
			for range each {
				x.use(own)
			}
		})
	}
	enders.Go(func() {
		<-x.due
		if x.seed%2 == 0 {
			x.zc.Shutdown()
		}
		x.zc.Term(x.shortly(random))
	})
	users.Wait()
	enders.Wait()
	if err := x.zc.Close(); err != nil { // some linger for ever
		x.t.Error(err)
	}
	if n := len(x.zc.Stats().Sockets); n != 0 {
		x.t.Errorf("%d sockets are left", n)
	}
}

// shortly is a context that ends soon.
func (x *ending) shortly(random *rand.Rand) context.Context {
	ctx, cancel := context.WithTimeout(x.ctx, time.Duration(random.IntN(2000))*time.Microsecond)
	context.AfterFunc(ctx, cancel)
	return ctx
}

var endingTypes = []zmq.SocketType{
	zmq.PAIR, zmq.PUB, zmq.SUB, zmq.REQ, zmq.REP, zmq.DEALER, zmq.ROUTER, zmq.PULL, zmq.PUSH, zmq.XPUB, zmq.XSUB,
}

// use opens a socket, does this and that with it from two goroutines, and closes
// it or does not.
func (x *ending) use(random *rand.Rand) {
	s, err := x.zc.NewSocket(endingTypes[random.IntN(len(endingTypes))])
	if x.check("NewSocket", err); err != nil {
		return
	}
	if x.sockets.Add(1) == x.endAt+1 {
		close(x.due)
	}
	if random.IntN(2) == 0 {
		x.check("Subscribe", s.Subscribe(""))
	}
	x.attach(random, s)
	var both sync.WaitGroup
	for i := range 2 {
		own := rand.New(rand.NewPCG(random.Uint64(), uint64(i)))
		both.Go(func() {
			for range 4 {
				x.act(own, s)
			}
		})
	}
	if random.IntN(3) == 0 {
		events := s.Monitor(x.shortly(random), zmq.EventAll)
		both.Go(func() {
			for e := range events {
				if e.Kind == zmq.EventMonitorStopped {
					x.ended.Add(1)
				}
			}
		})
	}
	if random.IntN(2) == 0 {
		both.Wait()
	}
	switch random.IntN(4) {
	case 0:
		x.check("CloseContext", s.CloseContext(x.shortly(random)))
	case 1, 2:
		if zmq.Linger.Get(s) >= 0 {
			x.check("Close", s.Close())
		}
	}
	both.Wait()
}

func (x *ending) attach(random *rand.Rand, s *zmq.Socket) {
	endpoint := []string{rig.AnyPort, "ipc://*", fmt.Sprintf("inproc://%d", random.IntN(20))}[random.IntN(3)]
	err := s.Bind(endpoint)
	if x.check("Bind", err); err == nil {
		x.mu.Lock()
		x.known = append(x.known, s.LastEndpoint())
		x.mu.Unlock()
	}
	for range 2 {
		x.check("Connect", s.Connect(x.endpoint(random)))
	}
}

func (x *ending) endpoint(random *rand.Rand) string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.known[random.IntN(len(x.known))]
}

func (x *ending) act(random *rand.Rand, s *zmq.Socket) {
	switch random.IntN(10) {
	case 0, 1:
		x.check("Send", s.Send(x.shortly(random), []byte("a"), []byte("b")))
	case 2, 3:
		_, err := s.Recv(x.shortly(random))
		x.check("Recv", err)
	case 4:
		x.check("TrySend", s.TrySend([]byte("a")))
	case 5:
		x.check("WaitPeers", s.WaitPeers(x.shortly(random), 1))
	case 6:
		x.check("MonitorTo", s.MonitorTo(fmt.Sprintf("inproc://m%d", random.IntN(9)), zmq.EventAll, 1+random.IntN(2), zmq.PAIR))
	case 7:
		x.check("Disconnect", s.Disconnect(x.endpoint(random)))
	case 8:
		x.zc.Stats()
	case 9:
		x.attach(random, s)
	}
}

// check lets pass what a call may answer whose peer, socket or context goes.
func (x *ending) check(call string, err error) {
	switch {
	case err == nil, errors.Is(err, zmq.ErrAgain), errors.Is(err, zmq.ErrState), errors.Is(err, zmq.ErrNotSupported),
		errors.Is(err, zmq.ErrInvalid), errors.Is(err, zmq.ErrHostUnreachable), errors.Is(err, zmq.ErrNoEndpoint),
		errors.Is(err, zmq.ErrAddressInUse), errors.Is(err, zmq.ErrProtocol), errors.Is(err, zmq.ErrTimeout), errors.Is(err, context.DeadlineExceeded):
	case errors.Is(err, net.ErrClosed):
		x.ended.Add(1)
	default:
		x.t.Errorf("%s: %v", call, err)
	}
}
