// SPDX-License-Identifier: Apache-2.0

//go:build !windows

package gozmq

// ZmqOsSocketType is a descriptor of the system.
type ZmqOsSocketType int32

// ToRaw returns the descriptor as the system's interfaces have it.
func (fd ZmqOsSocketType) ToRaw() int32 { return int32(fd) }
