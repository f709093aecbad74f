// SPDX-License-Identifier: Apache-2.0

package pattern_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// interfaces returns the names of interfaces, that of this machine's own addresses first.
func interfaces(t *testing.T) (names []string) {
	t.Helper()
	all, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range all {
		switch {
		case i.Flags&net.FlagUp == 0:
		case i.Flags&net.FlagLoopback != 0:
			names = append([]string{i.Name}, names...)
		default:
			names = append(names, i.Name)
		}
	}
	return names
}

// broadcastTo sends to a group until the DISH has a message of it: a datagram may be lost.
func broadcastTo(r *rig.Test, radio, dish *zmq.Socket, group, text string) {
	r.Helper()
	r.WaitUntil("a datagram has come", func() bool {
		r.Radio(radio, group, text)
		m, err := dish.TryRecv()
		return err == nil && m.Group() == group && m.String() == text
	})
}

func TestRadioAndDishOverUDP(t *testing.T) {
	for _, endpoint := range []string{"udp://127.0.0.1:*", "udp://[::1]:*"} {
		t.Run(endpoint, func(t *testing.T) {
			r := rig.New(t)
			dish := r.Socket(zmq.DISH)
			if err := dish.Bind(endpoint); err != nil && strings.Contains(endpoint, "::1") {
				t.Skipf("no IPv6: %v", err)
			} else {
				r.Check(err)
			}
			radio := r.Socket(zmq.RADIO)
			r.Check(radio.Connect(dish.LastEndpoint()))
			r.Check(dish.Join("a"))
			r.Check(dish.Join(""))
			broadcastTo(r, radio, dish, "a", "first")
			r.Radio(radio, "b", "not joined")
			broadcastTo(r, radio, dish, "", "")
			r.Check(dish.Join("b"))
			broadcastTo(r, radio, dish, "b", "joined while bound")
			r.Check(dish.Leave("a"))
			r.Radio(radio, "a", "left")
			broadcastTo(r, radio, dish, "b", "last")
			if n := dish.Stats().Drops.Filtered; n == 0 {
				t.Error("messages of groups that are not joined are not counted")
			}
		})
	}
}

func TestRadioAndDishOverMulticast(t *testing.T) {
	for _, group := range []string{"239.192.7.7", "[ff02::7:7]"} {
		t.Run(group, func(t *testing.T) {
			for _, via := range interfaces(t) {
				if multicast(rig.New(t), "udp://"+via+";"+group+":") {
					return
				}
			}
			t.Skip("no interface carries multicast of this family")
		})
	}
}

// multicast sends a group to two receivers at one port, and reports whether the system
// does that.
func multicast(r *rig.Test, at string) bool {
	var dishes []*zmq.Socket
	port := "*"
	for range 2 {
		d := r.Socket(zmq.DISH)
		r.Check(d.Join("g"))
		if d.Bind(at+port) != nil {
			return false
		}
		port = d.LastEndpoint()[strings.LastIndexByte(d.LastEndpoint(), ':')+1:]
		dishes = append(dishes, d)
	}
	radio := r.Socket(zmq.RADIO)
	if radio.Connect(at+port) != nil {
		return false
	}
	r.Radio(radio, "g", "probe")
	r.WaitUntil("it has gone out", func() bool { return radio.Stats().QueuedOut == 0 })
	if radio.Stats().Drops.PeerGone > 0 {
		return false
	}
	for i, d := range dishes {
		broadcastTo(r, radio, d, "g", fmt.Sprint("to ", i))
	}
	return true
}

