// SPDX-License-Identifier: Apache-2.0

// REQ and REP (RFC 28). An envelope precedes the body: what a reply needs to find its way
// back, and an empty frame.

import { Core } from "./core.js";
import { ZMQError } from "./errors.js";
import { encode, equal, framesOf, Message } from "./message.js";
import { Turns } from "./queue.js";
import { Receiver, Socket } from "./socket.js";

const empty = new Uint8Array(0);

/** REQ asks one peer after the other, and waits for each answer. */
export class REQ extends Socket {
  #core;
  #exchanges = new Turns();
  #pending; // { envelope, link } of the request under way; the link is known once it is queued
  #number = Math.floor(Math.random() * 2 ** 32);

  constructor(options) {
    const core = new Core(options, {
      // From then on the reply may come from any peer.
      onLost: (link) => {
        if (this.#pending?.link === link) {
          this.#pending.link = undefined;
        }
      },
    });
    super(core);
    this.#core = core;
  }

  /** Calls take turns, so that each is one send and one receive. */
  async request(content, { signal } = {}) {
    const frames = framesOf(content);
    const pending = await this.#exchanges.take(() => this.#begin([this.#nextNumber(), empty]), signal);
    try {
      await this.#send(pending, frames, signal);
      return await this.#reply(pending, signal);
    } finally {
      this.#end(pending);
    }
  }

  async send(content, { signal } = {}) {
    const frames = framesOf(content);
    const pending = this.#begin([empty]);
    if (pending === undefined) {
      throw new ZMQError("EFSM", "a REQ receives the reply before it sends the next request");
    }
    try {
      await this.#send(pending, frames, signal);
    } catch (error) {
      this.#end(pending);
      throw error;
    }
  }

  async receive({ signal } = {}) {
    const pending = this.#pending;
    if (pending?.queued !== true) {
      throw new ZMQError("EFSM", "a REQ sends a request before it receives the reply");
    }
    const reply = await this.#reply(pending, signal);
    this.#end(pending);
    return reply;
  }

  #begin(envelope) {
    return this.#pending ? undefined : (this.#pending = { envelope });
  }

  #end(pending) {
    if (this.#pending === pending) {
      this.#pending = undefined;
    }
    this.#exchanges.serve();
  }

  async #send(pending, frames, signal) {
    pending.link = await this.#core.balance(encode([...pending.envelope, ...frames]), signal);
    pending.queued = true;
  }

  /** Waits for the message with the envelope of the request. Others are late, or malformed. */
  #reply(pending, signal) {
    return this.#core.next((message, link) => {
      const frames = [...message];
      const { envelope } = pending;
      const answers = frames.length > envelope.length && envelope.every((frame, i) => equal(frame, frames[i])) &&
        (pending.link === undefined || pending.link === link);
      return answers ? new Message(frames.slice(envelope.length)) : undefined;
    }, signal);
  }

  #nextNumber() {
    this.#number = (this.#number + 1) >>> 0;
    const frame = new Uint8Array(4);
    new DataView(frame.buffer).setUint32(0, this.#number);
    return frame;
  }
}

/** REP answers requests, one after the other. */
export class REP extends Receiver {
  #core;
  #asked; // { envelope, link } of the request that is to be answered

  constructor(options) {
    const core = new Core(options, {
      onLost: (link) => {
        if (this.#asked?.link === link) {
          this.#asked.link = undefined;
        }
      },
    });
    super(core);
    this.#core = core;
  }

  async receive({ signal } = {}) {
    const myTurn = () => {
      if (this.#asked) {
        throw new ZMQError("EFSM", "a REP sends the reply before it receives the next request");
      }
    };
    myTurn();
    return this.#core.next((message, link) => {
      myTurn();
      const frames = [...message];
      const end = frames.findIndex((frame) => frame.length === 0);
      if (end < 0 || end === frames.length - 1) {
        return undefined; // no envelope, or no body: no request
      }
      this.#asked = { envelope: frames.slice(0, end + 1), link };
      return new Message(frames.slice(end + 1));
    }, signal);
  }

  /**
   * Never waits. If the requester has gone, or does not read, the reply is dropped, because
   * there is no peer to answer.
   */
  async send(content) {
    this.#core.checkOpen();
    if (this.#asked === undefined) {
      throw new ZMQError("EFSM", "a REP receives a request before it sends the reply");
    }
    const { envelope, link } = this.#asked;
    const message = encode([...envelope, ...framesOf(content)]);
    this.#asked = undefined;
    if (!link?.outbox.offer(message)) {
      this.#core.dropped++;
    }
  }
}
