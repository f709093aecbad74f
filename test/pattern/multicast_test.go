// SPDX-License-Identifier: Apache-2.0

package pattern_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// quick are options with which a test does not wait for the rate.
var quick = []zmq.Setting{zmq.Rate.Of(100_000), zmq.SendHWM.Of(0), zmq.RecvHWM.Of(0)}

// onGroups calls f with an endpoint of a group that no other test has, for each family
// that the system carries on an interface, with -short for IPv4 alone. The port is below
// those that the system gives to others.
func onGroups(t *testing.T, f func(r *rig.Test, at string)) {
	n := rand.Uint32()
	port := 20_000 + rand.IntN(10_000)
	groups := map[string]string{"IPv4": fmt.Sprintf("239.193.%d.%d", byte(n>>8), byte(n))}
	if !testing.Short() {
		groups["IPv6"] = fmt.Sprintf("ff02::%x:%x", uint16(n>>16), uint16(n))
	}
	for family, group := range groups {
		t.Run(family, func(t *testing.T) {
			for _, via := range interfaces(t) {
				if at := fmt.Sprintf("epgm://%s;%s:%d", via, group, port); carries(rig.New(t), at) {
					f(rig.New(t), at)
					return
				}
			}
			t.Skip("no interface carries multicast of this family")
		})
	}
}

// carries reports whether an endpoint can be used, and a packet leaves.
func carries(r *rig.Test, at string) bool {
	pub := r.Socket(zmq.PUB, quick...)
	if pub.Connect(at) != nil {
		return false
	}
	r.Send(pub, "probe")
	r.WaitUntil("it has gone out", func() bool { return pub.MulticastStats()[0].Sent.Packets > 0 })
	return pub.MulticastStats()[0].Sent.Unsent == 0
}

// join connects a subscriber and waits until it hears a publisher of that topic, which
// sends until then.
func join(r *rig.Test, pub *zmq.Socket, at string, settings ...zmq.Setting) *zmq.Socket {
	r.Helper()
	sub := r.Socket(zmq.SUB, append(append([]zmq.Setting{}, quick...), settings...)...)
	r.Check(sub.Subscribe(""))
	r.Check(sub.Connect(at))
	drain(r, pub, sub)
	return sub
}

// drain sends until a subscriber has received the last message.
func drain(r *rig.Test, pub, sub *zmq.Socket) {
	r.Helper()
	n := 0
	r.WaitUntil("the subscriber hears the publisher", func() bool {
		n++
		r.Send(pub, "probe", fmt.Sprint(n))
		m, err := sub.TryRecv()
		return err == nil && m.Len() == 2
	})
	r.Send(pub, "last probe")
	for r.Recv(sub)[0] != "last probe" {
	}
}

func TestPublishersAndSubscribersOverMulticast(t *testing.T) {
	onGroups(t, func(r *rig.Test, at string) {
		pub := r.Socket(zmq.PUB, quick...)
		r.Check(pub.Bind(at))
		a := join(r, pub, at)
		b := r.Socket(zmq.XSUB, quick...)
		r.Check(b.Bind(at))
		r.Send(b, "\x01")
		drain(r, pub, b)
		for drained := false; !drained; { // what the second had sent for comes to the first, too
			drained = r.Recv(a)[0] == "last probe"
		}
		large := string(bytes.Repeat([]byte("x"), 100_000))
		for i := range 100 {
			r.Send(pub, fmt.Sprint("topic ", i), large[:i*1000], "")
		}
		for _, s := range []*zmq.Socket{a, b} {
			for i := range 100 {
				r.WantRecv(s, fmt.Sprint("topic ", i), large[:i*1000], "")
			}
		}
	})
}

func TestSubscriptionsOverMulticastStayWithTheSubscriber(t *testing.T) {
	onGroups(t, func(r *rig.Test, at string) {
		pub := r.Socket(zmq.XPUB, quick...)
		r.Check(pub.Connect(at))
		sub := join(r, pub, at)
		r.Check(sub.Unsubscribe(""))
		r.Check(sub.Subscribe("a"))
		r.Send(pub, "b")
		r.Send(pub, "a1")
		r.WantRecv(sub, "a1")
		if n := sub.Stats().Drops.Filtered; n != 1 {
			r.Errorf("%d messages were filtered", n)
		}
		r.WantNothing(pub) // an XPUB is told of no subscription
	})
}

