// SPDX-License-Identifier: Apache-2.0

package pattern_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

func TestDishReceivesTheGroupsThatItHasJoined(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		radio, at := r.Bind(zmq.RADIO, endpoint)
		dish := r.Dish(radio, at, "a", "weather", "")
		for _, g := range []string{"a", "weather", ""} {
			r.WaitSubscribers(radio, g, 1)
		}
		for _, g := range []string{"", "a", "ab", "weather", "weathe", "weather2", "A"} {
			r.Radio(radio, g, "of "+g)
		}
		for _, g := range []string{"", "a", "weather"} {
			if m := r.RecvMessage(dish, "of "+g); m.Group() != g {
				t.Errorf("the group is %q, want %q", m.Group(), g)
			}
		}
		r.WantNothing(dish)
		if n := radio.Stats().Drops.NoSubscriber; n != 4 {
			t.Errorf("%d messages had no subscriber", n)
		}
	})
}

func TestMessageWithoutGroupGoesToTheEmptyOne(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		radio, at := r.Bind(zmq.RADIO, endpoint)
		dish := r.Dish(radio, at, "")
		r.WaitSubscribers(radio, "", 1)
		r.Send(radio, "x")
		if m := r.RecvMessage(dish, "x"); m.Group() != "" {
			t.Errorf("the group is %q", m.Group())
		}
	})
}

func TestJoinAndLeaveWhileConnected(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		radio, at := r.Bind(zmq.RADIO, endpoint)
		dish := r.Dish(radio, at)
		r.Check(dish.Join("g"))
		r.WaitSubscribers(radio, "g", 1)
		r.Radio(radio, "g", "1")
		r.RecvMessage(dish, "1")
		r.Radio(radio, "g", "2") // and left before it is received
		r.WaitArrived(dish, 2)
		r.Check(dish.Leave("g"))
		r.WantNothing(dish)
		r.WaitUntil("the RADIO knows", func() bool {
			r.Radio(radio, "g", "3")
			return radio.Stats().Drops.NoSubscriber > 0
		})
		if dish.Stats().Drops.Filtered == 0 {
			t.Error("the message of a group that was left is not counted")
		}
	})
}

func TestDishJoinsAgainAfterAReconnect(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		radio, at := r.Bind(zmq.RADIO, endpoint)
		dish := r.Dish(radio, at, "a", "b")
		r.WaitSubscribers(radio, "b", 1)
		r.Check(dish.Leave("a"))
		r.Check(radio.Close())
		radio = r.BindAt(zmq.RADIO, at)
		r.WaitSubscribers(radio, "b", 1)
		r.Radio(radio, "a", "no")
		r.Radio(radio, "b", "yes")
		r.RecvMessage(dish, "yes")
	})
}

func TestRadioThatConnectsTellsABoundDish(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		dish, at := r.Bind(zmq.DISH, endpoint)
		r.Check(dish.Join("g"))
		radios := []*zmq.Socket{r.Connect(zmq.RADIO, at), r.Connect(zmq.RADIO, at)}
		for i, radio := range radios {
			r.WaitSubscribers(radio, "g", 1)
			r.Radio(radio, "g", fmt.Sprint(i))
			r.RecvMessage(dish, fmt.Sprint(i))
		}
	})
}

func TestGroupIsCheckedWhereItIsGiven(t *testing.T) {
	r := rig.New(t)
	radio, at := r.Bind(zmq.RADIO, "inproc://it")
	long := strings.Repeat("g", 255)
	dish := r.Dish(radio, at, long)
	for _, bad := range []string{long + "g", "a\x00b", long} {
		if err := dish.Join(bad); !errors.Is(err, zmq.ErrInvalid) {
			t.Errorf("join of a group with %d bytes: %v", len(bad), err)
		}
	}
	if err := dish.Leave("other"); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("leave of a group that is not joined: %v", err)
	}
	r.Radio(radio, long, "x")
	r.RecvMessage(dish, "x")
	for _, bad := range []string{long + "g", "a\x00b"} {
		m := zmq.NewStringMessage("x").WithGroup(bad)
		if err := radio.SendMessage(r.Ctx, m); !errors.Is(err, zmq.ErrInvalid) {
			t.Errorf("sent to a group with %d bytes: %v", len(bad), err)
		}
	}
	for _, s := range []*zmq.Socket{radio, r.Socket(zmq.SUB)} {
		if err := s.Join("g"); !errors.Is(err, zmq.ErrNotSupported) {
			t.Errorf("join on a %s: %v", s.Type(), err)
		}
		if err := s.Leave("g"); !errors.Is(err, zmq.ErrNotSupported) {
			t.Errorf("leave on a %s: %v", s.Type(), err)
		}
	}
}

