// SPDX-License-Identifier: Apache-2.0

package stress_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// Random operations from many goroutines. The work is bounded by its amount,
// not by time; which operations are done follows from the seed, in which order
// they meet does not.

// watched runs a test's work and fails with the stacks of all goroutines if it
// does not end.
func watched(t *testing.T, work func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		work()
	}()
	limit := time.NewTimer(8 * time.Minute) // the busiest takes half a minute under the race detector on two busy cores
	defer limit.Stop()
	select {
	case <-done:
	case <-limit.C:
		buf := make([]byte, 4<<20)
		panic(fmt.Sprintf("%s is stuck:\n\n%s", t.Name(), buf[:runtime.Stack(buf, true)]))
	}
}

// nothingLeft checks that no goroutine of the library and no descriptor has
// outlived the work. had is what descriptors returned before.
func nothingLeft(t *testing.T, had int) {
	t.Helper()
	var stacks string
	ended := func() bool {
		buf := make([]byte, 4<<20)
		stacks = string(buf[:runtime.Stack(buf, true)])
		return !strings.Contains(stacks, "gozmq/zmq/internal/session.") && !strings.Contains(stacks, "gozmq/zmq/internal/core.") &&
			!strings.Contains(stacks, "gozmq/zmq/internal/engine.")
	}
	r := &rig.Test{T: t}
	ctx, cancel := context.WithTimeout(context.Background(), rig.Patience)
	defer cancel()
	r.Ctx = ctx
	defer func() {
		if t.Failed() {
			t.Log(stacks)
		}
	}()
	r.WaitUntil("no goroutine is left", ended)
	r.WaitUntil("no descriptor is left", func() bool { return descriptors() <= had })
}

// descriptors counts the open ones where the system tells.
func descriptors() int {
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	n := 0
	for _, f := range list {
		if to, err := os.Readlink("/proc/self/fd/" + f.Name()); err == nil && strings.HasPrefix(to, "socket:") {
			n++
		}
	}
	return n
}

// crowd is what the goroutines of TestStressRandomOperations share.
type crowd struct {
	t  *testing.T
	zc *zmq.Context

	mu      sync.Mutex
	sockets []*zmq.Socket
	places  []string // endpoints that may be bound
}

const (
	crowdSize    = 36
	crowdWorkers = 8
	crowdEpochs  = 4
)

func TestStressRandomOperations(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	had := descriptors()
	operations := 1500
	if rig.RaceEnabled {
		operations = 500
	}
	if testing.Short() {
		operations /= 4
	}
	dir := strings.TrimSuffix(rig.IPCEndpoint(t), "/s")
	watched(t, func() {
		for epoch := range uint64(crowdEpochs) {
			newCrowd(t, dir).run(seed+epoch, operations, epoch%2 == 0)
		}
	})
	nothingLeft(t, had)
	if files, err := os.ReadDir(strings.TrimPrefix(dir, "ipc://")); err != nil || len(files) > 0 {
		t.Errorf("files are left: %v, %v", files, err)
	}
}

func newCrowd(t *testing.T, dir string) *crowd {
	zc, err := zmq.NewContext(zmq.ContextConfig{MaxSockets: crowdSize + crowdWorkers, Settings: []zmq.Setting{
		zmq.Linger.Of(2 * time.Millisecond), zmq.ReconnectInterval.Of(time.Millisecond), zmq.ReconnectIntervalMax.Of(8 * time.Millisecond),
		zmq.SendHWM.Of(20), zmq.RecvHWM.Of(20),
	}})
	if err != nil {
		t.Fatal(err)
	}
	c := &crowd{t: t, zc: zc, sockets: make([]*zmq.Socket, crowdSize)}
	for i := range 4 {
		c.places = append(c.places, fmt.Sprint("inproc://", i), fmt.Sprint(dir, "/", i), rig.AnyPort)
	}
	return c
}

// run has every worker do so many operations. When most is done one of them
// shuts the context down, or ends it while the others go on.
func (c *crowd) run(seed uint64, operations int, shutdown bool) {
	end := func() {
		ctx, cancel := context.WithTimeout(context.Background(), rig.Patience)
		defer cancel()
		if err := c.zc.Term(ctx); err != nil {
			c.t.Error(err)
		}
	}
	var all sync.WaitGroup
	for i := range uint64(crowdWorkers) {
		all.Go(func() {
			rnd := rand.New(rand.NewPCG(seed, i))
			for n := range operations {
				c.step(rnd)
				switch {
				case i != 0 || n != operations*9/10:
				case shutdown:
					c.zc.Shutdown()
				default:
					end()
				}
			}
		})
	}
	all.Wait()
	end()
}