func TestMessageThatFitsIntoNoDatagramIsRefused(t *testing.T) {
	r := rig.New(t)
	radio := r.Socket(zmq.RADIO)
	r.Check(radio.Connect("udp://127.0.0.1:9"))
	fits := zmq.NewMessage(make([]byte, 8192-2)).WithGroup("g")
	r.Check(radio.SendMessage(r.Ctx, fits))
	large := zmq.NewMessage(make([]byte, 8192-1)).WithGroup("g")
	if err := radio.SendMessage(r.Ctx, large); !errors.Is(err, zmq.ErrMessageTooLarge) || !strings.Contains(err.Error(), "8193 bytes") {
		t.Errorf("sent: %v", err)
	}
	dgram, at := r.Bind(zmq.DGRAM, "udp://127.0.0.1:*")
	to := strings.TrimPrefix(at, "udp://")
	if err := dgram.Send(r.Ctx, []byte(to), make([]byte, 8193)); !errors.Is(err, zmq.ErrMessageTooLarge) {
		t.Errorf("sent: %v", err)
	}
	r.Check(radio.Disconnect("udp://127.0.0.1:9"))
	r.Check(radio.SendMessage(r.Ctx, large)) // without a peer
}

// TestDatagramThatIsNoMessageIsDropped: groups that run past the end or hold a zero byte,
// nothing at all, and more than libzmq receives.
func TestDatagramThatIsNoMessageIsDropped(t *testing.T) {
	r := rig.New(t)
	dish, at := r.Bind(zmq.DISH, "udp://127.0.0.1:*")
	r.Check(dish.Join("g"))
	c, err := net.Dial("udp", strings.TrimPrefix(at, "udp://"))
	r.Check(err)
	defer c.Close()
	bad := [][]byte{{}, {1}, []byte("\x05g"), {255}, []byte("\x02a\x00x"), append([]byte("\x01g"), make([]byte, 8191)...)}
	r.WaitUntil("they have come", func() bool {
		for _, b := range bad {
			_, err := c.Write(b)
			r.Check(err)
		}
		return dish.Stats().Drops.Malformed >= uint64(2*len(bad))
	})
	r.WaitUntil("a message comes", func() bool {
		_, err := c.Write([]byte("\x01gbody"))
		r.Check(err)
		m, err := dish.TryRecv()
		return err == nil && m.String() == "body" && m.Group() == "g"
	})
}

func TestDgramSendsToAnAddressAndReceivesWithOne(t *testing.T) {
	r := rig.New(t)
	a, atA := r.Bind(zmq.DGRAM, "udp://127.0.0.1:*")
	b, atB := r.Bind(zmq.DGRAM, "udp://127.0.0.1:*")
	toA, toB := strings.TrimPrefix(atA, "udp://"), strings.TrimPrefix(atB, "udp://")
	exchange := func(from, to *zmq.Socket, address, sender, text string) {
		t.Helper()
		r.WaitUntil("a datagram has come", func() bool {
			r.Send(from, address, text)
			m, err := to.TryRecv()
			return err == nil && m.Len() == 2 && string(m.Frame(0)) == sender && string(m.Frame(1)) == text
		})
	}
	exchange(a, b, toB, toA, "ping")
	exchange(b, a, toA, toB, "pong")
	exchange(a, b, toB+"\x00", toA, "") // as libzmq writes addresses
	for _, frames := range [][]string{{toB}, {toB, "x", "y"}, {"", "x"}, {"127.0.0.1:0", "x"}, {"localhost:5", "x"}, {"127.0.0.1", "x"}, {"0.0.0.0:5", "x"}} {
		if err := a.Send(r.Ctx, rig.Frames(frames)...); !errors.Is(err, zmq.ErrInvalid) {
			t.Errorf("sends %q: %v", frames, err)
		}
	}
	if err := a.Bind("udp://127.0.0.1:*"); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("a second bind: %v", err)
	}
}

