// SPDX-License-Identifier: Apache-2.0

// ZeroMQ for web pages, over WebSocket, without dependencies:
//
//   import { SUB } from "./zmq.js";
//
//   const sub = new SUB();
//   sub.subscribe("EUR");
//   sub.connect("wss://shop.example/prices");
//   for await (const message of sub) {
//     console.log(message.text());
//   }
//
// The documentation is in zmq.d.ts and README.md. From a message to the wire:
//
//   pipeline, pubsub, request, router   the types, each over one Core
//   core                                options, links, load balancing, fair queueing, events
//   link                                one endpoint: dialling, reading and writing
//   channel                             one WebSocket with back-pressure
//   message, queue, errors              frames, waiting in order, what can go wrong

export { ZMQError } from "./errors.js";
export { Message } from "./message.js";
export { LinkEvent } from "./core.js";
export { DEALER, PAIR, PULL, PUSH } from "./pipeline.js";
export { PUB, SUB } from "./pubsub.js";
export { REP, REQ } from "./request.js";
export { ROUTER } from "./router.js";
