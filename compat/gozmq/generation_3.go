// SPDX-License-Identifier: Apache-2.0

//go:build zmq_3_x || zmq_4_x

package gozmq

// What means one thing in ZeroMQ 2.x and another in 3.x and 4.x.

// recoveryUnit is the milliseconds in one of RECOVERY_IVL, which is in
// milliseconds since ZeroMQ 3.
const recoveryUnit = 1

// RCVMORE tells whether further parts of the message follow.
const RCVMORE = IntSocketOption(13)

// SetHWM changes the high-water mark of both directions: the most messages queued
// for one peer. 0 is no limit.
func (s *Socket) SetHWM(value int) error { return s.SetSockOptInt(IntSocketOption(hwm), value) }
