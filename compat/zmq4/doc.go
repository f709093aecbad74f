// SPDX-License-Identifier: Apache-2.0

// Package zmq4 has the API of github.com/pebbe/zmq4, version 1.4.0, without C. A
// program that was written for that package works with this one after a change of
// the import path, or without any change by a line in its go.mod:
//
//	replace github.com/pebbe/zmq4 => github.com/gozmq/zmq/compat/zmq4 v0.1.0
//
// It behaves as with libzmq 4.3.5, with libzmq's defaults.
//
// # What is better
//
//   - Sockets may be used by many goroutines: SendMessage and RecvMessage are one
//     unit, and so is each part that Send and Recv handle. Poller, Reactor and the
//     Auth functions may be used by many goroutines, too.
//   - There is no EINTR, and nothing that SetRetryAfterEINTR would change.
//   - Closing a context with a monitor is safe. Context.Term closes the sockets that
//     the program has forgotten instead of waiting for them for ever.
//   - AuthCurvePublic fails for what is no key; Z85encode and Z85decode take empty
//     text.
//   - Context.AddTransports adds ws, wss and tls, with certificates of the program.
//   - With AuthSetVerbose, passwords are not in the log.
//
// # What is different
//
//   - There are no I/O threads: SetIoThreads, SetThreadPriority,
//     SetThreadSchedPolicy and SetAffinity take what libzmq takes, and change
//     nothing else. With SetIoThreads(0) all transports work.
//   - GetFd fails with EINVAL, as libzmq does for sockets that may be used by many
//     threads: there is no descriptor. Use a Poller, a Reactor or a goroutine.
//   - HasGssapi is false: sockets with the options of GSSAPI do not bind or connect.
//   - Numbers that do not fit into a C int are EINVAL; the original cuts them off.
//   - A socket with LINGER is closed in the background; its port is free when Close
//     returns.
package zmq4
