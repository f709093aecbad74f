// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// newRelay binds two sockets and runs a proxy between them until the test is over.
func newRelay(r *rig.Test, front, back zmq.SocketType, at func(name string) string, settings ...zmq.ProxySetting) *rig.Relay {
	r.Helper()
	x := &rig.Relay{}
	x.Front, x.FrontAt = r.Bind(front, at("front"), narrowed...)
	x.Back, x.BackAt = r.Bind(back, at("back"), narrowed...)
	var err error
	x.Proxy, err = zmq.NewProxy(x.Front, x.Back, settings...)
	r.Check(err)
	r.Run(x)
	return x
}

// narrowed are high-water marks that are quickly reached.
var narrowed = []zmq.Setting{zmq.SendHWM.Of(1), zmq.RecvHWM.Of(1)}

// waitEnd waits for Run and returns its error.
func waitEnd(r *rig.Test, x *rig.Relay) error {
	r.Helper()
	return r.Result(x.Result)
}

func inprocNamed(name string) string { return "inproc://" + name }

// bubbled runs a test where Wait lets everything happen that can.
func bubbled(t *testing.T, test func(r *rig.Test)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(rig.New(t)) })
}

// newClient connects with the high-water marks of 1 that the proxy's sockets have.
func newClient(r *rig.Test, typ zmq.SocketType, at string, settings ...zmq.Setting) *zmq.Socket {
	r.Helper()
	return r.Connect(typ, at, append(append([]zmq.Setting{}, narrowed...), settings...)...)
}

func TestProxyQueuePassesRequestsAndReplies(t *testing.T) {
	rig.EachPlace(t, func(r *rig.Test, at func(string) string) {
		x := newRelay(r, zmq.ROUTER, zmq.DEALER, at)
		rep := r.Connect(zmq.REP, x.BackAt)
		a, b := r.Connect(zmq.REQ, x.FrontAt), r.Connect(zmq.REQ, x.FrontAt)
		for i := range 20 {
			for _, req := range []*zmq.Socket{a, b} {
				r.Send(req, "request", fmt.Sprint(i))
			}
			for range 2 {
				r.WantRecv(rep, "request", fmt.Sprint(i))
				r.Send(rep, "reply", fmt.Sprint(i), "")
			}
			for _, req := range []*zmq.Socket{a, b} {
				r.WantRecv(req, "reply", fmt.Sprint(i), "")
			}
		}
	})
}

func TestProxyForwarderPassesSubscriptionsAndMessages(t *testing.T) {
	rig.EachPlace(t, func(r *rig.Test, at func(string) string) {
		x := newRelay(r, zmq.XSUB, zmq.XPUB, at)
		pub := r.Connect(zmq.PUB, x.FrontAt)
		sub := r.Connect(zmq.SUB, x.BackAt)
		r.Check(sub.Subscribe("news."))
		r.WaitSubscribers(pub, "news.", 1) // through the proxy
		r.Send(pub, "weather", "dropped at its source")
		r.Send(pub, "news.today", "1", "2")
		r.WantRecv(sub, "news.today", "1", "2")
		if n := pub.Stats().Drops.NoSubscriber; n != 1 {
			t.Errorf("%d messages had no subscriber, want 1", n)
		}
		r.Check(sub.Unsubscribe("news."))
		r.WaitUntil("the unsubscription has arrived", func() bool {
			return pub.TrySend([]byte("news.gone")) == nil && pub.Stats().Drops.NoSubscriber > 1
		})
	})
}

func TestProxyStreamerKeepsOrderAndFrames(t *testing.T) {
	rig.EachPlace(t, func(r *rig.Test, at func(string) string) {
		x := newRelay(r, zmq.PULL, zmq.PUSH, at)
		push, pull := r.Connect(zmq.PUSH, x.FrontAt), r.Connect(zmq.PULL, x.BackAt)
		const n = 3000
		message := func(i int) []string {
			return append([]string{fmt.Sprint(i), ""}, strings.Split(strings.Repeat("x", i%5), "")...)
		}
		go func() {
			for i := range n {
				if push.Send(r.Ctx, rig.Frames(message(i))...) != nil {
					return
				}
			}
		}()
		for i := range n {
			r.WantRecv(pull, message(i)...)
		}
	})
}

