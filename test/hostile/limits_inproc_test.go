// SPDX-License-Identifier: Apache-2.0

package hostile_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// expelled checks how a publisher and a subscriber in process are told that the one
// has refused the other.
func expelled(r *rig.Test, pub, sub *zmq.Socket, events *rig.Watch) {
	r.Helper()
	if e := events.Want(zmq.EventDisconnected)[0]; !errors.Is(e.Err, zmq.ErrLimit) {
		r.Errorf("the publisher is told %v, want ErrLimit", e.Err)
	}
	for _, s := range []*zmq.Socket{pub, sub} {
		if st := s.Stats(); st.Disconnected != 1 || st.Peers != 0 {
			r.Errorf("%s: %d peers, %d disconnected; want 0 and 1", s, st.Peers, st.Disconnected)
		}
	}
}

// A peer in process that goes beyond a limit is parted as one behind a connection is,
// in whatever order the two have met.
func TestSubscriberInProcessBeyondALimitIsParted(t *testing.T) {
	for name, abuse := range map[string]func(sub *zmq.Socket) error{
		"MaxTopicBytes": func(sub *zmq.Socket) error { return sub.Subscribe(strings.Repeat("t", 70_000)) },
		"MaxSubscriptions": func(sub *zmq.Socket) error {
			return errors.Join(sub.Subscribe("a"), sub.Subscribe("b"), sub.Subscribe("c"))
		},
	} {
		for _, order := range []string{"subscribes when connected", "subscribes first", "connects first", "binds"} {
			t.Run(fmt.Sprint(name, " ", order), func(t *testing.T) {
				const at = "inproc://it"
				r := rig.New(t)
				pub, sub := r.Socket(zmq.PUB, zmq.MaxSubscriptions.Of(2)), r.Socket(zmq.SUB)
				events := r.Watch(pub, zmq.EventDisconnected)
				switch order {
				case "subscribes when connected":
					r.Check(errors.Join(pub.Bind(at), sub.Connect(at), abuse(sub)))
				case "subscribes first":
					r.Check(errors.Join(pub.Bind(at), abuse(sub), sub.Connect(at)))
				case "connects first":
					r.Check(errors.Join(sub.Connect(at), abuse(sub), pub.Bind(at)))
				case "binds":
					r.Check(errors.Join(sub.Bind(at), abuse(sub), pub.Connect(at)))
				}
				expelled(r, pub, sub, events)
			})
		}
	}
}

// DISCONNECT_SLOW holds in process too. What the subscriber was sent it still gets.
func TestSlowSubscriberInProcessIsParted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := rig.New(t)
		pub, at := r.Bind(zmq.PUB, "inproc://it", zmq.SendHWM.Of(1), zmq.DisconnectSlow.Of(50*time.Millisecond))
		sub := r.Socket(zmq.SUB, zmq.RecvHWM.Of(1))
		r.Check(sub.Subscribe("x"))
		r.Check(sub.Connect(at))
		events := r.Watch(pub, zmq.EventDisconnected)
		for range 3 {
			r.Send(pub, "x")
		}
		time.Sleep(40 * time.Millisecond)
		r.Send(pub, "x")
		if n := len(pub.Peers()); n != 1 {
			t.Fatalf("%d peers before the time", n)
		}
		time.Sleep(20 * time.Millisecond)
		r.Send(pub, "x")
		synctest.Wait()
		expelled(r, pub, sub, events)
		if n := pub.Stats().Drops.Mute; n != 3 {
			t.Errorf("%d messages dropped, want 3", n)
		}
		r.WantRecv(sub, "x")
		r.WantRecv(sub, "x")
		r.WantNothing(sub)
		r.Check(sub.Connect(at)) // and may come back
		r.WaitPeers(sub, 1)
	})
}
