// SPDX-License-Identifier: Apache-2.0

// Waiting, in the order in which calls came.

import { ZMQError } from "./errors.js";

/** Turns are calls that wait until what they try succeeds. The oldest is served first. */
export class Turns {
  #waiting = [];
  #serving = false;

  /**
   * Returns a promise of what attempt returns. While that is undefined the call waits:
   * serve tries again. If attempt throws, or the signal is aborted, the promise rejects.
   */
  take(attempt, signal) {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const call = { attempt, resolve, reject };
      if (this.#waiting.length === 0 && settle(call)) {
        return;
      }
      if (signal) {
        const abort = () => {
          this.#waiting.splice(this.#waiting.indexOf(call), 1);
          reject(signal.reason);
          this.serve(); // it may have been in the way of the next
        };
        signal.addEventListener("abort", abort);
        call.settled = () => signal.removeEventListener("abort", abort);
      }
      this.#waiting.push(call);
    });
  }

  /** Serves calls as long as the oldest succeeds. An attempt may lead to here again. */
  serve() {
    if (this.#serving) {
      return;
    }
    this.#serving = true;
    while (this.#waiting.length > 0 && settle(this.#waiting[0])) {
      this.#waiting.shift().settled?.();
    }
    this.#serving = false;
  }
}

/** Reports whether an attempt has come to an end, good or bad. */
function settle({ attempt, resolve, reject }) {
  try {
    const result = attempt();
    if (result !== undefined) {
      resolve(result);
    }
    return result !== undefined;
  } catch (error) {
    reject(error);
    return true;
  }
}

/**
 * Queue holds items in order, up to a high-water mark; 0 is no limit. Each end may be
 * waited for. The functions onItem and onRoom are told of an item that came, and of one that
 * went.
 */
export class Queue {
  #mark;
  #items = [];
  #first = 0;
  #ended = false;
  #takers = new Turns();
  #putters = new Turns();
  #onItem;
  #onRoom;

  constructor(mark, { onItem, onRoom } = {}) {
    this.#mark = mark;
    this.#onItem = onItem;
    this.#onRoom = onRoom;
  }

  get length() {
    return this.#items.length - this.#first;
  }

  get full() {
    return this.#mark > 0 && this.length >= this.#mark;
  }

  /** Queues an item whatever the mark is. */
  push(item) {
    this.#items.push(item);
    this.#takers.serve();
    this.#onItem?.();
  }

  /** Queues an item if there is room, and reports whether there was. */
  offer(item) {
    if (this.full) {
      return false;
    }
    this.push(item);
    return true;
  }

  /** Queues an item when there is room. */
  put(item, signal) {
    return this.#putters.take(() => {
      if (this.#ended) {
        throw new ZMQError("ENOTSOCK", "the endpoint is disconnected");
      }
      return this.offer(item) || undefined;
    }, signal);
  }

  /** Returns the first item, or undefined if there is none. */
  shift() {
    if (this.length === 0) {
      return undefined;
    }
    const item = this.#items[this.#first];
    this.#items[this.#first++] = undefined;
    if (this.#first === this.#items.length || this.#first === 1024) {
      this.#items.splice(0, this.#first);
      this.#first = 0;
    }
    this.#putters.serve();
    this.#onRoom?.();
    return item;
  }

  /** Takes the first item when there is one. Queue.end stands behind the last item. */
  take(signal) {
    return this.#takers.take(() => this.shift() ?? (this.#ended ? Queue.end : undefined), signal);
  }

  /** What take returns when no item will come. */
  static end = Symbol("end");

  /** No item will come behind those that are there. */
  end() {
    this.#ended = true;
    this.#takers.serve();
    this.#putters.serve(); // to fail
  }

  /** Drops all items. */
  clear() {
    this.#items = [];
    this.#first = 0;
    this.#putters.serve();
    this.#onRoom?.();
  }
}
