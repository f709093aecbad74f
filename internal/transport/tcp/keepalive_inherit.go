// SPDX-License-Identifier: Apache-2.0

//go:build linux || darwin || freebsd

package tcp

import (
	"net"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// keepAliveOn reads the keep-alive options of a socket.
func keepAliveOn(fd uintptr) (net.KeepAliveConfig, error) {
	var values [4]int
	for i, o := range [4]struct{ level, name int }{
		{unix.SOL_SOCKET, unix.SO_KEEPALIVE},
		{unix.IPPROTO_TCP, tcpKeepIdle},
		{unix.IPPROTO_TCP, unix.TCP_KEEPINTVL},
		{unix.IPPROTO_TCP, unix.TCP_KEEPCNT},
	} {
		v, err := unix.GetsockoptInt(int(fd), o.level, o.name)
		if err != nil {
			return net.KeepAliveConfig{}, os.NewSyscallError("getsockopt", err)
		}
		values[i] = v
	}
	return net.KeepAliveConfig{
		Enable:   values[0] != 0,
		Idle:     time.Duration(values[1]) * time.Second,
		Interval: time.Duration(values[2]) * time.Second,
		Count:    values[3],
	}, nil
}