// step does one operation.
func (c *crowd) step(rnd *rand.Rand) {
	slot, place, s := c.pick(rnd)
	if s == nil || rnd.IntN(25) == 0 {
		c.replace(rnd, slot)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(rnd.IntN(1000))*time.Microsecond)
	defer cancel()
	var err error
	switch rnd.IntN(20) {
	case 0, 1:
		if err = s.Bind(place); err == nil {
			c.note(rnd, s.LastEndpoint())
		}
	case 2, 3, 4:
		err = s.Connect(place)
	case 5:
		if list := s.Endpoints(); len(list) > 0 {
			err = s.Unbind(list[rnd.IntN(len(list))].Address)
		}
	case 6:
		if list := s.Endpoints(); len(list) > 0 {
			err = s.Disconnect(list[rnd.IntN(len(list))].Address)
		}
	case 7:
		err = s.Set(randomSetting(rnd))
	case 8:
		_, err = s.Request(ctx, []byte("request"))
	case 9:
		err = s.WaitPeers(ctx, 1+rnd.IntN(2))
	case 10:
		err = s.Subscribe(fmt.Sprint(rnd.IntN(5)))
	case 11:
		err = s.Unsubscribe(fmt.Sprint(rnd.IntN(5)))
	case 12:
		for range 20 {
			_, err = s.TryRecv()
		}
	case 13, 14:
		_, err = s.Recv(ctx)
	case 15:
		err = s.Send(ctx, randomFrames(rnd, s)...)
	case 16:
		_, _, _ = s.Stats(), s.LastEndpoint(), s.String()
	default:
		for range 1 + rnd.IntN(10) {
			err = s.TrySendMessage(zmq.NewMessage(randomFrames(rnd, s)...))
		}
	}
	if !expected(err) {
		c.t.Errorf("%s: %v", s, err)
	}
}

func (c *crowd) pick(rnd *rand.Rand) (slot int, place string, s *zmq.Socket) {
	c.mu.Lock()
	defer c.mu.Unlock()
	slot = rnd.IntN(len(c.sockets))
	return slot, c.places[rnd.IntN(len(c.places))], c.sockets[slot]
}

// note remembers a bound endpoint in the place of another of tcp.
func (c *crowd) note(rnd *rand.Rand, at string) {
	if !strings.HasPrefix(at, "tcp:") {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.places) < 24 {
		c.places = append(c.places, at)
		return
	}
	c.places[12+rnd.IntN(12)] = at
}

// replace closes the socket of a slot and puts another there.
func (c *crowd) replace(rnd *rand.Rand, slot int) {
	s, err := c.zc.NewSocket(zmq.SocketType(rnd.IntN(12)))
	if !expected(err) && !errors.Is(err, zmq.ErrTooManySockets) {
		c.t.Error(err)
	}
	c.mu.Lock()
	old := c.sockets[slot]
	c.sockets[slot] = s // nil if there was an error
	c.mu.Unlock()
	if old == nil {
		return
	}
	if err := old.Close(); err != nil && !errors.Is(err, zmq.ErrClosed) && !errors.Is(err, zmq.ErrTimeout) {
		c.t.Error(err)
	}
}

func randomSetting(rnd *rand.Rand) zmq.Setting {
	flag, n := rnd.IntN(2) == 0, rnd.IntN(30)
	return []zmq.Setting{
		zmq.SendHWM.Of(n), zmq.RecvHWM.Of(n), zmq.SendHWMBytes.Of(int64(1000 * n)), zmq.RecvHWMBytes.Of(int64(1000 * n)),
		zmq.Linger.Of(time.Duration(n/10) * time.Millisecond), zmq.Immediate.Of(flag), zmq.Conflate.Of(flag),
		zmq.RouterMandatory.Of(flag), zmq.RouterHandover.Of(flag), zmq.ReqRelaxed.Of(flag), zmq.ReqCorrelate.Of(flag),
		zmq.XPubVerbose.Of(flag), zmq.XPubManual.Of(flag), zmq.XPubNoDrop.Of(flag), zmq.InvertMatching.Of(flag),
		zmq.RoutingID.Of([]byte{'a' + byte(n%4)}), zmq.ProbeRouter.Of(flag),
		zmq.HeartbeatInterval.Of(time.Duration(n) * time.Millisecond), zmq.HeartbeatTimeout.Of(time.Duration(n) * time.Millisecond),
		zmq.SendTimeout.Of(time.Duration(n-1) * time.Millisecond), zmq.RecvTimeout.Of(time.Duration(n-1) * time.Millisecond),
		zmq.DisconnectSlow.Of(time.Duration(n) * time.Millisecond),
	}[rnd.IntN(22)]
}

