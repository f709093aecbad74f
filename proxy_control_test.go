// SPDX-License-Identifier: Apache-2.0

package zmq_test

import (
	"encoding/binary"
	"reflect"
	"testing"
	"testing/synctest"

	zmq "github.com/gozmq/zmq"
)

// controlled is a streamer with a control socket, and who sits at the other end
// of that.
func (r *rig) controlled(control, other zmq.SocketType) (x *relay, c *zmq.Socket) {
	r.Helper()
	s, at := r.bind(control, "inproc://control")
	switch control {
	case zmq.SUB:
		r.check(s.Subscribe(""))
	case zmq.XSUB:
		r.send(s, "\x01")
	}
	x = r.relay(zmq.PULL, zmq.PUSH, inprocNamed, zmq.WithControl(s))
	c = r.connect(other, at)
	if other == zmq.XPUB {
		r.want(c, "\x01")
	}
	return x, c
}

// numbers takes a reply to STATISTICS apart: frames of 8 octets in the order of
// the host.
func (r *rig) numbers(m []string) (list []uint64) {
	r.Helper()
	for _, f := range m {
		if len(f) != 8 {
			r.Fatalf("a frame of %d octets in %q", len(f), m)
		}
		list = append(list, binary.NativeEndian.Uint64([]byte(f)))
	}
	return list
}

// A REP answers every command, STATISTICS with eight numbers, all else with one
// empty frame (zmq_proxy_steerable).
func TestProxyControlByRep(t *testing.T) {
	bubbled(t, func(r *rig) {
		x, c := r.controlled(zmq.REP, zmq.REQ)
		push, pull := r.client(zmq.PUSH, x.frontAt), r.client(zmq.PULL, x.backAt)
		command := func(text string) []string {
			r.send(c, text)
			return r.recv(c)
		}
		empty := []string{""}
		r.send(push, "one", "two", "four")
		r.want(pull, "one", "two", "four")
		for _, text := range []string{"PAUSE", "nonsense", "pause", "RESUME ", ""} {
			if got := command(text); !reflect.DeepEqual(got, empty) {
				t.Errorf("%q is answered with %q", text, got)
			}
		}
		r.try(push, "3")
		synctest.Wait()
		r.none(pull)
		if !x.Paused() {
			t.Error("not paused")
		}
		want := []uint64{1, 10, 0, 0, 0, 0, 1, 10} // one message of three frames
		if got := r.numbers(command("STATISTICS")); !reflect.DeepEqual(got, want) {
			t.Errorf("statistics %d, want %d", got, want)
		}
		if got := command("RESUME"); !reflect.DeepEqual(got, empty) {
			t.Errorf("RESUME is answered with %q", got)
		}
		r.want(pull, "3")
		if got := command("TERMINATE"); !reflect.DeepEqual(got, empty) {
			t.Errorf("TERMINATE is answered with %q", got)
		}
		r.check(r.ends(x))
		r.send(push, "nobody passes this on")
		synctest.Wait()
		r.none(pull)
	})
}

// The eight numbers count messages and octets of both directions.
func TestProxyStatistics(t *testing.T) {
	bubbled(t, func(r *rig) {
		s, at := r.bind(zmq.PAIR, "inproc://control")
		x := r.relay(zmq.ROUTER, zmq.DEALER, inprocNamed, zmq.WithControl(s))
		c := r.connect(zmq.PAIR, at)
		client, server := r.connect(zmq.REQ, x.frontAt, named("1234")), r.connect(zmq.REP, x.backAt)
		r.send(client, "12345")
		r.want(server, "12345")
		r.send(server, "1", "2")
		r.want(client, "1", "2")
		synctest.Wait()
		r.send(c, "STATISTICS")
		want := []uint64{1, 9, 1, 6, 1, 6, 1, 9}
		if got := r.numbers(r.recv(c)); !reflect.DeepEqual(got, want) {
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
			bubbled(t, func(r *rig) {
				y, c := r.controlled(x.control, x.other)
				if x.other == zmq.PUB {
					r.subscribers(c, "", 1)
				}
				push, pull := r.client(zmq.PUSH, y.frontAt), r.client(zmq.PULL, y.backAt)
				r.send(c, "PAUSE")
				synctest.Wait()
				r.try(push, "1")
				synctest.Wait()
				r.none(pull)
				r.send(c, "STATISTICS")
				if x.control == x.other {
					if got := r.numbers(r.recv(c)); !reflect.DeepEqual(got, make([]uint64, 8)) {
						t.Errorf("statistics %d", got)
					}
				}
				r.send(c, "nonsense", "RESUME")
				r.want(pull, "1")
				r.send(c, "TERMINATE")
				r.check(r.ends(y))
				if x.control == x.other {
					r.none(c)
				}
			})
		})
	}
}

