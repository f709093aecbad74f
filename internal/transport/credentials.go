// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"net"
	"syscall"
)

// Credentials are those of the process at the other end of a Unix-domain
// connection, as they were when it connected.
type Credentials struct {
	UID, GID uint32 // effective user and primary group
	PID      int    // 0 where the system does not tell
}

// PeerCredentials asks the operating system for the process at the other end of c. ok is
// false if c is not a Unix-domain connection or the system does not tell.
func PeerCredentials(c net.Conn) (cred Credentials, ok bool) {
	sc, isSocket := c.(syscall.Conn)
	if !isSocket {
		return Credentials{}, false
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return Credentials{}, false
	}
	var inner error
	err = raw.Control(func(fd uintptr) { cred, inner = peerCredentials(fd) })
	if err != nil || inner != nil {
		return Credentials{}, false
	}
	return cred, true
}