// The ends may be bound or connected, the pair the other way round, and types that
// go one way only.
func TestProxyPairsOfTypes(t *testing.T) {
	for _, x := range []struct{ source, front, back, sink zmq.SocketType }{
		{zmq.PUSH, zmq.PULL, zmq.DEALER, zmq.PULL}, {zmq.PUB, zmq.SUB, zmq.PUB, zmq.SUB},
		{zmq.PAIR, zmq.PAIR, zmq.PAIR, zmq.PAIR}, {zmq.DEALER, zmq.DEALER, zmq.DEALER, zmq.DEALER},
		{zmq.PUSH, zmq.PULL, zmq.PUB, zmq.SUB}, {zmq.PUB, zmq.SUB, zmq.PUSH, zmq.PULL},
	} {
		t.Run(fmt.Sprint(x.front, x.back), func(t *testing.T) {
			r := rig.New(t)
			y := newRelay(r, x.front, x.back, inprocNamed)
			source, sink := r.Connect(x.source, y.FrontAt), r.Connect(x.sink, y.BackAt)
			if x.sink == zmq.SUB {
				r.Check(sink.Subscribe(""))
				r.WaitSubscribers(y.Back, "", 1)
			}
			if x.front == zmq.SUB {
				r.Check(y.Front.Subscribe(""))
				r.WaitSubscribers(source, "", 1)
			}
			r.Send(source, "one", "two")
			r.WantRecv(sink, "one", "two")
		})
	}
	t.Run("frontend and backend exchanged", func(t *testing.T) {
		r := rig.New(t)
		y := newRelay(r, zmq.PUSH, zmq.PULL, inprocNamed)
		push, pull := r.Connect(zmq.PUSH, y.BackAt), r.Connect(zmq.PULL, y.FrontAt)
		r.Send(push, "back to front")
		r.WantRecv(pull, "back to front")
	})
}

// REP and REQ take turns, and so does a proxy of them.
func TestProxyLockstep(t *testing.T) {
	r := rig.New(t)
	x := newRelay(r, zmq.REP, zmq.REQ, inprocNamed)
	a, b, server := r.Connect(zmq.REQ, x.FrontAt), r.Connect(zmq.REQ, x.FrontAt), r.Connect(zmq.REP, x.BackAt)
	r.Send(a, "a")
	r.WantRecv(server, "a")
	r.Send(b, "b") // has to wait until a is answered
	r.Send(server, "for a")
	r.WantRecv(a, "for a")
	r.WantRecv(server, "b")
	r.Send(server, "for b")
	r.WantRecv(b, "for b")
}

// One socket to itself: what comes in goes out.
func TestProxyOfOneSocket(t *testing.T) {
	r := rig.New(t)
	s, at := r.Bind(zmq.DEALER, "inproc://it")
	p, err := zmq.NewProxy(s, s)
	r.Check(err)
	x := &rig.Relay{Proxy: p, Front: s, Back: s}
	r.Run(x)
	peer := r.Connect(zmq.DEALER, at)
	r.Send(peer, "echo", "it")
	r.WantRecv(peer, "echo", "it")
	if st := p.Statistics(); st.Frontend.MessagesIn != 1 || st.Backend.MessagesOut != 1 {
		t.Errorf("statistics %+v", st)
	}
}

// Nothing is taken that cannot be passed on: with a mark of 1 at each of the four
// ends, as many messages fit as without a proxy in between, which is four.
func TestProxyRespectsBackPressure(t *testing.T) {
	bubbled(t, func(r *rig.Test) {
		x := newRelay(r, zmq.PULL, zmq.PUSH, inprocNamed)
		push, pull := newClient(r, zmq.PUSH, x.FrontAt), newClient(r, zmq.PULL, x.BackAt)
		for i := range 4 {
			synctest.Wait()
			r.TrySend(push, fmt.Sprint(i))
		}
		synctest.Wait()
		r.WantFull(push, "4")
		for i := range 4 {
			r.WantRecv(pull, fmt.Sprint(i))
			synctest.Wait()
			r.TrySend(push, fmt.Sprint(i+4))
		}
	})
}

