// SPDX-License-Identifier: Apache-2.0

/**
 * ZeroMQ for web pages: sockets that connect to servers by WebSocket (ZWS 2.0, RFC 45,
 * without a mechanism of ZeroMQ's own: use wss to be safe). Everything that waits is a
 * promise, and takes an AbortSignal: `AbortSignal.timeout(5000)` is a time-out.
 *
 * @module
 */

/** A frame to send. Strings are sent as UTF-8. Bytes are copied: the caller keeps them. */
export type Frame = string | ArrayBuffer | ArrayBufferView;

/** What to send: one frame, or several, or a message that was received. */
export type Content = Frame | readonly Frame[] | Message;

/** A message that was received: one frame or more, each of them bytes. */
export class Message {
  /** Takes the frames without copying them. */
  constructor(frames: Uint8Array[]);

  /** The number of frames. */
  readonly length: number;

  /**
   * A frame's bytes, which belong to the caller. A negative index counts from the end.
   *
   * @throws ZMQError EINVAL if there is no such frame
   */
  bytes(index?: number): Uint8Array;

  /** A frame as text in UTF-8. */
  text(index?: number): string;

  /** A frame's JSON as a value. */
  json(index?: number): any;

  /** The frames, one after the other. */
  [Symbol.iterator](): IterableIterator<Uint8Array>;
}

/** Options of a socket, which hold for all its endpoints. */
export interface Options {
  /** The name by which a ROUTER at the other end knows us, up to 255 bytes. Default: none. */
  identity?: Frame;

  /**
   * The most messages that wait to be sent to one peer; 0 is no limit. At the mark PUB
   * and REP drop, the others wait. Default: 1000.
   */
  sendHighWaterMark?: number;

  /**
   * The most messages of one peer that wait to be received; 0 is no limit. At the mark
   * the page reads no more, and the server has to wait. That needs WebSocketStream. In
   * browsers that do not have it, a SUB drops messages, and other sockets let as many more
   * wait and end the connection then (ENOBUFS), which loses what was on its way.
   * Default: 1000.
   */
  receiveHighWaterMark?: number;

  /** The wait before the first new attempt to connect, in milliseconds. Default: 100. */
  reconnectInterval?: number;

  /**
   * The longest wait in milliseconds. It doubles with each attempt, a random half is
   * taken off, and it starts over after a connection that brought a message or lasted for
   * five seconds. Default: 5000.
   */
  reconnectIntervalMax?: number;

  /** How long an attempt to connect may take, in milliseconds. Default: 30,000. */
  handshakeInterval?: number;

  /**
   * The longest message in bytes, with one more for each frame, that the server may send
   * before the connection is ended (EMSGSIZE). Default: 256 MiB.
   */
  maxMessageSize?: number;

  /**
   * A constructor in the place of the browser's, for Node.js before version 22 for
   * example that of the package ws. Default: WebSocketStream where there is one,
   * otherwise WebSocket.
   */
  WebSocket?: new (url: string, protocols: string[]) => any;
}

/** How a call can be ended: its promise is rejected with the reason of the signal. */
export interface Abortable {
  signal?: AbortSignal;
}

/** How long to keep what has not been sent yet. */
export interface Lingering {
  /** In milliseconds. 0 drops it at once, Infinity keeps it. Default: 1000. */
  linger?: number;
}

/** What happens to an endpoint. */
export class LinkEvent extends Event {
  /** The endpoint as a whole address. */
  readonly endpoint: string;

  /** Of a "disconnect": why an attempt failed, or the connection ended. */
  readonly error?: Error;

  /** Of a "disconnect": the milliseconds until the next attempt. */
  readonly retryIn?: number;
}

/** What every socket has. */
export interface Socket extends EventTarget {
  /**
   * Connects to an endpoint, "wss://host:port/path", or an address relative to that of the
   * page, "/path". It returns at once. The connection is made, and made again when it
   * breaks, until disconnect or close. What is sent in the meantime is queued.
   *
   * @throws ZMQError EINVAL for what is no such address, and for a second endpoint of a PAIR;
   *   ENOTSOCK
   */
  connect(endpoint: string | URL): void;

  /**
   * Ends the connection to an endpoint once what is queued for it has been sent, or linger
   * is over. Messages of it that were not received are dropped.
   */
  disconnect(endpoint: string | URL, options?: Lingering): Promise<void>;

  /**
   * Ends all connections in the same way. Calls that wait are rejected with ENOTSOCK, and
   * loops over messages end.
   */
  close(options?: Lingering): Promise<void>;

  /** Whether close has been called. */
  readonly closed: boolean;

  /** How many messages were dropped at a high-water mark. */
  readonly dropped: number;

  /** Waits until at least n peers are connected. */
  waitPeers(n: number, options?: Abortable): Promise<void>;

