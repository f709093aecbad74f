// SPDX-License-Identifier: Apache-2.0

package zmq_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"

	zmq "github.com/gozmq/zmq"
)

// relay is a proxy that runs, between two sockets that are bound.
type relay struct {
	*zmq.Proxy
	front, back     *zmq.Socket
	frontAt, backAt string
	end             context.CancelFunc
	result          chan error
}

// relay binds two sockets and runs a proxy between them until the test is over.
func (r *rig) relay(front, back zmq.SocketType, at func(name string) string, settings ...zmq.ProxySetting) *relay {
	r.Helper()
	x := &relay{}
	x.front, x.frontAt = r.bind(front, at("front"), narrowed...)
	x.back, x.backAt = r.bind(back, at("back"), narrowed...)
	var err error
	x.Proxy, err = zmq.NewProxy(x.front, x.back, settings...)
	r.check(err)
	r.run(x)
	return x
}

// narrowed are high-water marks that are quickly reached.
var narrowed = []zmq.Setting{zmq.SendHWM.Of(1), zmq.RecvHWM.Of(1)}

func (r *rig) run(x *relay) {
	ctx, cancel := context.WithCancel(r.ctx)
	x.end, x.result = cancel, make(chan error, 1)
	go func() { x.result <- x.Run(ctx) }()
	r.Cleanup(cancel)
}

// ends waits for Run and returns its error.
func (r *rig) ends(x *relay) error {
	r.Helper()
	return r.result(x.result)
}

func inprocNamed(name string) string { return "inproc://" + name }

// bubbled runs a test where Wait lets everything happen that can.
func bubbled(t *testing.T, test func(r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(newRig(t)) })
}

// client connects with the high-water marks of 1 that the proxy's sockets have.
func (r *rig) client(typ zmq.SocketType, at string, settings ...zmq.Setting) *zmq.Socket {
	r.Helper()
	return r.connect(typ, at, append(append([]zmq.Setting{}, narrowed...), settings...)...)
}

// eachPlace gives the endpoints of a proxy over every transport.
func eachPlace(t *testing.T, test func(r *rig, at func(string) string)) {
	t.Helper()
	eachTransport(t, func(r *rig, endpoint string) {
		test(r, func(name string) string {
			switch {
			case inprocess(endpoint):
				return endpoint + name
			case strings.HasPrefix(endpoint, "ipc:"):
				return endpoint + name
			}
			return endpoint
		})
	})
}

func TestProxyQueuePassesRequestsAndReplies(t *testing.T) {
	eachPlace(t, func(r *rig, at func(string) string) {
		x := r.relay(zmq.ROUTER, zmq.DEALER, at)
		rep := r.connect(zmq.REP, x.backAt)
		a, b := r.connect(zmq.REQ, x.frontAt), r.connect(zmq.REQ, x.frontAt)
		for i := range 20 {
			for _, req := range []*zmq.Socket{a, b} {
				r.send(req, "request", fmt.Sprint(i))
			}
			for range 2 {
				r.want(rep, "request", fmt.Sprint(i))
				r.send(rep, "reply", fmt.Sprint(i), "")
			}
			for _, req := range []*zmq.Socket{a, b} {
				r.want(req, "reply", fmt.Sprint(i), "")
			}
		}
	})
}

func TestProxyForwarderPassesSubscriptionsAndMessages(t *testing.T) {
	eachPlace(t, func(r *rig, at func(string) string) {
		x := r.relay(zmq.XSUB, zmq.XPUB, at)
		pub := r.connect(zmq.PUB, x.frontAt)
		sub := r.connect(zmq.SUB, x.backAt)
		r.check(sub.Subscribe("news."))
		r.subscribers(pub, "news.", 1) // through the proxy
		r.send(pub, "weather", "dropped at its source")
		r.send(pub, "news.today", "1", "2")
		r.want(sub, "news.today", "1", "2")
		if n := pub.Stats().Drops.NoSubscriber; n != 1 {
			t.Errorf("%d messages had no subscriber, want 1", n)
		}
		r.check(sub.Unsubscribe("news."))
		r.until("the unsubscription has arrived", func() bool {
			return pub.TrySend([]byte("news.gone")) == nil && pub.Stats().Drops.NoSubscriber > 1
		})
	})
}

