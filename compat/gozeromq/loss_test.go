// SPDX-License-Identifier: Apache-2.0

package zmq4

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gozmq/zmq/compat/gozeromq/transport"
)

// quick has Dial go on in the background after a few milliseconds.
var quick = WithDialerRetry(time.Millisecond)

// eof waits for the io.EOF of a Recv.
func eof(t *testing.T, s Socket) {
	t.Helper()
	if msg, err := s.Recv(); err != io.EOF || msg.Err() != io.EOF {
		t.Fatalf("Recv of a %s whose server has gone: %s, %v", s.Type(), msg, err)
	}
}

// reopen listens at an endpoint that has become free.
func reopen(t *testing.T, s Socket, ep string) {
	t.Helper()
	waitFor(t, "Listen to "+ep, func() bool { return s.Listen(ep) == nil })
}

func TestRequestOfAServerThatHasGoneEnds(t *testing.T) {
	req, rep := makers[Req](t, quick), makers[Rep](t)
	ep := listen(t, rep)
	dial(t, req, ep)
	mustSend(t, req, "lost")
	wantRecv(t, rep, "lost")
	rep.Close()
	eof(t, req)
	eof(t, req) // until the next request
	if err := req.Send(NewMsgString("x")); !errors.Is(err, ErrClosedConn) {
		t.Errorf("Send to a server that has gone: %v", err)
	}
	again := makers[Rep](t)
	reopen(t, again, ep)
	dial(t, req, ep)
	mustSend(t, req, "question")
	wantRecv(t, again, "question")
	mustSend(t, again, "answer")
	wantRecv(t, req, "answer")
}

func TestRequestGoesToTheServerThatIsThere(t *testing.T) {
	req, first, second := makers[Req](t, quick), makers[Rep](t), makers[Rep](t)
	dial(t, req, listen(t, first))
	mustSend(t, req, "1")
	first.Close()
	eof(t, req)
	dial(t, req, listen(t, second))
	for i := range 3 {
		mustSend(t, req, fmt.Sprint(i))
		wantRecv(t, second, fmt.Sprint(i))
		mustSend(t, second, "reply")
		wantRecv(t, req, "reply")
	}
}

// A request that was lost stays lost when the server is back.
func TestReconnectDoesNotHideALostRequest(t *testing.T) {
	req, rep := makers[Req](t, quick), makers[Rep](t)
	ep := listen(t, rep)
	dial(t, req, ep)
	mustSend(t, req, "lost")
	wantRecv(t, rep, "lost")
	rep.Close()
	again := makers[Rep](t)
	reopen(t, again, ep)
	own, _ := ours(req)
	waitFor(t, "another connection", func() bool {
		now, _ := own.progress(own.diallingOf(ep))
		return now.made == 2
	})
	eof(t, req)
	mustSend(t, req, "question")
	wantRecv(t, again, "question")
}

// receivers are those that hear of a loss, with what they dial.
var receivers = map[SocketType]SocketType{Sub: Pub, XSub: XPub, Pull: Push, Dealer: Router, Pair: Pair}

func TestRecvTellsOnceThatTheLastServerHasGone(t *testing.T) {
	for kind, server := range receivers {
		for _, mode := range []string{"as it is", "without reconnecting"} {
			t.Run(fmt.Sprintf("%s %s", kind, mode), func(t *testing.T) {
				opts := []Option{quick, WithID(SocketIdentity("me"))}
				if mode != "as it is" {
					opts = append(opts, WithAutomaticReconnect(false))
				}
				s, gone := makers[kind](t, opts...), makers[server](t)
				ep := listen(t, gone)
				dial(t, s, ep)
				waiting := make(chan error, 1)
				go func() {
					_, err := s.Recv()
					waiting <- err
				}()
				gone.Close()
				if err := <-waiting; err != io.EOF {
					t.Fatalf("Recv: %v", err)
				}
				again := makers[server](t)
				reopen(t, again, ep)
				dial(t, s, ep)
				serve(t, again, s)
			})
		}
	}
}

