// SPDX-License-Identifier: Apache-2.0

package gozmq

// ZmqOsSocketType is a socket of the system.
type ZmqOsSocketType uintptr

// ToRaw returns the socket as the system's interfaces have it.
func (fd ZmqOsSocketType) ToRaw() uintptr { return uintptr(fd) }
