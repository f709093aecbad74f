// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// Patience is how long a test waits for one thing that must happen. It only matters when
// something is wrong.
const Patience = time.Minute

// Test is one test with a context of its own, whose sockets lose no time: they do
// not linger and reconnect at once.
type Test struct {
	*testing.T
	Ctx context.Context // ends when a call has waited for Patience
	// ZMQ is the context of all the sockets that the test makes.
	ZMQ *zmq.Context
}

// New returns a test with a context of its own. The context is terminated when
// the test ends, and the test fails if that takes longer than Patience.
func New(t *testing.T) *Test {
	t.Helper()
	zc, err := zmq.NewContext(zmq.ContextConfig{Settings: []zmq.Setting{
		zmq.Linger.Of(0), zmq.ReconnectInterval.Of(5 * time.Millisecond), zmq.ReconnectIntervalMax.Of(20 * time.Millisecond),
	}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := zmqtest.Patient(Patience)
	t.Cleanup(func() {
		cancel()
		end, cancel := context.WithTimeout(context.Background(), Patience)
		defer cancel()
		if err := zc.Term(end); err != nil {
			t.Errorf("the context does not end: %v", err)
		}
	})
	return &Test{T: t, Ctx: ctx, ZMQ: zc}
}

// EachTransport runs a test over every transport that all types can use.
func EachTransport(t *testing.T, test func(r *Test, endpoint string)) {
	t.Helper()
	EachNetwork(t, test)
	// The name is unique: each rig has a context of its own.
	t.Run("inproc", func(t *testing.T) { test(New(t), "inproc://it") })
}

// EachNetwork is EachTransport without inproc, where no connection comes and goes.
func EachNetwork(t *testing.T, test func(r *Test, endpoint string)) {
	t.Helper()
	t.Run("tcp", func(t *testing.T) { test(New(t), AnyPort) })
	t.Run("ipc", func(t *testing.T) { test(New(t), IPCEndpoint(t)) })
}

// IPCEndpoint returns an ipc endpoint at which nothing listens. Its folder goes away with
// the test. A test is skipped on Windows without sockets in the file system.
func IPCEndpoint(t testing.TB) string {
	t.Helper()
	if runtime.GOOS == "windows" && !hasUnixSockets() {
		t.Skip("SKIPPED: no sockets in the file system here")
	}
	return "ipc://" + filepath.ToSlash(zmqtest.ShortDir(t)) + "/s"
}

// hasUnixSockets asks the system, which Windows before version 10 and Wine have none of.
var hasUnixSockets = sync.OnceValue(func() bool {
	// The folder is not there: it is the kind of socket that is asked for.
	l, err := net.Listen("unix", filepath.Join(os.TempDir(), "no", "such", "folder", "s"))
	if err == nil {
		l.Close()
	}
	return !errors.Is(err, syscall.Errno(10047)) // WSAEAFNOSUPPORT
})

// IsInproc reports whether an endpoint is one of inproc.
func IsInproc(endpoint string) bool { return strings.HasPrefix(endpoint, "inproc:") }

// Check ends the test if err is not nil.
func (r *Test) Check(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

// Socket returns a socket of the test's context.
func (r *Test) Socket(typ zmq.SocketType, settings ...zmq.Setting) *zmq.Socket {
	r.Helper()
	s, err := r.ZMQ.NewSocket(typ, settings...)
	r.Check(err)
	return s
}

// Bind returns a bound socket and its endpoint.
func (r *Test) Bind(typ zmq.SocketType, endpoint string, settings ...zmq.Setting) (s *zmq.Socket, at string) {
	r.Helper()
	s = r.Socket(typ, settings...)
	r.Check(s.Bind(endpoint))
	return s, s.LastEndpoint()
}

// BindEach returns a socket bound at each of several hosts, with one port.
func (r *Test) BindEach(typ zmq.SocketType, scheme string, hosts ...string) (bound []*zmq.Socket, port string) {
	r.Helper()
	for range 100 {
		bound, port = nil, "*"
		for _, host := range hosts {
			s := r.Socket(typ)
			err := s.Bind(scheme + "://" + host + ":" + port)
			if errors.Is(err, syscall.EADDRINUSE) {
				r.Check(s.Close())
				break
			}
			r.Check(err)
			bound = append(bound, s)
			_, address, _ := strings.Cut(s.LastEndpoint(), "://")
			address, _, _ = strings.Cut(address, "/")
			port = address[strings.LastIndexByte(address, ':')+1:]
		}
		if len(bound) == len(hosts) {
			return bound, port
		}
		for _, s := range bound {
			r.Check(s.Close())
		}
	}
	r.Fatal("no port is free at all hosts")
	return nil, ""
}

// Addresses are those of the peers of a socket, sorted, without scheme and port.
func Addresses(s *zmq.Socket) (list []string) {
	for _, p := range s.Peers() {
		list = append(list, p.Address)
	}
	slices.Sort(list)
	return list
}

// Connect returns a connected socket whose handshake is over.
func (r *Test) Connect(typ zmq.SocketType, at string, settings ...zmq.Setting) *zmq.Socket {
	r.Helper()
	s := r.Socket(typ, settings...)
	r.Check(s.Connect(at))
	r.WaitPeers(s, 1)
	return s
}

// Pair returns a bound socket and one connected to it, both past the handshake.
func (r *Test) Pair(bound, connected zmq.SocketType, endpoint string) (b, c *zmq.Socket) {
	r.Helper()
	b, at := r.Bind(bound, endpoint)
	c = r.Connect(connected, at)
	r.WaitPeers(b, 1)
	return b, c
}

// WaitPeers waits until a socket has n peers, whose handshakes are over.
func (r *Test) WaitPeers(s *zmq.Socket, n int) {
	r.Helper()
	r.Check(s.WaitPeers(r.Ctx, n))
}

// WaitSubscribers waits until n peers of a socket have subscribed to a topic.
func (r *Test) WaitSubscribers(s *zmq.Socket, topic string, n int) {
	r.Helper()
	r.Check(s.WaitSubscribers(r.Ctx, topic, n))
}

// WaitUntil waits for a state that only counters show.
func (r *Test) WaitUntil(what string, cond func() bool) {
	r.Helper()
	tick, limit := time.NewTicker(time.Millisecond), time.NewTimer(Patience)
	defer tick.Stop()
	defer limit.Stop()
	for !cond() {
		select {
		case <-tick.C:
		case <-limit.C:
			r.Fatalf("waited in vain until %s", what)
		}
	}
}

// WaitPeersLeft waits until a socket has n peers or fewer.
func (r *Test) WaitPeersLeft(s *zmq.Socket, n int) {
	r.Helper()
	r.WaitUntil(fmt.Sprintf("%s has %d peers", s, n), func() bool { return len(s.Peers()) <= n })
}

// WaitArrived waits until that many messages have come in from all peers together,
// read or not.
func (r *Test) WaitArrived(s *zmq.Socket, n uint64) {
	r.Helper()
	r.WaitUntil(fmt.Sprintf("%d messages have reached %s", n, s), func() bool {
		var sum uint64
		for _, p := range s.Peers() {
			sum += p.Received
		}
		return sum >= n
	})
}

// Frames returns texts as the frames of a message.
func Frames(frames []string) [][]byte {
	list := make([][]byte, len(frames))
	for i, f := range frames {
		list[i] = []byte(f)
	}
	return list
}

// Texts returns the frames of a message as text.
func Texts(m zmq.Message) []string {
	var list []string
	for _, f := range m.All() {
		list = append(list, string(f))
	}
	return list
}

// Send sends a message of text frames.
func (r *Test) Send(s *zmq.Socket, frames ...string) {
	r.Helper()
	if err := s.Send(r.Ctx, Frames(frames)...); err != nil {
		r.Fatalf("%s sends %q: %v", s, frames, err)
	}
}

// Recv receives a message and returns its frames as text.
func (r *Test) Recv(s *zmq.Socket) []string {
	r.Helper()
	m, err := s.Recv(r.Ctx)
	if err != nil {
		r.Fatalf("%s receives: %v", s, err)
	}
	return Texts(m)
}

// WantRecv receives a message and compares it.
func (r *Test) WantRecv(s *zmq.Socket, frames ...string) {
	r.Helper()
	if got := r.Recv(s); !reflect.DeepEqual(got, frames) {
		r.Fatalf("%s received %q, want %q", s, got, frames)
	}
}

// WantNothing checks that nothing is there to be received now.
func (r *Test) WantNothing(s *zmq.Socket) {
	r.Helper()
	if m, err := s.TryRecv(); err != zmq.ErrAgain {
		r.Fatalf("%s received %q, %v; want ErrAgain", s, Texts(m), err)
	}
}

// WantFull checks that a send would have to wait now.
func (r *Test) WantFull(s *zmq.Socket, frames ...string) {
	r.Helper()
	if err := s.TrySend(Frames(frames)...); err != zmq.ErrAgain {
		r.Fatalf("%s sends %q without waiting: %v, want ErrAgain", s, frames, err)
	}
}

// TrySend sends a message that must not have to wait.
func (r *Test) TrySend(s *zmq.Socket, frames ...string) {
	r.Helper()
	if err := s.TrySend(Frames(frames)...); err != nil {
		r.Fatalf("%s sends %q without waiting: %v", s, frames, err)
	}
}

// GoSend starts a send in a goroutine and returns the channel of its result.
func (r *Test) GoSend(s *zmq.Socket, frames ...string) <-chan error {
	done := make(chan error, 1)
	go func() { done <- s.Send(r.Ctx, Frames(frames)...) }()
	return done
}

// Result waits for the result of a call that runs in a goroutine.
func (r *Test) Result(done <-chan error) error {
	r.Helper()
	select {
	case err := <-done:
		return err
	case <-r.Ctx.Done():
		r.Fatal("the call does not return")
		return nil
	}
}

// Large is a frame that no queue of the system swallows unnoticed.
func Large(n int) string { return string(bytes.Repeat([]byte{'x'}, n)) }

// FreeEndpoint turns an endpoint to bind to into one where no socket listens,
// to which a later bind is possible.
func (r *Test) FreeEndpoint(endpoint string) string {
	r.Helper()
	s, at := r.Bind(zmq.PULL, endpoint)
	r.Check(s.Close())
	return at
}

// BindAt returns a socket bound to an endpoint that another socket has left. An
// outgoing connection of some other program may have the port for a moment.
func (r *Test) BindAt(typ zmq.SocketType, at string, settings ...zmq.Setting) *zmq.Socket {
	r.Helper()
	s := r.Socket(typ, settings...)
	var err error
	r.WaitUntil(at+" is free", func() bool {
		err = s.Bind(at)
		return !errors.Is(err, zmq.ErrAddressInUse) && !errors.Is(err, syscall.EADDRINUSE)
	})
	r.Check(err)
	return s
}

// Flood sends numbered messages until the queue is full, and returns how many.
func (r *Test) Flood(s *zmq.Socket, size int) (n int) {
	r.Helper()
	body := []byte(Large(size))
	quiet := 0
	r.WaitUntil("the queue is full for good", func() bool {
		quiet++
		for s.TrySend([]byte(fmt.Sprint(n)), body) == nil {
			n++
			quiet = 0
		}
		return quiet > 20
	})
	return n
}

// NewWith is New for a context of another kind, which has no settings but the
// ones in cfg.
func NewWith(t *testing.T, cfg zmq.ContextConfig) *Test {
	t.Helper()
	zc, err := zmq.NewContext(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := zmqtest.Patient(Patience)
	r := &Test{T: t, Ctx: ctx, ZMQ: zc}
	t.Cleanup(func() {
		r.Check(zc.Term(ctx))
		cancel()
	})
	return r
}

// Watch begins to monitor a socket.
func (r *Test) Watch(s *zmq.Socket, mask zmq.EventKind) *Watch {
	next, stop := iter.Pull(s.Monitor(r.Ctx, mask))
	r.Cleanup(stop)
	return &Watch{r: r, Next: next}
}

// Subscriber makes a connected SUB whose subscriptions have reached the
// publisher.
func (r *Test) Subscriber(pub *zmq.Socket, at string, topics ...string) *zmq.Socket {
	r.Helper()
	s := r.Socket(zmq.SUB)
	for _, topic := range topics {
		r.Check(s.Subscribe(topic))
	}
	r.connectTo(pub, s, at)
	return s
}

// connectTo connects a socket to one that is bound, and waits until each has the other as
// a peer.
func (r *Test) connectTo(bound, s *zmq.Socket, at string) {
	r.Helper()
	before := len(bound.Peers())
	r.Check(s.Connect(at))
	r.WaitPeers(bound, before+1)
	r.WaitPeers(s, 1)
}

// Dial opens a plain connection to a STREAM's endpoint.
func (r *Test) Dial(at string) net.Conn {
	r.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(at, "tcp://"))
	r.Check(err)
	r.Cleanup(func() { _ = c.Close() })
	r.Check(c.SetDeadline(time.Now().Add(Patience)))
	return c
}

// Run runs a proxy until the test ends or the proxy's End is called.
func (r *Test) Run(x *Relay) {
	ctx, cancel := context.WithCancel(r.Ctx)
	x.End, x.Result = cancel, make(chan error, 1)
	go func() { x.Result <- x.Run(ctx) }()
	r.Cleanup(cancel)
}
