// SPDX-License-Identifier: Apache-2.0

// What all socket types have: options, links, waiting, events, and the two strategies
// that most of them share, load balancing and fair queueing.

import { ZMQError } from "./errors.js";
import { Link } from "./link.js";
import { bytesOf } from "./message.js";
import { Turns } from "./queue.js";

/** The options of a socket and what they are if they are left out; see zmq.d.ts. */
const defaults = {
  identity: "",
  sendHighWaterMark: 1000,
  receiveHighWaterMark: 1000,
  reconnectInterval: 100,
  reconnectIntervalMax: 5000,
  handshakeInterval: 30_000,
  maxMessageSize: 256 << 20,
  WebSocket: undefined,
};

// RFC 37, 2.2: an identity has up to 255 bytes.
const maxIdentity = 255;

function checkOptions(options) {
  for (const [name, value] of Object.entries(options)) {
    if (!(name in defaults)) {
      throw new ZMQError("EINVAL", `there is no option ${name}`);
    }
    if (typeof defaults[name] === "number" && value !== undefined && !(value >= 0)) {
      throw new ZMQError("EINVAL", `the option ${name} is a number, 0 or more, not ${value}`);
    }
  }
  const all = { ...defaults };
  for (const [name, value] of Object.entries(options)) {
    all[name] = value ?? defaults[name];
  }
  all.identity = bytesOf(all.identity).slice();
  if (all.identity.length > maxIdentity || all.identity[0] === 0) {
    throw new ZMQError("EINVAL", `an identity has up to ${maxIdentity} bytes, and does not begin with a zero byte`);
  }
  return all;
}

/** Returns an address, which may be relative to the page's, as one of a WebSocket. */
function resolve(endpoint) {
  let url;
  try {
    url = new URL(endpoint, globalThis.location?.href);
  } catch (cause) {
    throw new ZMQError("EINVAL", "this is no address", { endpoint: String(endpoint), cause });
  }
  url.protocol = url.protocol.replace(/^http/, "ws");
  if (!["ws:", "wss:"].includes(url.protocol)) {
    throw new ZMQError("EINVAL", "a page speaks ws and wss alone", { endpoint: String(endpoint) });
  }
  url.hash = "";
  return url.href;
}

/** LinkEvent tells what happens to an endpoint; see zmq.d.ts. */
export class LinkEvent extends Event {
  constructor(type, endpoint, error, retryIn) {
    super(type);
    this.endpoint = endpoint;
    this.error = error;
    this.retryIn = retryIn;
  }
}

const ignore = () => {};

// The longest time of a timer, in milliseconds; longer ones end at once (HTML, Timers).
const longest = 2 ** 31 - 1;

/** Core is the inside of a socket. The owner is the object that the program has. */
export class Core {
  owner;
  options;
  links = [];
  dropped = 0;

  /** Calls that wait to send, to receive, and for peers. */
  sending = new Turns();
  receiving = new Turns();
  peering = new Turns();

  #pattern;
  #next = { send: 0, receive: 0 }; // of links
  #closed;

  /**
   * A pattern says what is special about a type: onConnect(link), onLost(link),
   * accepts(link, frames), mayDrop, maxLinks.
   */
  constructor(options = {}, { onConnect = ignore, onLost = ignore, accepts = () => true, mayDrop = false, maxLinks = Infinity } = {}) {
    this.options = { ...checkOptions(options), mayDrop };
    this.#pattern = { onConnect, onLost, accepts, maxLinks };
  }

  connect(endpoint) {
    this.checkOpen();
    const url = resolve(endpoint);
    if (this.links.length >= this.#pattern.maxLinks) {
      throw new ZMQError("EINVAL", `this type of socket has ${this.#pattern.maxLinks} peer at most`, { endpoint: url });
    }
    this.links.push(new Link(url, this.options, {
      onConnect: (link) => {
        this.#pattern.onConnect(link);
        this.peering.serve();
        this.#tell("connect", link);
      },
      onDisconnect: (link, error, wait) => {
        this.#pattern.onLost(link);
        this.#tell("disconnect", link, error, wait);
      },
      accepts: this.#pattern.accepts,
      onItem: () => this.receiving.serve(),
      onRoom: () => this.sending.serve(),
      onDrop: () => this.dropped++,
    }));
    this.sending.serve();
  }

  /** Ends the first link to an endpoint, when what it has to send is gone or linger is over. */
  disconnect(endpoint, options) {
    const url = resolve(endpoint);
    const link = this.links.find((l) => l.endpoint === url);
    if (link === undefined) {
      throw new ZMQError("EINVAL", "the socket is not connected to this endpoint", { endpoint: url });
    }
    this.links.splice(this.links.indexOf(link), 1);
    this.#pattern.onLost(link);
    return this.#end([link], options);
  }

  close(options) {
    this.#closed ??= this.#end(this.links.splice(0), options);
    this.sending.serve(); // to fail
    this.receiving.serve();
    this.peering.serve();
    return this.#closed;
  }

  async #end(links, { linger = 1000 } = {}) {
    links.forEach((link) => link.finish());
    const stop = linger <= longest && setTimeout(() => links.forEach((link) => link.stop()), linger);
    await Promise.all(links.map((link) => link.ended));
    clearTimeout(stop);
  }

  checkOpen() {
    if (this.#closed) {
      throw new ZMQError("ENOTSOCK", "the socket is closed");
    }
  }

  get closed() {
    return this.#closed !== undefined;
  }

  #tell(type, link, error, wait) {
    this.owner.dispatchEvent(new LinkEvent(type, link.endpoint, error, wait));
  }

  /** Waits until at least n peers fulfil a condition, besides being connected. */
  waitFor(n, condition, signal) {
    return this.peering.take(() => {
      this.checkOpen();
      return this.links.filter((link) => link.connected && condition(link)).length >= n || undefined;
    }, signal);
  }

  /**
   * Load balancing: queues an encoded message for the next link that has room, and returns
   * that link.
   */
  balance(message, signal) {
    return this.sending.take(() => {
      this.checkOpen();
      return this.#turn("send", (link) => link.outbox.offer(message) && link);
    }, signal);
  }

  /**
   * Fair queueing: takes the first message of the next link that has any, and returns what
   * select makes of it, which is undefined for a message to be skipped.
   */
  next(select, signal) {
    return this.receiving.take(() => {
      this.checkOpen();
      for (;;) {
        let from;
        const message = this.#turn("receive", (link) => {
          from = link;
          return link.inbox.shift();
        });
        if (message === undefined) {
          return undefined;
        }
        const selected = select(message, from);
        if (selected !== undefined) {
          return selected;
        }
      }
    }, signal);
  }

  /** Asks the links in turn, beginning behind the one that was last successful. */
  #turn(direction, attempt) {
    for (let i = 0; i < this.links.length; i++) {
      const at = (this.#next[direction] + i) % this.links.length;
      const result = attempt(this.links[at]);
      if (result) {
        this.#next[direction] = at + 1;
        return result;
      }
    }
    return undefined;
  }
}
