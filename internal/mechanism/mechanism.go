// SPDX-License-Identifier: Apache-2.0

// Package mechanism holds the security handshakes of ZMTP 3.x as machines
// without I/O, clock or goroutines: the peer's command goes in, ours comes out,
// so that a test can step them octet by octet.
package mechanism

// Machine is one side of one handshake.
type Machine interface {
	// Name is what the greeting announces.
	Name() string
	// AsServer is what the greeting says of our role.
	AsServer() bool
	// Next returns the body of the command to send now, or nil when the peer
	// must speak first, or nobody any more.
	Next() ([]byte, error)
	// Receive takes the body of a command of the peer. An error ends the
	// handshake.
	Receive(body []byte) error
	// Ready reports that both sides have said everything.
	Ready() bool
	// Metadata returns the properties that the peer announced, encoded.
	Metadata() []byte
}
