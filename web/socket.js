// SPDX-License-Identifier: Apache-2.0

// What every socket offers, whatever its type. The calls are documented in zmq.d.ts.

import { ZMQError } from "./errors.js";

const always = () => true;

export class Socket extends EventTarget {
  #core;

  constructor(core) {
    super();
    this.#core = core;
    core.owner = this;
  }

  connect(endpoint) {
    this.#core.connect(endpoint);
  }

  async disconnect(endpoint, options) {
    await this.#core.disconnect(endpoint, options);
  }

  async close(options) {
    await this.#core.close(options);
  }

  get closed() {
    return this.#core.closed;
  }

  get dropped() {
    return this.#core.dropped;
  }

  async waitPeers(n, { signal } = {}) {
    await this.#core.waitFor(n, always, signal);
  }
}

if (Symbol.asyncDispose) {
  Socket.prototype[Symbol.asyncDispose] = function () {
    return this.close();
  };
}

/** Receiver is a socket that receives: by calls, or as something to iterate over. */
export class Receiver extends Socket {
  async *messages(options) {
    for (;;) {
      let message;
      try {
        message = await this.receive(options);
      } catch (error) {
        if (error instanceof ZMQError && error.code === "ENOTSOCK") {
          return; // closed: there are no more
        }
        throw error;
      }
      yield message;
    }
  }

  [Symbol.asyncIterator]() {
    return this.messages();
  }
}
