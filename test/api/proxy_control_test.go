// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"encoding/binary"
	"reflect"
	"testing"
	"testing/synctest"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// newControlled returns a streamer with a control socket, and the socket at the
// other end of that.
func newControlled(r *rig.Test, control, other zmq.SocketType) (x *rig.Relay, c *zmq.Socket) {
	r.Helper()
	s, at := r.Bind(control, "inproc://control")
	switch control {
	case zmq.SUB:
		r.Check(s.Subscribe(""))
	case zmq.XSUB:
		r.Send(s, "\x01")
	}
	x = newRelay(r, zmq.PULL, zmq.PUSH, inprocNamed, zmq.WithControl(s))
	c = r.Connect(other, at)
	if other == zmq.XPUB {
		r.WantRecv(c, "\x01")
	}
	return x, c
}

// numbers takes a reply to STATISTICS apart: frames of 8 bytes in the order of
// the host.
func numbers(r *rig.Test, m []string) (list []uint64) {
	r.Helper()
	for _, f := range m {
		if len(f) != 8 {
			r.Fatalf("a frame of %d bytes in %q", len(f), m)
		}
		list = append(list, binary.NativeEndian.Uint64([]byte(f)))
	}
	return list
}

// A REP answers every command, STATISTICS with eight numbers, all else with one
// empty frame (zmq_proxy_steerable).
func TestProxyControlByRep(t *testing.T) {
	bubbled(t, func(r *rig.Test) {
		x, c := newControlled(r, zmq.REP, zmq.REQ)
		push, pull := newClient(r, zmq.PUSH, x.FrontAt), newClient(r, zmq.PULL, x.BackAt)
		command := func(text string) []string {
			r.Send(c, text)
			return r.Recv(c)
		}
		empty := []string{""}
		r.Send(push, "one", "two", "four")
		r.WantRecv(pull, "one", "two", "four")
		for _, text := range []string{"PAUSE", "nonsense", "pause", "RESUME ", ""} {
			if got := command(text); !reflect.DeepEqual(got, empty) {
				t.Errorf("%q is answered with %q", text, got)
			}
		}
		r.TrySend(push, "3")
		synctest.Wait()
		r.WantNothing(pull)
		if !x.Paused() {
			t.Error("not paused")
		}
		want := []uint64{1, 10, 0, 0, 0, 0, 1, 10} // one message of three frames
		if got := numbers(r, command("STATISTICS")); !reflect.DeepEqual(got, want) {
			t.Errorf("statistics %d, want %d", got, want)
		}
		if got := command("RESUME"); !reflect.DeepEqual(got, empty) {
			t.Errorf("RESUME is answered with %q", got)
		}
		r.WantRecv(pull, "3")
		if got := command("TERMINATE"); !reflect.DeepEqual(got, empty) {
			t.Errorf("TERMINATE is answered with %q", got)
		}
		r.Check(waitEnd(r, x))
		r.Send(push, "nobody passes this on")
		synctest.Wait()
		r.WantNothing(pull)
	})
}

// The eight numbers count messages and bytes of both directions.
func TestProxyStatistics(t *testing.T) {
	bubbled(t, func(r *rig.Test) {
		s, at := r.Bind(zmq.PAIR, "inproc://control")
		x := newRelay(r, zmq.ROUTER, zmq.DEALER, inprocNamed, zmq.WithControl(s))
		c := r.Connect(zmq.PAIR, at)
		client, server := r.Connect(zmq.REQ, x.FrontAt, rig.RoutingID("1234")), r.Connect(zmq.REP, x.BackAt)
		r.Send(client, "12345")
		r.WantRecv(server, "12345")
		r.Send(server, "1", "2")
		r.WantRecv(client, "1", "2")
		synctest.Wait()
		r.Send(c, "STATISTICS")
		want := []uint64{1, 9, 1, 6, 1, 6, 1, 9}
		if got := numbers(r, r.Recv(c)); !reflect.DeepEqual(got, want) {
			t.Errorf("statistics %d, want %d", got, want)
		}
		st := x.Statistics()
		if st.Frontend != (zmq.ProxyTraffic{MessagesIn: 1, FramesIn: 3, BytesIn: 9, MessagesOut: 1, FramesOut: 4, BytesOut: 6}) {
			t.Errorf("frontend %+v", st.Frontend)
		}
		if st.Backend != (zmq.ProxyTraffic{MessagesIn: 1, FramesIn: 4, BytesIn: 6, MessagesOut: 1, FramesOut: 3, BytesOut: 9}) {
			t.Errorf("backend %+v", st.Backend)
		}
	})
}

