// SPDX-License-Identifier: Apache-2.0

// A link keeps one endpoint alive. A page cannot listen: each link is a connect.
//
//   dial → identities → outbox → write → the server
//                       the server → read → inbox
//   when the connection ends: wait, and dial again

import { openChannel } from "./channel.js";
import { ZMQError } from "./errors.js";
import { decode, encode, Message } from "./message.js";
import { Queue } from "./queue.js";

/**
 * Backoff is how long to wait before the next attempt: from the interval on, each time
 * twice as long, up to the maximum, of which a random half is taken off, so that the pages
 * that a server lost do not come back all at once.
 */
export class Backoff {
  #interval;
  #max;
  #random;
  #next;

  constructor(interval, max, random = Math.random) {
    this.#interval = interval;
    this.#max = Math.max(interval, max);
    this.#random = random;
    this.#next = interval;
  }

  next() {
    const wait = this.#next * (1 - this.#random() / 2);
    this.#next = Math.min(2 * this.#next, this.#max);
    return wait;
  }

  startOver() {
    this.#next = this.#interval;
  }
}

// A connection that lasted so long was useful, and so was one that brought a message: the
// wait for the next starts over. A server that accepts and closes is asked less and less
// often.
const usefulAfter = 5000; // milliseconds

/** Link is an endpoint of a socket, from connect to disconnect. */
export class Link {
  // Immutable.
  #options;
  #hooks;
  #backoff;
  #stop = new AbortController();

  #finished = false; // all has been written, and nothing will follow

  /** What waits for the program, each a Message. */
  inbox;
  /** What waits for the server, each a list of encoded frames. */
  outbox;
  /** Whether the identities have been exchanged and the connection has not ended. */
  connected = false;
  /** The server's identity, empty if it has none. */
  identity;
  /** A promise that resolves when nothing of the link is left. */
  ended;

  /**
   * Hooks are what the socket has to say: onConnect(link) may throw to refuse the server,
   * onDisconnect(link, error, wait), accepts(link, frames), whether a message is
   * for the inbox, onItem(), onRoom(), onDrop(). Of the options, mayDrop says whether the
   * type drops messages at its mark.
   */
  constructor(endpoint, options, hooks) {
    this.endpoint = endpoint;
    this.#options = options;
    this.#hooks = hooks;
    this.#backoff = new Backoff(options.reconnectInterval, options.reconnectIntervalMax);
    this.inbox = new Queue(options.receiveHighWaterMark, { onItem: hooks.onItem });
    this.outbox = new Queue(options.sendHighWaterMark, { onRoom: hooks.onRoom });
    this.ended = this.#run();
  }

  /** Sends what is queued, and ends. */
  finish() {
    this.outbox.end();
    if (!this.connected && this.outbox.length === 0) {
      this.stop();
    }
  }

  /** Ends at once. */
  stop() {
    this.#stop.abort(new ZMQError("ENOTSOCK", "the endpoint is disconnected", { endpoint: this.endpoint }));
  }

  async #run() {
    const { signal } = this.#stop;
    for (;;) {
      let error;
      try {
        await this.#connection(signal);
        return;
      } catch (e) {
        error = e instanceof ZMQError ? e.at(this.endpoint) : e;
      }
      if (signal.aborted || this.#finished) {
        return;
      }
      const wait = this.#backoff.next();
      this.#hooks.onDisconnect(this, error, wait);
      await sleep(wait, signal);
      if (signal.aborted) {
        return;
      }
    }
  }

  /** One connection. It returns when the link is finished, and throws when it ends before. */
  async #connection(signal) {
    const channel = await this.#dial(signal);
    const began = Date.now();
    const over = new AbortController();
    const abort = () => channel.abort();
    signal.addEventListener("abort", abort);
    // A browser may keep a page that the user has left, frozen and with its connections,
    // for the case that the user comes back. It would be a peer that reads nothing.
    const leave = () => {
      over.abort(new ZMQError("ECONNRESET", "the user has left the page"));
      channel.abort();
    };
    globalThis.addEventListener?.("pagehide", leave);
    try {
      this.connected = true;
      this.#hooks.onConnect(this);
      const reading = this.#read(channel, over.signal);
      channel.onOverflow = (error) => over.abort(error);
      // What came before the end is read also when it is a write that notices the end first.
      await Promise.race([reading, this.#write(channel, over.signal).catch(() => reading)]);
    } finally {
      this.connected = false;
      over.abort(new ZMQError("ECONNRESET", "the connection has ended"));
      signal.removeEventListener("abort", abort);
      globalThis.removeEventListener?.("pagehide", leave);
      channel.abort();
      if (Date.now() - began >= usefulAfter) {
        this.#backoff.startOver();
      }
    }
  }

  /** Connects and exchanges identities, in the time that is given for it. */
  async #dial(signal) {
    const { WebSocket, identity, receiveHighWaterMark: backlog, handshakeInterval } = this.#options;
    const late = new AbortController();
    const stop = () => late.abort(signal.reason);
    const timer = setTimeout(() => late.abort(new ZMQError("ETIMEDOUT", `no handshake within ${handshakeInterval} ms`)), handshakeInterval);
    signal.addEventListener("abort", stop);
    let channel;
    try {
      channel = await openChannel(this.endpoint, { WebSocket, backlog, signal: late.signal });
      late.signal.addEventListener("abort", () => channel.abort());
      late.signal.throwIfAborted();
      await channel.write(encode([identity])[0]);
      const { frame, more } = decode(await channel.read());
      if (more) {
        throw new ZMQError("EPROTO", "the server does not begin with its identity");
      }
      this.identity = frame;
      return channel;
    } catch (error) {
      channel?.abort();
      throw late.signal.aborted ? late.signal.reason : error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
    }
  }

  async #read(channel, signal) {
    for (;;) {
      const frames = await this.#message(channel);
      this.#backoff.startOver();
      if (!this.#hooks.accepts(this, frames)) {
        continue;
      }
      if (channel.makesWait || !this.#options.mayDrop) {
        await this.inbox.put(new Message(frames), signal);
      } else if (!this.inbox.offer(new Message(frames))) {
        this.#hooks.onDrop();
      }
    }
  }

  /** Puts the frames of a message together. */
  async #message(channel) {
    const { maxMessageSize } = this.#options;
    const frames = [];
    for (let size = 0; ;) {
      const { frame, more } = decode(await channel.read());
      size += 1 + frame.length; // endless empty frames have a size too
      if (size > maxMessageSize) {
        throw new ZMQError("EMSGSIZE", `the server sends a message of more than ${maxMessageSize} bytes, which is maxMessageSize`);
      }
      frames.push(frame);
      if (!more) {
        return frames;
      }
    }
  }

  /** Writes what is queued. A message that the connection breaks in is lost. */
  async #write(channel, signal) {
    for (;;) {
      const message = await this.outbox.take(signal);
      if (message === Queue.end) {
        this.#finished = true;
        await channel.finish();
        return;
      }
      for (const wire of message) {
        await channel.write(wire);
      }
    }
  }
}

/** Waits for a time, or until the signal is aborted. */
function sleep(milliseconds, signal) {
  return new Promise((resolve) => {
    if (signal.aborted) { // whose event has been
      resolve();
      return;
    }
    const wake = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", wake);
      resolve();
    };
    const timer = setTimeout(wake, milliseconds);
    signal.addEventListener("abort", wake);
  });
}
