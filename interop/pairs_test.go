// SPDX-License-Identifier: Apache-2.0

package interop

import (
	"fmt"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/interop/peer"
)

// Identities of the two ends, on the types that have one.
const (
	goID    = "ours"
	theirID = "theirs"
)

// pair is two types that talk to each other.
type pair struct {
	a, b zmq.SocketType
	// turns says which side sends: true is a. A round of a conversation is one
	// message in each turn.
	turns []bool
}

// pairs is every compatible pair of stable types (RFC 37, The NULL Security
// Mechanism, extended by PAIR). STREAM has its own tests.
var pairs = []pair{
	{zmq.PAIR, zmq.PAIR, []bool{true, false}},
	{zmq.PUB, zmq.SUB, []bool{true}},
	{zmq.PUB, zmq.XSUB, []bool{true}},
	{zmq.XPUB, zmq.SUB, []bool{true}},
	{zmq.XPUB, zmq.XSUB, []bool{true}},
	{zmq.REQ, zmq.REP, []bool{true, false}},
	{zmq.REQ, zmq.ROUTER, []bool{true, false}},
	{zmq.DEALER, zmq.REP, []bool{true, false}},
	{zmq.DEALER, zmq.DEALER, []bool{true, false}},
	{zmq.DEALER, zmq.ROUTER, []bool{true, false}},
	{zmq.ROUTER, zmq.ROUTER, []bool{true, false}},
	{zmq.PUSH, zmq.PULL, []bool{true}},
}

// sizes are frames around every change of the wire format or of a buffer.
var sizes = []int{0, 1, 253, 254, 255, 256, 257, 8191, 8192, 8193, 65535, 65536, 1 << 20}

const hugeSize = 16 << 20

// messages are the frame sizes of the messages of a conversation.
func messages(huge bool) [][]int {
	var all [][]int
	for _, n := range sizes {
		all = append(all, []int{n})
	}
	many := make([]int, 200)
	for i := range many {
		many[i] = i * 3 % 300
	}
	all = append(all, []int{0, 0}, []int{1, 0, 1}, []int{0, 255, 0, 256, 65536, 0}, sizes, many)
	if huge {
		all = append(all, []int{hugeSize}, []int{0, hugeSize, 0})
	}
	return all
}

// inClear are the messages of a conversation through a mechanism that leaves them
// alone: what becomes of every shape, TestEveryPairBothWays tells.
var inClear = [][]int{{0}, {255}, {0, 256, 0, 65536}}

// messages are those of a conversation.
func (c *conversation) messages() [][]int {
	if c.secure != nil && c.secure.name != "CURVE" {
		return inClear
	}
	return messages(c.huge)
}

// TestEveryPairBothWays sends every shape of message between every compatible
// pair of types, with ours at either end, bound and connected, over tcp and ipc.
func TestEveryPairBothWays(t *testing.T) {
	libzmq := peer.Start(t)
	for _, transport := range []string{"tcp", "ipc"} {
		for _, p := range pairs {
			for _, oursIsA := range []bool{true, false} {
				for _, aBinds := range []bool{true, false} {
					c := conversation{pair: p, oursIsA: oursIsA, aBinds: aBinds, transport: transport}
					// The largest messages once for every pair and end: they take long.
					c.huge = aBinds == (transport == "tcp")
					t.Run(c.String(), func(t *testing.T) { c.run(t, libzmq) })
				}
			}
		}
	}
}

// conversation is a pair over one transport, one way round.
type conversation struct {
	pair
	oursIsA, aBinds bool
	transport       string
	huge            bool
	via             func(t *testing.T, endpoint string) string // what to connect to instead, if set
	secure          *security                                  // how they protect it, if they do

	a, b end
}

func (c *conversation) String() string {
	name := func(typ zmq.SocketType, isOurs, binds bool) string {
		who, how := "libzmq", "connects"
		if isOurs {
			who = "ours"
		}
		if binds {
			how = "binds"
		}
		return fmt.Sprintf("%s_%v_%s", who, typ, how)
	}
	if c.secure != nil {
		how := "libzmq_serves"
		if c.secure.oursServes {
			how = "ours_serves"
		}
		return fmt.Sprintf("%s/%s/%s/%s,%s", c.secure.name, c.transport, how, name(c.pair.a, c.oursIsA, c.aBinds), name(c.pair.b, !c.oursIsA, !c.aBinds))
	}
	return fmt.Sprintf("%s/%s,%s", c.transport, name(c.pair.a, c.oursIsA, c.aBinds), name(c.pair.b, !c.oursIsA, !c.aBinds))
}

