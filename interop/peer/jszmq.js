// SPDX-License-Identifier: Apache-2.0

// What draft.js is, over the package jszmq of Node.js, which speaks ZWS 2.0 without a
// mechanism, as web pages do. bind listens at any port, over a web server of its own.

"use strict";

const http = require("http");
const readline = require("readline");
const zmq = require("jszmq");

const sockets = new Map();
const answer = (fields) => process.stdout.write(JSON.stringify(fields) + "\n");
const decode = (text) => Buffer.from(text, "base64");
const encode = (frame) => Buffer.from(frame).toString("base64");

const ops = {
  async socket(c) {
    const s = { zmq: zmq.socket(c.type.toLowerCase()), received: [], waiting: [] };
    s.zmq.on("message", (...frames) => {
      // A ROUTER may give the id of its peer and the message, which it takes back so.
      const take = s.waiting.shift();
      if (take) take(frames);
      else s.received.push(frames);
    });
    sockets.set(c.number, s);
    return { socket: c.number };
  },
  async bind(c, s) {
    s.server = http.createServer();
    await new Promise((done) => s.server.listen(0, "127.0.0.1", done));
    const endpoint = `ws://127.0.0.1:${s.server.address().port}/zmq`;
    s.zmq.bind(endpoint, s.server);
    return { endpoint };
  },
  async connect(c, s) {
    s.zmq.connect(c.endpoint);
    return { endpoint: c.endpoint };
  },
  async subscribe(c, s) {
    s.zmq.subscribe(decode(c.topic.b64 || c.topic));
  },
  async send(c, s) {
    s.zmq.send(c.frames.map(decode));
  },
  async recv(c, s) {
    const frames = s.received.shift() || await new Promise((done, fail) => {
      const timer = setTimeout(() => fail(new Error("nothing came")), c.timeout);
      s.waiting.push((m) => { clearTimeout(timer); done(m); });
    });
    return { frames: frames.map(encode) };
  },
  async close(c, s) {
    sockets.delete(c.socket);
    s.zmq.close();
    if (s.server) s.server.close();
  },
};

let created = 0;

async function take(line) {
  const c = JSON.parse(line);
  if (c.op === "exit") process.exit(0);
  if (c.op === "socket") c.number = ++created;
  try {
    answer({ id: c.id, ...(await ops[c.op](c, sockets.get(c.socket))) });
  } catch (e) {
    answer({ id: c.id, error: String(e.message || e), errno: 0 });
  }
}

answer({ id: 0, libzmq: "jszmq" });
readline.createInterface({ input: process.stdin }).on("line", take).on("close", () => process.exit(0));
