// SPDX-License-Identifier: Apache-2.0

// Package zmqtest holds what the tests of several packages share: a check that
// no goroutine is left behind, a deadline for a whole test, and an in-memory
// network. It imports nothing of ours, so that every package's tests can use it.
//
// The package starts no goroutine that outlives a call. The deadlines of a
// Conn are timers of the standard library, stopped by Close.
package zmqtest
