// SPDX-License-Identifier: Apache-2.0

package core

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pattern"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/session"
	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// cloud is a transport in memory with one name, "service", which stands for the
// addresses that a test says.
type cloud struct {
	*testing.T
	context *Context

	mu        sync.Mutex
	name      []string // nil: it does not resolve
	asked     []time.Time
	listeners map[string]*cloudListener
}

// inCloud runs a test in a bubble.
func inCloud(t *testing.T, test func(c *cloud)) {
	synctest.Test(t, func(t *testing.T) {
		c := &cloud{T: t, listeners: make(map[string]*cloudListener)}
		c.context = NewContext(Config{Transports: map[string]transport.Transport{"cloud": c}})
		test(c)
		if err := c.context.Close(); err != nil {
			t.Error(err)
		}
	})
}

func (c *cloud) Scheme() string                                                   { return "cloud" }
func (c *cloud) CheckConnect(string) error                                        { return nil }
func (c *cloud) ResolveBound(context.Context, string, *transport.Config) []string { return nil }

func (c *cloud) Resolve(context.Context, string, *transport.Config) ([]string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, time.Now())
	if c.name == nil {
		return nil, zerr.Errorf(zerr.ErrNoDevice, "no such host")
	}
	return c.name, nil
}

// Dial finds nothing at an address where no peer listens, and waits for ever at "silent".
func (c *cloud) Dial(ctx context.Context, address string, _ *transport.Config) (net.Conn, error) {
	if address == "silent" {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.listeners[address]
	if l == nil {
		return nil, syscall.ECONNREFUSED
	}
	near, far := zmqtest.Pipe()
	l.backlog <- far
	return near, nil
}

func (c *cloud) Listen(_ context.Context, address string, _ *transport.Config) (transport.Listener, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := &cloudListener{cloud: c, address: address, backlog: make(chan net.Conn, 10), done: make(chan struct{})}
	c.listeners[address] = l
	return l, nil
}

type cloudListener struct {
	cloud   *cloud
	address string
	backlog chan net.Conn
	done    chan struct{}
}

func (l *cloudListener) Endpoint() string { return "cloud://" + l.address }

func (l *cloudListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.backlog:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *cloudListener) Close() error {
	l.cloud.mu.Lock()
	defer l.cloud.mu.Unlock()
	delete(l.cloud.listeners, l.address)
	close(l.done)
	return nil
}

// is gives the name other addresses: "a b", or none.
func (c *cloud) is(addresses string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.name = nil
	if addresses != "" {
		c.name = strings.Fields(addresses)
	}
}

// questions returns when the name was asked for since the last call.
func (c *cloud) questions() []time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := c.asked
	c.asked = nil
	return list
}

func (c *cloud) check(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

// socket makes one with options by number.
func (c *cloud) socket(typ int, options map[opt.Num]int64) *Socket {
	c.Helper()
	s, err := c.context.NewSocket(typ)
	c.check(err)
	for n, v := range options {
		c.check(s.SetOption(n, opt.Value{I: v}))
	}
	return s
}

// serve binds a PULL at an address.
func (c *cloud) serve(address string) *Socket {
	c.Helper()
	s := c.socket(pattern.Pull, nil)
	c.check(s.Bind("cloud://" + address))
	return s
}

// push connects a PUSH to all addresses of the name.
func (c *cloud) push(options map[opt.Num]int64) *Socket {
	c.Helper()
	if options == nil {
		options = make(map[opt.Num]int64)
	}
	if options[opt.AllAddresses] == 0 {
		options[opt.AllAddresses] = 10
	}
	s := c.socket(pattern.Push, options)
	c.check(s.Connect("cloud://service"))
	return s
}

// peers checks, once everything has settled, how many peers the only endpoint has.
func (c *cloud) peers(s *Socket, want int) {
	c.Helper()
	synctest.Wait()
	if list := s.Endpoints(); len(list) != 1 || list[0].Address != "cloud://service" || list[0].Bound || list[0].Peers != want {
		c.Errorf("after %v the endpoints are %+v, want one with %d peers", time.Since(epoch), list, want)
	}
}

// epoch is when the clock of a bubble begins.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// sends gives each of several peers in turn a message.
func (c *cloud) sends(s *Socket, n int) {
	c.Helper()
	for range n {
		c.check(s.TrySend([][]byte{[]byte("x")}, false))
	}
}

// receives checks how many messages have come.
func (c *cloud) receives(s *Socket, want int) {
	c.Helper()
	synctest.Wait()
	n := 0
	for s.TryRecv(new(pipe.Message)) == nil {
		n++
	}
	if n != want {
		c.Errorf("%d messages have come, want %d", n, want)
	}
}

func TestAllAddressesConnectsToEach(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.is("a b c")
		servers := []*Socket{c.serve("a"), c.serve("b"), c.serve("c")}
		push := c.push(nil)
		c.peers(push, 3)
		if push.LastEndpoint() != "cloud://service" {
			t.Errorf("the last endpoint is %q", push.LastEndpoint())
		}
		c.sends(push, 6)
		for _, s := range servers {
			c.receives(s, 2)
		}
		for _, p := range push.Peers() {
			if p.Endpoint != "cloud://service" {
				t.Errorf("a peer belongs to %q", p.Endpoint)
			}
		}
	})
}

