// SPDX-License-Identifier: Apache-2.0

// Package ws carries ZMTP in WebSocket (RFC 6455), as ZWS 2.0 has it (RFC 45):
// "ws://host:port/path". Over a transport that encrypts it is wss.
//
//	frames of the engine → write.go: a frame of WebSocket for each → the connection below
//	the connection below → read.go: a frame of ZMTP for each → the engine
//
// The codec is our own. A library of WebSocket hands over whole messages, takes the
// connection for itself and writes each message in a system call; the engine batches
// messages, reads large ones into the memory where they stay, counts what has gone out
// when a connection breaks, and waits without a buffer. The requests and responses of
// HTTP, where the variety is, are parsed by net/http.
//
// The package starts no goroutine.
package ws