func TestEndpointsOfUDP(t *testing.T) {
	r := rig.New(t)
	for _, x := range []struct {
		typ  zmq.SocketType
		bind bool
		at   string
		want error
	}{
		{zmq.RADIO, true, "udp://127.0.0.1:*", zmq.ErrIncompatibleTransport},
		{zmq.DISH, false, "udp://127.0.0.1:5", zmq.ErrIncompatibleTransport},
		{zmq.DGRAM, false, "udp://127.0.0.1:5", zmq.ErrIncompatibleTransport},
		{zmq.PUB, true, "udp://127.0.0.1:*", zmq.ErrIncompatibleTransport},
		{zmq.DGRAM, true, rig.AnyPort, zmq.ErrIncompatibleTransport},
		{zmq.DGRAM, true, "inproc://x", zmq.ErrIncompatibleTransport},
		{zmq.DISH, true, "udp://127.0.0.1", zmq.ErrInvalid},
		{zmq.DISH, true, "udp://:5", zmq.ErrInvalid},
		{zmq.DISH, true, "udp://127.0.0.1:x", zmq.ErrInvalid},
		{zmq.DISH, true, "udp://127.0.0.1:65536", zmq.ErrInvalid},
		{zmq.DISH, true, "udp://*;127.0.0.1:5", zmq.ErrInvalid},
		{zmq.DISH, true, "udp://;239.0.0.1:5", zmq.ErrInvalid},
		{zmq.DISH, true, "udp://239.0.0.2;239.0.0.1:5", zmq.ErrInvalid},
		{zmq.DISH, true, "udp://127.0.0.1;[ff02::1]:5", zmq.ErrNoDevice},
		{zmq.DISH, true, "udp://nosuch0;239.0.0.1:5", zmq.ErrNoDevice},
		{zmq.DISH, true, "udp://no.such.host.invalid:5", zmq.ErrNoDevice},
		{zmq.RADIO, false, "udp://no.such.host.invalid:5", zmq.ErrInvalid},
		{zmq.RADIO, false, "udp://127.0.0.1:*", zmq.ErrInvalid},
		{zmq.RADIO, false, "udp://*:5", zmq.ErrInvalid},
	} {
		s := r.Socket(x.typ)
		err := s.Connect
		if x.bind {
			err = s.Bind
		}
		if got := err(x.at); !errors.Is(got, x.want) {
			t.Errorf("%s at %s: %v, want %v", x.typ, x.at, got, x.want)
		}
		if n := len(s.Endpoints()); n != 0 {
			t.Errorf("%s at %s: %d endpoints are left", x.typ, x.at, n)
		}
	}
}

func TestUDPEndpointsComeAndGo(t *testing.T) {
	r := rig.New(t)
	dish, at := r.Bind(zmq.DISH, "udp://127.0.0.1:*")
	r.Check(dish.Join("g"))
	radio := r.Socket(zmq.RADIO)
	for i := range 3 {
		r.Check(radio.Connect(at))
		broadcastTo(r, radio, dish, "g", fmt.Sprint(i))
		r.Check(radio.Disconnect(at))
		r.Check(dish.Unbind(at))
		r.Check(dish.Bind(at))
	}
}

// TestDishReceivesItsMulticastGroupAlone: two at one port, each with a group of its own.
func TestDishReceivesItsMulticastGroupAlone(t *testing.T) {
	for _, groups := range [][2]string{{"239.192.7.9", "239.192.7.10"}, {"[ff02::7:9]", "[ff02::7:a]"}} {
		t.Run(groups[0], func(t *testing.T) {
			for _, via := range interfaces(t) {
				if apart(rig.New(t), "udp://"+via+";", groups) {
					return
				}
			}
			t.Skip("no interface carries multicast of this family")
		})
	}
}

// apart sends to two groups, and reports whether the system does that.
func apart(r *rig.Test, via string, groups [2]string) bool {
	var dishes, radios [2]*zmq.Socket
	port := ":*"
	for i, group := range groups {
		dishes[i], radios[i] = r.Socket(zmq.DISH), r.Socket(zmq.RADIO)
		r.Check(dishes[i].Join("g"))
		if dishes[i].Bind(via+group+port) != nil {
			return false
		}
		at := dishes[i].LastEndpoint()
		port = at[strings.LastIndexByte(at, ':'):]
		if radios[i].Connect(via+group+port) != nil {
			return false
		}
	}
	r.Radio(radios[0], "g", "probe")
	r.WaitUntil("it has gone out", func() bool { return radios[0].Stats().QueuedOut == 0 })
	if radios[0].Stats().Drops.PeerGone > 0 {
		return false
	}
	broadcastTo(r, radios[1], dishes[1], "g", "to the other") // which the first has by then, if at all
	r.WaitUntil("a datagram has come", func() bool {
		r.Radio(radios[0], "g", "to it")
		m, err := dishes[0].TryRecv()
		for ; err == nil && m.String() == "probe"; m, err = dishes[0].TryRecv() {
		}
		if err == nil && m.String() != "to it" {
			r.Fatalf("received %q of a group that it has not joined", m)
		}
		return err == nil
	})
	return true
}

