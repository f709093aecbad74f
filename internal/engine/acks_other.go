// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package engine

// acks says that what the peer's system has acknowledged is not known. The system
// itself ends a connection on which nothing is, after some minutes at most.
func (s *source) acks() (a acks, known bool) { return acks{}, false }

// HungUp reports false: the system does not tell before all has been read.
func (c *Conn) HungUp() bool { return false }
