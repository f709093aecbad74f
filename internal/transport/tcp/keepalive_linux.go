// SPDX-License-Identifier: Apache-2.0

package tcp

import (
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// inheritsKeepAlive says that connections have the keep-alive options that their
// listener has when they are accepted. Other systems do too, but we have tried it
// on this one only.
const inheritsKeepAlive = true

// setKeepAliveOn sets the keep-alive options of a listener, negative ones apart,
// as the net package does for connections.
func setKeepAliveOn(fd uintptr, k net.KeepAliveConfig) error {
	on := 0
	if k.Enable {
		on = 1
	}
	if err := setInt(fd, unix.SOL_SOCKET, unix.SO_KEEPALIVE, on); err != nil {
		return err
	}
	for _, o := range [...]struct{ name, value int }{
		{unix.TCP_KEEPIDLE, int(k.Idle / time.Second)},
		{unix.TCP_KEEPINTVL, int(k.Interval / time.Second)},
		{unix.TCP_KEEPCNT, k.Count},
	} {
		if o.value < 0 {
			continue
		}
		if err := setInt(fd, unix.IPPROTO_TCP, o.name, o.value); err != nil {
			return err
		}
	}
	return nil
}
