// SPDX-License-Identifier: Apache-2.0

// Package poller waits for many sockets, and descriptors of the system, at once.
//
//	socket changes → watch → queue ─▶ Wait looks at what is in the queue only
//	                           ▲ │
//	                           └─┘ what is ready stays there: level-triggered
//
// An entry is in the queue while it may be ready: since it was added, modified or
// rung, until a look has found nothing. So a wake-up costs what is ready, however
// many sockets there are.
//
// Goroutines: descriptors.loop, from the first descriptor that is added to the
// last that is removed, or Close; it owns nothing.
//
// Locks: Poller.mu, then those of a socket, then Poller.queueMu, a leaf: sockets
// ring with their own locks held.
package poller