func TestProxyStreamerKeepsOrderAndFrames(t *testing.T) {
	eachPlace(t, func(r *rig, at func(string) string) {
		x := r.relay(zmq.PULL, zmq.PUSH, at)
		push, pull := r.connect(zmq.PUSH, x.frontAt), r.connect(zmq.PULL, x.backAt)
		const n = 3000
		message := func(i int) []string {
			return append([]string{fmt.Sprint(i), ""}, strings.Split(strings.Repeat("x", i%5), "")...)
		}
		go func() {
			for i := range n {
				if push.Send(r.ctx, octets(message(i))...) != nil {
					return
				}
			}
		}()
		for i := range n {
			r.want(pull, message(i)...)
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
			r := newRig(t)
			y := r.relay(x.front, x.back, inprocNamed)
			source, sink := r.connect(x.source, y.frontAt), r.connect(x.sink, y.backAt)
			if x.sink == zmq.SUB {
				r.check(sink.Subscribe(""))
				r.subscribers(y.back, "", 1)
			}
			if x.front == zmq.SUB {
				r.check(y.front.Subscribe(""))
				r.subscribers(source, "", 1)
			}
			r.send(source, "one", "two")
			r.want(sink, "one", "two")
		})
	}
	t.Run("frontend and backend exchanged", func(t *testing.T) {
		r := newRig(t)
		y := r.relay(zmq.PUSH, zmq.PULL, inprocNamed)
		push, pull := r.connect(zmq.PUSH, y.backAt), r.connect(zmq.PULL, y.frontAt)
		r.send(push, "back to front")
		r.want(pull, "back to front")
	})
}

// REP and REQ take turns, and so does a proxy of them.
func TestProxyLockstep(t *testing.T) {
	r := newRig(t)
	x := r.relay(zmq.REP, zmq.REQ, inprocNamed)
	a, b, server := r.connect(zmq.REQ, x.frontAt), r.connect(zmq.REQ, x.frontAt), r.connect(zmq.REP, x.backAt)
	r.send(a, "a")
	r.want(server, "a")
	r.send(b, "b") // has to wait until a is answered
	r.send(server, "for a")
	r.want(a, "for a")
	r.want(server, "b")
	r.send(server, "for b")
	r.want(b, "for b")
}

// One socket to itself: what comes in goes out.
func TestProxyOfOneSocket(t *testing.T) {
	r := newRig(t)
	s, at := r.bind(zmq.DEALER, "inproc://it")
	p, err := zmq.NewProxy(s, s)
	r.check(err)
	x := &relay{Proxy: p, front: s, back: s}
	r.run(x)
	peer := r.connect(zmq.DEALER, at)
	r.send(peer, "echo", "it")
	r.want(peer, "echo", "it")
	if st := p.Statistics(); st.Frontend.MessagesIn != 1 || st.Backend.MessagesOut != 1 {
		t.Errorf("statistics %+v", st)
	}
}

// Nothing is taken that cannot be passed on: with a mark of 1 at each of the four
// ends, four messages fit, the same as without anybody in between.
func TestProxyRespectsBackPressure(t *testing.T) {
	bubbled(t, func(r *rig) {
		x := r.relay(zmq.PULL, zmq.PUSH, inprocNamed)
		push, pull := r.client(zmq.PUSH, x.frontAt), r.client(zmq.PULL, x.backAt)
		for i := range 4 {
			synctest.Wait()
			r.try(push, fmt.Sprint(i))
		}
		synctest.Wait()
		r.full(push, "4")
		for i := range 4 {
			r.want(pull, fmt.Sprint(i))
			synctest.Wait()
			r.try(push, fmt.Sprint(i+4))
		}
	})
}