func TestRadioDropsForAFullDish(t *testing.T) {
	r := rig.New(t)
	radio, at := r.Bind(zmq.RADIO, "inproc://it", zmq.SendHWM.Of(1))
	slow := r.Socket(zmq.DISH, zmq.RecvHWM.Of(1))
	r.Check(slow.Join("g"))
	r.Check(slow.Connect(at))
	for range 5 {
		r.Radio(radio, "g", "x")
	}
	if n := radio.Stats().Drops.Mute; n != 3 {
		t.Errorf("%d messages were dropped", n)
	}
	r.RecvMessage(slow, "x")
	r.RecvMessage(slow, "x")
	r.WantNothing(slow)
}

func TestRadioWithNoDropIsFull(t *testing.T) {
	r := rig.New(t)
	radio, at := r.Bind(zmq.RADIO, "inproc://it", zmq.SendHWM.Of(1), zmq.XPubNoDrop.Of(true))
	slow := r.Socket(zmq.DISH, zmq.RecvHWM.Of(1))
	r.Check(slow.Join(""))
	r.Check(slow.Connect(at))
	r.TrySend(radio, "1")
	r.TrySend(radio, "2")
	r.WantFull(radio, "3")
	sent := r.GoSend(radio, "3")
	for i := range 3 {
		r.RecvMessage(slow, fmt.Sprint(i+1))
	}
	r.Check(r.Result(sent))
}

// TestRadioSendsToManyDishes: beyond a few, messages are stored once for all.
func TestRadioSendsToManyDishes(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		const dishes, each = 10, 50
		radio, at := r.Bind(zmq.RADIO, endpoint)
		var all []*zmq.Socket
		for range dishes {
			all = append(all, r.Dish(radio, at, "g"))
		}
		r.WaitSubscribers(radio, "g", dishes)
		for i := range each {
			r.Radio(radio, "g", fmt.Sprint(i))
			r.Radio(radio, "other", "x")
		}
		for _, d := range all {
			for i := range each {
				if m := r.RecvMessage(d, fmt.Sprint(i)); m.Group() != "g" {
					t.Fatalf("the group is %q", m.Group())
				}
			}
		}
	})
}

func TestProxyKeepsGroups(t *testing.T) {
	r := rig.New(t)
	dish, in := r.Bind(zmq.DISH, "inproc://in")
	r.Check(dish.Join("a"))
	r.Check(dish.Join("b"))
	radio, out := r.Bind(zmq.RADIO, "inproc://out")
	source, sink := r.Connect(zmq.RADIO, in), r.Dish(radio, out, "b")
	x, err := zmq.NewProxy(dish, radio)
	r.Check(err)
	r.Run(&rig.Relay{Proxy: x})
	r.Radio(source, "a", "not this")
	r.Radio(source, "b", "this")
	if m := r.RecvMessage(sink, "this"); m.Group() != "b" {
		t.Errorf("the group is %q", m.Group())
	}
}

func TestGroupsArriveOnChannelsAndInMemoryThatIsReused(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		radio, at := r.Bind(zmq.RADIO, endpoint)
		dish := r.Dish(radio, at, "a", "b")
		r.WaitSubscribers(radio, "b", 1)
		for i := range 10 {
			r.Radio(radio, "ab"[i%2:i%2+1], fmt.Sprint(i))
		}
		r.WaitArrived(dish, 10)
		incoming := dish.Incoming(r.Ctx)
		for i := range 5 {
			if m := <-incoming; m.String() != fmt.Sprint(i) || m.Group() != "ab"[i%2:i%2+1] {
				t.Errorf("message %d is %q of %q", i, m, m.Group())
			}
		}
		var m zmq.Message
		other := r.Dish(radio, at, "a")
		r.WaitSubscribers(radio, "a", 2)
		for i := range 3 {
			r.Radio(radio, "a", fmt.Sprint("into", i))
			r.Check(other.RecvInto(r.Ctx, &m))
			if m.Len() != 1 || m.String() != fmt.Sprint("into", i) || m.Group() != "a" {
				t.Errorf("received %q of %q", m, m.Group())
			}
		}
	})
}

