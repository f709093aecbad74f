// SPDX-License-Identifier: Apache-2.0

package zmq4

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
)

func TestEveryTypeIsMade(t *testing.T) {
	for kind, make := range makers {
		s := make(t)
		if s.Type() != kind || s.Addr() != nil {
			t.Errorf("%s: type %s, address %v", kind, s.Type(), s.Addr())
		}
		if _, topics := s.(Topics); topics != slices.Contains([]SocketType{Pub, Sub, XPub}, kind) {
			t.Errorf("%s: Topics %v", kind, topics)
		}
	}
}

// exchanges say how two sockets are shown to talk; the first one listens.
var exchanges = []struct {
	listener, dialer SocketType
	talk             func(t *testing.T, l, d Socket)
}{
	{Pair, Pair, func(t *testing.T, l, d Socket) {
		mustSend(t, d, "ping", "")
		wantRecv(t, l, "ping", "")
		mustSend(t, l, "pong")
		wantRecv(t, d, "pong")
	}},
	{Pull, Push, func(t *testing.T, l, d Socket) {
		mustSend(t, d, "1")
		mustSend(t, d, "2", "3")
		wantRecv(t, l, "1")
		wantRecv(t, l, "2", "3")
	}},
	{Rep, Req, func(t *testing.T, l, d Socket) {
		mustSend(t, d, "question")
		wantRecv(t, l, "question")
		mustSend(t, l, "an", "swer")
		wantRecv(t, d, "an", "swer")
	}},
	{Router, Dealer, func(t *testing.T, l, d Socket) {
		mustSend(t, d, "hello")
		msg := recv(t, l)
		if len(msg.Frames) != 2 || string(msg.Frames[1]) != "hello" {
			t.Fatalf("ROUTER received %s", msg)
		}
		if err := l.Send(msg); err != nil {
			t.Fatal(err)
		}
		wantRecv(t, d, "hello")
	}},
	{Rep, Dealer, func(t *testing.T, l, d Socket) {
		mustSend(t, d, "", "question")
		wantRecv(t, l, "question")
		mustSend(t, l, "answer")
		wantRecv(t, d, "", "answer")
	}},
	{Pub, Sub, subscribing},
	{XPub, Sub, subscribing},
	{Pub, XSub, subscribing},
	{XPub, XSub, subscribing},
}

func subscribing(t *testing.T, l, d Socket) {
	if err := d.SetOption(OptionSubscribe, "A"); err != nil {
		t.Fatal(err)
	}
	waitTopics(t, l, "A")
	mustSend(t, l, "B", "no")
	mustSend(t, l, "A", "yes")
	wantRecv(t, d, "A", "yes")
}

// waitTopics waits until a publisher's subscribers want these topics.
func waitTopics(t *testing.T, s Socket, topics ...string) {
	t.Helper()
	limit := zmqtest.Deadline(t).Done()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !slices.Equal(s.(Topics).Topics(), topics) {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("topics %q, want %q", s.(Topics).Topics(), topics)
		}
	}
}

func TestExchangesOverEveryTransport(t *testing.T) {
	for i, e := range exchanges {
		for transport, ep := range map[string]string{
			"tcp": "tcp://127.0.0.1:0", "inproc": fmt.Sprint("inproc://exchange-", i),
			"ipc": "ipc://" + filepath.Join(t.TempDir(), fmt.Sprint(i)),
		} {
			t.Run(fmt.Sprintf("%s-%s-%s", e.listener, e.dialer, transport), func(t *testing.T) {
				l, d := makers[e.listener](t), makers[e.dialer](t)
				if err := l.Listen(ep); err != nil {
					t.Fatal(err)
				}
				if transport == "tcp" {
					ep = "tcp://" + l.Addr().String()
				}
				dial(t, d, ep)
				e.talk(t, l, d)
			})
		}
	}
}