// Without a peer at the backend everything stays at the frontend.
func TestProxyWaitsForAPeer(t *testing.T) {
	bubbled(t, func(r *rig.Test) {
		x := newRelay(r, zmq.PULL, zmq.PUSH, inprocNamed)
		push := newClient(r, zmq.PUSH, x.FrontAt)
		r.TrySend(push, "1")
		r.TrySend(push, "2")
		synctest.Wait()
		r.WantFull(push, "3")
		r.WantRecv(newClient(r, zmq.PULL, x.BackAt), "1")
	})
}

// With WaitForPeer a reply to a client that does not read waits, and what came after
// it too; none is lost.
func TestProxyHoldsForAFullRouterThatWaits(t *testing.T) {
	bubbled(t, func(r *rig.Test) {
		x := newRelay(r, zmq.ROUTER, zmq.DEALER, inprocNamed)
		r.Check(zmq.WaitForPeer.Set(x.Front, true))
		server := newClient(r, zmq.DEALER, x.BackAt)
		slow, quick := newClient(r, zmq.DEALER, x.FrontAt, rig.RoutingID("slow")), newClient(r, zmq.DEALER, x.FrontAt, rig.RoutingID("quick"))
		for i := range 4 { // two for the client's queue, the others to be held
			r.TrySend(server, "slow", fmt.Sprint(i))
			synctest.Wait()
		}
		r.TrySend(server, "quick", "behind")
		synctest.Wait()
		r.WantNothing(quick)
		for i := range 4 {
			r.WantRecv(slow, fmt.Sprint(i))
			synctest.Wait()
		}
		r.WantRecv(quick, "behind")
	})
}

// A client that does not read loses its own replies, and holds up no other: the proxy
// counts them, or without RouterMandatory the ROUTER.
func TestProxyDropsForAFullPeer(t *testing.T) {
	for _, mandatory := range []bool{true, false} {
		t.Run(fmt.Sprintf("mandatory %v", mandatory), func(t *testing.T) { dropsForAFullPeer(t, mandatory) })
	}
}

func dropsForAFullPeer(t *testing.T, mandatory bool) {
	bubbled(t, func(r *rig.Test) {
		x := newRelay(r, zmq.ROUTER, zmq.DEALER, inprocNamed)
		r.Check(zmq.RouterMandatory.Set(x.Front, mandatory))
		server := newClient(r, zmq.DEALER, x.BackAt)
		slow, quick := newClient(r, zmq.DEALER, x.FrontAt, rig.RoutingID("slow")), newClient(r, zmq.DEALER, x.FrontAt, rig.RoutingID("quick"))
		for i := range 4 {
			r.TrySend(server, "slow", fmt.Sprint(i))
			synctest.Wait()
		}
		r.TrySend(server, "quick", "behind")
		r.WantRecv(quick, "behind")
		r.WantRecv(slow, "0")
		r.WantRecv(slow, "1")
		r.WantNothing(slow)
		n, other := x.Front.Stats().Drops.Mute, x.Statistics().Frontend.Dropped
		if mandatory {
			n, other = other, n
		}
		if n != 2 || other != 0 {
			t.Errorf("%d replies were dropped, want 2, and %d counted elsewhere", n, other)
		}
	})
}

// What a proxy holds in the end goes back to its socket, in order.
func TestProxyGivesBackWhatItHolds(t *testing.T) {
	bubbled(t, func(r *rig.Test) {
		x := newRelay(r, zmq.ROUTER, zmq.DEALER, inprocNamed)
		r.Check(zmq.WaitForPeer.Set(x.Front, true))
		server := newClient(r, zmq.DEALER, x.BackAt)
		newClient(r, zmq.DEALER, x.FrontAt, rig.RoutingID("slow"))
		newClient(r, zmq.DEALER, x.FrontAt, rig.RoutingID("quick")) // has room, so that messages are taken
		for i := range 5 {
			r.TrySend(server, "slow", fmt.Sprint(i))
			synctest.Wait()
		}
		x.End()
		if err := waitEnd(r, x); err != context.Canceled {
			t.Errorf("ended with %v", err)
		}
		st := x.Statistics()
		if in, out := st.Backend.MessagesIn, st.Frontend.MessagesOut; in <= out {
			t.Fatalf("%d in, %d out: nothing was held", in, out)
		}
		for i := st.Frontend.MessagesOut; i < 5; i++ {
			r.WantRecv(x.Back, "slow", fmt.Sprint(i))
		}
		r.WantNothing(x.Back)
	})
}

