// SPDX-License-Identifier: Apache-2.0

// Package tls carries ZMTP in TLS: "tls://host:port", which libzmq does not have, and what
// is below wss. Messages flow as over tcp, in records of TLS.
//
// crypto/tls reads and writes a connection that blocks. Here it is given one that answers
// at once, with what is there or with an error that passes, so that the engine waits
// where it always does: without a buffer, and in the goroutine of a receiver too. What
// crypto/tls writes is gathered, and goes out when the system takes it; which messages
// went out, the ends of the records tell.
//
// The package starts no goroutine.
package tls
