// SPDX-License-Identifier: Apache-2.0

// Package proxy passes messages on between two sockets, whole and in order.
//
//	front ── lane ──▶ back      each pass: as many messages as the other side
//	front ◀── lane ── back      has room for, taken and sent under one lock each
//
// A lane asks for room before it takes, so that what cannot be passed on stays
// where it is and its senders feel it. Where only the message tells whether there
// is room (a ROUTER's peer may be full), the lane holds what it has taken until
// it can go; what it still holds in the end is given back to its socket.
//
// There are no goroutines: Run works in its caller's, and sleeps while watches
// of the sockets have nothing to tell.
package proxy