// Where what is held cannot go back because its socket has ended, the error says
// how much that is.
func TestProxyTellsWhatIsLost(t *testing.T) {
	for _, y := range []struct {
		end  func(r *rig.Test, x *rig.Relay)
		want error
		text string
	}{
		{func(r *rig.Test, x *rig.Relay) { r.Check(x.Back.Close()) }, zmq.ErrClosed, "DEALER#2: socket closed"},
		{func(r *rig.Test, _ *rig.Relay) { r.ZMQ.Shutdown() }, zmq.ErrTerminated, "ROUTER#1: context terminated"},
	} {
		tellsWhatIsLost(t, y.end, y.want, y.text)
	}
}

func tellsWhatIsLost(t *testing.T, end func(r *rig.Test, x *rig.Relay), want error, text string) {
	bubbled(t, func(r *rig.Test) {
		x := newRelay(r, zmq.ROUTER, zmq.DEALER, inprocNamed)
		r.Check(zmq.WaitForPeer.Set(x.Front, true))
		server := newClient(r, zmq.DEALER, x.BackAt)
		newClient(r, zmq.DEALER, x.FrontAt, rig.RoutingID("slow"))
		newClient(r, zmq.DEALER, x.FrontAt, rig.RoutingID("quick"))
		for i := range 3 { // two for the client's queue, one to be held
			r.TrySend(server, "slow", fmt.Sprint(i))
			synctest.Wait()
		}
		end(r, x)
		err := waitEnd(r, x)
		if !errors.Is(err, want) || !strings.HasSuffix(err.Error(), text+"; messages that were held and are lost with it: 1") {
			t.Errorf("ended with %v", err)
		}
	})
}

// A reply for a client that has left is counted, and the others get theirs.
func TestProxyCountsWhatHasNoPeer(t *testing.T) {
	r := rig.New(t)
	x := newRelay(r, zmq.ROUTER, zmq.DEALER, inprocNamed)
	server, client := r.Connect(zmq.DEALER, x.BackAt), r.Connect(zmq.DEALER, x.FrontAt, rig.RoutingID("here"))
	r.Send(server, "gone", "reply")
	r.Send(server, "without a body")
	r.Send(server, "here", "reply")
	r.WantRecv(client, "reply")
	if n := x.Statistics().Frontend.Refused; n != 2 {
		t.Errorf("%d messages were refused, want 2", n)
	}
}

// Frames are passed on, not copied.
func TestProxyDoesNotCopyFrames(t *testing.T) {
	r := rig.New(t)
	x := newRelay(r, zmq.PULL, zmq.PUSH, inprocNamed)
	push, pull := r.Connect(zmq.PUSH, x.FrontAt), r.Connect(zmq.PULL, x.BackAt)
	frames := [][]byte{[]byte("small"), make([]byte, 100_000)}
	r.Check(push.SendMessage(r.Ctx, zmq.NewMessage(frames...)))
	m, err := pull.Recv(r.Ctx)
	r.Check(err)
	for i, f := range m.All() {
		if &f[0] != &frames[i][0] {
			t.Errorf("frame %d was copied", i)
		}
	}
}

