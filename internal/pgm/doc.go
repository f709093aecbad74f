// SPDX-License-Identifier: Apache-2.0

// Package pgm is the protocol of reliable multicast (RFC 3208) as machines: packets and
// times go in, packets and messages come out. There are no sockets, no clock and no
// goroutines; a caller that uses a machine from several goroutines needs a lock.
//
// A Source numbers what it sends, keeps it in its transmit window and sends again what
// receivers ask for. A Receiver follows all sources of a group. It puts the packets of
// each source in order in a receive window, asks for those that are missing, and makes
// messages of what it has. A Packer and an assembler are the framing in between: libzmq
// puts a stream of ZMTP 1.0 frames into the data of packets, and in front of it in each
// packet where in it a message begins first.
//
//	Packer -> Source -> ODATA, RDATA, SPM, NCF -> Receiver -> window -> assembler
//	            ^-------------- NAK, SPMR ------------'
//
// Forward error correction and congestion control, which libzmq does not turn on, are not
// there.
package pgm

import "time"

// Figures that libzmq sets for sources and receivers, so that both of ours treat each
// other as its own do.
const (
	// requestDelay is how long a receiver waits for an SPM of a source that it has not
	// seen one of, before it asks for one.
	requestDelay = 25 * time.Millisecond
	// mostBackOff is the longest wait before a NAK. It is chosen at random, so that of
	// many receivers that miss a packet one asks and the others hear the confirmation.
	mostBackOff = 50 * time.Millisecond
	// confirmWait is how long a NAK waits for its confirmation, dataWait how long a
	// confirmed one waits for the data, and tries how often each may pass.
	confirmWait = 200 * time.Millisecond
	dataWait    = 200 * time.Millisecond
	tries       = 50
	// ambient is how often an idle source says that it is there.
	ambient = 30 * time.Second
	// expiry is when a receiver forgets a source that is silent.
	expiry = 300 * time.Second
)

// heartbeats are the waits between the SPMs that follow data, so that a receiver learns
// soon of packets that were lost at the end.
var heartbeats = []time.Duration{
	100 * time.Millisecond, 100 * time.Millisecond, 100 * time.Millisecond, 100 * time.Millisecond,
	1300 * time.Millisecond, 7 * time.Second, 16 * time.Second, 25 * time.Second, ambient,
}

// before reports whether a sequence number comes before another. They are compared by
// their difference, as the numbers start over after the last (RFC 1982).
func before(a, b uint32) bool { return int32(a-b) < 0 }
