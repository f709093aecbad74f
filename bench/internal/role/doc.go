// SPDX-License-Identifier: Apache-2.0

// Package role has what the measured processes do, for every library in the same
// way: a program for a library implements Library and calls Main. The program for
// libzmq, peers/libzmq, is the same in C.
//
//	PROGRAM ROLE ENDPOINT COUNT SIZE EXTRA
//
// ROLE is one of the parts in parts.go, or two joined by +, a connecting and a
// binding one, which then meet in one process; or a whole topology: proxy, start.
// EXTRA is another number, whose meaning depends on the role.
//
// Standard output has a line of JSON for each thing that there is to say: the
// endpoint of a role that binds, the figures of a role that measures, and at the
// end the library and the most memory that the process had. A process whose part
// is done stays until its standard input ends, so that no process leaves early.
//
// Goroutines: reading standard input until its end; one for each end of a joined
// role; those of a role with many senders, which end with their messages.
package role