func randomFrames(rnd *rand.Rand, s *zmq.Socket) [][]byte {
	frames := [][]byte{[]byte(fmt.Sprint(rnd.IntN(5)))}
	if t := s.Type(); t == zmq.ROUTER || t == zmq.STREAM {
		frames[0] = []byte{'a' + byte(rnd.IntN(4))}
		if list := s.Peers(); len(list) > 0 {
			frames[0] = list[rnd.IntN(len(list))].RoutingID
		}
		frames = append(frames, []byte("body"))
	} else if rnd.IntN(4) == 0 {
		frames[0] = []byte{byte(rnd.IntN(2)), '0' + byte(rnd.IntN(5))} // a subscription, from an XSUB
	}
	for s.Type() != zmq.STREAM && rnd.IntN(2) == 0 {
		frames = append(frames, make([]byte, rnd.IntN(5000)))
	}
	return frames
}

// expected are the errors that calls may end with, whatever meets; everything
// else is a fault.
func expected(err error) bool {
	for _, e := range []error{
		nil, zmq.ErrAgain, zmq.ErrTimeout, zmq.ErrClosed, zmq.ErrTerminated, zmq.ErrNotSupported, zmq.ErrState, zmq.ErrInvalid,
		zmq.ErrHostUnreachable, zmq.ErrNoEndpoint, zmq.ErrAddressInUse, zmq.ErrIncompatibleTransport,
		zmq.ErrProtocol, // a second peer of a PAIR in process
		context.Canceled, context.DeadlineExceeded,
	} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// Thousands of clients that come and go leave nothing behind at the server.
func TestStressShortConnections(t *testing.T) {
	for _, typ := range []zmq.SocketType{zmq.ROUTER, zmq.REP} {
		rig.EachTransport(t, func(r *rig.Test, endpoint string) {
			had := descriptors()
			watched(r.T, func() { shortConnections(r, typ, endpoint) })
			r.Check(r.ZMQ.Term(r.Ctx))
			nothingLeft(r.T, had)
		})
	}
}

func shortConnections(r *rig.Test, typ zmq.SocketType, endpoint string) {
	const workers = 8
	rounds := 120
	if rig.RaceEnabled || testing.Short() {
		rounds = 40
	}
	server, at := r.Bind(typ, endpoint)
	answered := make(chan error, 1)
	go func() { answered <- echo(r.Ctx, server) }()
	once := func(id string) error {
		c, err := r.ZMQ.NewSocket(zmq.REQ)
		if err != nil {
			return err
		}
		defer c.Close()
		if err := c.Connect(at); err != nil {
			return err
		}
		m, err := c.Request(r.Ctx, []byte(id), make([]byte, 5000))
		if err == nil && (m.String() != id || m.Len() != 2) {
			err = fmt.Errorf("%s was answered %q", id, m)
		}
		return err
	}
	phase := func() {
		var all sync.WaitGroup
		for w := range workers {
			all.Go(func() {
				for i := range rounds {
					if err := once(fmt.Sprint(w, " ", i)); err != nil {
						r.Error(err)
						return
					}
				}
			})
		}
		all.Wait()
		r.WaitPeersLeft(server, 0)
	}
	phase() // warms up whatever is kept
	before := heap()
	for range 4 {
		phase()
	}
	// A connection that leaves a kilobyte behind would show.
	if grown := heap() - before; grown > int64(4*workers*rounds*1000) {
		r.Errorf("%d connections have left %d bytes behind", 4*workers*rounds, grown)
	}
	r.Check(server.Close())
	if err := <-answered; !errors.Is(err, net.ErrClosed) {
		r.Errorf("the server ends with %v", err)
	}
}

// echo answers until an error.
func echo(ctx context.Context, s *zmq.Socket) error {
	for m, err := range s.Messages(ctx) {
		if err != nil {
			return err
		}
		if err := s.SendMessage(ctx, m); err != nil && !errors.Is(err, zmq.ErrHostUnreachable) {
			return err
		}
	}
	return nil
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what pools kept goes with the second
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
