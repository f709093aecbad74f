// SPDX-License-Identifier: Apache-2.0

// Package zmqexpvar shows what the sockets of a context do as a variable of
// package expvar, which a program with net/http serves at /debug/vars:
//
//	zmqexpvar.Publish("zmq", zmq.DefaultContext())
//
// It is a package of its own because importing expvar brings net/http and that
// handler into a program.
package zmqexpvar

import (
	"expvar"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/metrics/zmqstats"
)

// Publish publishes the variable of a context under a name. As expvar.Publish it
// ends the program if the name is taken. The variable outlives the context, and is
// an empty object once its sockets are closed.
func Publish(name string, c *zmq.Context) { expvar.Publish(name, New(c)) }

// New returns a variable whose value is a JSON object with one member for each
// socket of the context, by Socket.String: its type, counters, endpoints and
// peers. Counters have the names of zmq.SocketStats and zmq.PeerStats in lower
// case; times are in seconds. The numbers are those of the moment when the
// variable is read, which costs the sockets nothing in between.
func New(c *zmq.Context) expvar.Var {
	return expvar.Func(func() any { return zmqstats.Read(c).Sockets })
}
