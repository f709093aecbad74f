// SPDX-License-Identifier: Apache-2.0

// Package core brings the two sides together: contexts and sockets, whose
// patterns know nothing of connections, and sessions, which know nothing of
// patterns.
//
// Goroutines of its own: one for each endpoint that Unbind or Disconnect has
// taken away while messages of it linger; Close waits for them. And
// wireMonitor.forwardLoop while events wait for the reader of a MonitorTo; the end
// of that monitor waits for it. And one for each socket that the end of its context
// closes. And one of Departure.Drain, until what was queued has been sent or given up.
// Everything else runs in the sessions' goroutines or in the caller's; a
// receiver that waits may read the connection in the place of its reader: loan.go.
//
// Locks: their order is in ARCHITECTURE.md.
package core