// TestWhatUDPCannotDoIsRefused: nothing is sent in clear, or to an unknown peer, by a socket
// that is told to look at its peers.
func TestWhatUDPCannotDoIsRefused(t *testing.T) {
	anyone := zmq.WithAuthorizer(func(context.Context, zmq.Peer) error { return nil })
	keys := zmq.NewCurveKeypair()
	for what, setting := range map[string]zmq.Setting{
		"CURVE": keys.AsServer(), "a handler": zmq.ZAPDomain.Of("global"), "an authorizer": anyone,
	} {
		r := rig.New(t)
		radio, dish := r.Socket(zmq.RADIO, setting), r.Socket(zmq.DISH)
		for call, err := range map[string]error{
			"connect": radio.Connect("udp://127.0.0.1:9"), "bind": dish.Bind("udp://127.0.0.1:*", setting),
		} {
			if !errors.Is(err, zmq.ErrInvalid) || !strings.Contains(err.Error(), "udp") {
				t.Errorf("%s with %s: %v", call, what, err)
			}
		}
		r.Check(dish.Bind(rig.AnyPort, setting))
	}
	libzmq := rig.NewWith(t, zmq.ContextConfig{LibzmqDefaults: true})
	libzmq.Check(libzmq.Socket(zmq.DISH, zmq.ZAPDomain.Of("global")).Bind("udp://127.0.0.1:*"))
}

// TestDatagramsComeToTheSamePortAgain: what ends the socket of the system does not change
// where it is bound.
func TestDatagramsComeToTheSamePortAgain(t *testing.T) {
	r := rig.New(t)
	dish, at := r.Bind(zmq.DISH, "udp://127.0.0.1:*")
	r.Check(dish.Join("g"))
	radio := r.Socket(zmq.RADIO)
	r.Check(radio.Connect(at))
	for i := range 3 {
		broadcastTo(r, radio, dish, "g", fmt.Sprint(i))
		r.Check(dish.DisconnectPeer(dish.Peers()[0].Peer))
		r.WaitUntil("it is bound again", func() bool { return dish.Stats().Connected == uint64(i+2) })
	}
	broadcastTo(r, radio, dish, "g", "last")
}

func TestDgramSendsOverBothFamilies(t *testing.T) {
	r := rig.New(t)
	a, at := r.Bind(zmq.DGRAM, "udp://*:*", zmq.IPv6.Of(true))
	port := at[strings.LastIndexByte(at, ':'):]
	for _, host := range []string{"127.0.0.1", "[::1]"} {
		b := r.Socket(zmq.DGRAM)
		if err := b.Bind("udp://" + host + ":*"); err != nil && host == "[::1]" {
			t.Skipf("no IPv6: %v", err)
		} else {
			r.Check(err)
		}
		r.WaitUntil("a datagram has come", func() bool {
			r.Send(b, host+port, "ping")
			m, err := a.TryRecv()
			if err != nil || "udp://"+string(m.Frame(0)) != b.LastEndpoint() {
				return false
			}
			r.Check(a.SendMessage(r.Ctx, m)) // back
			return true
		})
		m, err := b.Recv(r.Ctx)
		r.Check(err)
		if got := rig.Texts(m); got[0] != host+port || got[1] != "ping" {
			t.Errorf("received %q", got)
		}
	}
}
