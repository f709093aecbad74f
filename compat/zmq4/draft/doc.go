// SPDX-License-Identifier: Apache-2.0

// Package zmq4 in folder draft has the API of github.com/pebbe/zmq4/draft, version
// 1.4.0, without C: that of package zmq4 in the folder above, and what libzmq calls
// draft. A program uses it by a changed import path. A replace line for
// github.com/pebbe/zmq4 does not reach it: this package is a module of its own.
//
// # What is there
//
// The socket types SERVER, CLIENT, RADIO, DISH, GATHER, SCATTER and DGRAM, groups and
// routing ids; HELLO, DISCONNECT and HICCUP messages and the notifications of a ROUTER.
//
// # What is different
//
// Functions without a receiver work on the default context and the authentication of
// package zmq4, whose documentation holds here, too. The original has two of each.
package zmq4
