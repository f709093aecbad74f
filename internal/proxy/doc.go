// SPDX-License-Identifier: Apache-2.0

// Package proxy forwards messages between two sockets, whole and in order.
//
//	front ── lane ──▶ back      each pass: as many messages as the other side
//	front ◀── lane ── back      has room for, taken and sent under one lock each
//
// A lane asks for room before it takes messages, so that messages without room stay in
// their socket and their senders notice it. If only the message tells whether there is
// room (a ROUTER's peer may be full), the lane holds what it has taken until it can be
// sent. What it still holds in the end is given back to its socket.
//
// There are no goroutines. Run works in its caller's, and sleeps while the watches of
// the sockets have nothing to report.
package proxy