// Without a peer at the backend everything stays at the frontend.
func TestProxyWaitsForAPeer(t *testing.T) {
	bubbled(t, func(r *rig) {
		x := r.relay(zmq.PULL, zmq.PUSH, inprocNamed)
		push := r.client(zmq.PUSH, x.frontAt)
		r.try(push, "1")
		r.try(push, "2")
		synctest.Wait()
		r.full(push, "3")
		r.want(r.client(zmq.PULL, x.backAt), "1")
	})
}

// A reply to a client that does not read waits, and what came after it too; none
// is lost.
func TestProxyHoldsForAFullRouter(t *testing.T) {
	bubbled(t, func(r *rig) {
		x := r.relay(zmq.ROUTER, zmq.DEALER, inprocNamed)
		server := r.client(zmq.DEALER, x.backAt)
		slow, quick := r.client(zmq.DEALER, x.frontAt, named("slow")), r.client(zmq.DEALER, x.frontAt, named("quick"))
		for i := range 4 { // two for the client's queue, the others to be held
			r.try(server, "slow", fmt.Sprint(i))
			synctest.Wait()
		}
		r.try(server, "quick", "behind")
		synctest.Wait()
		r.none(quick)
		for i := range 4 {
			r.want(slow, fmt.Sprint(i))
			synctest.Wait()
		}
		r.want(quick, "behind")
	})
}

// Without RouterMandatory such a client loses its own replies, and holds up nobody.
func TestProxyDropsForAFullRouter(t *testing.T) {
	bubbled(t, func(r *rig) {
		x := r.relay(zmq.ROUTER, zmq.DEALER, inprocNamed)
		r.check(zmq.RouterMandatory.Set(x.front, false))
		server := r.client(zmq.DEALER, x.backAt)
		slow, quick := r.client(zmq.DEALER, x.frontAt, named("slow")), r.client(zmq.DEALER, x.frontAt, named("quick"))
		for i := range 4 {
			r.try(server, "slow", fmt.Sprint(i))
			synctest.Wait()
		}
		r.try(server, "quick", "behind")
		r.want(quick, "behind")
		r.want(slow, "0")
		r.want(slow, "1")
		r.none(slow)
		if n := x.front.Stats().Drops.Mute; n != 2 {
			t.Errorf("%d replies were dropped, want 2", n)
		}
	})
}

// What a proxy holds in the end goes back to its socket, in order.
func TestProxyGivesBackWhatItHolds(t *testing.T) {
	bubbled(t, func(r *rig) {
		x := r.relay(zmq.ROUTER, zmq.DEALER, inprocNamed)
		server := r.client(zmq.DEALER, x.backAt)
		r.client(zmq.DEALER, x.frontAt, named("slow"))
		r.client(zmq.DEALER, x.frontAt, named("quick")) // has room, so that messages are taken
		for i := range 5 {
			r.try(server, "slow", fmt.Sprint(i))
			synctest.Wait()
		}
		x.end()
		if err := r.ends(x); err != context.Canceled {
			t.Errorf("ended with %v", err)
		}
		st := x.Statistics()
		if in, out := st.Backend.MessagesIn, st.Frontend.MessagesOut; in <= out {
			t.Fatalf("%d in, %d out: nothing was held", in, out)
		}
		for i := st.Frontend.MessagesOut; i < 5; i++ {
			r.want(x.back, "slow", fmt.Sprint(i))
		}
		r.none(x.back)
	})
}

// Where what is held cannot go back because its socket has ended, the error says
// how much that is.
func TestProxyTellsWhatIsLost(t *testing.T) {
	for _, y := range []struct {
		end  func(r *rig, x *relay)
		want error
		text string
	}{
		{func(r *rig, x *relay) { r.check(x.back.Close()) }, zmq.ErrClosed, "DEALER#2: socket closed"},
		{func(r *rig, _ *relay) { r.zc.Shutdown() }, zmq.ErrTerminated, "ROUTER#1: context terminated"},
	} {
		tellsWhatIsLost(t, y.end, y.want, y.text)
	}
}

