// SPDX-License-Identifier: Apache-2.0

// Package mdp speaks the Majordomo Protocol (RFC 7): requests go to named services
// through a broker that knows which workers are alive and idle.
//
// Broker.Run, Worker.Run and Client.Request work in their callers' goroutines; the first
// two have a zmq.Socket.Incoming each, which ends with them.
package mdp

import "time"

// First frames and commands of RFC 7.
const (
	clientProtocol = "MDPC01"
	workerProtocol = "MDPW01"

	ready      = "\x01"
	request    = "\x02"
	reply      = "\x03"
	heartbeat  = "\x04"
	disconnect = "\x05"
)

// statusService is answered by the broker itself (RFC 8): whether the service that
// the body names exists.
const statusService = "mmi.service"

// Timing is how broker and workers watch each other.
type Timing struct {
	Heartbeat time.Duration // between two heartbeats; 0 is 2.5 s (RFC 7)
	Liveness  int           // heartbeats missed before a peer counts as dead; 0 is 3
}

func (t Timing) orDefault() Timing {
	if t.Heartbeat == 0 {
		t.Heartbeat = 2500 * time.Millisecond
	}
	if t.Liveness == 0 {
		t.Liveness = 3
	}
	return t
}

func (t Timing) expiry(now time.Time) time.Time {
	return now.Add(t.Heartbeat * time.Duration(t.Liveness))
}