// serve has one message go from a server to a client called "me".
func serve(t *testing.T, server, client Socket) {
	t.Helper()
	switch client.Type() {
	case Sub, XSub:
		if err := client.SetOption(OptionSubscribe, ""); err != nil {
			t.Fatal(err)
		}
		waitTopics(t, server, "")
	case Dealer:
		waitFor(t, "ROUTER", func() bool { own, _ := ours(server); return own.connected() })
		mustSend(t, server, "me", "news")
		wantRecv(t, client, "news")
		return
	}
	mustSend(t, server, "news")
	wantRecv(t, client, "news")
}

func TestWhatAServerLeftComesBeforeItsLoss(t *testing.T) {
	for _, o := range [][]Option{nil, {WithAutomaticReconnect(false)}} {
		pull, push := makers[Pull](t, append(o, quick)...), makers[Push](t)
		dial(t, pull, listen(t, push))
		const n = 100
		for i := range n {
			mustSend(t, push, fmt.Sprint(i))
		}
		push.Close()
		own, _ := ours(pull)
		waitFor(t, "loss", own.forlorn.Load)
		for i := range n {
			wantRecv(t, pull, fmt.Sprint(i))
		}
		eof(t, pull)
	}
}

func TestNoLossIsToldWhileThereAreOtherPeers(t *testing.T) {
	sub := makers[Sub](t, quick)
	if err := sub.SetOption(OptionSubscribe, ""); err != nil {
		t.Fatal(err)
	}
	first, second, caller := makers[Pub](t), makers[Pub](t), makers[Pub](t)
	dial(t, sub, listen(t, first))
	dial(t, sub, listen(t, second))
	dial(t, caller, listen(t, sub))
	waitTopics(t, second, "")
	waitTopics(t, caller, "")
	own, _ := ours(sub)
	lost := func(s Socket) func() bool {
		d := own.diallingOf("tcp://" + s.Addr().String())
		return func() bool {
			now, _ := own.progress(d)
			return now.live == 0
		}
	}
	first.Close()
	waitFor(t, "first loss", lost(first))
	mustSend(t, second, "1")
	wantRecv(t, sub, "1")
	second.Close()
	waitFor(t, "second loss", lost(second))
	mustSend(t, caller, "2") // which has connected to the SUB
	wantRecv(t, sub, "2")
}

func TestWithAutomaticReconnectNoLossIsTold(t *testing.T) {
	sub, pub := makers[Sub](t, quick, WithAutomaticReconnect(true)), makers[Pub](t)
	if err := sub.SetOption(OptionSubscribe, ""); err != nil {
		t.Fatal(err)
	}
	ep := listen(t, pub)
	dial(t, sub, ep)
	pub.Close()
	again := makers[Pub](t)
	reopen(t, again, ep)
	waitTopics(t, again, "")
	mustSend(t, again, "news")
	wantRecv(t, sub, "news")
}

// Whether the connection is made again by then or not.
func TestDialAgainOfALostEndpointIsOneConnection(t *testing.T) {
	for _, o := range []Option{quick, WithAutomaticReconnect(false)} {
		xsub, xpub := makers[XSub](t, quick, o), makers[XPub](t)
		ep := listen(t, xpub)
		dial(t, xsub, ep)
		xpub.Close()
		eof(t, xsub)
		again := makers[XPub](t)
		reopen(t, again, ep)
		dial(t, xsub, ep)
		mustSend(t, xsub, "\x01")
		wantRecv(t, again, "\x01")
		mustSend(t, again, "1")
		mustSend(t, again, "2")
		wantRecv(t, xsub, "1")
		wantRecv(t, xsub, "2")
	}
}

func TestReceivedAheadOfItsReplyARepWaits(t *testing.T) {
	rep, a, b := makers[Rep](t), makers[Req](t), makers[Req](t)
	ep := listen(t, rep)
	dial(t, a, ep)
	dial(t, b, ep)
	requests := make(chan string)
	ended := make(chan error, 1)
	go func() {
		for {
			msg, err := rep.Recv()
			if err != nil {
				ended <- err
				return
			}
			requests <- string(msg.Frames[0])
		}
	}()
	mustSend(t, a, "a")
	mustSend(t, b, "b")
	for range 2 {
		mustSend(t, rep, "reply to "+<-requests)
	}
	wantRecv(t, a, "reply to a")
	wantRecv(t, b, "reply to b")
	mustSend(t, a, "owed")
	<-requests
	rep.Close()
	if err := <-ended; err != context.Canceled {
		t.Errorf("Recv of a REP that owes a reply and is closed: %v", err)
	}
}

