// SPDX-License-Identifier: Apache-2.0

// Channels: one WebSocket as something to read from and to write to, each with
// back-pressure.
//
//   WebSocketStream, where the browser has it: both ends are made to wait.
//   WebSocket, everywhere: it takes and brings whatever comes, so that writes wait by
//   looking at bufferedAmount, and what is not read in time piles up, to a limit.

import { ZMQError } from "./errors.js";
import { Queue } from "./queue.js";

// The protocol without a mechanism (RFC 45).
const protocol = "ZWS2.0";

/**
 * Opens a WebSocket. backlog is how many frames may wait to be read where the server cannot
 * be made to wait. The signal ends the attempt. A constructor that the program brings comes
 * before those of the browser.
 */
export function openChannel(url, { WebSocket, backlog, signal }) {
  if (WebSocket === undefined && globalThis.WebSocketStream) {
    return openStream(url, signal);
  }
  WebSocket ??= globalThis.WebSocket;
  if (WebSocket === undefined) {
    throw new ZMQError("EPROTONOSUPPORT", "there is no WebSocket here; give a constructor as the option WebSocket");
  }
  return openSocket(url, WebSocket, backlog, signal);
}

const refused = (cause) =>
  new ZMQError("ECONNREFUSED", "the server cannot be reached, or refuses the page or the protocol; a browser does not tell which", { cause });

const ended = (code, reason) =>
  new ZMQError("ECONNRESET", `the connection has ended${code ? `, code ${code}` : ""}${reason ? `: ${reason}` : ""}`);

function checkProtocol(chosen) {
  if (chosen !== protocol) {
    throw new ZMQError("EPROTO", `the server speaks ${chosen ? `the protocol ${chosen}` : "no protocol of ours"}, and not ${protocol}`);
  }
}

async function openStream(url, signal) {
  const stream = new WebSocketStream(url, { protocols: [protocol], signal });
  const closed = stream.closed.then(({ closeCode, reason }) => ended(closeCode, reason), () => ended());
  let opened;
  try {
    opened = await stream.opened;
  } catch (cause) {
    signal.throwIfAborted();
    throw refused(cause);
  }
  const channel = new StreamChannel(stream, opened, closed);
  checkProtocol(opened.protocol);
  return channel;
}

/** StreamChannel is a WebSocketStream. */
class StreamChannel {
  #stream;
  #reader;
  #writer;
  #closed;

  /** The server is made to wait while the program does not read. */
  makesWait = true;

  constructor(stream, { readable, writable }, closed) {
    this.#stream = stream;
    this.#reader = readable.getReader();
    this.#writer = writable.getWriter();
    this.#writer.closed.catch(() => {}); // the reader tells
    this.#closed = closed;
  }

  /** The next message of the WebSocket. */
  async read() {
    const { value, done } = await this.#reader.read().catch(() => ({ done: true }));
    if (done) {
      throw await this.#closed;
    }
    return value;
  }

  /** Writes when the connection takes more. */
  async write(wire) {
    await this.#writer.write(wire).catch(async () => { throw await this.#closed; });
  }

  /** Closes behind all that was written, and waits until that has gone out. */
  async finish() {
    await this.#writer.close().catch(() => {});
    await this.#closed;
  }

  /** Closes at once. */
  abort() {
    this.#writer.abort().catch(() => {});
    this.#stream.close();
  }
}

async function openSocket(url, WebSocket, backlog, signal) {
  let socket;
  try {
    socket = new WebSocket(url, [protocol]);
  } catch (cause) { // a page of https may not speak ws
    throw refused(cause);
  }
  socket.binaryType = "arraybuffer";
  const channel = new SocketChannel(socket, backlog);
  const abort = () => channel.abort();
  signal.addEventListener("abort", abort);
  try {
    await channel.opened;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
  try {
    checkProtocol(socket.protocol);
  } catch (error) {
    channel.abort();
    throw error;
  }
  return channel;
}

/** How many bytes a WebSocket may hold before writes wait, and how often they look. */
const fullAmount = 256 * 1024;
const lookAgain = 10; // milliseconds

/** SocketChannel is a WebSocket. */
class SocketChannel {
  #socket;
  #backlog;
  #incoming = new Queue(0);
  #looking = false;
  #error;

  /** The server sends on while the program does not read. */
  makesWait = false;
  /** Is told when too much waits to be read. The connection ends then. */
  onOverflow;

  constructor(socket, backlog) {
    this.#socket = socket;
    this.#backlog = backlog;
    this.opened = new Promise((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onerror = () => reject(refused());
      socket.onclose = ({ code, reason }) => {
        reject(refused());
        this.#fail(ended(code, reason));
      };
    });
    this.opened.catch(() => {}); // an attempt may be given up
    socket.onmessage = ({ data }) => {
      this.#incoming.push(data);
      this.#checkBacklog();
    };
  }

  /**
   * Ends the connection if more waits than may. Many messages may come at once, without a
   * chance for the reader in between, so that it is given one first.
   */
  #checkBacklog() {
    const tooMany = () => this.#backlog > 0 && this.#incoming.length > this.#backlog;
    if (this.#looking || !tooMany()) {
      return;
    }
    this.#looking = true;
    setTimeout(() => {
      this.#looking = false;
      if (tooMany()) {
        this.#fail(new ZMQError("ENOBUFS", `the page is too slow: ${this.#backlog} frames wait, and this browser cannot make the server wait`));
        this.#socket.close();
        this.onOverflow?.(this.#error);
      }
    });
  }

  #fail(error) {
    this.#error ??= error;
    this.#incoming.end();
  }

  /** The next message of the WebSocket. */
  async read() {
    const data = await this.#incoming.take();
    if (data === Queue.end) {
      throw this.#error;
    }
    return data;
  }

  /** Writes when the connection takes more. */
  async write(wire) {
    this.#socket.send(wire);
    await this.#until(() => this.#socket.bufferedAmount <= fullAmount);
    if (this.#error) {
      throw this.#error;
    }
  }

  /** Closes behind all that was written, and waits until that has gone out. */
  async finish() {
    this.#socket.close(1000);
    await this.#until(() => false);
  }

  /** Closes at once. */
  abort() {
    this.#fail(ended());
    this.#socket.close();
  }

  /** Waits for a condition that no event tells, or for the end of the connection. */
  async #until(condition) {
    while (!condition() && this.#error === undefined) {
      await new Promise((resolve) => setTimeout(resolve, lookAgain));
    }
  }
}
