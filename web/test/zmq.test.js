// SPDX-License-Identifier: Apache-2.0

// The rules of the module, over a network in memory, by WebSocket and by WebSocketStream.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, test } from "node:test";

import * as zmq from "../zmq.js";
import { Backoff } from "../link.js";
import { Network } from "./network.js";

const { DEALER, Message, PAIR, PUB, PULL, PUSH, REP, REQ, ROUTER, SUB, ZMQError } = zmq;

// How long something may take that has to happen.
const patience = 30_000;

// Signals of AbortSignal.timeout do not keep Node.js from ending.
const awake = setInterval(() => {}, patience);
after(() => clearInterval(awake));

/** Runs a test over each of the two, with sockets that reconnect at once. */
function each(name, body) {
  for (const kind of ["WebSocket", "WebSocketStream"]) {
    test(`${name}, by ${kind}`, { timeout: 2 * patience }, async () => {
      const network = new Network();
      const open = [];
      const make = (Type, options = {}) => {
        const socket = new Type({
          reconnectInterval: 1,
          reconnectIntervalMax: 2,
          ...(kind === "WebSocket" ? { WebSocket: network.WebSocket } : {}),
          ...options,
        });
        open.push(socket);
        return socket;
      };
      globalThis.WebSocketStream = kind === "WebSocketStream" ? network.WebSocketStream : undefined;
      try {
        await body({ network, make, kind });
      } finally {
        await Promise.all(open.map((socket) => socket.close({ linger: 0 })));
        delete globalThis.WebSocketStream;
      }
    });
  }
}

const url = "ws://server/zmq";
const failsWith = (code, text = /zmq: /) => (error) =>
  error instanceof ZMQError && error.code === code && text.test(error.message);

/** Waits for an event of a type that fulfils a condition. */
function event(socket, type, condition = () => true) {
  return new Promise((resolve) => {
    const listen = (e) => {
      if (condition(e)) {
        socket.removeEventListener(type, listen);
        resolve(e);
      }
    };
    socket.addEventListener(type, listen);
  });
}