func TestAddr(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	for ep, want := range map[string]string{
		"tcp://127.0.0.1:0": "tcp 127.0.0.1:", "tcp://*:0": "tcp [::]:", "tcp://:0": "tcp [::]:",
		"tcp://127.0.0.1:*": "tcp 127.0.0.1:", "ipc://" + path: "unix " + path, "inproc://addr": "inproc addr",
	} {
		s := makers[Pull](t)
		if err := s.Listen(ep); err != nil {
			t.Errorf("%s: %v", ep, err)
			continue
		}
		if got := s.Addr().Network() + " " + s.Addr().String(); !strings.HasPrefix(got, want) {
			t.Errorf("%s: address %s, want %s", ep, got, want)
		}
	}
	if _, ok := makers[Pull](t).Addr().(*net.TCPAddr); ok {
		t.Error("an address before Listen")
	}
}

func TestDialOfAWildcardReachesThisHost(t *testing.T) {
	pull, push := makers[Pull](t), makers[Push](t)
	if err := pull.Listen("tcp://*:0"); err != nil {
		t.Fatal(err)
	}
	dial(t, push, "tcp://"+pull.Addr().String()) // tcp://[::]:port
	mustSend(t, push, "1")
	wantRecv(t, pull, "1")
}

func TestEndpointsThatDoNotExist(t *testing.T) {
	s := makers[Pull](t)
	for _, ep := range []string{"", "nothing", "tcp://", "://x", "tcp://127.0.0.1", "tcp://127.0.0.1:x"} {
		if s.Listen(ep) == nil || s.Dial(ep) == nil {
			t.Errorf("%q is taken", ep)
		}
	}
	var unknown UnknownTransportError
	if err := s.Dial("foo://x"); !errors.As(err, &unknown) || unknown.Name != "foo" {
		t.Errorf("foo: %v", err)
	}
	ep := listen(t, s)
	if err := makers[Pull](t).Listen(ep); !errors.Is(err, zmq.ErrAddressInUse) && !strings.Contains(fmt.Sprint(err), "in use") {
		t.Errorf("a port that is taken: %v", err)
	}
}

// Dial that keeps trying: go-zeromq/zmq4#85, #115.
func TestDialBeforeListen(t *testing.T) {
	first := makers[Pull](t)
	ep := listen(t, first)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	push := makers[Push](t, WithDialerRetry(5*time.Millisecond), WithDialerTimeout(time.Second))
	dial(t, push, ep) // there is no listener
	mustSend(t, push, "waits")
	pull := makers[Pull](t)
	if err := pull.Listen(ep); err != nil {
		t.Fatal(err)
	}
	wantRecv(t, pull, "waits")
}

func TestDialGivesUpWhereTold(t *testing.T) {
	s := makers[Pull](t)
	ep := listen(t, s)
	s.Close()
	push := makers[Push](t, WithDialerMaxRetries(2), WithDialerRetry(time.Millisecond))
	err := push.Dial(ep)
	if err == nil || !strings.Contains(err.Error(), "3 attempts") || !strings.Contains(err.Error(), ep) {
		t.Errorf("Dial: %v", err)
	}
	ours, _ := ours(push)
	if left := ours.sock.Endpoints(); len(left) != 0 {
		t.Errorf("still dialling %v", left)
	}
}

func TestDialWaitsWhereTold(t *testing.T) {
	s := makers[Pull](t)
	ep := listen(t, s)
	s.Close()
	ctx, cancel := context.WithCancel(t.Context())
	push := closing(t, NewPush(ctx, WithDialerMaxRetries(-1), WithDialerRetry(time.Millisecond)))
	done := make(chan error, 1)
	go func() { done <- push.Dial(ep) }()
	pull := makers[Pull](t)
	if err := pull.Listen(ep); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Errorf("Dial: %v", err)
	}
	cancel()
	if err := push.Dial(ep); err == nil {
		t.Error("Dial after the end of the context")
	}
}

