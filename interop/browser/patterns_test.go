// SPDX-License-Identifier: Apache-2.0

package browser

import (
	"bytes"
	"fmt"
	"net/http"
	"testing"

	"github.com/gozmq/zmq"
)

// TestPushAndPull either way: messages of one frame and of more, and empty frames.
func TestPushAndPull(t *testing.T) {
	eachKind(t, func(t *testing.T, s *site, p *page) {
		pull, push := newSocket(t, zmq.PULL), newSocket(t, zmq.PUSH)
		s.mount(t, "/pull", pull)
		s.mount(t, "/push", push)
		ended := p.start(`
			const push = new zmq.PUSH(options), pull = new zmq.PULL(options);
			push.connect("/pull");
			pull.connect("/push");
			await push.send("one");
			await push.send(["", "two", new Uint8Array([0, 255])]);
			const first = await pull.receive(), second = await pull.receive();
			same([first.length, first.text()], [1, "drei"]);
			same([second.length, second.text(), second.bytes(1), second.text(2)], [3, "vier", [0, 255], ""]);
			await push.send("done");
			await Promise.all([push.close(), pull.close()]);
		`)
		recv(t, pull, "one")
		recv(t, pull, "", "two", "\x00\xff")
		send(t, push, "drei")
		send(t, push, "vier", "\x00\xff", "")
		recv(t, pull, "done")
		ended(nil)
	})
}

// TestRequestAndReply: a REQ and a REP of ours, asked and asking, request and
// send with receive, several at a time, and a time-out.
func TestRequestAndReply(t *testing.T) {
	eachKind(t, func(t *testing.T, s *site, p *page) {
		rep, req := newSocket(t, zmq.REP), newSocket(t, zmq.REQ)
		s.mount(t, "/rep", rep)
		s.mount(t, "/req", req)
		givenUp := make(chan struct{})
		s.mux.HandleFunc("/given-up", func(http.ResponseWriter, *http.Request) { close(givenUp) })
		ended := p.start(`
			const req = new zmq.REQ(options), rep = new zmq.REP(options);
			req.connect("/rep");
			rep.connect("/req");
			await req.send(["send", "receive"]);
			same(await req.receive(), "re:send");
			same(await Promise.all(["a", "b", "c"].map((q) => req.request(q))), ["re:a", "re:b", "re:c"]);
			const late = await req.request("late", { signal: AbortSignal.timeout(100) }).catch((error) => error);
			same(late.name, "TimeoutError");
			await fetch("/given-up");
			same(await req.request("after"), "re:after");
			for (let i = 0; i < 2; i++) {
				const question = await rep.receive();
				await rep.send(["the answer to", question.bytes()]);
			}
			await Promise.all([req.close(), rep.close()]);
		`)
		recv(t, rep, "send", "receive")
		send(t, rep, "re:send")
		for _, q := range []string{"a", "b", "c"} {
			recv(t, rep, q)
			send(t, rep, "re:"+q)
		}
		recv(t, rep, "late")
		wait(t, givenUp)
		send(t, rep, "too late")
		recv(t, rep, "after")
		send(t, rep, "re:after")
		for _, q := range []string{"first", "second"} {
			send(t, req, q)
			recv(t, req, "the answer to", q)
		}
		ended(nil)
	})
}

// TestPublishAndSubscribe: a page that subscribes to PUB and XPUB, and one that publishes
// to SUB.
func TestPublishAndSubscribe(t *testing.T) {
	eachKind(t, func(t *testing.T, s *site, p *page) {
		pub, xpub, sub := newSocket(t, zmq.PUB), newSocket(t, zmq.XPUB), newSocket(t, zmq.SUB)
		s.mount(t, "/pub", pub)
		s.mount(t, "/xpub", xpub)
		s.mount(t, "/sub", sub)
		check(t, sub.Subscribe("to "))
		ended := p.start(`
			const sub = new zmq.SUB(options), pub = new zmq.PUB(options);
			sub.subscribe("A.", "B");
			sub.connect("/pub");
			sub.connect("/xpub");
			pub.connect("/sub");
			await pub.waitSubscribers("to ", 1);
			await pub.send(["not to you", "x"]);
			await pub.send(["to you", "x"]);
			const got = [];
			for await (const message of sub) {
				got.push(message.toString());
				if (got.length === 3) break;
			}
			same(got.sort(), ["A.1|more", "A.2", "B"]);
			sub.unsubscribe("A.");
			await pub.send("to the end");
			same(await sub.receive(), "B of the end");
			await Promise.all([sub.close(), pub.close()]);
		`)
		check(t, pub.WaitSubscribers(within(t), "A.", 1))
		notices := map[string]bool{}
		for range 2 {
			m, err := xpub.Recv(within(t))
			check(t, err)
			notices[m.String()] = true
		}
		if !notices["\x01A."] || !notices["\x01B"] {
			t.Fatalf("the XPUB is told %v", notices)
		}
		recv(t, sub, "to you", "x")
		send(t, pub, "C", "unwanted")
		send(t, pub, "A.1", "more")
		send(t, xpub, "A.2")
		send(t, xpub, "B")
		recv(t, sub, "to the end")
		recv(t, xpub, "\x00A.")
		send(t, xpub, "A.3")
		send(t, xpub, "B of the end")
		ended(nil)
	})
}

