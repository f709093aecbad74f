// SPDX-License-Identifier: Apache-2.0

// PUB and SUB (RFC 29). Subscriptions travel as messages of one frame: a byte 1 to
// subscribe, 0 to cancel, then the topic, which is a prefix of what is wanted.

import { Core } from "./core.js";
import { ZMQError } from "./errors.js";
import { bytesOf, encode, framesOf, keyOf } from "./message.js";
import { Receiver, Socket } from "./socket.js";

const opSubscribe = 1;
const opCancel = 0;

// What all topics of a peer may take together, each with a bit of its own.
const maxTopicBytes = 16 << 20;
const perTopic = 64;

/** Topics are prefixes, each with the number of times that it was added. */
class Topics {
  #counts = new Map(); // by key of the topic
  #lengths = new Map(); // of the keys, with the number of topics
  #bytes = 0;

  /** Adds a topic, and reports whether it is new. */
  add(topic) {
    const key = keyOf(topic);
    const count = this.#counts.get(key) ?? 0;
    this.#counts.set(key, count + 1);
    if (count > 0) {
      return false;
    }
    this.#lengths.set(key.length, (this.#lengths.get(key.length) ?? 0) + 1);
    this.#bytes += key.length + perTopic;
    return true;
  }

  /** Takes a topic away once, and reports whether it has gone. */
  remove(topic) {
    const key = keyOf(topic);
    const count = this.#counts.get(key);
    if (count !== 1) {
      if (count) {
        this.#counts.set(key, count - 1);
      }
      return false;
    }
    this.#counts.delete(key);
    const others = this.#lengths.get(key.length) - 1;
    if (others > 0) {
      this.#lengths.set(key.length, others);
    } else {
      this.#lengths.delete(key.length);
    }
    this.#bytes -= key.length + perTopic;
    return true;
  }

  has(topic) {
    return this.#counts.has(keyOf(topic));
  }

  /**
   * Reports whether a first frame begins with one of the topics. It looks for each length
   * that a topic has, so it takes no longer than reading all topics.
   */
  match(frame) {
    let longest = 0;
    for (const n of this.#lengths.keys()) {
      longest = Math.max(longest, n);
    }
    const key = keyOf(frame.subarray(0, longest));
    for (const n of this.#lengths.keys()) {
      if (n <= key.length && this.#counts.has(key.slice(0, n))) {
        return true;
      }
    }
    return false;
  }

  /** What the topics take. */
  get bytes() {
    return this.#bytes;
  }

  /** Their keys. */
  [Symbol.iterator]() {
    return this.#counts.keys();
  }
}

/** PUB sends each message to all peers that have subscribed to it. */
export class PUB extends Socket {
  #core;
  #topics = new WeakMap(); // by link

  constructor(options) {
    const core = new Core(options, {
      onConnect: (link) => this.#topics.set(link, new Topics()),
      accepts: (link, frames) => this.#subscription(link, frames),
    });
    super(core);
    this.#core = core;
  }

  /**
   * Never waits: a peer whose queue is at its mark does not get the message. It is a
   * promise for being like the other types.
   */
  async send(content) {
    this.#core.checkOpen();
    const frames = framesOf(content);
    const message = encode(frames);
    for (const link of this.#core.links) {
      if (this.#topics.get(link)?.match(frames[0]) && !link.outbox.offer(message)) {
        this.#core.dropped++;
      }
    }
  }

  async waitSubscribers(topic, n, { signal } = {}) {
    const bytes = bytesOf(topic);
    await this.#core.waitFor(n, (link) => this.#topics.get(link).has(bytes), signal);
  }

  /** Takes what a peer says. A PUB gives none of it to the program. */
  #subscription(link, frames) {
    const topics = this.#topics.get(link);
    for (const frame of frames) {
      const topic = frame.subarray(1);
      if (frame[0] === opSubscribe && !topics.has(topic)) { // a second one does not count
        topics.add(topic);
        if (topics.bytes > maxTopicBytes) {
          throw new ZMQError("EMSGSIZE", `the topics of the server take more than ${maxTopicBytes} bytes`);
        }
      } else if (frame[0] === opCancel) {
        topics.remove(topic);
      }
    }
    this.#core.peering.serve();
    return false;
  }
}

/** SUB receives what it has subscribed to. */
export class SUB extends Receiver {
  #core;
  #topics = new Topics();

  constructor(options) {
    const core = new Core(options, {
      // Everything once more, and nothing of what was queued for the connection before.
      onConnect: (link) => {
        link.outbox.clear();
        for (const key of this.#topics) {
          link.outbox.push(request(opSubscribe, Uint8Array.from(key, (c) => c.charCodeAt(0))));
        }
      },
      accepts: (link, [first]) => this.#topics.match(first),
      mayDrop: true,
    });
    super(core);
    this.#core = core;
  }

  subscribe(...topics) {
    for (const topic of (topics.length ? topics : [""]).map(bytesOf)) {
      if (this.#topics.add(topic)) {
        this.#tell(request(opSubscribe, topic));
      }
    }
  }

  unsubscribe(...topics) {
    for (const topic of (topics.length ? topics : [""]).map(bytesOf)) {
      if (this.#topics.remove(topic)) {
        this.#tell(request(opCancel, topic));
      }
    }
  }

  async receive({ signal } = {}) {
    return this.#core.next((message) => this.#topics.match(message.bytes()) ? message : undefined, signal);
  }

  /** Links that are not connected learn of all topics when they are. */
  #tell(message) {
    this.#core.links.filter((link) => link.connected).forEach((link) => link.outbox.push(message));
  }
}

function request(op, topic) {
  return encode([new Uint8Array([op, ...topic])]);
}