func TestDialOfTheWrongTypeFails(t *testing.T) {
	push := makers[Push](t)
	sub := makers[Sub](t)
	if err := sub.Dial(listen(t, push)); err == nil || !strings.Contains(err.Error(), "PUSH") {
		t.Errorf("Dial of a PUSH by a SUB: %v", err)
	}
}

func TestSecondDialOfASubscriberDoesNothing(t *testing.T) {
	pub, sub := makers[Pub](t), makers[Sub](t)
	ep := listen(t, pub)
	dial(t, sub, ep)
	dial(t, sub, ep)
	if err := sub.SetOption(OptionSubscribe, ""); err != nil {
		t.Fatal(err)
	}
	waitTopics(t, pub, "")
	mustSend(t, pub, "1")
	mustSend(t, pub, "2")
	wantRecv(t, sub, "1")
	wantRecv(t, sub, "2")
}

// Reconnect for every endpoint: go-zeromq/zmq4#124.
func TestEveryEndpointIsDialledAgain(t *testing.T) {
	sub := makers[Sub](t, WithDialerRetry(5*time.Millisecond), WithAutomaticReconnect(true))
	if err := sub.SetOption(OptionSubscribe, ""); err != nil {
		t.Fatal(err)
	}
	var endpoints []string
	for range 2 {
		pub := makers[Pub](t)
		endpoints = append(endpoints, listen(t, pub))
		dial(t, sub, endpoints[len(endpoints)-1])
		pub.Close()
	}
	for i, ep := range endpoints {
		pub := makers[Pub](t)
		if err := pub.Listen(ep); err != nil {
			t.Fatal(err)
		}
		waitTopics(t, pub, "")
		mustSend(t, pub, fmt.Sprint(i))
		wantRecv(t, sub, fmt.Sprint(i))
	}
}

func TestWithAutomaticReconnectFalse(t *testing.T) {
	push := makers[Push](t, WithAutomaticReconnect(false), WithDialerRetry(time.Millisecond))
	pull := makers[Pull](t)
	ep := listen(t, pull)
	dial(t, push, ep)
	pull.Close()
	waitFor(t, "Send fails", func() bool { return errors.Is(push.Send(NewMsgString("x")), ErrClosedConn) })
	again := makers[Pull](t)
	if err := again.Listen(ep); err != nil {
		t.Fatal(err)
	}
	if err := push.Send(NewMsgString("x")); !errors.Is(err, ErrClosedConn) {
		t.Errorf("Send, with the peer there again: %v", err)
	}
	dial(t, push, ep)
	mustSend(t, push, "dialled again")
	wantRecv(t, again, "dialled again")
}

// PUSH that balances: go-zeromq/zmq4#158.
func TestPushAndDealerBalance(t *testing.T) {
	for sender, receiver := range map[SocketType]SocketType{Push: Pull, Dealer: Dealer, Req: Rep} {
		s := makers[sender](t)
		a, b := makers[receiver](t), makers[receiver](t)
		dial(t, s, listen(t, a))
		dial(t, s, listen(t, b))
		const each = 5
		seen := make(chan string, 2*each)
		for i, r := range []Socket{a, b} {
			go func() {
				for range each {
					msg, err := r.Recv()
					if err != nil {
						seen <- err.Error()
						continue
					}
					seen <- fmt.Sprint(i)
					if receiver == Rep {
						_ = r.Send(msg)
					}
				}
			}()
		}
		for range 2 * each {
			mustSend(t, s, "x")
			if sender == Req {
				wantRecv(t, s, "x")
			}
		}
		var all []string
		for range 2 * each {
			all = append(all, <-seen)
		}
		slices.Sort(all)
		if got := strings.Join(all, ""); got != "0000011111" {
			t.Errorf("%s: receivers %s", sender, got)
		}
	}
}

