// SPDX-License-Identifier: Apache-2.0

// Package poller waits for many sockets, and descriptors of the system, at once.
//
//	socket changes → watch → queue ─▶ Wait looks at what is in the queue only
//	                           ▲ │
//	                           └─┘ what is ready stays there: level-triggered
//
// An entry is in the queue while it may be ready: from when it was added, modified or
// rung until a look has found it idle. So the cost of a wake-up depends on how much is
// ready, not on the number of sockets.
//
// Goroutines: descriptors.loop runs from when the first descriptor is added until the
// last is removed, or until Close. It owns nothing.
//
// Locks: see ARCHITECTURE.md. Sockets ring with their own locks held.
package poller
