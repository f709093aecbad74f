// SPDX-License-Identifier: Apache-2.0

package hostile_test

import (
	"io"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/test/rig"
)

// pretender opens a connection whose peer says that it is a socket of that type.
func pretender(r *rig.Test, at, typ string) net.Conn {
	c := r.Dial(at)
	says := wire.AppendGreeting(nil, wire.Greeting{Major: 3, Minor: 1, Mechanism: "NULL"})
	says = wire.AppendCommandFrame(says, wire.CommandReady, wire.AppendProperty(nil, wire.PropertySocketType, []byte(typ)))
	_, err := c.Write(says)
	r.Check(err)
	return c
}

// wantCut sends bytes and waits for the end of the connection.
func wantCut(r *rig.Test, c net.Conn, what string, says []byte) {
	r.Helper()
	_, _ = c.Write(says) // the end may come first
	if _, err := io.Copy(io.Discard, c); err != nil && strings.Contains(err.Error(), "timeout") {
		r.Errorf("%s: the connection stays", what)
	}
}

// TestGroupThatIsNoneEndsTheConnection: also one that libzmq would end its process for.
func TestGroupThatIsNoneEndsTheConnection(t *testing.T) {
	r := rig.New(t)
	radio, at := r.Bind(zmq.RADIO, rig.AnyPort)
	for _, group := range []string{strings.Repeat("g", 256), strings.Repeat("g", 70_000), "a\x00b"} {
		for _, name := range []string{wire.CommandJoin, wire.CommandLeave} {
			wantCut(r, pretender(r, at, "DISH"), name, wire.AppendCommandFrame(nil, name, []byte(group)))
		}
	}
	r.WaitPeersLeft(radio, 0)
	r.Dish(radio, at, "g")
	r.WaitSubscribers(radio, "g", 1)
}

func TestMessageThatIsNoneOfARadioEndsTheConnection(t *testing.T) {
	r := rig.New(t)
	dish, at := r.Bind(zmq.DISH, rig.AnyPort)
	r.Check(dish.Join("g"))
	for what, says := range map[string][]byte{
		"one frame":      wire.AppendFrame(nil, 0, []byte("g")),
		"three frames":   slices.Concat(wire.AppendFrame(nil, wire.FlagMore, []byte("g")), wire.AppendFrame(nil, wire.FlagMore, nil), wire.AppendFrame(nil, 0, nil)),
		"a group of 256": slices.Concat(wire.AppendFrame(nil, wire.FlagMore, make([]byte, 256)), wire.AppendFrame(nil, 0, nil)),
	} {
		wantCut(r, pretender(r, at, "RADIO"), what, says)
	}
	c := pretender(r, at, "RADIO")
	_, err := c.Write(slices.Concat(wire.AppendFrame(nil, wire.FlagMore, []byte("g")), wire.AppendFrame(nil, 0, []byte("x"))))
	r.Check(err)
	r.RecvMessage(dish, "x")
}

// TestManyGroupsAreALimit: a DISH that joins more than it may is cut off.
func TestManyGroupsAreALimit(t *testing.T) {
	r := rig.New(t)
	radio, at := r.Bind(zmq.RADIO, rig.AnyPort, zmq.MaxSubscriptions.Of(2))
	var says []byte
	for _, g := range []string{"a", "b", "c"} {
		says = wire.AppendGroup(says, []byte(g), false)
	}
	wantCut(r, pretender(r, at, "DISH"), "three groups", says)
	r.WaitPeersLeft(radio, 0)
}

// TestRadioDiscardsWhatIsNoGroup: a DISH says nothing else.
func TestRadioDiscardsWhatIsNoGroup(t *testing.T) {
	r := rig.New(t)
	radio, at := r.Bind(zmq.RADIO, rig.AnyPort)
	c := pretender(r, at, "DISH")
	says := slices.Concat(wire.AppendFrame(nil, 0, []byte("\x01g")), wire.AppendCommandFrame(nil, wire.CommandSubscribe, []byte("g")),
		wire.AppendFrame(nil, wire.FlagMore, []byte("x")), wire.AppendFrame(nil, 0, nil), wire.AppendGroup(nil, []byte("h"), false))
	_, err := c.Write(says)
	r.Check(err)
	r.WaitSubscribers(radio, "h", 1)
	r.Radio(radio, "g", "x")
	if n := radio.Stats().Drops.NoSubscriber; n != 1 {
		t.Errorf("%d messages had no subscriber", n)
	}
}

// TestOldPeersAreNoDishes: they cannot tell what they join.
func TestOldPeersAreNoDishes(t *testing.T) {
	r := rig.New(t)
	_, at := r.Bind(zmq.RADIO, rig.AnyPort)
	wantCut(r, r.Dial(at), "ZMTP 2.0", []byte("\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x01\x0f\x00\x00"))
}