func TestDialWaitsForAPeerThatIsLate(t *testing.T) {
	for _, transport := range []string{"tcp", "inproc"} {
		ep := "inproc://late"
		if transport == "tcp" {
			s := makers[Pull](t)
			ep = listen(t, s)
			s.Close()
		}
		push, pull := makers[Push](t), makers[Pull](t)
		var listening atomic.Bool
		done := make(chan bool)
		go func() {
			if err := push.Dial(ep); err != nil {
				t.Errorf("%s: %v", transport, err)
			}
			done <- listening.Load()
		}()
		own, _ := ours(push)
		waitFor(t, "Dial", func() bool { return own.dials(ep) })
		listening.Store(true)
		reopen(t, pull, ep)
		if !<-done {
			t.Errorf("%s: Dial did not wait", transport)
		}
	}
}

func TestDialGoesOnInTheBackground(t *testing.T) {
	for _, ep := range []string{freeEndpoint(t), "inproc://background"} {
		for _, retry := range []time.Duration{100 * time.Microsecond, 2 * time.Millisecond} {
			began := time.Now()
			push := makers[Push](t, WithDialerRetry(retry))
			dial(t, push, ep)
			if took := time.Since(began); took < 10*retry {
				t.Errorf("%s: Dial returned after %v, ten waits are %v", ep, took, 10*retry)
			}
			pull := makers[Pull](t)
			reopen(t, pull, ep)
			mustSend(t, push, "news")
			wantRecv(t, pull, "news")
			push.Close()
			pull.Close()
		}
	}
}

// refusing is a transport that reaches nothing.
type refusing struct{ transport.Transport }

// refusals counts them: a registration is for the process.
var refusals atomic.Int32

var errRefusing = errors.New("this transport reaches nothing")

func (refusing) Dial(context.Context, transport.Dialer, string) (net.Conn, error) {
	return nil, errRefusing
}

func TestDialThatFailsNamesItsCause(t *testing.T) {
	scheme := fmt.Sprint("refusing", refusals.Add(1))
	if err := RegisterTransport(scheme, refusing{transport.New("tcp")}); err != nil {
		t.Fatal(err)
	}
	for name, opts := range map[string][]Option{
		"retries": {WithDialerMaxRetries(2)}, "no reconnecting": {WithAutomaticReconnect(false)},
		"context": {WithDialerMaxRetries(-1)},
	} {
		for ep, cause := range map[string]string{
			freeEndpoint(t): "refused", "tcp://no-such-host.invalid:1": "no-such-host.invalid", scheme + "://127.0.0.1:1": errRefusing.Error(),
		} {
			ctx, cancel := context.WithCancel(t.Context())
			s := closing(t, NewPull(ctx, append(opts, quick)...))
			failed := make(chan error, 1)
			go func() { failed <- s.Dial(ep) }()
			if name == "context" {
				own, _ := ours(s)
				waitFor(t, "an attempt", func() bool {
					d := own.diallingOf(ep)
					now, _ := own.progress(d)
					return now.failed > 0
				})
				cancel()
			}
			err := <-failed
			if err == nil || !strings.Contains(err.Error(), ep) || !strings.Contains(err.Error(), cause) {
				t.Errorf("%s: %v", name, err)
			}
			if name == "context" && !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", name, err)
			}
			cancel()
		}
	}
	if err := makers[Pull](t, quick, WithDialerMaxRetries(1)).Dial("inproc://not-there"); !errors.Is(err, errNotListening) {
		t.Errorf("a name that no socket has: %v", err)
	}
}

// freeEndpoint returns one where nothing listens.
func freeEndpoint(t *testing.T) string {
	t.Helper()
	s := makers[Pull](t)
	ep := listen(t, s)
	s.Close()
	return ep
}
