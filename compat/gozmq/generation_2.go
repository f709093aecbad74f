// SPDX-License-Identifier: Apache-2.0

//go:build !zmq_3_x && !zmq_4_x

package gozmq

// What means one thing in ZeroMQ 2.x and another in 3.x and 4.x.

// recoveryUnit is the milliseconds in one of RECOVERY_IVL, which is in seconds in
// ZeroMQ 2.x.
const recoveryUnit = 1000

// RCVMORE tells whether further parts of the message follow. It has no type, so
// that it goes with GetSockOptUInt64, as in ZeroMQ 2.x, and GetSockOptInt, as
// later.
const RCVMORE = 13

// HWM returns the high-water mark for messages to be sent. (ZMQ_HWM)
func (s *Socket) HWM() (uint64, error) { return s.GetSockOptUInt64(HWM) }

// SetHWM changes the high-water mark of both directions: the most messages queued
// for one peer. 0 is no limit. (ZMQ_HWM)
func (s *Socket) SetHWM(value uint64) error { return s.SetSockOptUInt64(HWM, value) }