func TestProxyEndsAndSaysWhy(t *testing.T) {
	var stop chan struct{}
	for _, x := range []struct {
		name string
		end  func(r *rig.Test, x *rig.Relay)
		want error
		in   string
	}{
		{"context", func(_ *rig.Test, x *rig.Relay) { x.End() }, context.Canceled, ""},
		{"terminate", func(_ *rig.Test, x *rig.Relay) { x.Terminate() }, nil, ""},
		{"other event", func(*rig.Test, *rig.Relay) { close(stop) }, nil, ""},
		{"frontend closed", func(r *rig.Test, x *rig.Relay) { r.Check(x.Front.Close()) }, zmq.ErrClosed, "ROUTER#1: "},
		{"backend closed", func(r *rig.Test, x *rig.Relay) { r.Check(x.Back.Close()) }, zmq.ErrClosed, "DEALER#2: "},
		{"shut down", func(r *rig.Test, _ *rig.Relay) { r.ZMQ.Shutdown() }, zmq.ErrTerminated, "ROUTER#1: "},
	} {
		for _, paused := range []bool{false, true} {
			t.Run(fmt.Sprint(x.name, ", paused ", paused), func(t *testing.T) {
				bubbled(t, func(r *rig.Test) {
					stop = make(chan struct{}) // in the bubble
					y := newRelay(r, zmq.ROUTER, zmq.DEALER, inprocNamed, zmq.WithStop(stop))
					if paused {
						y.Pause()
					}
					synctest.Wait() // it sleeps
					x.end(r, y)
					err := waitEnd(r, y)
					if !errors.Is(err, x.want) || err != nil && !strings.Contains(err.Error(), x.in) {
						t.Errorf("ended with %v, want %v of %q", err, x.want, x.in)
					}
				})
			})
		}
	}
}

// Terminate before Run is not lost, and Run can be called again.
func TestProxyRunsAgain(t *testing.T) {
	r := rig.New(t)
	x := newRelay(r, zmq.PULL, zmq.PUSH, inprocNamed)
	x.Terminate()
	r.Check(waitEnd(r, x))
	x.Terminate()
	r.Check(x.Run(r.Ctx))
	r.Run(x)
	r.Send(r.Connect(zmq.PUSH, x.FrontAt), "again")
	r.WantRecv(r.Connect(zmq.PULL, x.BackAt), "again")
}

func TestProxyRunsOnce(t *testing.T) {
	bubbled(t, func(r *rig.Test) {
		x := newRelay(r, zmq.PULL, zmq.PUSH, inprocNamed)
		synctest.Wait()
		if err := x.Run(r.Ctx); !errors.Is(err, zmq.ErrState) {
			t.Errorf("a second Run: %v", err)
		}
	})
}

func TestProxyRefusesWhatCannotPass(t *testing.T) {
	r := rig.New(t)
	s := func(typ zmq.SocketType) *zmq.Socket { return r.Socket(typ) }
	pull, push := s(zmq.PULL), s(zmq.PUSH)
	for _, x := range []struct {
		front, back *zmq.Socket
		setting     zmq.ProxySetting
		want        error
	}{
		{pull, s(zmq.SUB), zmq.WithStop(nil), zmq.ErrNotSupported},
		{push, s(zmq.PUB), zmq.WithStop(nil), zmq.ErrNotSupported},
		{pull, pull, zmq.WithStop(nil), zmq.ErrNotSupported},
		{pull, push, zmq.WithCapture(s(zmq.SUB)), zmq.ErrNotSupported},
		{pull, push, zmq.WithControl(s(zmq.PUB)), zmq.ErrNotSupported},
		{pull, push, zmq.WithCapture(push), zmq.ErrInvalid},
		{nil, push, zmq.WithStop(nil), zmq.ErrInvalid},
		{push, nil, zmq.WithStop(nil), zmq.ErrInvalid},
	} {
		if _, err := zmq.NewProxy(x.front, x.back, x.setting); !errors.Is(err, x.want) {
			t.Errorf("%v-%v: %v, want %v", x.front, x.back, err, x.want)
		}
	}
}

func TestDevices(t *testing.T) {
	for _, d := range []zmq.Device{zmq.STREAMER, zmq.FORWARDER, zmq.QUEUE} {
		if got, err := zmq.ParseDevice("ZMQ_" + strings.ToUpper(d.String())); err != nil || got != d {
			t.Errorf("ParseDevice of %v: %v, %v", d, got, err)
		}
		r := rig.New(t)
		front, back := d.Types()
		if _, err := zmq.NewDevice(d, r.Socket(front), r.Socket(back)); err != nil {
			t.Errorf("%v: %v", d, err)
		}
		if _, err := zmq.NewDevice(d, r.Socket(back), r.Socket(front)); !errors.Is(err, zmq.ErrInvalid) {
			t.Errorf("%v the wrong way round: %v", d, err)
		}
	}
	r := rig.New(t)
	if _, err := zmq.NewDevice(zmq.FORWARDER, r.Socket(zmq.SUB), r.Socket(zmq.PUB)); err != nil {
		t.Errorf("forwarder of SUB and PUB: %v", err)
	}
	if _, err := zmq.NewDevice(4, r.Socket(zmq.PULL), r.Socket(zmq.PUSH)); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("device 4: %v", err)
	}
	if _, err := zmq.ParseDevice("broker"); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("device broker: %v", err)
	}
}

