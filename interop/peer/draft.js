// SPDX-License-Identifier: Apache-2.0

// What peer.py is, for the socket types and the transport ws that only libzmq's draft build
// has: over the package zeromq of Node.js, which is one. It knows the commands that tests
// of these need. An answer to recv carries the number of the sender or the group; send takes
// them.

"use strict";

const readline = require("readline");
const zmq = require("zeromq");
const draft = require("zeromq/draft");
const { Socket } = require("zeromq/lib/native");
const { allowMethods } = require("zeromq/lib/util");

class Channel extends Socket {
  constructor() {
    super(20);
  }
}
allowMethods(Channel.prototype, ["send", "receive"]);

class Peer extends Socket {
  constructor() {
    super(19);
  }
}
allowMethods(Peer.prototype, ["send", "receive"]);

const types = {
  SERVER: draft.Server, CLIENT: draft.Client, RADIO: draft.Radio, DISH: draft.Dish,
  DEALER: zmq.Dealer, ROUTER: zmq.Router, REQ: zmq.Request, REP: zmq.Reply, PUSH: zmq.Push, PULL: zmq.Pull,
  PUB: zmq.Publisher, SUB: zmq.Subscriber, XPUB: zmq.XPublisher, PAIR: zmq.Pair,
  GATHER: draft.Gather, SCATTER: draft.Scatter, DGRAM: draft.Datagram, CHANNEL: Channel, PEER: Peer,
};

const LINGER = 17, RCVTIMEO = 27, SNDTIMEO = 28;
const numbers = { EVENTS: 15 };

const sockets = new Map();
const answer = (fields) => process.stdout.write(JSON.stringify(fields) + "\n");
const decode = (text) => Buffer.from(text, "base64");
const encode = (frame) => Buffer.from(frame).toString("base64");

function set(s, name, value) {
  const number = Number(name);
  if (typeof value === "object") s.setStringOption(number, decode(value.b64));
  else if (typeof value === "string") s.setStringOption(number, value);
  else s.setInt32Option(number, Number(value));
}

// numbered is a message that begins with its number, big-endian, as peer.py makes it.
function numbered(n, size) {
  const b = Buffer.alloc(Math.max(size, 8));
  b.writeBigUInt64BE(BigInt(n));
  return b;
}

const ops = {
  async socket(c) {
    const s = new types[c.type]();
    s.setInt32Option(LINGER, 0);
    for (const [name, value] of Object.entries(c.opts || {})) set(s, name, value);
    sockets.set(c.number, s);
    return { socket: c.number };
  },
  async bind(c, s) {
    await s.bind(c.endpoint);
    return { endpoint: s.lastEndpoint };
  },
  async connect(c, s) {
    s.connect(c.endpoint);
    return { endpoint: s.lastEndpoint };
  },
  async join(c, s) {
    Socket.prototype.join.call(s, c.group);
  },
  async leave(c, s) {
    Socket.prototype.leave.call(s, c.group);
  },
  async get(c, s) {
    return { value: s.getInt32Option(numbers[c.name]) };
  },
  async send(c, s) {
    s.setInt32Option(SNDTIMEO, c.timeout);
    const frames = c.frames.map(decode);
    const body = frames.length === 1 ? frames[0] : frames;
    if (c.routing) await s.send(body, { routingId: c.routing });
    else if (c.group !== undefined) await s.send(body, { group: c.group });
    else await s.send(body);
  },
  async recv(c, s) {
    s.setInt32Option(RCVTIMEO, c.timeout);
    return received(await s.receive());
  },
  async send_many(c, s) {
    s.setInt32Option(SNDTIMEO, c.timeout);
    const options = c.group !== undefined ? [{ group: c.group }] : [];
    for (let n = 0; n < c.count; n++) await s.send(numbered(n, c.size), ...options);
    return { count: c.count };
  },
  async recv_many(c, s) {
    s.setInt32Option(RCVTIMEO, c.timeout);
    for (let n = 0; n < c.count; n++) {
      const [m] = await s.receive();
      const got = Number(m.readBigUInt64BE());
      if (got !== n) return { count: n, wrong: `message ${n} has the number ${got}` };
    }
    return { count: c.count, wrong: "" };
  },
  async echo(c, s) {
    s.setInt32Option(RCVTIMEO, c.timeout);
    s.setInt32Option(SNDTIMEO, c.timeout);
    for (let n = 0; n < c.count; n++) await s.send(...(await s.receive()));
    return { count: c.count };
  },
  async close(c, s) {
    sockets.delete(c.socket);
    s.close();
  },
};

function received(parts) {
  const last = parts[parts.length - 1];
  if (Buffer.isBuffer(last)) return { frames: parts.map(encode) };
  const fields = { frames: parts.slice(0, -1).map(encode) };
  if (last.routingId) fields.routing = last.routingId;
  if (last.group) fields.group = encode(last.group);
  return fields;
}

// Commands for one socket run one after the other.
const queues = new Map();
let created = 0;

function take(line) {
  const c = JSON.parse(line);
  if (c.op === "exit") process.exit(0);
  if (c.op === "socket") c.number = ++created;
  const number = c.number || c.socket;
  const before = queues.get(number) || Promise.resolve();
  queues.set(number, before.then(async () => {
    try {
      answer({ id: c.id, ...(await ops[c.op](c, sockets.get(number))) });
    } catch (e) {
      answer({ id: c.id, error: String(e.message || e), errno: Math.abs(e.errno || 0) });
    }
  }));
}

answer({ id: 0, libzmq: zmq.version });
readline.createInterface({ input: process.stdin }).on("line", take).on("close", () => process.exit(0));
