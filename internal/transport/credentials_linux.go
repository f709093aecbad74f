// SPDX-License-Identifier: Apache-2.0

package transport

import "golang.org/x/sys/unix"

// HasCredentials and HasPID say what PeerCredentials can learn on this system.
const (
	HasCredentials = true
	HasPID         = true
)

func peerCredentials(fd uintptr) (Credentials, error) {
	u, err := unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	if err != nil {
		return Credentials{}, err
	}
	return Credentials{UID: u.Uid, GID: u.Gid, PID: int(u.Pid)}, nil
}