// Sockets other than REP are answered where there is something to tell; each
// frame is a command, and what cannot be answered is not.
func TestProxyControlByOtherTypes(t *testing.T) {
	for _, x := range []struct{ control, other zmq.SocketType }{
		{zmq.PAIR, zmq.PAIR}, {zmq.DEALER, zmq.DEALER}, {zmq.PULL, zmq.PUSH}, {zmq.SUB, zmq.PUB},
	} {
		t.Run(x.control.String(), func(t *testing.T) {
			bubbled(t, func(r *rig.Test) {
				y, c := newControlled(r, x.control, x.other)
				if x.other == zmq.PUB {
					r.WaitSubscribers(c, "", 1)
				}
				push, pull := newClient(r, zmq.PUSH, y.FrontAt), newClient(r, zmq.PULL, y.BackAt)
				r.Send(c, "PAUSE")
				synctest.Wait()
				r.TrySend(push, "1")
				synctest.Wait()
				r.WantNothing(pull)
				r.Send(c, "STATISTICS")
				if x.control == x.other {
					if got := numbers(r, r.Recv(c)); !reflect.DeepEqual(got, make([]uint64, 8)) {
						t.Errorf("statistics %d", got)
					}
				}
				r.Send(c, "nonsense", "RESUME")
				r.WantRecv(pull, "1")
				r.Send(c, "TERMINATE")
				r.Check(waitEnd(r, y))
				if x.control == x.other {
					r.WantNothing(c)
				}
			})
		})
	}
}

// A ROUTER answers the controller that asked. A controller that has left does not end
// the proxy.
func TestProxyControlByRouter(t *testing.T) {
	bubbled(t, func(r *rig.Test) {
		x, c := newControlled(r, zmq.ROUTER, zmq.DEALER)
		at := "inproc://control"
		push, pull := newClient(r, zmq.PUSH, x.FrontAt), newClient(r, zmq.PULL, x.BackAt)
		r.Send(push, "12")
		r.WantRecv(pull, "12")
		want := []uint64{1, 2, 0, 0, 0, 0, 1, 2}
		r.Send(c, "STATISTICS")
		if got := numbers(r, r.Recv(c)); !reflect.DeepEqual(got, want) {
			t.Errorf("statistics %d, want %d", got, want)
		}
		req := r.Connect(zmq.REQ, at)
		r.Send(req, "STATISTICS")
		if got := numbers(r, r.Recv(req)); !reflect.DeepEqual(got, want) {
			t.Errorf("a REQ gets statistics %d, want %d", got, want)
		}
		r.Connect(zmq.DEALER, at, rig.RoutingID("TERMINATE")) // a name is no command
		x.Pause()
		synctest.Wait()
		gone := r.Connect(zmq.DEALER, at)
		r.Send(gone, "STATISTICS")
		r.Check(gone.Close())
		x.Resume()
		r.Send(push, "34")
		r.WantRecv(pull, "34")
		r.Send(c, "TERMINATE")
		r.Check(waitEnd(r, x))
	})
}

// The numbers of STATISTICS are no subscriptions.
func TestProxyControlByXSub(t *testing.T) {
	bubbled(t, func(r *rig.Test) {
		x, c := newControlled(r, zmq.XSUB, zmq.XPUB)
		push, pull := newClient(r, zmq.PUSH, x.FrontAt), newClient(r, zmq.PULL, x.BackAt)
		r.Send(push, "1")
		r.WantRecv(pull, "1")
		r.Send(c, "STATISTICS")
		synctest.Wait()
		r.WantNothing(c)
		r.Send(c, "TERMINATE")
		r.Check(waitEnd(r, x))
	})
}

// A control socket whose answers are not read does not stop the proxy.
func TestProxyControlThatNobodyReads(t *testing.T) {
	bubbled(t, func(r *rig.Test) {
		s, at := r.Bind(zmq.PAIR, "inproc://control", narrowed...)
		x := newRelay(r, zmq.PULL, zmq.PUSH, inprocNamed, zmq.WithControl(s))
		c := newClient(r, zmq.PAIR, at)
		for range 4 {
			r.TrySend(c, "STATISTICS")
			synctest.Wait()
		}
		push, pull := newClient(r, zmq.PUSH, x.FrontAt), newClient(r, zmq.PULL, x.BackAt)
		r.Send(push, "1")
		r.WantRecv(pull, "1")
		for range 4 {
			numbers(r, r.Recv(c))
		}
	})
}

func TestProxyPauseAndResume(t *testing.T) {
	bubbled(t, func(r *rig.Test) {
		x := newRelay(r, zmq.PULL, zmq.PUSH, inprocNamed)
		push, pull := newClient(r, zmq.PUSH, x.FrontAt), newClient(r, zmq.PULL, x.BackAt)
		x.Pause()
		synctest.Wait()
		r.TrySend(push, "1")
		r.TrySend(push, "2")
		synctest.Wait()
		r.WantFull(push, "3") // messages pile up to the high-water marks
		r.WantNothing(pull)
		x.Resume()
		r.WantRecv(pull, "1")
		r.WantRecv(pull, "2")
	})
}