func tellsWhatIsLost(t *testing.T, end func(r *rig, x *relay), want error, text string) {
	bubbled(t, func(r *rig) {
		x := r.relay(zmq.ROUTER, zmq.DEALER, inprocNamed)
		server := r.client(zmq.DEALER, x.backAt)
		r.client(zmq.DEALER, x.frontAt, named("slow"))
		r.client(zmq.DEALER, x.frontAt, named("quick"))
		for i := range 3 { // two for the client's queue, one to be held
			r.try(server, "slow", fmt.Sprint(i))
			synctest.Wait()
		}
		end(r, x)
		err := r.ends(x)
		if !errors.Is(err, want) || !strings.HasSuffix(err.Error(), text+"; messages that were held and are lost with it: 1") {
			t.Errorf("ended with %v", err)
		}
	})
}

// A reply for a client that has left is counted, and the others get theirs.
func TestProxyCountsWhatHasNoPeer(t *testing.T) {
	r := newRig(t)
	x := r.relay(zmq.ROUTER, zmq.DEALER, inprocNamed)
	server, client := r.connect(zmq.DEALER, x.backAt), r.connect(zmq.DEALER, x.frontAt, named("here"))
	r.send(server, "gone", "reply")
	r.send(server, "without a body")
	r.send(server, "here", "reply")
	r.want(client, "reply")
	if n := x.Statistics().Frontend.Refused; n != 2 {
		t.Errorf("%d messages were refused, want 2", n)
	}
}