// A Recv that outlives a peer.
func TestRecvOutlivesAPeer(t *testing.T) {
	pull := makers[Pull](t)
	ep := listen(t, pull)
	got := make(chan string, 3)
	go func() {
		for {
			msg, err := pull.Recv()
			if err != nil {
				close(got)
				return
			}
			got <- string(msg.Bytes())
		}
	}()
	for i := range 3 {
		push := makers[Push](t)
		dial(t, push, ep)
		mustSend(t, push, fmt.Sprint(i))
		push.Close()
		if m := <-got; m != fmt.Sprint(i) {
			t.Errorf("received %q, want %d", m, i)
		}
	}
	pull.Close()
	<-got
}

func TestWhatATypeCannotDo(t *testing.T) {
	for _, kind := range []SocketType{Sub, Pull} {
		err := makers[kind](t).Send(NewMsgString("x"))
		if !errors.Is(err, zmq.ErrNotSupported) || !strings.Contains(err.Error(), string(kind)+" sockets can't send messages") {
			t.Errorf("Send of a %s: %v", kind, err)
		}
	}
	for _, kind := range []SocketType{Pub, Push} {
		msg, err := makers[kind](t).Recv()
		if !errors.Is(err, zmq.ErrNotSupported) || msg.Err() != err || !strings.Contains(err.Error(), string(kind)+" sockets can't recv messages") {
			t.Errorf("Recv of a %s: %v", kind, err)
		}
	}
	if err := makers[Pair](t).Send(Msg{}); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("Send of nothing: %v", err)
	}
}

func TestCloseAndContextEndCalls(t *testing.T) {
	for _, how := range []string{"close", "context"} {
		ctx, cancel := context.WithCancel(t.Context())
		s := closing(t, NewPull(ctx))
		listen(t, s)
		done := make(chan error, 1)
		go func() {
			_, err := s.Recv()
			done <- err
		}()
		if how == "close" {
			s.Close()
		} else {
			cancel()
		}
		err := <-done
		if err != context.Canceled {
			t.Errorf("%s: %v", how, err)
		}
		if _, again := s.Recv(); again != context.Canceled {
			t.Errorf("%s, then Recv: %v", how, again)
		}
		if err := makers[Push](t).Close(); err != nil {
			t.Error(err)
		}
		cancel()
	}
}

func TestTheEndOfTheContextFreesThePort(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := NewPull(ctx)
	ep := listen(t, s)
	cancel()
	s.Close() // waits for what the context began
	if err := makers[Pull](t).Listen(ep); err != nil {
		t.Error(err)
	}
}

func TestWithTimeoutBoundsSend(t *testing.T) {
	push := makers[Push](t, WithTimeout(10*time.Millisecond))
	listen(t, push)
	err := push.Send(NewMsgString("x"))
	if err != context.DeadlineExceeded {
		t.Errorf("Send with no peer: %v", err)
	}
}

func TestWithID(t *testing.T) {
	for kind, make := range makers { // every type takes one; a ROUTER sees some
		if s := make(t, WithID(SocketIdentity("me"))); s.SetOption(OptionHWM, 5) != nil {
			t.Errorf("%s with an id cannot be used", kind)
		}
	}
	router, dealer := makers[Router](t), makers[Dealer](t, WithID(SocketIdentity("me")))
	dial(t, dealer, listen(t, router))
	mustSend(t, dealer, "x")
	wantRecv(t, router, "me", "x")
	mustSend(t, router, "nobody", "is lost")
	mustSend(t, router, "me", "y")
	wantRecv(t, dealer, "y")
}

func TestAnOptionThatCannotBeIsReportedByEveryCall(t *testing.T) {
	s := makers[Dealer](t, WithID(bytes.Repeat([]byte("x"), 256)))
	_, recvErr := s.Recv()
	for call, err := range map[string]error{
		"Send": s.Send(NewMsgString("x")), "Recv": recvErr, "Listen": s.Listen("tcp://127.0.0.1:0"),
		"Dial": s.Dial("tcp://127.0.0.1:1"), "SetOption": s.SetOption(OptionHWM, 1),
	} {
		if !errors.Is(err, zmq.ErrInvalid) {
			t.Errorf("%s: %v", call, err)
		}
	}
}

