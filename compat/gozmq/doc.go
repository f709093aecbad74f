// SPDX-License-Identifier: Apache-2.0

// Package gozmq has the API of github.com/alecthomas/gozmq, without C. A program
// that was written for that package works with this one after a change of the
// import path, or without any change by a line in its go.mod:
//
//	replace github.com/alecthomas/gozmq => github.com/gozmq/zmq/compat/gozmq v0.1.0
//
// All of the API is there: that of ZeroMQ 2.1, 2.2, 3.x and 4.x, which the
// original chooses by a build tag. Three names mean different things in 2.x and
// later: RCVMORE, SetHWM (with HWM) and RECOVERY_IVL. Without a tag they are those
// of 2.2, as in the original; the original's tags zmq_3_x and zmq_4_x choose the
// others. RCVMORE without a tag goes with GetSockOptInt, too.
//
// What is behind the API is libzmq 4.3 whatever the tag, with libzmq's defaults:
// a high-water mark of 1000, no limit of linger, IPv4. Programs older than the
// change to NewContext with an error are rewritten by cmd/zmqfix.
//
// These differences are improvements or unavoidable:
//
//   - Sockets may be used by many goroutines, each for a part of a message at a
//     time; SendMultipart and RecvMultipart are one unit.
//   - There is no EINTR.
//   - Context.Close closes the sockets that the program has forgotten, instead of
//     waiting for them for ever.
//   - A socket that the program no longer refers to is closed by the garbage
//     collector.
//   - ZMQ_SWAP is gone since ZeroMQ 3: Swap is 0, and SetSwap fails with EINVAL for
//     anything else.
//   - The option FD fails with EINVAL: there is no descriptor. Use Poll.
//   - With a C library of 3.x or 4.x the original could not set SNDBUF, RCVBUF, RATE
//     and TYPE, for which C had changed the width; here that works.
//   - Errors of the system are of type syscall.Errno as there, and ENOTSOCK, EFSM,
//     ENOCOMPATPROTO, ETERM and EMTHREAD those of this package. errors.Is finds the
//     errors of package zmq in neither.
package gozmq
