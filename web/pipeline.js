// SPDX-License-Identifier: Apache-2.0

// The types that only balance and queue: PUSH, PULL, DEALER and PAIR (RFC 28, 30, 31).

import { Core } from "./core.js";
import { encode, framesOf } from "./message.js";
import { Receiver, Socket } from "./socket.js";

const whole = (message) => message;

/** PUSH sends each message to one peer, in turn, and waits while all are full. */
export class PUSH extends Socket {
  #core;

  constructor(options) {
    const core = new Core(options);
    super(core);
    this.#core = core;
  }

  async send(content, { signal } = {}) {
    await this.#core.balance(encode(framesOf(content)), signal);
  }
}

/** PULL receives from all its peers in turn. */
export class PULL extends Receiver {
  #core;

  constructor(options) {
    const core = new Core(options);
    super(core);
    this.#core = core;
  }

  async receive({ signal } = {}) {
    return this.#core.next(whole, signal);
  }
}

/** Exchange sends as a PUSH and receives as a PULL. */
class Exchange extends Receiver {
  #core;

  constructor(options, pattern) {
    const core = new Core(options, pattern);
    super(core);
    this.#core = core;
  }

  async send(content, { signal } = {}) {
    await this.#core.balance(encode(framesOf(content)), signal);
  }

  async receive({ signal } = {}) {
    return this.#core.next(whole, signal);
  }
}

/** DEALER talks to any number of ROUTERs, REPs and DEALERs, without waiting for answers. */
export class DEALER extends Exchange {
  constructor(options) {
    super(options);
  }
}

/** PAIR talks to one peer. */
export class PAIR extends Exchange {
  constructor(options) {
    super(options, { maxLinks: 1 });
  }
}
