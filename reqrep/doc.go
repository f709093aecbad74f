// SPDX-License-Identifier: Apache-2.0

// Package reqrep is request and reply (RFC 28) with many requests at a time: a [Client]
// for any number of goroutines, which chooses among servers, and a [Server] that answers
// with any number of workers.
//
//	client, err := reqrep.NewClient(reqrep.Config{}, "tcp://a:5555", "tcp://b:5555")
//	…
//	reply, err := client.Request(ctx, []byte("question"))
//
//	err := reqrep.Serve(ctx, router, func(ctx context.Context, r reqrep.Request) zmq.Message {
//		return zmq.NewMessage(answer(r.Body.Bytes()))
//	}, 16)
//
// Both speak with the sockets of any ZeroMQ library. A Client sends what a REQ sends that
// numbers its requests (REQ_CORRELATE): a number, an empty frame and the request. A REP
// answers it, and so does a ROUTER whose program returns everything up to the first empty
// frame, directly or behind any number of proxies. A Server answers a REQ, a DEALER that
// sends the empty frame, and a Client.
//
// # A message is handled once, or a request is answered
//
// ZeroMQ does not tell a client whether a request that has no reply was handled. So a
// Client sends a request once, unless Config.Attempts allows more, which is for requests
// that may be handled twice. Choosing a server that is there is no attempt. A request waits
// in the client, not in a queue for a server, until one is connected.
//
// # Goroutines
//
// A Client has two for each endpoint, which NewClient starts and Close ends. One receives
// replies and owns the receiving side of the socket. The other reads the socket's events and
// owns whether the server counts as connected. A Server has one for each request that is
// being handled, which Serve waits for.
package reqrep