// Every message is captured before it is passed on, whole, of both directions.
func TestProxyCaptures(t *testing.T) {
	r := rig.New(t)
	capture, at := r.Bind(zmq.PUSH, "inproc://capture")
	var seen []string
	x := newRelay(r, zmq.ROUTER, zmq.DEALER, inprocNamed, zmq.WithCapture(capture), zmq.WithCaptureFunc(func(d zmq.Direction, m zmq.Message) {
		seen = append(seen, fmt.Sprint(d, " ", m.Len(), " ", string(m.Last())))
	}))
	tap := r.Connect(zmq.PULL, at)
	client, server := r.Connect(zmq.REQ, x.FrontAt, rig.RoutingID("c")), r.Connect(zmq.REP, x.BackAt)
	r.Send(client, "question")
	r.WantRecv(server, "question")
	r.Send(server, "answer", "!")
	r.WantRecv(client, "answer", "!")
	r.WantRecv(tap, "c", "", "question")
	r.WantRecv(tap, "c", "", "answer", "!")
	x.Terminate()
	r.Check(waitEnd(r, x))
	if want := []string{"front to back 3 question", "back to front 4 !"}; !reflect.DeepEqual(seen, want) {
		t.Errorf("the function saw %q, want %q", seen, want)
	}
}

// A captured message has memory of its own, so that its receiver may change it.
func TestProxyCaptureIsACopy(t *testing.T) {
	r := rig.New(t)
	capture, at := r.Bind(zmq.PUSH, "inproc://capture")
	x := newRelay(r, zmq.PULL, zmq.PUSH, inprocNamed, zmq.WithCapture(capture))
	tap, push, pull := r.Connect(zmq.PULL, at), r.Connect(zmq.PUSH, x.FrontAt), r.Connect(zmq.PULL, x.BackAt)
	r.Check(push.SendMessage(r.Ctx, zmq.NewMessage([]byte("same"), make([]byte, 10_000))))
	m, err := tap.Recv(r.Ctx)
	r.Check(err)
	copy(m.Frame(0), "evil")
	r.WantRecv(pull, "same", string(make([]byte, 10_000)))
}

// A full capture socket stalls the proxy, and one that drops does not.
func TestProxyFullCaptureStalls(t *testing.T) {
	bubbled(t, func(r *rig.Test) {
		capture, at := r.Bind(zmq.PAIR, "inproc://capture", narrowed...)
		x := newRelay(r, zmq.PULL, zmq.PUSH, inprocNamed, zmq.WithCapture(capture))
		tap := newClient(r, zmq.PAIR, at)
		push, pull := r.Connect(zmq.PUSH, x.FrontAt), r.Connect(zmq.PULL, x.BackAt)
		for i := range 3 {
			r.TrySend(push, fmt.Sprint(i))
			synctest.Wait()
		}
		r.WantRecv(pull, "0")
		r.WantRecv(pull, "1")
		r.WantNothing(pull)
		r.WantRecv(tap, "0")
		synctest.Wait()
		r.WantRecv(pull, "2")
	})
	bubbled(t, func(r *rig.Test) {
		x := newRelay(r, zmq.PULL, zmq.PUSH, inprocNamed, zmq.WithCapture(r.Socket(zmq.PUB)))
		push, pull := r.Connect(zmq.PUSH, x.FrontAt), r.Connect(zmq.PULL, x.BackAt)
		for i := range 3 {
			r.TrySend(push, fmt.Sprint(i))
			r.WantRecv(pull, fmt.Sprint(i))
		}
	})
}