// TestAllAddressesFollowsChanges at each interval: an address that is new is connected
// to, and one that has gone gets what was queued for it and nothing more.
func TestAllAddressesFollowsChanges(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.is("a b")
		a, b, d := c.serve("a"), c.serve("b"), c.serve("d")
		push := c.push(map[opt.Num]int64{opt.ResolveInterval: 30_000})
		c.peers(push, 2)
		time.Sleep(10 * time.Second)
		c.is("b d")
		c.peers(push, 2)
		c.sends(push, 2)
		time.Sleep(20 * time.Second)
		c.peers(push, 2)
		time.Sleep(time.Second) // for the farewell of a
		c.receives(a, 1)        // sent before
		c.receives(b, 1)
		c.sends(push, 4)
		c.receives(a, 0)
		c.receives(b, 2)
		c.receives(d, 2)
		if n := a.PeerCount(); n != 0 {
			t.Errorf("the address that has gone has %d connections", n)
		}
		if q := c.questions(); len(q) != 2 {
			t.Errorf("the name was resolved %d times", len(q))
		}
	})
}

// TestAllAddressesKeepsWhatCameFromOneThatIsGone: Disconnect would drop it.
func TestAllAddressesKeepsWhatCameFromOneThatIsGone(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.is("a b")
		a := c.socket(pattern.Push, nil)
		c.check(a.Bind("cloud://a"))
		pull := c.socket(pattern.Pull, map[opt.Num]int64{opt.AllAddresses: 10})
		c.check(pull.Connect("cloud://service"))
		c.peers(pull, 1)
		c.sends(a, 3)
		synctest.Wait()
		c.is("b")
		time.Sleep(time.Minute)
		c.peers(pull, 0)
		c.receives(pull, 3)
	})
}

// TestAllAddressesAsksAgainWhenAConnectionEnds, but not more than once a second.
func TestAllAddressesAsksAgainWhenAConnectionEnds(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.is("a b")
		a, b := c.serve("a"), c.serve("b")
		c.serve("d")
		push := c.push(map[opt.Num]int64{opt.ResolveInterval: 3_600_000})
		c.peers(push, 2)
		c.questions()
		time.Sleep(time.Minute)
		c.is("d")
		began := time.Now()
		c.check(a.Close())
		c.check(b.Close())
		time.Sleep(30 * time.Second)
		c.peers(push, 1)
		q := c.questions()
		if len(q) == 0 || q[0].Sub(began) > resolvePause {
			t.Errorf("resolved again at %v, %v after a connection had ended", q, began)
		}
		for i := 1; i < len(q); i++ {
			if q[i].Sub(q[i-1]) < resolvePause {
				t.Errorf("resolved again after %v", q[i].Sub(q[i-1]))
			}
		}
	})
}

// TestAllAddressesAreLimited: those that are connected stay, whatever the order of the
// answer, and one that goes makes room.
func TestAllAddressesAreLimited(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.is("a b c d")
		for _, at := range []string{"a", "b", "c", "d"} {
			c.serve(at)
		}
		push := c.push(map[opt.Num]int64{opt.AllAddresses: 2})
		c.peers(push, 2)
		targets := func() (list []string) {
			push.mu.Lock()
			defer push.mu.Unlock()
			for address := range push.endpoints[0].all.at {
				list = append(list, address)
			}
			slices.Sort(list)
			return list
		}
		for _, step := range []struct{ name, want string }{{"d c b a", "a b"}, {"d c a", "a d"}, {"c", "c"}} {
			c.is(step.name)
			time.Sleep(31 * time.Second)
			if got := strings.Join(targets(), " "); got != step.want {
				t.Errorf("of %q, connected to %q, want %q", step.name, got, step.want)
			}
		}
		c.peers(push, 1)
	})
}

