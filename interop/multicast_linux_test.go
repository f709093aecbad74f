// SPDX-License-Identifier: Apache-2.0

package interop

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/interop/peer"
)

// groupOptions let a test run faster than the defaults would.
var groupOptions = peer.Opts{"RATE": 20_000, "SNDHWM": 0, "RCVHWM": 0}

// theirPeriod is how long a call of a libzmq peer that receives lasts at most.
const theirPeriod = 100 * time.Millisecond

// listener is a subscriber of either library and what it has received, by publisher.
type listener struct {
	name string
	free string                   // a publisher some of whose messages may be missing; "*": any
	recv func() ([][]byte, error) // nothing for some time: nil, nil

	mu    sync.Mutex
	heard map[string]int // probes of each publisher
	got   map[string]int // the number after the last message of each publisher
	count map[string]int // its messages
	fault error
}

// listen receives until done is closed.
func (l *listener) listen(done <-chan struct{}) {
	for {
		select {
		case <-done:
			return
		default:
		}
		m, err := l.recv()
		l.mu.Lock()
		if err == nil && m != nil {
			err = l.take(m)
		}
		if err != nil && l.fault == nil {
			l.fault = fmt.Errorf("%s: %w", l.name, err)
		}
		l.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// take checks a message: a publisher, a number, and a body that both make. They are
// frames, or parts of one.
func (l *listener) take(m [][]byte) error {
	if len(m) == 1 {
		m = bytes.SplitN(m[0], []byte("|"), 3)
	}
	if len(m) != 3 {
		return fmt.Errorf("a message of %d frames, %.60q", len(m), m)
	}
	from, number := string(m[0]), string(m[1])
	if number == "probe" {
		l.heard[from]++
		return nil
	}
	n, err := strconv.Atoi(number)
	if err != nil {
		return err
	}
	if n < l.got[from] || n > l.got[from] && !l.mayMiss(from) {
		return fmt.Errorf("message %d of %s after %d", n, from, l.got[from]-1)
	}
	if string(m[2]) != bodyOf(n) {
		return fmt.Errorf("the body of message %d of %s is not its own", n, from)
	}
	l.got[from] = n + 1
	l.count[from]++
	return nil
}

// mayMiss reports whether messages of a publisher may be missing.
func (l *listener) mayMiss(from string) bool { return l.free == from || l.free == "*" }

// wants is how many of n messages of a publisher have to come.
func (l *listener) wants(from string, n int) int {
	switch {
	case l.free == from, l.free == "*" && from == theirName:
		return 0
	case l.free == "*":
		return n * 9 / 10
	}
	return n
}

// bodyOf is the body of a numbered message: from nothing to several packets.
func bodyOf(n int) string {
	size := n % 300
	if n%50 == 7 {
		size = n % 7000
	}
	return strings.Repeat(string(rune('a'+n%26)), size)
}

// theirName is libzmq's publisher.
const theirName = "libzmq's PUB"

// speaker is a publisher of either library.
type speaker struct {
	name string
	send func(frames ...string)
}

// group is a network with publishers and subscribers of both libraries, a machine each.
type group struct {
	*network
	parts     bool // messages have several frames
	speakers  []*speaker
	listeners []*listener
	ours      []*zmq.Socket
}

// newGroup makes sockets of ours and of libzmq. Each publisher has been heard by each
// subscriber.
func newGroup(t *testing.T, scheme string, v6 bool, loss float64, parts bool) *group {
	g := &group{network: newNetwork(t, v6, machines, loss), parts: parts}
	at := g.endpoint(scheme)
	g.addOurs(ourPub, zmq.PUB, at)
	g.addOurs(ourSub, zmq.SUB, at)
	g.addTheirs(theirPub, "PUB", at)
	if !parts { // which a SUB of libzmq mixes, if they come of several publishers
		g.addTheirs(theirSub, "SUB", at)
	}
	done := make(chan struct{})
	var all sync.WaitGroup
	for _, l := range g.listeners {
		all.Go(func() { l.listen(done) })
	}
	t.Cleanup(func() {
		close(done)
		all.Wait()
	})
	g.meet()
	t.Cleanup(func() {
		if t.Failed() {
			g.tell()
		}
	})
	return g
}

func (g *group) addOurs(machine int, typ zmq.SocketType, at string) {
	s := ours(g.t, typ, groupOptions)
	if typ == zmq.SUB {
		if err := s.Subscribe(""); err != nil {
			g.t.Fatal(err)
		}
	}
	if err := g.machines[machine].Do(func() error { return s.Connect(at) }); err != nil {
		g.t.Fatal(err)
	}
	g.ours = append(g.ours, s)
	if typ == zmq.PUB {
		g.speakers = append(g.speakers, &speaker{"our PUB", func(frames ...string) { send(g.t, s, frames...) }})
		return
	}
	g.addListener("our SUB", func() ([][]byte, error) {
		m, err := s.TryRecv()
		if errors.Is(err, zmq.ErrAgain) {
			ctx := within(g.t)
			if err := s.Set(zmq.RecvTimeout.Of(theirPeriod)); err != nil {
				return nil, err
			}
			m, err = s.Recv(ctx)
		}
		if errors.Is(err, zmq.ErrTimeout) {
			return nil, nil
		}
		return m.Frames(), err
	})
}

func (g *group) addTheirs(machine int, typ, at string) {
	options := maps.Clone(groupOptions)
	if g.v6 {
		options["IPV6"] = 1
	}
	s := peer.StartWith(g.t, g.start(machine)).Socket(typ, options)
	if typ == "SUB" {
		s.Subscribe("")
	}
	s.Connect(at)
	if typ == "PUB" {
		g.speakers = append(g.speakers, &speaker{theirName, func(frames ...string) { sendTheirs(g.t, s, frames...) }})
		return
	}
	l := g.addListener("libzmq's SUB", func() ([][]byte, error) {
		m, err := s.Recv(theirPeriod)
		if errors.Is(err, syscall.EAGAIN) {
			return nil, nil
		}
		return m, err
	})
	if l.free = theirName; g.loss >= 0.1 { // messages between these two are lost then
		l.free = "*"
	}
}

func (g *group) addListener(name string, recv func() ([][]byte, error)) *listener {
	l := &listener{name: name, recv: recv, heard: make(map[string]int), got: make(map[string]int), count: make(map[string]int)}
	g.listeners = append(g.listeners, l)
	return l
}

// say sends a message of a publisher.
func (g *group) say(p *speaker, number, body string) {
	if g.parts {
		p.send(p.name, number, body)
	} else {
		p.send(p.name + "|" + number + "|" + body)
	}
}

// meet has each publisher send until each subscriber has heard it.
func (g *group) meet() {
	for _, p := range g.speakers {
		eventually(g.t, p.name+" is heard", func() bool {
			g.say(p, "probe", "")
			return g.each(func(l *listener) bool { return l.heard[p.name] > 0 })
		})
	}
	// A subscriber of libzmq gives up what it misses of a source without a path message.
	// Ours sends some amid data. One of five arrives, if any do.
	before := g.count(ourPub, pathMessage)
	eventually(g.t, "path messages come", func() bool {
		g.say(g.speakers[0], "probe", "")
		return g.count(ourPub, pathMessage) >= before+5
	})
}

// The machines of a group, by what is on them.
const (
	ourPub = iota
	ourSub
	theirPub
	theirSub
	machines
)

// tell says how far the subscribers have come, for a test that has failed.
func (g *group) tell() {
	for _, l := range g.listeners {
		l.mu.Lock()
		g.t.Logf("%s has got %v", l.name, l.got)
		l.mu.Unlock()
	}
	for _, s := range g.ours {
		g.t.Logf("%v: %+v", s, s.MulticastStats())
	}
}

// each reports whether something is so for each subscriber, none of which may have failed.
func (g *group) each(is func(*listener) bool) bool {
	all := true
	for _, l := range g.listeners {
		l.mu.Lock()
		fault := l.fault
		all = all && is(l)
		l.mu.Unlock()
		if fault != nil {
			g.t.Fatal(fault)
		}
	}
	return all
}

// publish has each publisher send numbered messages, and waits until each subscriber has
// all of them.
func (g *group) publish(n int) {
	for i := range n {
		for _, p := range g.speakers {
			g.say(p, strconv.Itoa(i), bodyOf(i))
		}
	}
	eventually(g.t, "everything is received", func() bool {
		return g.each(func(l *listener) bool {
			for _, p := range g.speakers {
				if l.count[p.name] < l.wants(p.name, n) {
					return false
				}
			}
			return true
		})
	})
}

// TestMulticastWithLibzmq: publishers and subscribers of both libraries, side by side in
// one group, over a network that loses packets.
func TestMulticastWithLibzmq(t *testing.T) {
	overLosses(t, func(t *testing.T, scheme string, loss float64) {
		g := newGroup(t, scheme, false, loss, false)
		g.publish(1000)
		g.wantNoLoss()
	})
}

// TestMulticastOfSeveralFrames: messages of both libraries' publishers are not mixed.
func TestMulticastOfSeveralFrames(t *testing.T) {
	overLosses(t, func(t *testing.T, scheme string, loss float64) {
		g := newGroup(t, scheme, false, loss, true)
		g.publish(1000)
		g.wantNoLoss()
	})
}

// TestMulticastOverIPv6WithLibzmq is the same as TestMulticastWithLibzmq, in IPv6.
func TestMulticastOverIPv6WithLibzmq(t *testing.T) {
	for _, scheme := range []string{"epgm", "pgm"} {
		for _, loss := range []float64{0, 0.01} {
			t.Run(fmt.Sprintf("%s, %v%% lost", scheme, 100*loss), func(t *testing.T) {
				g := newGroup(t, scheme, true, loss, false)
				g.publish(1000)
				g.wantNoLoss()
			})
		}
	}
}

// overLosses runs a test over both transports and several networks.
func overLosses(t *testing.T, f func(t *testing.T, scheme string, loss float64)) {
	for _, scheme := range []string{"epgm", "pgm"} {
		for _, loss := range []float64{0, 0.01, 0.1} {
			t.Run(fmt.Sprintf("%s, %v%% lost", scheme, 100*loss), func(t *testing.T) { f(t, scheme, loss) })
		}
	}
}

// wantNoLoss wants that everything was repaired for our subscriber.
func (g *group) wantNoLoss() {
	for _, s := range g.ours {
		for _, x := range s.MulticastStats() {
			for _, source := range x.Sources {
				if source.Lost+source.Gaps+source.Torn > 0 {
					g.t.Errorf("%+v", source)
				}
			}
		}
	}
}
