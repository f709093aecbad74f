// SPDX-License-Identifier: Apache-2.0

// What programs in TypeScript write. It is compiled, not run.

import { DEALER, LinkEvent, Message, PAIR, PUB, PULL, PUSH, REP, REQ, ROUTER, SUB, ZMQError, type Content, type ErrorCode, type Options, type Receiver, type Sender } from "../zmq.js";

const options: Options = { identity: "page", receiveHighWaterMark: 10 };
const content: Content = ["a", new Uint8Array(1), new ArrayBuffer(1)];

async function receive(from: Receiver): Promise<string> {
  const m: Message = await from.receive({ signal: AbortSignal.timeout(1000) });
  for await (const { length } of from) {
    return `${length} ${m.text()} ${m.bytes(-1).length}`;
  }
  for await (const message of from.messages({})) {
    return message.json().field;
  }
  return "";
}

export async function all(sender: Sender): Promise<void> {
  const push = new PUSH(options), pull = new PULL(), dealer = new DEALER(), pair = new PAIR();
  const pub = new PUB(), sub = new SUB(), req = new REQ(), rep = new REP(), router = new ROUTER();
  for (const s of [push, pull, dealer, pair, pub, sub, req, rep, router]) {
    s.connect(new URL("ws://server"));
    s.addEventListener("disconnect", (event: LinkEvent) => console.log(event.endpoint, event.error?.message, event.retryIn));
    await s.waitPeers(1);
    await s.disconnect("ws://server", { linger: 0 });
    await s.close({ linger: Infinity });
    console.log(s.closed, s.dropped);
  }
  await sender.send(content);
  await Promise.all([push, dealer, pair].map((s: Sender) => s.send("x", {})));
  await Promise.all([pull, dealer, pair, sub, rep, router].map(receive));
  await pub.waitSubscribers("A", 1);
  await pub.send(["A", "1"]);
  sub.subscribe("A", new Uint8Array(1));
  sub.unsubscribe();
  console.log((await req.request("q", { signal: AbortSignal.timeout(1) })).text());
  await req.send("q");
  await req.receive();
  await rep.send(await rep.receive());
  await router.send(await router.receive());
  // @ts-expect-error a ROUTER needs an identity
  await router.send("x");
  // @ts-expect-error a PULL does not send
  await pull.send("x");
  // @ts-expect-error nor does a PUSH receive
  await push.receive();
  // @ts-expect-error there is no such option
  console.log(new PUSH({ hwm: 1 }));
  try {
    push.connect("x");
  } catch (error) {
    const code: ErrorCode | undefined = error instanceof ZMQError ? error.code : undefined;
    console.log(code);
  }
}
