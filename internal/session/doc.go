// SPDX-License-Identifier: Apache-2.0

// Package session keeps one endpoint alive. A Listener is what Bind makes, and a Dialer
// is what Connect makes.
//
// Goroutines:
//
//	Dialer.run       one a Dialer, started by Start, ended by Stop: dials, shakes
//	                 hands, reads, waits, and so on
//	Listener.accept  one a Listener, started by Start, ended by Stop
//	guest.welcome    one an accepted connection: shakes hands and ends
//	guest.attend     started by welcome: reads; ends with the connection
//
// Different goroutines accept and shake hands, so that a silent client keeps no peer
// out.
package session
