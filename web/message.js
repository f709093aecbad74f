// SPDX-License-Identifier: Apache-2.0

// Messages, and the frames in which they travel: each frame is one binary message of
// WebSocket, whose first byte has the flags (RFC 45, Framing).

import { ZMQError } from "./errors.js";

const flagMore = 1;
const flagCommand = 2;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Message is what was received: one frame or more, each of them bytes. */
export class Message {
  #frames;

  /** Takes the frames, Uint8Arrays, without copying them. */
  constructor(frames) {
    this.#frames = frames;
  }

  /** The number of frames. */
  get length() {
    return this.#frames.length;
  }

  /** A frame's bytes, which belong to the caller. A negative index counts from the end. */
  bytes(index = 0) {
    const frame = this.#frames.at(index);
    if (frame === undefined) {
      throw new ZMQError("EINVAL", `a message of ${this.length} frames has no frame ${index}`);
    }
    return frame;
  }

  /** A frame as text in UTF-8. */
  text(index = 0) {
    return decoder.decode(this.bytes(index));
  }

  /** A frame's JSON as a value. */
  json(index = 0) {
    return JSON.parse(this.text(index));
  }

  /** The frames, one after the other. */
  [Symbol.iterator]() {
    return this.#frames[Symbol.iterator]();
  }

  /** For debugging: the frames as text. */
  toString() {
    return this.#frames.map((_, i) => this.text(i)).join("|");
  }
}

/** Returns what a program sends, a frame or a list of them, as a list of Uint8Arrays. */
export function framesOf(content) {
  const list = Array.isArray(content) || content instanceof Message ? [...content] : [content];
  if (list.length === 0) {
    throw new ZMQError("EINVAL", "a message has one frame at least");
  }
  return list.map(bytesOf);
}

/** Returns a string, an ArrayBuffer or a view of one as a Uint8Array, without copying. */
export function bytesOf(frame) {
  switch (true) {
    case typeof frame === "string":
      return encoder.encode(frame);
    case frame instanceof Uint8Array:
      return frame;
    case frame instanceof ArrayBuffer:
      return new Uint8Array(frame);
    case ArrayBuffer.isView(frame):
      return new Uint8Array(frame.buffer, frame.byteOffset, frame.byteLength);
    default:
      throw new ZMQError("EINVAL", `a frame is a string, an ArrayBuffer or a view of one, not ${describe(frame)}`);
  }
}

function describe(value) {
  return value === null ? "null" : value?.constructor?.name ?? typeof value;
}

/** Returns frames as they go out, each in memory of its own: the caller keeps its own. */
export function encode(frames) {
  return frames.map((frame, i) => {
    const wire = new Uint8Array(1 + frame.length);
    wire[0] = i < frames.length - 1 ? flagMore : 0;
    wire.set(frame, 1);
    return wire;
  });
}

/** Returns a frame that has come, and whether more of its message follow. */
export function decode(data) {
  if (typeof data === "string") {
    throw new ZMQError("EPROTO", "the server sends text, and ZeroMQ travels in binary messages of WebSocket");
  }
  const wire = bytesOf(data);
  if (wire.length === 0) {
    throw new ZMQError("EPROTO", "the server sends an empty message of WebSocket, and one of ZWS begins with a byte of flags");
  }
  if (wire[0] & flagCommand) {
    throw new ZMQError("EPROTO", "the server sends a command, and without a mechanism there are none");
  }
  return { frame: wire.subarray(1), more: (wire[0] & flagMore) !== 0 };
}

/** Reports whether two frames have the same bytes. */
export function equal(a, b) {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Returns bytes as a string with a character for each, by which a Map finds them. */
export function keyOf(bytes) {
  let key = "";
  for (const byte of bytes) {
    key += String.fromCharCode(byte);
  }
  return key;
}