func (c *conversation) run(t *testing.T, libzmq *peer.Process) {
	c.open(t, libzmq)
	for i, m := range c.messages() {
		for turn, aSends := range c.turns {
			if err := c.round(aSends, peer.Shape{Sizes: m, Seed: i + 100*turn}); err != nil {
				t.Fatalf("frames of %.60v bytes, a sends %v: %v", m, aSends, err)
			}
		}
	}
}

// open makes the sockets and lets them meet.
func (c *conversation) open(t *testing.T, libzmq *peer.Process) {
	goType, theirType := c.pair.a, c.pair.b
	if !c.oursIsA {
		goType, theirType = theirType, goType
	}
	goSocket := ours(t, goType, merge(c.options(goType, goID), c.secure.ours()))
	c.secure.handler(t, goSocket)
	theirs := libzmq.Socket(theirType.String(), merge(c.options(theirType, theirID), c.secure.theirs()))
	t.Cleanup(func() { theirs.Set("LINGER", 0); theirs.Close() })
	c.a, c.b = end(goEnd{t, goSocket}), end(theirEnd{theirs})
	if !c.oursIsA {
		c.a, c.b = c.b, c.a
	}
	binding, connecting := c.a, c.b
	if !c.aBinds {
		binding, connecting = connecting, binding
	}
	endpoint := binding.Bind(address(t, c.transport))
	if c.via != nil {
		endpoint = c.via(t, endpoint)
	}
	connecting.Connect(endpoint)
	waitPeers(t, goSocket, 1)
	switch goType {
	case zmq.SUB:
		if err := goSocket.Subscribe(""); err != nil {
			t.Fatal(err)
		}
	case zmq.XSUB:
		send(t, goSocket, "\x01")
	}
	switch theirType {
	case zmq.SUB:
		theirs.Subscribe("")
	case zmq.XSUB:
		sendTheirs(t, theirs, "\x01")
	}
	switch {
	case goType == zmq.PUB || goType == zmq.XPUB:
		waitSubscribers(t, goSocket, "", 1, theirs)
	case theirType == zmq.XPUB: // which reads what was sent before
		recvTheirs(t, theirs, "\x01")
	case theirType == zmq.PUB:
		syncWithPublisher(t, theirs, goSocket)
	case goType == zmq.ROUTER && theirType == zmq.ROUTER: // which drops before it knows us
		send(t, goSocket, theirID, "hello")
		recvTheirs(t, theirs, goID, "hello")
	}
}

func (c *conversation) options(typ zmq.SocketType, id string) peer.Opts {
	switch typ {
	case zmq.REQ, zmq.DEALER, zmq.ROUTER:
		return peer.Opts{"ROUTING_ID": []byte(id)}
	case zmq.SUB, zmq.XSUB, zmq.PUB, zmq.XPUB:
		return peer.Opts{"RCVHWM": 0, "SNDHWM": 0}
	}
	return nil
}

// round sends one message and checks that it arrives.
func (c *conversation) round(aSends bool, m peer.Shape) error {
	from, to, fromType, toType, fromOurs := c.a, c.b, c.pair.a, c.pair.b, c.oursIsA
	if !aSends {
		from, to, fromType, toType, fromOurs = to, from, toType, fromType, !fromOurs
	}
	fromID, toID := goID, theirID
	if !fromOurs {
		fromID, toID = toID, fromID
	}
	sent, received := m, m
	sent.Prefix = envelope(fromType, toType, toID)
	received.Prefix = envelope(toType, fromType, fromID)
	errs := make(chan error, 1)
	go func() { errs <- from.SendShape(sent) }()
	if err := to.RecvShape(received); err != nil {
		return err
	}
	return <-errs
}

// envelope is what the application of a type sees before the body, talking to
// the other type: RFC 28.
func envelope(typ, other zmq.SocketType, id string) (frames [][]byte) {
	if typ == zmq.ROUTER {
		frames = append(frames, []byte(id))
	}
	if (typ == zmq.ROUTER || typ == zmq.DEALER) && (other == zmq.REQ || other == zmq.REP) {
		frames = append(frames, []byte{})
	}
	return frames
}

// syncWithPublisher publishes until the first message arrives, since a PUB does not
// report its subscribers. It discards what it has published.
func syncWithPublisher(t *testing.T, publisher *peer.Socket, subscriber *zmq.Socket) {
	t.Helper()
	eventually(t, "a subscription reaches libzmq's PUB", func() bool {
		sendTheirs(t, publisher, "sync")
		_, err := subscriber.TryRecv()
		return err == nil
	})
	sendTheirs(t, publisher, "last")
	for m, err := range subscriber.Messages(within(t)) {
		if err != nil {
			t.Fatal(err)
		}
		if m.String() == "last" {
			return
		}
	}
}
