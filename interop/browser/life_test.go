// SPDX-License-Identifier: Apache-2.0

package browser

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/ws"
)

// TestReconnectAfterTheServerRestarts: the server goes, requests are refused, and another
// one comes in its place; the page subscribes again by itself, and what it sent in the
// meantime arrives.
func TestReconnectAfterTheServerRestarts(t *testing.T) {
	eachKind(t, func(t *testing.T, s *site, p *page) {
		var prices, orders place
		s.mux.Handle("/pub", &prices)
		s.mux.Handle("/pull", &orders)
		begin := func() (pub, pull *zmq.Socket) {
			pub, pull = newSocket(t, zmq.PUB), newSocket(t, zmq.PULL)
			prices.take(t, pub)
			orders.take(t, pull)
			return pub, pull
		}
		refused := make(chan struct{})
		s.mux.HandleFunc("/refused", func(http.ResponseWriter, *http.Request) { close(refused) })
		pub, pull := begin()
		ended := p.start(`
			const quickly = { ...options, reconnectInterval: 20, reconnectIntervalMax: 50 };
			const sub = new zmq.SUB(quickly), push = new zmq.PUSH(quickly);
			sub.subscribe("life");
			const reasons = [];
			sub.addEventListener("disconnect", ({ error }) => reasons.push(error.code));
			sub.connect("/pub");
			push.connect("/pull");
			same(await sub.receive(), "life 1");
			const lost = next(push, "disconnect");
			const refused = next(sub, "disconnect", ({ error }) => error.code === "ECONNREFUSED");
			await push.send("end");
			await lost;
			await push.send("meanwhile");
			await refused;
			await fetch("/refused");
			same(await sub.receive(), "life 2");
			same(reasons[0], "ECONNRESET");
			await Promise.all([sub.close(), push.close()]);
		`)
		check(t, pub.WaitSubscribers(within(t), "life", 1))
		send(t, pub, "life 1")
		recv(t, pull, "end")
		check(t, errors.Join(pub.Close(), pull.Close()))
		wait(t, refused)
		pub, pull = begin()
		recv(t, pull, "meanwhile")
		check(t, pub.WaitSubscribers(within(t), "life", 1))
		send(t, pub, "life 2")
		ended(nil)
	})
}

// place is a path of a server where one socket follows another.
type place struct{ handler atomic.Pointer[ws.Handler] }

func (p *place) take(t *testing.T, s *zmq.Socket) {
	t.Helper()
	h, err := ws.NewHandler(s, ws.Config{})
	check(t, err)
	p.handler.Store(h)
}

func (p *place) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.handler.Load().ServeHTTP(w, r) }

// wait waits for a channel to be closed.
func wait(t *testing.T, done <-chan struct{}) {
	t.Helper()
	select {
	case <-done:
	case <-within(t).Done():
		t.Fatal("it does not happen")
	}
}

// TestSlowPageMakesTheServerWait: by WebSocketStream, a page that does not receive stops to
// read, so that a PUSH of ours waits at its mark; when the page goes on, all messages
// arrive, in order.
func TestSlowPageMakesTheServerWait(t *testing.T) {
	s := newSite(t)
	p := open(t, s.URL)
	push := newSocket(t, zmq.PUSH, zmq.SendHWM.Of(10))
	s.mount(t, "/push", push)
	ended := p.start(`
		const pull = globalThis.pull = new zmq.PULL({ receiveHighWaterMark: 10 });
		pull.connect("/push");
		await pull.waitPeers(1);
	`)
	ended(nil)
	body := bytes.Repeat([]byte{'x'}, 64<<10)
	const limit = 20_000 // far more than what systems and browser hold on the way, 1.3 GB
	sent := 0
	for ; sent < limit; sent++ {
		full, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		err := push.Send(full, fmt.Append(nil, sent), body)
		cancel()
		if errors.Is(err, context.DeadlineExceeded) {
			break
		}
		check(t, err)
	}
	if sent == limit {
		t.Fatalf("the PUSH has sent %d messages that were not received", sent)
	}
	t.Logf("the PUSH waits after %d messages", sent)
	p.do(fmt.Sprintf(`
		for (let i = 0; i < %d; i++) {
			const message = await pull.receive();
			same([message.text(), message.bytes(1).length], [i, %d]);
		}
	`, sent, len(body)))
	send(t, push, "and on it goes")
	p.do(`same(await pull.receive(), "and on it goes"); await pull.close()`)
}