// TestCrowdOfDishesGetsEverythingInOrder: rows of messages to a group of all, of some and
// of one, small and large. Rows are stored once for all.
func TestCrowdOfDishesGetsEverythingInOrder(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		const hwm = 50
		radio, at := r.Bind(zmq.RADIO, endpoint, zmq.XPubNoDrop.Of(true), zmq.SendHWM.Of(hwm))
		joined := map[*zmq.Socket][]string{}
		crowd := func(n int, groups ...string) {
			for range n {
				s := r.Socket(zmq.DISH, zmq.RecvHWM.Of(hwm))
				for _, g := range groups {
					r.Check(s.Join(g))
				}
				r.Check(s.Connect(at))
				joined[s] = groups
			}
		}
		crowd(6, "all")
		crowd(5, "all", "some", "al")
		crowd(1, "all", "one")
		for group, n := range map[string]int{"all": 12, "some": 5, "al": 5, "one": 1} {
			r.WaitSubscribers(radio, group, n)
		}
		var sent []zmq.Message
		for i := range 3000 {
			group, text := "all", fmt.Sprint(i)
			switch {
			case i%1000 > 900:
				group = "one"
			case i%1000 > 600:
				group = "some"
			case i%1000 > 500:
				group = "al"
			case i%97 == 0:
				text = strings.Repeat("long", 2000)
			}
			sent = append(sent, zmq.NewStringMessage(text).WithGroup(group))
		}
		var readers sync.WaitGroup
		for s, groups := range joined {
			readers.Go(func() {
				for _, want := range sent {
					if !slices.Contains(groups, want.Group()) {
						continue
					}
					m, err := s.Recv(r.Ctx)
					if err != nil || m.Group() != want.Group() || m.String() != want.String() {
						t.Errorf("received %.20q of %q, want %.20q of %q: %v", m, m.Group(), want, want.Group(), err)
						return
					}
				}
			})
		}
		for _, m := range sent {
			r.Check(radio.SendMessage(r.Ctx, m.Clone()))
		}
		readers.Wait()
	})
}

// TestDishesComeAndGoDuringARow: one that leaves a group gets no more of it, one that has
// joined all from there on, and the others everything.
func TestDishesComeAndGoDuringARow(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		const each = 200
		radio, at := r.Bind(zmq.RADIO, endpoint, zmq.SendHWM.Of(0))
		var stay []*zmq.Socket
		for range 6 {
			s := r.Socket(zmq.DISH, zmq.RecvHWM.Of(0))
			r.Check(s.Join("g"))
			r.Check(s.Connect(at))
			stay = append(stay, s)
		}
		r.WaitSubscribers(radio, "g", 6)
		var guest *zmq.Socket
		for round := range 5 {
			if guest == nil {
				guest = r.Socket(zmq.DISH, zmq.RecvHWM.Of(0))
				r.Check(guest.Join("g"))
				r.Check(guest.Connect(at))
				r.WaitSubscribers(radio, "g", 7)
			} else {
				r.Check(guest.Close())
				guest = nil
				r.WaitPeersLeft(radio, 6)
			}
			for i := range each {
				r.Radio(radio, "g", fmt.Sprint(round, " ", i))
			}
			for i := range each {
				for _, s := range stay {
					r.RecvMessage(s, fmt.Sprint(round, " ", i))
				}
				if guest != nil {
					r.RecvMessage(guest, fmt.Sprint(round, " ", i))
				}
			}
		}
		if d := radio.Stats().Drops; d.Mute > 0 || d.NoSubscriber > 0 {
			t.Errorf("lost: %+v", d)
		}
	})
}

// TestRadioLosesOnlyForTheDishThatIsFull, and counts it.
func TestRadioLosesOnlyForTheDishThatIsFull(t *testing.T) {
	r := rig.New(t)
	const row = 100
	radio, at := r.Bind(zmq.RADIO, rig.AnyPort, zmq.SendHWM.Of(2*row), zmq.SendBuffer.Of(4096))
	dish := func(settings ...zmq.Setting) *zmq.Socket {
		s := r.Socket(zmq.DISH, settings...)
		r.Check(s.Join("g"))
		r.Check(s.Connect(at))
		return s
	}
	slow := dish(zmq.RecvHWM.Of(1), zmq.RecvBuffer.Of(4096))
	var quick []*zmq.Socket
	for range 6 {
		quick = append(quick, dish(zmq.RecvHWM.Of(0)))
	}
	r.WaitSubscribers(radio, "g", 7)
	body, sent := strings.Repeat("x", 1000), 0
	for radio.Stats().Drops.Mute == 0 {
		for range row {
			r.Radio(radio, "g", fmt.Sprint(sent, body))
			sent++
		}
		for i := sent - row; i < sent; i++ {
			for _, s := range quick {
				r.RecvMessage(s, fmt.Sprint(i, body))
			}
		}
	}
	lost := radio.Stats().Drops.Mute
	for range uint64(sent) - lost {
		if m, err := slow.Recv(r.Ctx); err != nil || m.Group() != "g" {
			t.Fatalf("received of %q: %v", m.Group(), err)
		}
	}
	r.WantNothing(slow)
}