// Frames are passed on, not copied.
func TestProxyDoesNotCopyFrames(t *testing.T) {
	r := newRig(t)
	x := r.relay(zmq.PULL, zmq.PUSH, inprocNamed)
	push, pull := r.connect(zmq.PUSH, x.frontAt), r.connect(zmq.PULL, x.backAt)
	frames := [][]byte{[]byte("small"), make([]byte, 100_000)}
	r.check(push.SendMessage(r.ctx, zmq.NewMessage(frames...)))
	m, err := pull.Recv(r.ctx)
	r.check(err)
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
		end  func(r *rig, x *relay)
		want error
		in   string
	}{
		{"context", func(_ *rig, x *relay) { x.end() }, context.Canceled, ""},
		{"terminate", func(_ *rig, x *relay) { x.Terminate() }, nil, ""},
		{"other event", func(*rig, *relay) { close(stop) }, nil, ""},
		{"frontend closed", func(r *rig, x *relay) { r.check(x.front.Close()) }, zmq.ErrClosed, "ROUTER#1: "},
		{"backend closed", func(r *rig, x *relay) { r.check(x.back.Close()) }, zmq.ErrClosed, "DEALER#2: "},
		{"shut down", func(r *rig, _ *relay) { r.zc.Shutdown() }, zmq.ErrTerminated, "ROUTER#1: "},
	} {
		for _, paused := range []bool{false, true} {
			t.Run(fmt.Sprint(x.name, ", paused ", paused), func(t *testing.T) {
				bubbled(t, func(r *rig) {
					stop = make(chan struct{}) // in the bubble
					y := r.relay(zmq.ROUTER, zmq.DEALER, inprocNamed, zmq.WithStop(stop))
					if paused {
						y.Pause()
					}
					synctest.Wait() // it sleeps
					x.end(r, y)
					err := r.ends(y)
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
	r := newRig(t)
	x := r.relay(zmq.PULL, zmq.PUSH, inprocNamed)
	x.Terminate()
	r.check(r.ends(x))
	x.Terminate()
	r.check(x.Run(r.ctx))
	r.run(x)
	r.send(r.connect(zmq.PUSH, x.frontAt), "again")
	r.want(r.connect(zmq.PULL, x.backAt), "again")
}

func TestProxyRunsOnce(t *testing.T) {
	bubbled(t, func(r *rig) {
		x := r.relay(zmq.PULL, zmq.PUSH, inprocNamed)
		synctest.Wait()
		if err := x.Run(r.ctx); !errors.Is(err, zmq.ErrState) {
			t.Errorf("a second Run: %v", err)
		}
	})
}

func TestProxyRefusesWhatCannotPass(t *testing.T) {
	r := newRig(t)
	s := func(typ zmq.SocketType) *zmq.Socket { return r.socket(typ) }
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
		r := newRig(t)
		front, back := d.Types()
		if _, err := zmq.NewDevice(d, r.socket(front), r.socket(back)); err != nil {
			t.Errorf("%v: %v", d, err)
		}
		if _, err := zmq.NewDevice(d, r.socket(back), r.socket(front)); !errors.Is(err, zmq.ErrInvalid) {
			t.Errorf("%v the wrong way round: %v", d, err)
		}
	}
	r := newRig(t)
	if _, err := zmq.NewDevice(zmq.FORWARDER, r.socket(zmq.SUB), r.socket(zmq.PUB)); err != nil {
		t.Errorf("forwarder of SUB and PUB: %v", err)
	}
	if _, err := zmq.NewDevice(4, r.socket(zmq.PULL), r.socket(zmq.PUSH)); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("device 4: %v", err)
	}
	if _, err := zmq.ParseDevice("broker"); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("device broker: %v", err)
	}
}

// Every message is captured before it is passed on, whole, of both directions.
func TestProxyCaptures(t *testing.T) {
	r := newRig(t)
	capture, at := r.bind(zmq.PUSH, "inproc://capture")
	var seen []string
	x := r.relay(zmq.ROUTER, zmq.DEALER, inprocNamed, zmq.WithCapture(capture), zmq.WithCaptureFunc(func(d zmq.Direction, m zmq.Message) {
		seen = append(seen, fmt.Sprint(d, " ", m.Len(), " ", string(m.Last())))
	}))
	tap := r.connect(zmq.PULL, at)
	client, server := r.connect(zmq.REQ, x.frontAt, named("c")), r.connect(zmq.REP, x.backAt)
	r.send(client, "question")
	r.want(server, "question")
	r.send(server, "answer", "!")
	r.want(client, "answer", "!")
	r.want(tap, "c", "", "question")
	r.want(tap, "c", "", "answer", "!")
	x.Terminate()
	r.check(r.ends(x))
	if want := []string{"front to back 3 question", "back to front 4 !"}; !reflect.DeepEqual(seen, want) {
		t.Errorf("the function saw %q, want %q", seen, want)
	}
}

// A captured message has memory of its own: who reads it may change it.
func TestProxyCaptureIsACopy(t *testing.T) {
	r := newRig(t)
	capture, at := r.bind(zmq.PUSH, "inproc://capture")
	x := r.relay(zmq.PULL, zmq.PUSH, inprocNamed, zmq.WithCapture(capture))
	tap, push, pull := r.connect(zmq.PULL, at), r.connect(zmq.PUSH, x.frontAt), r.connect(zmq.PULL, x.backAt)
	r.check(push.SendMessage(r.ctx, zmq.NewMessage([]byte("same"), make([]byte, 10_000))))
	m, err := tap.Recv(r.ctx)
	r.check(err)
	copy(m.Frame(0), "evil")
	r.want(pull, "same", string(make([]byte, 10_000)))
}

// A full capture socket stalls the proxy, and one that drops does not.
func TestProxyFullCaptureStalls(t *testing.T) {
	bubbled(t, func(r *rig) {
		capture, at := r.bind(zmq.PAIR, "inproc://capture", narrowed...)
		x := r.relay(zmq.PULL, zmq.PUSH, inprocNamed, zmq.WithCapture(capture))
		tap := r.client(zmq.PAIR, at)
		push, pull := r.connect(zmq.PUSH, x.frontAt), r.connect(zmq.PULL, x.backAt)
		for i := range 3 {
			r.try(push, fmt.Sprint(i))
			synctest.Wait()
		}
		r.want(pull, "0")
		r.want(pull, "1")
		r.none(pull)
		r.want(tap, "0")
		synctest.Wait()
		r.want(pull, "2")
	})
	bubbled(t, func(r *rig) {
		x := r.relay(zmq.PULL, zmq.PUSH, inprocNamed, zmq.WithCapture(r.socket(zmq.PUB)))
		push, pull := r.connect(zmq.PUSH, x.frontAt), r.connect(zmq.PULL, x.backAt)
		for i := range 3 {
			r.try(push, fmt.Sprint(i))
			r.want(pull, fmt.Sprint(i))
		}
	})
}
