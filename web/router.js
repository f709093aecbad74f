// SPDX-License-Identifier: Apache-2.0

// ROUTER (RFC 28): it knows its peers by their identities, and each message has the
// identity of its peer as the first frame.

import { Core } from "./core.js";
import { ZMQError } from "./errors.js";
import { encode, framesOf, keyOf, Message } from "./message.js";
import { Receiver } from "./socket.js";

/** ROUTER talks to each peer by its identity. */
export class ROUTER extends Receiver {
  #core;
  #identities = new WeakMap(); // by link; the identity of a link never changes
  #links = new Map(); // by key of the identity
  #number = Math.floor(Math.random() * 2 ** 32);

  constructor(options) {
    const core = new Core(options, { onConnect: (link) => this.#meet(link) });
    super(core);
    this.#core = core;
  }

  /** Waits while the queue for this peer is full. */
  async send(content, { signal } = {}) {
    this.#core.checkOpen();
    const [identity, ...frames] = framesOf(content);
    if (frames.length === 0) {
      throw new ZMQError("EINVAL", "a ROUTER's message has the identity of a peer as its first frame, and one frame more at least");
    }
    const link = this.#links.get(keyOf(identity));
    if (!this.#core.links.includes(link)) {
      throw new ZMQError("EHOSTUNREACH", `no peer has the identity ${new Message([identity])}`);
    }
    await link.outbox.put(encode(frames), signal);
  }

  async receive({ signal } = {}) {
    return this.#core.next((message, link) => new Message([this.#identities.get(link), ...message]), signal);
  }

  /** Gives a peer its name: its own, or one that begins with a zero byte. */
  #meet(link) {
    if (this.#identities.has(link)) {
      return;
    }
    const identity = link.identity.length > 0 ? link.identity : this.#invent();
    const holder = this.#links.get(keyOf(identity));
    if (this.#core.links.includes(holder)) {
      throw new ZMQError("EADDRINUSE", `the peer at ${holder.endpoint} has the same identity`);
    }
    this.#identities.set(link, identity);
    this.#links.set(keyOf(identity), link);
  }

  #invent() {
    this.#number = (this.#number + 1) >>> 0;
    const identity = new Uint8Array(5);
    new DataView(identity.buffer).setUint32(1, this.#number);
    return identity;
  }
}