func TestARequestGivesTheLastOneUp(t *testing.T) {
	req, rep := makers[Req](t), makers[Rep](t)
	dial(t, req, listen(t, rep))
	mustSend(t, req, "1")
	wantRecv(t, rep, "1")
	mustSend(t, req, "2") // the original takes it too
}

func TestOptions(t *testing.T) {
	s := makers[Sub](t)
	if v, err := s.GetOption(OptionHWM); v != 1000 || err != nil {
		t.Errorf("HWM %v, %v", v, err)
	}
	if err := s.SetOption(OptionHWM, 7); err != nil {
		t.Error(err)
	}
	if v, err := s.GetOption(OptionHWM); v != 7 || err != nil {
		t.Errorf("HWM %v, %v", v, err)
	}
	if err := s.SetOption("LINGER", time.Second); err != nil {
		t.Error(err)
	}
	if v, err := s.GetOption("LINGER"); v != time.Second || err != nil {
		t.Errorf("LINGER %v, %v", v, err)
	}
	for name, value := range map[string]any{"FOO": 1, OptionHWM: "x", OptionSubscribe: 3} {
		if err := s.SetOption(name, value); !errors.Is(err, ErrBadProperty) {
			t.Errorf("SetOption(%s, %v): %v", name, value, err)
		}
	}
	if err := makers[Pub](t).SetOption(OptionSubscribe, "x"); !errors.Is(err, ErrBadProperty) {
		t.Errorf("a PUB subscribes: %v", err)
	}
	if _, err := s.GetOption("FOO"); !errors.Is(err, ErrBadProperty) {
		t.Errorf("GetOption: %v", err)
	}
}

func TestTopics(t *testing.T) {
	pub, sub := makers[Pub](t), makers[Sub](t)
	dial(t, sub, listen(t, pub))
	for _, topic := range []string{"Q", "Q", "A"} {
		if err := sub.SetOption(OptionSubscribe, topic); err != nil {
			t.Fatal(err)
		}
	}
	waitTopics(t, sub, "A", "Q")
	waitTopics(t, pub, "A", "Q")
	for _, topic := range []string{"Q", "never"} {
		if err := sub.SetOption(OptionUnsubscribe, topic); err != nil {
			t.Fatal(err)
		}
	}
	waitTopics(t, sub, "A")
	waitTopics(t, pub, "A")
}

func TestTopicsOfAnXPubLeaveItsMessages(t *testing.T) {
	xpub, xsub := makers[XPub](t), makers[XSub](t)
	dial(t, xsub, listen(t, xpub))
	mustSend(t, xsub, "\x01A")
	waitTopics(t, xpub, "A")
	wantRecv(t, xpub, "\x01A")
	mustSend(t, xsub, "\x00A")
	wantRecv(t, xpub, "\x00A")
	waitTopics(t, xpub)
}

// lockedBuffer is a writer for a logger that a test reads meanwhile.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func TestWithLogger(t *testing.T) {
	var out lockedBuffer
	push := makers[Push](t, WithLogger(log.New(&out, "", 0)))
	dial(t, push, listen(t, makers[Pull](t)))
	push.Close()
	limit := zmqtest.Deadline(t).Done()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !strings.Contains(out.String(), "HANDSHAKE_SUCCEEDED") {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("logged: %s", out.String())
		}
	}
}

func TestManyGoroutines(t *testing.T) {
	pull, push := makers[Pull](t), makers[Push](t)
	dial(t, push, listen(t, pull))
	const senders, each = 4, 200
	var all sync.WaitGroup
	for range senders {
		all.Go(func() {
			for range each {
				if err := push.Send(NewMsgFromString([]string{"a", "b"})); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range senders * each {
		wantRecv(t, pull, "a", "b")
	}
	all.Wait()
}
