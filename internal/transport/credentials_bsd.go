// SPDX-License-Identifier: Apache-2.0

//go:build darwin || freebsd

package transport

import "golang.org/x/sys/unix"

// HasCredentials and HasPID say what PeerCredentials can learn on this system.
const (
	HasCredentials = true
	HasPID         = false
)

// solLocal is the option level of Unix-domain sockets (sys/un.h, SOL_LOCAL).
const solLocal = 0

func peerCredentials(fd uintptr) (Credentials, error) {
	x, err := unix.GetsockoptXucred(int(fd), solLocal, unix.LOCAL_PEERCRED)
	if err != nil {
		return Credentials{}, err
	}
	return Credentials{UID: x.Uid, GID: x.Groups[0]}, nil
}