func TestManyPublishersOfAGroup(t *testing.T) {
	onGroups(t, func(r *rig.Test, at string) {
		var pubs []*zmq.Socket
		for range 3 {
			p := r.Socket(zmq.PUB, quick...)
			r.Check(p.Connect(at))
			pubs = append(pubs, p)
		}
		sub := join(r, pubs[0], at)
		for _, p := range pubs[1:] {
			drain(r, p, sub)
		}
		for i := range 500 {
			for k, p := range pubs {
				r.Send(p, fmt.Sprint(k), fmt.Sprint(i))
			}
		}
		next := make([]int, len(pubs))
		for range 500 * len(pubs) {
			m := r.Recv(sub)
			k := int(m[0][0] - '0')
			if m[1] != fmt.Sprint(next[k]) {
				r.Fatalf("publisher %d: %q after %d messages", k, m[1], next[k])
			}
			next[k]++
		}
		sources := map[string]zmq.MulticastSource{}
		for _, x := range sub.MulticastStats()[0].Sources {
			sources[x.Source] = x
		}
		for _, p := range pubs {
			sent := p.MulticastStats()[0].Sent
			if got, ok := sources[sent.Source]; !ok || got.Lost > 0 || got.Messages < 500 {
				r.Errorf("sent %+v, received %+v", sent, got)
			}
		}
		r.Check(pubs[1].Close()) // the others go on
		r.Send(pubs[2], "2", "after")
		r.WantRecv(sub, "2", "after")
	})
}

func TestWhatASubscriberDoesNotReceiveCostsItselfAlone(t *testing.T) {
	onGroups(t, func(r *rig.Test, at string) {
		pub := r.Socket(zmq.PUB, append(quick, zmq.Rate.Of(1_000_000))...)
		r.Check(pub.Connect(at))
		quickOne := join(r, pub, at)
		slow := join(r, pub, at, zmq.RecvHWM.Of(10), zmq.RecvBuffer.Of(4096), zmq.Rate.Of(100), zmq.RecoveryInterval.Of(0))
		events := r.Watch(slow, zmq.EventPacketsLost)
		r.Check(slow.MonitorTo("inproc://events", 0xFFFFFFFF, 2, zmq.PAIR))
		theirs := r.Socket(zmq.PAIR)
		r.Check(theirs.Connect("inproc://events"))
		for drained := false; !drained; {
			drained = r.Recv(quickOne)[0] == "last probe"
		}
		const n = 2000
		body := strings.Repeat("x", 2000)
		for i := range n {
			r.Send(pub, fmt.Sprint(i), body)
		}
		for i := range n {
			r.WantRecv(quickOne, fmt.Sprint(i), body)
		}
		last := -1
		r.WaitUntil("the slow one gets the newest", func() bool {
			r.Send(pub, "new", body)
			m, err := slow.TryRecv()
			if err != nil {
				return false
			}
			if m.Len() != 2 || string(m.Frame(1)) != body {
				r.Fatalf("a torn message of %d frames", m.Len())
			}
			var i int
			if _, err := fmt.Sscan(string(m.Frame(0)), &i); err == nil {
				if i <= last {
					r.Fatalf("%d after %d", i, last)
				}
				last = i
				return false
			}
			return string(m.Frame(0)) == "new"
		})
		if x := slow.MulticastStats()[0].Sources[0]; x.Lost == 0 || x.Gaps == 0 {
			r.Errorf("nothing is counted as lost: %+v", x)
		}
		e := events.Want(zmq.EventPacketsLost)[0]
		var lost *zmq.LossError
		if !errors.As(e.Err, &lost) || lost.Source != pub.MulticastStats()[0].Sent.Source || !lost.Address.IsValid() ||
			lost.Packets == 0 || e.Value != int64(lost.Packets) || e.Endpoint != at || !strings.HasPrefix(e.Remote, "epgm://") {
			r.Errorf("told of %+v, %+v", e, lost)
		}
		r.Check(slow.StopMonitorTo())
		if m := r.Recv(theirs); binary.NativeEndian.Uint64([]byte(m[0])) != uint64(zmq.EventMonitorStopped) {
			r.Errorf("a monitor of libzmq's is told % x", m)
		}
	})
}

// TestCloseOfAMulticastPublisherSendsWhatIsQueued: at its rate, within Linger, and then
// answers requests for half a second.
func TestCloseOfAMulticastPublisherSendsWhatIsQueued(t *testing.T) {
	onGroups(t, func(r *rig.Test, at string) {
		pub := r.Socket(zmq.PUB, append(quick[1:], zmq.Rate.Of(2_000), zmq.Linger.Of(-1))...)
		r.Check(pub.Connect(at))
		sub := join(r, pub, at)
		body := strings.Repeat("x", 1000)
		for i := range 100 {
			r.Send(pub, fmt.Sprint(i), body)
		}
		sent := time.Now()
		r.Check(pub.Close())
		if d := time.Since(sent); d < 500*time.Millisecond {
			r.Errorf("closed after %v, without time for repairs", d)
		}
		for i := range 100 {
			r.WantRecv(sub, fmt.Sprint(i), body)
		}
	})
}

