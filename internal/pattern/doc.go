// SPDX-License-Identifier: Apache-2.0

// Package pattern holds the socket types: which pipe a message goes to, and
// which one it comes from. One file a type, over three strategies: fairQueue
// (in), balancer (out to one) and the subscriptions of publishers (out to many).
//
// The package starts no goroutine. A pattern is guarded by its socket's lock;
// only subscriptions has a lock of its own, a leaf, because the readers of
// connections work on it.
package pattern