// TestAllAddressesOfANameThatDoesNotResolve: at first it is tried as often as a
// connection is, later nothing changes for its sake.
func TestAllAddressesOfANameThatDoesNotResolve(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.serve("a")
		push := c.push(map[opt.Num]int64{opt.ReconnectIntervalMax: 5000})
		m := push.NewMonitor(session.ConnectRetried)
		time.Sleep(time.Minute)
		if n := len(c.questions()); n < 12 || n > 25 { // six that come closer, then one every five seconds
			t.Errorf("resolved %d times in a minute", n)
		}
		e, ok := m.Next(context.Background())
		if !ok || !errors.Is(e.Err, zerr.ErrNoDevice) || e.Endpoint != "cloud://service" {
			t.Errorf("the monitor tells %+v", e)
		}
		if p := push.Endpoints()[0].Progress; p.State != session.Resting || !errors.Is(p.Err, zerr.ErrNoDevice) || p.Attempts < 12 || p.Next.Before(time.Now()) {
			t.Errorf("the endpoint is %+v", p)
		}
		c.is("a")
		time.Sleep(6 * time.Second)
		c.peers(push, 1)
		if p := push.Endpoints()[0].Progress; p.State != session.Serving {
			t.Errorf("the endpoint is %+v", p)
		}
		c.is("")
		time.Sleep(5 * time.Minute)
		c.peers(push, 1)
		if n := len(c.questions()); n > 15 {
			t.Errorf("resolved %d times in five minutes", n)
		}
	})
}

// TestAllAddressesEndWithDisconnect of the endpoint that was given to Connect.
func TestAllAddressesEndWithDisconnect(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.is("a b")
		a, b := c.serve("a"), c.serve("b")
		push := c.push(nil)
		c.peers(push, 2)
		c.sends(push, 2)
		c.check(push.Disconnect("cloud://service"))
		time.Sleep(time.Second)
		c.receives(a, 1)
		c.receives(b, 1)
		if list := push.Endpoints(); len(list) != 0 || a.PeerCount()+b.PeerCount() != 0 {
			t.Errorf("left are %+v, and %d connections", list, a.PeerCount()+b.PeerCount())
		}
		if err := push.Disconnect("cloud://service"); err != zerr.ErrNoEndpoint {
			t.Errorf("a second Disconnect: %v", err)
		}
		c.questions()
		time.Sleep(10 * time.Minute)
		if q := c.questions(); len(q) != 0 {
			t.Errorf("the name is still resolved: %v", q)
		}
	})
}

// TestAllAddressesGiveUpWhatNobodyTakes: with an infinite LINGER an address that has
// gone, and that never was there, is forgotten with what is queued for it.
func TestAllAddressesGiveUpWhatNobodyTakes(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.is("dead")
		push := c.push(map[opt.Num]int64{opt.Linger: -1})
		synctest.Wait()
		c.sends(push, 3)
		c.is("b")
		c.serve("b")
		time.Sleep(30*time.Second + removalLimit + time.Second)
		if n := push.drops.PeerGone.Load(); n != 3 {
			t.Errorf("%d messages are counted as lost, want 3", n)
		}
		push.mu.Lock()
		defer push.mu.Unlock()
		if len(push.parting) != 0 || len(push.endpoints) != 2 {
			t.Errorf("%d endpoints, %d pipes that part", len(push.endpoints), len(push.parting))
		}
	})
}

// TestAllAddressesAreDialledSideBySide: one that does not answer keeps no other waiting,
// and Immediate gives messages to those that are connected only.
func TestAllAddressesAreDialledSideBySide(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.is("silent dead b")
		b := c.serve("b")
		push := c.push(map[opt.Num]int64{opt.Immediate: 1})
		c.peers(push, 1)
		if p := push.Endpoints()[0].Progress; p.State != session.Serving {
			t.Errorf("one address is connected, and the endpoint is %+v", p)
		}
		c.sends(push, 4)
		c.receives(b, 4)
	})
}

func TestAllAddressesAreOfNoUseForOnePeer(t *testing.T) {
	inCloud(t, func(c *cloud) {
		pair := c.socket(pattern.Pair, map[opt.Num]int64{opt.AllAddresses: 10})
		if err := pair.Connect("cloud://service"); !errors.Is(err, zerr.ErrInvalid) {
			t.Errorf("a PAIR: %v", err)
		}
		router := c.socket(pattern.Router, map[opt.Num]int64{opt.AllAddresses: 10})
		c.check(router.SetOption(opt.ConnectRoutingID, opt.Value{B: []byte("it")}))
		if err := router.Connect("cloud://service"); !errors.Is(err, zerr.ErrInvalid) {
			t.Errorf("with CONNECT_ROUTING_ID: %v", err)
		}
	})
}