func TestMulticastEndpointsCanBeTakenAway(t *testing.T) {
	onGroups(t, func(r *rig.Test, at string) {
		pub := r.Socket(zmq.PUB, quick...)
		r.Check(pub.Bind(at))
		sub := join(r, pub, at)
		if got := sub.LastEndpoint(); got != at {
			r.Errorf("the last endpoint is %q, not %q", got, at)
		}
		r.Check(sub.Connect(at)) // again, without effect
		if n := len(sub.Endpoints()); n != 1 {
			r.Errorf("%d endpoints", n)
		}
		r.Check(sub.Disconnect(at))
		r.Send(pub, "nobody is there")
		r.Check(sub.Bind(at))
		drain(r, pub, sub)
		r.Check(sub.Unbind(at))
		r.Check(pub.Unbind(at))
		if err := pub.Unbind(at); !errors.Is(err, zmq.ErrNoEndpoint) {
			r.Errorf("unbound twice: %v", err)
		}
	})
}

// TestMonitorOfMulticast: the sockets of an endpoint are its connection. libzmq tells
// nothing of them, and neither do contexts with its defaults.
func TestMonitorOfMulticast(t *testing.T) {
	onGroups(t, func(r *rig.Test, at string) {
		s := r.Socket(zmq.SUB)
		w := r.Watch(s, zmq.EventAll)
		r.Check(s.Connect(at))
		w.Want(zmq.EventConnected)
		w.Want(zmq.EventHandshakeSucceeded)
	})
}

func TestEndpointsOfMulticastThatAreWrong(t *testing.T) {
	for _, x := range []struct {
		typ      zmq.SocketType
		endpoint string
		want     error
		says     string
	}{
		{zmq.PUSH, "epgm://lo;239.1.1.1:5", zmq.ErrIncompatibleTransport, "PUSH"},
		{zmq.PUB, "epgm://lo;239.1.1.1", zmq.ErrInvalid, "interface;group:port"},
		{zmq.PUB, "epgm://lo;239.1.1.1:0", zmq.ErrInvalid, "1 to 65535"},
		{zmq.PUB, "epgm://lo;239.1.1.1:x", zmq.ErrInvalid, "no port"},
		{zmq.SUB, "epgm://lo;192.0.2.1:5", zmq.ErrInvalid, "224.0.0.0 to 239.255.255.255"},
		{zmq.SUB, "epgm://lo;example.org:5", zmq.ErrInvalid, "no multicast group"},
		{zmq.SUB, "epgm://lo;239.1.1.1,[ff02::1]:5", zmq.ErrInvalid, "IPv4 and of IPv6"},
		{zmq.SUB, "epgm://lo;239.1.1.1;239.1.1.2,239.1.1.3:5", zmq.ErrInvalid, "one group to send to"},
		{zmq.SUB, "epgm://lo;239.1.1.1;239.1.1.2;239.1.1.3:5", zmq.ErrInvalid, "there is more"},
		{zmq.SUB, "epgm://nosuch0;239.1.1.1:5", zmq.ErrNoDevice, "no interface has the name \"nosuch0\"; there are "},
		{zmq.SUB, "epgm://198.51.100.77;239.1.1.1:5", zmq.ErrNoDevice, "198.51.100.77"},
		{zmq.SUB, "epgm://198.51.100.0/24;239.1.1.1:5", zmq.ErrNoDevice, "198.51.100.0/24"},
	} {
		s := rig.Socket(t, x.typ)
		for op, err := range map[string]error{"bind": s.Bind(x.endpoint), "connect": s.Connect(x.endpoint)} {
			var e *zmq.Error
			if !errors.Is(err, x.want) || !strings.Contains(err.Error(), x.says) || !errors.As(err, &e) || e.Op != op || e.Endpoint != x.endpoint {
				t.Errorf("%s: %s of %s: %v", x.typ, op, x.endpoint, err)
			}
		}
	}
	s := rig.Socket(t, zmq.PUB)
	if err := s.Connect("epgm://127.0.0.1;239.1.1.1:5", zmq.MulticastMaxTPDU.Of(60)); !errors.Is(err, zmq.ErrInvalid) || !strings.Contains(err.Error(), "MULTICAST_MAXTPDU of 60") {
		t.Errorf("packets without room: %v", err)
	}
	for _, setting := range []zmq.Setting{zmq.ZAPDomain.Of("x")} {
		if err := s.Connect("epgm://127.0.0.1;239.1.1.1:5", setting); !errors.Is(err, zmq.ErrInvalid) || !strings.Contains(err.Error(), "epgm") {
			t.Errorf("with an authentication handler: %v", err)
		}
	}
}

// TestPgmWithoutRightsSaysWhatToDo: its sockets are raw.
func TestPgmWithoutRightsSaysWhatToDo(t *testing.T) {
	s := rig.Socket(t, zmq.SUB)
	err := s.Connect("pgm://127.0.0.1;239.1.1.1:5")
	switch {
	case err == nil:
		if os.Geteuid() > 0 {
			t.Log("this program may open raw sockets")
		}
	case errors.Is(err, syscall.EPERM), errors.Is(err, syscall.EACCES):
		if !strings.Contains(err.Error(), "CAP_NET_RAW") || !strings.Contains(err.Error(), "epgm://") {
			t.Errorf("%v", err)
		}
	default:
		t.Skipf("this system has no such sockets: %v", err)
	}
}
