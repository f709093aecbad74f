// SPDX-License-Identifier: Apache-2.0

// Package engine runs one connection: greeting and handshake, the read side,
// the write side, heartbeats.
//
// Goroutines:
//
//	who calls Handshake, then Run    the session's, one goroutine or two in turn;
//	                                 reads everything that arrives, except while it
//	                                 lends the connection to receivers: loan.go
//	Loans.look, a timer              while a connection is lent whose receiver is
//	                                 away
//	writeLoop                        started by Flush when a write would block or
//	                                 messages stream; holds the outbox's write
//	                                 token and ends when the outbox is empty
//	the one that meanwhile starts    while the authentication handler or the
//	                                 application decides about a peer; the former is
//	                                 waited for, a function of the latter that
//	                                 ignores its context is left behind
//	Keeper.attend                    one for each connection that we have ended and
//	                                 of which the peer may not know; ended by
//	                                 Keeper.End
//	the one that writeBehind starts  for a write of the handshake, where a connection
//	                                 cannot be polled; Wait waits for it
//	heartbeat timers                 only with heartbeats, or a peer's TTL; stopped
//	                                 by Close
//
// A message comes in: readability → a buffer is borrowed → frames are split in
// one allocation of what was read → the batch goes into the pipe under one lock.
// A message goes out: Send appends it to the outbox → the goroutine that finds the write
// token free writes at once without blocking, or starts writeLoop, which takes
// all that has gathered. With CURVE, frames are opened into the allocation that
// messages share, and sealed by the writer: sealed_read.go, sealed_write.go.
package engine
