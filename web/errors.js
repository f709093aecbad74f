// SPDX-License-Identifier: Apache-2.0

// Errors: what was tried, on which endpoint, what is wrong.

/**
 * ZMQError is every error of this module, except for the reason of an AbortSignal, with
 * which a call rejects that was aborted.
 *
 * Its code is the name that libzmq has for it; zmq.d.ts lists them.
 */
export class ZMQError extends Error {
  #text;

  constructor(code, text, { endpoint, cause } = {}) {
    super(`zmq: ${endpoint ? `${endpoint}: ` : ""}${text}`, cause && { cause });
    this.name = "ZMQError";
    this.code = code;
    this.endpoint = endpoint;
    this.#text = text;
  }

  /** Returns the error with the endpoint where it happened. */
  at(endpoint) {
    return new ZMQError(this.code, this.#text, { endpoint, cause: this.cause });
  }
}