  /**
   * A "connect" is told when the handshake with a server is over, a "disconnect" when a
   * connection has ended or could not be made.
   */
  addEventListener(
    type: "connect" | "disconnect",
    listener: ((event: LinkEvent) => void) | { handleEvent(event: LinkEvent): void } | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

/** A socket that sends and may have to wait for that. */
export interface Sender extends Socket {
  /** Sends a message, as soon as there is room for it in the queue of a peer. */
  send(content: Content, options?: Abortable): Promise<void>;
}

/** A socket that receives. */
export interface Receiver extends Socket, AsyncIterable<Message> {
  /** Waits for the next message. */
  receive(options?: Abortable): Promise<Message>;

  /**
   * The messages as they come, until the socket is closed:
   * `for await (const message of socket.messages({ signal }))`, or without a signal
   * `for await (const message of socket)`.
   */
  messages(options?: Abortable): AsyncGenerator<Message, void, void>;
}

/** Sends each message to one peer, in turn. At the other end is a PULL. */
export class PUSH {
  constructor(options?: Options);
}
export interface PUSH extends Sender {}

/** Receives from its peers in turn. At the other end are PUSHes. */
export class PULL {
  constructor(options?: Options);
}
export interface PULL extends Receiver {}

/** Talks to ROUTERs, REPs and DEALERs without waiting for answers. */
export class DEALER {
  constructor(options?: Options);
}
export interface DEALER extends Sender, Receiver {}

/** Talks to one other PAIR. */
export class PAIR {
  constructor(options?: Options);
}
export interface PAIR extends Sender, Receiver {}

/**
 * Talks to each peer by its identity, which is the first frame of messages in both
 * directions. It is the one that the peer announces, or five bytes for a peer without.
 */
export class ROUTER {
  constructor(options?: Options);

  /**
   * Sends what follows the first frame to the peer of this identity, as soon as there is
   * room in its queue. A peer is known from its first "connect" on.
   *
   * @throws ZMQError EHOSTUNREACH if there is no such peer
   */
  send(content: readonly Frame[] | Message, options?: Abortable): Promise<void>;
}
export interface ROUTER extends Receiver {}

/** Publishes to subscribers. At the other end are SUBs and XSUBs, which are bound. */
export class PUB {
  constructor(options?: Options);

  /**
   * Sends a message to all peers that have subscribed to it. It never waits: for a peer
   * whose queue is at its mark the message is dropped.
   */
  send(content: Content): Promise<void>;

  /** Waits until at least n peers have subscribed to exactly this topic. */
  waitSubscribers(topic: Frame, n: number, options?: Abortable): Promise<void>;
}
export interface PUB extends Socket {}

/** Receives what it has subscribed to. At the other end are PUBs and XPUBs. */
export class SUB {
  constructor(options?: Options);

  /** Subscribes to messages whose first frame begins with a topic; without one, to all. */
  subscribe(...topics: Frame[]): void;

  /** Cancels what subscribe has done, as often as it was done. */
  unsubscribe(...topics: Frame[]): void;
}
export interface SUB extends Receiver {}

/** Asks REPs and ROUTERs, one after the other. */
export class REQ {
  constructor(options?: Options);

  /**
   * Makes one exchange: sends a request and waits for the reply to exactly that request,
   * by a number that every REP returns. Calls take turns. When the signal is aborted, the
   * exchange is given up, a late reply is dropped, and the next one goes to the next peer.
   * Without a signal it waits as long as it takes: if the server that has the request
   * goes away, for ever.
   */
  request(content: Content, options?: Abortable): Promise<Message>;

  /**
   * Sends a request, without a number.
   *
   * @throws ZMQError EFSM if the reply to the last one has not been received
   */
  send(content: Content, options?: Abortable): Promise<void>;

  /**
   * Waits for the reply.
   *
   * @throws ZMQError EFSM if there is no request
   */
  receive(options?: Abortable): Promise<Message>;
}
export interface REQ extends Socket {}

/** Answers requests of REQs and DEALERs, one after the other. */
export class REP {
  constructor(options?: Options);

  /**
   * Sends the reply. It never waits: if the requester has gone, or its queue is at its
   * mark, the reply is dropped.
   *
   * @throws ZMQError EFSM if no request has been received
   */
  send(content: Content): Promise<void>;
}
export interface REP extends Receiver {}

/** The names that libzmq has for the errors. */
export type ErrorCode =
  /** An argument or an option is not valid. */
  | "EINVAL"
  /** The socket is closed. */
  | "ENOTSOCK"
  /** REQ and REP send and receive in turn, and it is the other's turn. */
  | "EFSM"
  /** No peer of the ROUTER has this identity. */
  | "EHOSTUNREACH"
  /** A second peer of the ROUTER has the same identity. */
  | "EADDRINUSE"
  /** The server cannot be reached, or refuses the page or the protocol. */
  | "ECONNREFUSED"
  /** The connection has ended. */
  | "ECONNRESET"
  /** The server did not answer in time. */
  | "ETIMEDOUT"
  /** The server broke a rule of the protocol. */
  | "EPROTO"
  /** A message is longer than maxMessageSize. */
  | "EMSGSIZE"
  /** The page is too slow, and this browser cannot make the server wait. */
  | "ENOBUFS"
  /** There is no WebSocket here. */
  | "EPROTONOSUPPORT";

/** Every error of this module; a call that was aborted has the reason of its signal. */
export class ZMQError extends Error {
  readonly code: ErrorCode;

  /** The endpoint that it is about, if there is one. */
  readonly endpoint?: string;
}
