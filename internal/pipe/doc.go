// SPDX-License-Identifier: Apache-2.0

// Package pipe holds the queues between a socket and one peer: an Inbox of
// messages and an Outbox of wire bytes, or in process two inboxes that face
// each other. High-water marks, conflation and all-or-nothing of multipart
// messages live here.
//
// The package starts no goroutine. Its locks are below those of sockets, in the order
// of ARCHITECTURE.md, Locks. Functions of other packages are called with none of them
// held, but for those of a Feed and of a Sleeper, which must not block. The socket's
// side of a pipe is guarded by the socket's lock, the connection's side by the
// connection: its reader delivers, the holder of the write token takes.
package pipe