// TestDealersAndRouters: each of a page with each of ours that it talks to, by identity
// and without.
func TestDealersAndRouters(t *testing.T) {
	eachKind(t, func(t *testing.T, s *site, p *page) {
		router, rep := newSocket(t, zmq.ROUTER), newSocket(t, zmq.REP)
		dealer, named := newSocket(t, zmq.DEALER), newSocket(t, zmq.ROUTER, zmq.RoutingID.Of([]byte("ours")))
		s.mount(t, "/router", router)
		s.mount(t, "/rep", rep)
		s.mount(t, "/dealer", dealer)
		s.mount(t, "/named", named)
		ended := p.start(`
			const dealer = new zmq.DEALER({ ...options, identity: "page" });
			dealer.connect("/router");
			await dealer.send(["to", "router"]);
			same(await dealer.receive(), "to|page");

			const asking = new zmq.DEALER(options);
			asking.connect("/rep");
			await asking.send(["", "question"]);
			same(await asking.receive(), "|answer");

			const router = new zmq.ROUTER({ ...options, identity: "router of the page" });
			router.connect("/dealer");
			router.connect("/named");
			await router.waitPeers(2);
			await router.send(["ours", "by name"]);
			same(await router.receive(), "ours|hello");
			const [from, text] = await router.receive();
			same([from.length, new TextDecoder().decode(text)], [5, "who am I"]);
			await router.send([from, "you"]);
			const unknown = await router.send(["nobody", "x"]).catch((error) => error.code);
			same(unknown, "EHOSTUNREACH");
			await Promise.all([dealer, asking, router].map((s) => s.close()));
		`)
		recv(t, router, "page", "to", "router")
		send(t, router, "page", "to", "page")
		recv(t, rep, "question")
		send(t, rep, "answer")
		recv(t, named, "router of the page", "by name")
		send(t, named, "router of the page", "hello")
		send(t, dealer, "who am I")
		recv(t, dealer, "you")
		ended(nil)
	})
}

// TestPairs both ways.
func TestPairs(t *testing.T) {
	eachKind(t, func(t *testing.T, s *site, p *page) {
		pair := newSocket(t, zmq.PAIR)
		s.mount(t, "/pair", pair)
		ended := p.start(`
			const pair = new zmq.PAIR(options);
			pair.connect("/pair");
			for (let i = 0; i < 100; i++) {
				await pair.send(["ping", String(i)]);
				same(await pair.receive(), "pong|" + i);
			}
			await pair.close();
		`)
		for i := range 100 {
			recv(t, pair, "ping", fmt.Sprint(i))
			send(t, pair, "pong", fmt.Sprint(i))
		}
		ended(nil)
	})
}

// TestSizes: bodies of every length at which a header has another form, both ways, up to
// 16 MiB.
func TestSizes(t *testing.T) {
	eachKind(t, func(t *testing.T, s *site, p *page) {
		pair := newSocket(t, zmq.PAIR)
		s.mount(t, "/pair", pair)
		sizes := []int{0, 1, 123, 124, 125, 126, 127, 254, 255, 256, 65533, 65534, 65535, 65536, 1 << 20, 16 << 20}
		ended := p.start(fmt.Sprintf(`
			const pair = new zmq.PAIR(options);
			pair.connect("/pair");
			for (const n of %s) {
				await pair.send([pattern(n), "more"]);
				const message = await pair.receive();
				const back = message.bytes(), want = pattern(n + 1);
				if (back.length !== n + 1 || back.some((byte, i) => byte !== want[i])) {
					throw new Error(n + " bytes come back as " + back.length + " or others");
				}
			}
			await pair.close();
		`, jsArray(sizes)))
		for _, n := range sizes {
			m, err := pair.Recv(within(t))
			check(t, err)
			if m.Len() != 2 || !bytes.Equal(m.Frame(0), pattern(n)) || string(m.Frame(1)) != "more" {
				t.Fatalf("%d bytes come as %d frames, the first of %d bytes", n, m.Len(), len(m.Frame(0)))
			}
			check(t, pair.Send(within(t), pattern(n+1)))
		}
		ended(nil)
	})
}

// pattern is what a page's function of that name makes.
func pattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte((n + 7*i) % 251)
	}
	return b
}

func jsArray(ints []int) string {
	text := "["
	for _, n := range ints {
		text += fmt.Sprint(n, ",")
	}
	return text + "]"
}
