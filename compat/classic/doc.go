// SPDX-License-Identifier: Apache-2.0

// Package classic has the sockets that libzmq's C interface describes: one frame
// at a time, with flags, time-outs as options, option numbers, and contexts with
// options of their own and libzmq's defaults. It is what the packages that stand
// in for the older Go bindings, compat/gozmq and compat/zmq4, have in common, and
// what one needs to write another.
//
// New programs use package zmq itself, whose sockets this package wraps: see
// Socket.Underlying.
//
// What the older bindings warn of does not apply. Sockets may be used by any
// number of goroutines: a message that is sent in one call is one unit, and of
// messages that are sent or received frame by frame each frame is. There are no
// interrupted system calls (EINTR). Closing a context closes the sockets that
// were forgotten, instead of waiting for them for ever.
//
// Goroutines: Socket.Close starts one, which ends when what the socket lingers
// for has been sent or given up, and which Context.Term waits for.
package classic
