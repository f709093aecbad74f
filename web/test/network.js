// SPDX-License-Identifier: Apache-2.0

// A network in memory: WebSocket and WebSocketStream for sockets, and the other ends of
// their connections for tests, which play the servers byte by byte.

import { ZMQError } from "../errors.js";
import { Queue } from "../queue.js";

/** Network is where sockets of a test connect to. */
export class Network {
  #dials = new Queue(0);
  #refuse = 0;

  /** The subprotocol that servers choose. */
  protocol = "ZWS2.0";

  /** Stands for the browser's. Its connections never make the server wait. */
  get WebSocket() {
    const network = this;
    return class {
      bufferedAmount = 0;
      protocol = network.protocol;

      constructor(url, protocols) {
        this.connection = network.#dial(url, protocols, {
          opened: () => this.onopen?.({}),
          message: (data) => this.onmessage?.({ data }),
          closed: (code, reason) => this.onclose?.({ code, reason }),
        });
      }

      send(data) {
        this.connection.sent(data);
      }

      close(code) {
        this.connection.closedByClient(code);
      }
    };
  }

  /** Stands for the browser's, with back-pressure. */
  get WebSocketStream() {
    const network = this;
    return class {
      constructor(url, { protocols, signal }) {
        let open, refuse, close, reading;
        this.opened = new Promise((resolve, reject) => ([open, refuse] = [resolve, reject]));
        this.closed = new Promise((resolve) => (close = resolve));
        const connection = (this.connection = network.#dial(url, protocols, {
          opened: () => open({ readable, writable, protocol: network.protocol, extensions: "" }),
          message: (data) => reading.enqueue(data),
          closed: (closeCode, reason) => {
            refuse(new Error("refused"));
            close({ closeCode, reason });
            try {
              reading.close();
            } catch {} // cancelled
          },
        }));
        const readable = new ReadableStream({ start: (c) => (reading = c), pull: () => connection.wanted() }, { highWaterMark: 0 });
        const writable = new WritableStream({
          write: (data) => connection.sent(data),
          close: () => connection.closedByClient(1000),
          abort: () => connection.closedByClient(1000),
        });
        signal.addEventListener("abort", () => refuse(signal.reason));
      }

      close() {
        this.connection.closedByClient(1000);
      }
    };
  }

  /** The next connection that a socket makes, as the server has it. */
  async accept() {
    return this.#dials.take();
  }

  /** The next connection, with the handshake done. */
  async meet(identity = "") {
    const connection = await this.accept();
    connection.open();
    connection.send(0, identity);
    connection.identity = await connection.receive();
    return connection;
  }

  /** Refuses the next connections. */
  refuse(n) {
    this.#refuse = n;
  }

  #dial(url, protocols, client) {
    const connection = new Connection(url, protocols, client);
    if (this.#refuse > 0) {
      this.#refuse--;
      queueMicrotask(() => connection.end(1006));
    } else {
      this.#dials.push(connection);
    }
    return connection;
  }
}

/** Connection is a server's end. */
class Connection {
  #client;
  #received = new Queue(0);
  #wanted = 0; // messages that a client with back-pressure has asked for
  #wants = [];
  ended = false;

  constructor(url, protocols, client) {
    this.url = url;
    this.protocols = protocols;
    this.#client = client;
  }

  open() {
    this.#client.opened();
  }

  /** Sends a message of WebSocket: flags and a body. */
  send(flags, body) {
    this.raw(new Uint8Array([flags, ...new TextEncoder().encode(body)]).buffer);
  }

  raw(data) {
    if (!this.ended) {
      this.#client.message(data);
    }
  }

  /** Waits until a client with back-pressure wants a message, then sends it. */
  async sendWanted(flags, body) {
    if (this.#wanted === 0) {
      await new Promise((resolve) => this.#wants.push(resolve));
    }
    this.#wanted--;
    this.send(flags, body);
  }

  wanted() {
    this.#wanted++;
    this.#wants.shift()?.();
  }

  /** The next message that came. */
  async bytes() {
    const data = await this.#received.take();
    if (data === Queue.end) {
      throw new ZMQError("ECONNRESET", "the client has closed");
    }
    return data;
  }

  /** The next message that came, as "flags body". */
  async receive() {
    const data = await this.bytes();
    return `${data[0]} ${new TextDecoder().decode(data.subarray(1))}`;
  }

  /** A whole message that came, its frames joined by bars. */
  async message() {
    const frames = [];
    for (;;) {
      const frame = await this.receive();
      frames.push(frame.slice(2));
      if (frame[0] === "0") {
        return frames.join("|");
      }
    }
  }

  sent(data) {
    this.#received.push(data.slice());
  }

  closedByClient(code) {
    this.end(code ?? 1005);
  }

  /** Ends the connection, as the server or the network does. */
  end(code = 1006, reason = "") {
    if (!this.ended) {
      this.ended = true;
      this.#received.end();
      queueMicrotask(() => this.#client.closed(code, reason));
    }
  }
}