// TestSlowPageThatCannotMakeTheServerWait: by WebSocket, a SUB drops at its mark, and a
// PULL ends the connection, saying why, and dials again.
func TestSlowPageThatCannotMakeTheServerWait(t *testing.T) {
	s := newSite(t)
	p := open(t, s.URL)
	pub, push := newSocket(t, zmq.PUB, zmq.SendHWM.Of(0)), newSocket(t, zmq.PUSH, zmq.SendHWM.Of(0))
	s.mount(t, "/pub", pub)
	s.mount(t, "/push", push)
	ended := p.start(`
		const slow = { WebSocket, receiveHighWaterMark: 10 };
		const sub = new zmq.SUB(slow), pull = new zmq.PULL(slow);
		sub.subscribe();
		sub.connect("/pub");
		pull.connect("/push");
		const { error } = await next(pull, "disconnect");
		same(error.code, "ENOBUFS");
		for (let i = 0; i < 10; i++) {
			same(await pull.receive(), i);
		}
		while (sub.dropped < 90) {
			await new Promise((resolve) => setTimeout(resolve, 1));
		}
		same(await sub.receive(), "0");
		await pull.waitPeers(1);
		await Promise.all([sub.close(), pull.close()]);
	`)
	check(t, pub.WaitSubscribers(within(t), "", 1))
	for i := range 100 {
		send(t, pub, fmt.Sprint(i))
		send(t, push, fmt.Sprint(i))
	}
	ended(nil)
}

// TestPagesOfOtherServersAreRefused, unless their origin is listed. Both servers are
// there, so that it is the origin alone that counts.
func TestPagesOfOtherServersAreRefused(t *testing.T) {
	eachKind(t, func(t *testing.T, s *site, p *page) {
		pull := newSocket(t, zmq.PULL)
		closed, err := ws.NewHandler(pull, ws.Config{})
		check(t, err)
		listed, err := ws.NewHandler(pull, ws.Config{Origins: []string{s.URL}})
		check(t, err)
		mux := http.NewServeMux()
		mux.Handle("/closed", closed)
		mux.Handle("/listed", listed)
		other := httptest.NewServer(mux)
		defer other.Close()
		p.do(fmt.Sprintf(`
			const push = new zmq.PUSH(options), server = %q;
			const refused = next(push, "disconnect");
			push.connect(server + "/closed");
			const { error, endpoint } = await refused;
			same([error.code, endpoint, error.message.includes(endpoint)], ["ECONNREFUSED", server + "/closed", true]);
			await push.disconnect(server + "/closed");
			push.connect(server + "/listed");
			await push.waitPeers(1);
			await push.send("a guest");
			await push.close();
		`, "ws"+other.URL[len("http"):]))
		recv(t, pull, "a guest")
	})
}

// TestServerThatSpeaksSomethingElse: the page is told that it cannot be reached, whether
// there is no server, a server without WebSocket, or one that stays silent.
func TestServerThatSpeaksSomethingElse(t *testing.T) {
	eachKind(t, func(t *testing.T, s *site, p *page) {
		silent, err := net.Listen("tcp", "127.0.0.1:0")
		check(t, err)
		defer silent.Close() // without a call of Accept
		p.do(fmt.Sprintf(`
			for (const [address, code] of [["/none", "ECONNREFUSED"], [%q, "ETIMEDOUT"]]) {
				const push = new zmq.PUSH({ ...options, handshakeInterval: 300 });
				// An attempt that the machine held up has timed out, and another one follows.
				const told = next(push, "disconnect", ({ error }) => error.code === code);
				push.connect(address);
				await told;
				await push.close({ linger: 0 });
			}
		`, "ws://"+silent.Addr().String()))
	})
}

// TestPageThatIsLeft: the server notices that the user has gone, to another page or
// altogether, and when the user comes back to the page that the browser has kept, it is
// a peer again.
func TestPageThatIsLeft(t *testing.T) {
	eachKind(t, func(t *testing.T, s *site, p *page) {
		pull := newSocket(t, zmq.PULL)
		s.mount(t, "/pull", pull)
		p.do(`
			globalThis.push = new zmq.PUSH(options);
			push.connect("/pull");
			await push.send("here");
		`)
		recv(t, pull, "here")
		gone := pull.Monitor(within(t), zmq.EventDisconnected)
		p.visit("about:blank")
		expect(t, gone)
		p.do(`setTimeout(() => history.back())`)
		p.await("globalThis.zmq !== undefined")
		var kept bool
		p.start("return globalThis.push !== undefined")(&kept)
		if !kept { // short of memory, for example
			t.Skip("the browser has not kept the page: there is nothing to come back to")
		}
		p.do(`await push.send("back")`)
		recv(t, pull, "back")
		gone = pull.Monitor(within(t), zmq.EventDisconnected)
		p.close()
		expect(t, gone)
	})
}

// expect waits for an event.
func expect(t *testing.T, events iter.Seq[zmq.Event]) {
	t.Helper()
	for range events {
		return
	}
	t.Fatal("it does not happen")
}