// A ROUTER answers whoever asked, and one who has left ends nothing.
func TestProxyControlByRouter(t *testing.T) {
	bubbled(t, func(r *rig) {
		x, c := r.controlled(zmq.ROUTER, zmq.DEALER)
		at := "inproc://control"
		push, pull := r.client(zmq.PUSH, x.frontAt), r.client(zmq.PULL, x.backAt)
		r.send(push, "12")
		r.want(pull, "12")
		want := []uint64{1, 2, 0, 0, 0, 0, 1, 2}
		r.send(c, "STATISTICS")
		if got := r.numbers(r.recv(c)); !reflect.DeepEqual(got, want) {
			t.Errorf("statistics %d, want %d", got, want)
		}
		req := r.connect(zmq.REQ, at)
		r.send(req, "STATISTICS")
		if got := r.numbers(r.recv(req)); !reflect.DeepEqual(got, want) {
			t.Errorf("a REQ gets statistics %d, want %d", got, want)
		}
		r.connect(zmq.DEALER, at, named("TERMINATE")) // a name is no command
		x.Pause()
		synctest.Wait()
		gone := r.connect(zmq.DEALER, at)
		r.send(gone, "STATISTICS")
		r.check(gone.Close())
		x.Resume()
		r.send(push, "34")
		r.want(pull, "34")
		r.send(c, "TERMINATE")
		r.check(r.ends(x))
	})
}

// The numbers of STATISTICS are no subscriptions.
func TestProxyControlByXSub(t *testing.T) {
	bubbled(t, func(r *rig) {
		x, c := r.controlled(zmq.XSUB, zmq.XPUB)
		push, pull := r.client(zmq.PUSH, x.frontAt), r.client(zmq.PULL, x.backAt)
		r.send(push, "1")
		r.want(pull, "1")
		r.send(c, "STATISTICS")
		synctest.Wait()
		r.none(c)
		r.send(c, "TERMINATE")
		r.check(r.ends(x))
	})
}

// A control socket whose answers nobody reads does not stop the proxy.
func TestProxyControlThatNobodyReads(t *testing.T) {
	bubbled(t, func(r *rig) {
		s, at := r.bind(zmq.PAIR, "inproc://control", narrowed...)
		x := r.relay(zmq.PULL, zmq.PUSH, inprocNamed, zmq.WithControl(s))
		c := r.client(zmq.PAIR, at)
		for range 4 {
			r.try(c, "STATISTICS")
			synctest.Wait()
		}
		push, pull := r.client(zmq.PUSH, x.frontAt), r.client(zmq.PULL, x.backAt)
		r.send(push, "1")
		r.want(pull, "1")
		for range 4 {
			r.numbers(r.recv(c))
		}
	})
}

func TestProxyPauseAndResume(t *testing.T) {
	bubbled(t, func(r *rig) {
		x := r.relay(zmq.PULL, zmq.PUSH, inprocNamed)
		push, pull := r.client(zmq.PUSH, x.frontAt), r.client(zmq.PULL, x.backAt)
		x.Pause()
		synctest.Wait()
		r.try(push, "1")
		r.try(push, "2")
		synctest.Wait()
		r.full(push, "3") // messages pile up to the high-water marks
		r.none(pull)
		x.Resume()
		r.want(pull, "1")
		r.want(pull, "2")
	})
}