/** Waits for a condition that no event tells. */
async function until(condition) {
  for (const limit = Date.now() + patience; !condition();) {
    assert.ok(Date.now() < limit, `it does not happen: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve));
  }
}

each("the handshake: the protocol, and the identities as first messages", async ({ network, make }) => {
  const push = make(PUSH, { identity: "page" });
  const connected = event(push, "connect");
  push.connect(url);
  const server = await network.accept();
  assert.equal(server.url, url);
  assert.deepEqual(server.protocols, ["ZWS2.0"]);
  server.open();
  assert.equal(await server.receive(), "0 page");
  server.send(0, "");
  assert.equal((await connected).endpoint, url);
  await push.waitPeers(1);
});

each("messages: flags in front of each frame, text and bytes", async ({ network, make }) => {
  const pair = make(PAIR);
  pair.connect(url);
  const server = await network.meet();
  await pair.send("one");
  await pair.send(["a", new Uint8Array([98]), new Uint16Array([0x6363]), new ArrayBuffer(0)]);
  for (const want of ["0 one", "1 a", "1 b", "1 cc", "0 "]) {
    assert.equal(await server.receive(), want);
  }
  server.send(1, "x");
  server.send(1, "");
  server.send(0, '{"n":1}');
  const message = await pair.receive();
  assert.equal(message.length, 3);
  assert.equal(message.text(), "x");
  assert.deepEqual(message.json(-1), { n: 1 });
  assert.deepEqual([...message].map((f) => f.length), [1, 0, 7]);
  await pair.send(message);
  assert.equal(await server.message(), 'x||{"n":1}');
});

each("the caller keeps the bytes that it sends", async ({ network, make }) => {
  const push = make(PUSH);
  push.connect(url);
  const bytes = new Uint8Array([97]);
  await push.send(bytes);
  bytes[0] = 98;
  assert.equal(await (await network.meet()).receive(), "0 a");
});

each("PUSH: in turn, and what is queued goes out when the server comes", async ({ network, make }) => {
  const push = make(PUSH);
  push.connect("ws://server/1");
  push.connect("ws://server/2");
  for (let i = 0; i < 6; i++) {
    await push.send(`m${i}`);
  }
  const got = {};
  for (let i = 0; i < 2; i++) {
    const server = await network.meet();
    got[server.url] = [await server.receive(), await server.receive(), await server.receive()];
  }
  assert.deepEqual(got["ws://server/1"], ["0 m0", "0 m2", "0 m4"]);
  assert.deepEqual(got["ws://server/2"], ["0 m1", "0 m3", "0 m5"]);
});

each("PUSH: waits at the mark, in the order of the calls", async ({ network, make }) => {
  const push = make(PUSH, { sendHighWaterMark: 2 });
  let early = 0;
  const calls = [0, 1, 2, 3, 4].map((i) => push.send(`m${i}`).then(() => early++));
  push.connect(url);
  await calls[1];
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(early, 2);
  const server = await network.meet();
  for (let i = 0; i < 5; i++) {
    assert.equal(await server.receive(), `0 m${i}`);
  }
  await Promise.all(calls);
});

each("PULL: from all in turn", async ({ network, make }) => {
  const pull = make(PULL);
  pull.connect("ws://server/a");
  pull.connect("ws://server/b");
  const servers = [await network.meet(), await network.meet()];
  for (const server of servers) {
    for (let i = 0; i < 3; i++) {
      server.send(0, server.url.slice(-1) + i);
    }
  }
  await new Promise((resolve) => setTimeout(resolve)); // all of it has come
  const order = [];
  for (let i = 0; i < 6; i++) {
    order.push((await pull.receive()).text());
  }
  assert.deepEqual([...order].sort(), ["a0", "a1", "a2", "b0", "b1", "b2"]);
  const of = order.map((m) => m[0]).join("");
  assert.match(of, /^(ab|ba)+$/);
});

each("messages: iteration ends at close, and with its signal", async ({ network, make }) => {
  const pull = make(PULL);
  pull.connect(url);
  const server = await network.meet();
  server.send(0, "1");
  server.send(0, "2");
  const got = [];
  for await (const message of pull) {
    got.push(message.text());
    if (got.length === 2) {
      void pull.close({ linger: 0 });
    }
  }
  assert.deepEqual(got, ["1", "2"]);

  const other = make(PULL);
  const stop = new AbortController();
  stop.abort(new Error("enough"));
  await assert.rejects(async () => {
    for await (const _ of other.messages({ signal: stop.signal })) { /* nothing comes */ }
  }, /enough/);
});

each("PUB: to those who have subscribed, by the first frame", async ({ network, make }) => {
  const pub = make(PUB, { sendHighWaterMark: 2 });
  pub.connect(url);
  const server = await network.meet();
  await pub.send("A.early"); // to nobody
  server.send(0, "\x01A.");
  server.send(0, "\x01A."); // does not count
  server.send(0, "\x01B");
  await pub.waitSubscribers("B", 1);
  await pub.send(["A.1", "more"]);
  await pub.send("C");
  await pub.send("B1");
  assert.equal(await server.message(), "A.1|more");
  assert.equal(await server.message(), "B1");
  server.send(0, "\x00A.");
  server.send(0, "\x01D");
  await pub.waitSubscribers("D", 1);
  await pub.send("A.2");
  await pub.send("D");
  assert.equal(await server.message(), "D");
  server.end();
  await event(pub, "disconnect");
  network.refuse(1e9);
  for (let i = 0; i < 5; i++) {
    await pub.send("D"); // kept for the subscriber, up to the mark
  }
  assert.equal(pub.dropped, 3);
});

each("SUB: subscriptions when they are made, and all again after a reconnect", async ({ network, make }) => {
  const sub = make(SUB);
  sub.subscribe("A");
  sub.subscribe("A", "B");
  sub.connect(url);
  const server = await network.meet();
  assert.equal(await server.receive(), "0 \x01A");
  assert.equal(await server.receive(), "0 \x01B");
  sub.unsubscribe("A"); // once more to go
  sub.unsubscribe("B");
  sub.unsubscribe("unknown");
  assert.equal(await server.receive(), "0 \x00B");
  sub.subscribe();
  assert.equal(await server.receive(), "0 \x01");
  sub.unsubscribe();
  assert.equal(await server.receive(), "0 \x00");
  server.end();
  const again = await network.meet();
  assert.equal(await again.receive(), "0 \x01A");
  sub.subscribe(new Uint8Array([255]));
  again.raw(new Uint8Array([0, 255, 1]).buffer);
  again.send(0, "unwanted");
  again.send(0, "A1");
  assert.deepEqual([...(await sub.receive()).bytes()], [255, 1]);
  assert.equal((await sub.receive()).text(), "A1");
});

each("SUB: what waits when its topic is cancelled is not received", async ({ network, make }) => {
  const sub = make(SUB);
  sub.subscribe("A", "B");
  sub.connect(url);
  const server = await network.meet();
  server.send(0, "A1");
  server.send(0, "B1");
  await until(() => true);
  sub.unsubscribe("A");
  assert.equal((await sub.receive()).text(), "B1");
});

each("REQ and REP: envelopes, and their turns", async ({ network, make }) => {
  const req = make(REQ);
  req.connect("ws://server/req");
  const asked = await network.meet();
  await assert.rejects(req.receive(), failsWith("EFSM"));
  await req.send(["q", "2"]);
  await assert.rejects(req.send("again"), failsWith("EFSM"));
  assert.equal(await asked.message(), "|q|2");
  asked.send(1, "");
  asked.send(0, "a");
  assert.equal((await req.receive()).text(), "a");

  const rep = make(REP);
  rep.connect("ws://server/rep");
  const asking = await network.meet();
  await assert.rejects(rep.send("early"), failsWith("EFSM"));
  asking.send(0, "no envelope");
  for (const frame of ["hop", "number", "", "q"]) {
    asking.send(frame === "q" ? 0 : 1, frame);
  }
  assert.equal((await rep.receive()).toString(), "q");
  await assert.rejects(rep.receive(), failsWith("EFSM"));
  await rep.send(["a", ""]);
  assert.equal(await asking.message(), "hop|number||a|");
});

each("request: the reply to exactly this one, one after the other", async ({ network, make }) => {
  const req = make(REQ);
  req.connect(url);
  const server = await network.meet();
  // question takes the next request, and returns how to answer it.
  const question = async (text) => {
    const number = await server.bytes();
    assert.equal(number.length, 5);
    assert.equal(await server.message(), `|${text}`);
    return (body) => {
      server.raw(number.buffer);
      server.send(1, "");
      server.send(0, body);
    };
  };
  await assert.rejects(req.request("slow", { signal: AbortSignal.timeout(1) }), { name: "TimeoutError" });
  const late = await question("slow");
  const [one, two] = [req.request("one"), req.request("two")];
  const answer = await question("one");
  late("late");
  server.send(1, "");
  server.send(0, "without a number");
  answer("1");
  assert.equal((await one).text(), "1");
  (await question("two"))("2");
  assert.equal((await two).text(), "2");
});

each("REP: the reply to a requester that has gone is dropped", async ({ network, make }) => {
  const rep = make(REP);
  rep.connect(url);
  const server = await network.meet();
  server.send(1, "");
  server.send(0, "q");
  await rep.receive();
  const gone = event(rep, "disconnect");
  server.end();
  await gone;
  await rep.send("a");
  assert.equal(rep.dropped, 1);
});

each("ROUTER: by identity, its own names for peers without", async ({ network, make }) => {
  const router = make(ROUTER);
  router.connect("ws://server/1");
  const named = await network.meet("anna");
  router.connect("ws://server/2");
  const nameless = await network.meet();
  await router.waitPeers(2);
  await router.send(["anna", "hello"]);
  assert.equal(await named.message(), "hello");
  nameless.send(0, "who am I");
  const message = await router.receive();
  assert.equal(message.length, 2);
  assert.equal(message.bytes(0).length, 5);
  assert.equal(message.bytes(0)[0], 0);
  await router.send([message.bytes(0), "you"]);
  assert.equal(await nameless.message(), "you");
  await assert.rejects(router.send(["bob", "hello"]), failsWith("EHOSTUNREACH", /bob/));
  await assert.rejects(router.send("anna"), failsWith("EINVAL"));

  const refused = event(router, "disconnect", (e) => e.error.code === "EADDRINUSE");
  router.connect("ws://server/3");
  await network.meet("anna");
  assert.match((await refused).error.message, /server\/3.*server\/1/);
});

each("ROUTER: waits for one peer's room alone", async ({ network, make }) => {
  const router = make(ROUTER, { sendHighWaterMark: 1 });
  router.connect("ws://server/1");
  const one = await network.meet("one");
  await router.waitPeers(1);
  one.end();
  await event(router, "disconnect");
  network.refuse(1e9);
  await router.send(["one", "1"]);
  const waits = router.send(["one", "2"]);
  network.refuse(0);
  const again = await network.meet("another name counts for nothing");
  await waits;
  assert.equal(await again.message(), "1");
  assert.equal(await again.message(), "2");
});

each("PAIR: one peer", async ({ make }) => {
  const pair = make(PAIR);
  pair.connect(url);
  assert.throws(() => pair.connect("ws://server/2"), failsWith("EINVAL", /1 peer/));
});

each("reconnect: after refusals, ends and silence, telling why", async ({ network, make }) => {
  const push = make(PUSH, { handshakeInterval: 50 });
  const wrong = [];
  push.addEventListener("disconnect", ({ error, retryIn, endpoint }) => {
    assert.equal(endpoint, url);
    assert.ok(retryIn >= 0.5 && retryIn <= 2);
    assert.match(error.message, /ws:\/\/server\/zmq/);
    wrong.push(error.code);
  });
  network.refuse(2);
  push.connect(url);
  await network.accept(); // does not answer the request
  await until(() => wrong.length === 3);
  const quiet = await network.accept();
  quiet.open(); // and says nothing
  await until(() => wrong.length === 4);
  const server = await network.meet();
  await push.waitPeers(1);
  server.end(1001, "going away");
  await until(() => wrong.length === 5);
  assert.deepEqual(wrong, ["ECONNREFUSED", "ECONNREFUSED", "ETIMEDOUT", "ETIMEDOUT", "ECONNRESET"]);
  await push.send("still here");
  assert.equal(await (await network.meet()).receive(), "0 still here");
});

each("close by a listener of disconnect: it does not wait for the next attempt", async ({ network, make }) => {
  const push = make(PUSH, { reconnectInterval: 10 * patience, reconnectIntervalMax: 10 * patience });
  network.refuse(1);
  const closed = new Promise((resolve) => push.addEventListener("disconnect", () => resolve(push.close())));
  push.connect(url);
  await closed;
});

each("a long topic: a message is compared with it once, not with each of its beginnings", async ({ network, make }) => {
  const pub = make(PUB);
  pub.connect(url);
  const server = await network.meet();
  const topic = "x".repeat(10_000);
  server.send(0, "\x01" + topic);
  await pub.waitSubscribers(topic, 1);
  const { has } = Map.prototype;
  let lookups = 0;
  Map.prototype.has = function (key) {
    lookups++;
    return has.call(this, key);
  };
  try {
    await pub.send("y".repeat(10_000));
  } finally {
    Map.prototype.has = has;
  }
  assert.ok(lookups <= 10, `${lookups} lookups`);
  await pub.send(topic + " and more");
  assert.equal(await server.receive(), "0 " + topic + " and more");
  server.send(0, "\x00" + topic);
  server.send(0, "\x01x");
  await pub.waitSubscribers("x", 1);
  await pub.send("xy");
  assert.equal(await server.receive(), "0 xy");
});

test("back-off: doubles to the maximum, minus a random half, and starts over", () => {
  const backoff = new Backoff(100, 500, () => 0);
  assert.deepEqual([1, 2, 3, 4, 5].map(() => backoff.next()), [100, 200, 400, 500, 500]);
  backoff.startOver();
  assert.equal(backoff.next(), 100);
  const early = new Backoff(100, 500, () => 1);
  assert.deepEqual([early.next(), early.next()], [50, 100]);
  assert.equal(new Backoff(100, 0, () => 0).next(), 100);
});

each("protocol errors end the connection, with a reason", async ({ network, make }) => {
  const pull = make(PULL, { maxMessageSize: 10 });
  pull.connect(url);
  for (const [code, text, say] of [
    ["EPROTO", /text/, (s) => s.raw("text")],
    ["EPROTO", /empty/, (s) => s.raw(new ArrayBuffer(0))],
    ["EPROTO", /command/, (s) => s.send(2, "\x05READY")],
    ["EMSGSIZE", /maxMessageSize/, (s) => s.send(0, "0123456789")],
    ["EMSGSIZE", /maxMessageSize/, (s) => Array.from({ length: 11 }, () => s.send(1, ""))],
  ]) {
    const server = await network.meet();
    const ended = event(pull, "disconnect", (e) => e.error.code === code);
    say(server);
    assert.match((await ended).error.message, text);
    assert.ok(server.ended);
  }
  const server = await network.accept();
  server.open();
  const ended = event(pull, "disconnect", (e) => e.error.code === "EPROTO");
  server.send(1, "identities have one frame");
  assert.match((await ended).error.message, /identity/);

  network.protocol = "chat";
  const other = event(pull, "disconnect", (e) => /chat/.test(e.error.message));
  (await network.accept()).open();
  assert.equal((await other).error.code, "EPROTO");
});

each("a torn message is dropped", async ({ network, make }) => {
  const pull = make(PULL);
  pull.connect(url);
  const server = await network.meet();
  server.send(1, "half");
  await until(() => true);
  server.end();
  (await network.meet()).send(0, "whole");
  assert.equal((await pull.receive()).toString(), "whole");
});

each("the receiving mark", async ({ network, make, kind }) => {
  const pull = make(PULL, { receiveHighWaterMark: 3 });
  pull.connect(url);
  const server = await network.meet();
  if (kind === "WebSocketStream") { // the server waits
    const sent = Array.from({ length: 20 }, (_, i) => server.sendWanted(0, `${i}`));
    let gone = 0;
    sent.forEach((s) => s.then(() => gone++));
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.ok(gone <= 5, `${gone} messages were read, and 3 may wait`);
    for (let i = 0; i < 20; i++) {
      assert.equal((await pull.receive()).text(), `${i}`);
    }
    return;
  }
  const ended = event(pull, "disconnect");
  for (let i = 0; i < 20; i++) { // the server cannot be made to wait
    server.send(0, `${i}`);
  }
  assert.equal((await ended).error.code, "ENOBUFS");
  for (let i = 0; i < 3; i++) {
    assert.equal((await pull.receive()).text(), `${i}`);
  }
});

each("a SUB that cannot make the server wait drops", async ({ network, make, kind }) => {
  if (kind === "WebSocketStream") {
    return;
  }
  const sub = make(SUB, { receiveHighWaterMark: 3 });
  sub.subscribe();
  sub.connect(url);
  const server = await network.meet();
  for (let i = 0; i < 20; i++) {
    server.send(0, `${i}`);
  }
  await until(() => sub.dropped === 17);
  assert.equal((await sub.receive()).text(), "0");
});

each("a burst within a mark of 0 has no limit", async ({ network, make }) => {
  const pull = make(PULL, { receiveHighWaterMark: 0 });
  pull.connect(url);
  const server = await network.meet();
  for (let i = 0; i < 5000; i++) {
    server.send(0, `${i}`);
  }
  for (let i = 0; i < 5000; i++) {
    assert.equal((await pull.receive()).text(), `${i}`);
  }
});

each("close: lingers for what is queued, and ends what waits", async ({ network, make }) => {
  const push = make(PUSH);
  push.connect(url);
  await push.send("one");
  await push.send("two");
  const closed = push.close({ linger: Infinity });
  const server = await network.meet();
  assert.equal(await server.receive(), "0 one");
  assert.equal(await server.receive(), "0 two");
  await closed;
  assert.ok(push.closed && server.ended);
  await assert.rejects(push.send("late"), failsWith("ENOTSOCK"));
  assert.throws(() => push.connect(url), failsWith("ENOTSOCK"));

  const pull = make(PULL);
  const refused = (call) => assert.rejects(call, failsWith("ENOTSOCK"));
  const waits = [refused(pull.receive()), refused(pull.waitPeers(1))];
  const router = make(ROUTER, { sendHighWaterMark: 1 });
  router.connect(url);
  const named = await network.meet("named");
  await router.waitPeers(1);
  named.end();
  await event(router, "disconnect");
  network.refuse(1e9);
  await router.send(["named", "1"]);
  waits.push(refused(router.send(["named", "2"])));
  await Promise.all([pull.close(), router.close({ linger: 0 })]);
  await Promise.all(waits);
});

each("disconnect: drops what was not received, and sends what was queued", async ({ network, make }) => {
  const dealer = make(DEALER);
  dealer.connect(url);
  const server = await network.meet();
  server.send(0, "unread");
  await dealer.send("last");
  await dealer.disconnect(url, { linger: Infinity });
  assert.equal(await server.receive(), "0 last");
  assert.ok(server.ended);
  await assert.rejects(dealer.disconnect(url), failsWith("EINVAL", /not connected/));
  await assert.rejects(dealer.receive({ signal: AbortSignal.timeout(1) }), { name: "TimeoutError" });
});

each("signals: a call that is given up is in nobody's way", async ({ make, network }) => {
  const pull = make(PULL);
  const stop = new AbortController();
  const given = pull.receive({ signal: stop.signal });
  const next = pull.receive();
  stop.abort(new Error("given up"));
  await assert.rejects(given, /given up/);
  pull.connect(url);
  (await network.meet()).send(0, "for the next");
  assert.equal((await next).text(), "for the next");
  await assert.rejects(make(PUSH).send("x", { signal: AbortSignal.abort() }), { name: "AbortError" });
});

test("what is not valid is refused, and the error says what would be", () => {
  for (const [call, text] of [
    [() => new PUSH({ sendHWM: 1 }), /no option sendHWM/],
    [() => new PUSH({ sendHighWaterMark: -1 }), /sendHighWaterMark/],
    [() => new PUSH({ identity: "x".repeat(256) }), /255/],
    [() => new PUSH({ identity: "\0x" }), /zero byte/],
    [() => new PUSH().connect("tcp://server:1"), /ws and wss/],
    [() => new PUSH().connect("/path"), /address/], // there is no page
    [() => new Message([]).bytes(), /no frame 0/],
  ]) {
    assert.throws(call, failsWith("EINVAL", text));
  }
});

test("what cannot be sent is refused", async () => {
  for (const content of [undefined, null, 1, {}, [], ["a", 1]]) {
    await assert.rejects(new PUSH().send(content), failsWith("EINVAL"));
  }
});

test("without a WebSocket the error says what to do", async () => {
  const known = globalThis.WebSocket;
  delete globalThis.WebSocket;
  const push = new PUSH();
  const told = event(push, "disconnect");
  push.connect(url);
  assert.ok(failsWith("EPROTONOSUPPORT", /option WebSocket/)((await told).error));
  await push.close({ linger: 0 });
  globalThis.WebSocket = known;
});

test("the types declare what the module exports", async () => {
  const text = await readFile(new URL("../zmq.d.ts", import.meta.url), "utf8");
  const declared = [...text.matchAll(/^export class (\w+)/gm)].map((m) => m[1]).sort();
  assert.deepEqual(declared, Object.keys(zmq).sort());
  for (const name of declared) { // and the methods of each class
    const own = Object.getOwnPropertyNames(zmq[name].prototype).filter((m) => m !== "constructor" && m !== "toString");
    for (const method of own) {
      assert.match(text, new RegExp(`\\b${method}\\b`), `${name}.${method}`);
    }
  }
});
