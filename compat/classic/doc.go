// SPDX-License-Identifier: Apache-2.0

// Package classic has the sockets that libzmq's C interface describes: one frame
// at a time, with flags, time-outs as options, option numbers, and contexts with
// options of their own and libzmq's defaults. The packages that
// replace the older Go bindings, compat/gozmq and compat/zmq4, are built on it, and
// others can be.
//
// New programs use package zmq itself, whose sockets this package wraps: see
// Socket.Underlying.
//
// The warnings of the older bindings do not apply. Sockets may be used by any number
// of goroutines. A message that is sent in one call is one unit. If it is sent or
// received frame by frame, each frame is one. There are no interrupted system calls
// (EINTR). Closing a context closes the sockets that the program has not closed,
// instead of waiting for them for ever.
//
// Goroutines: Socket.Close starts one, which ends when what the socket lingers
// for has been sent or given up, and which Context.Term waits for.
package classic
