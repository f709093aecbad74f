// SPDX-License-Identifier: Apache-2.0

package tcp

import (
	"math"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gozmq/zmq/internal/transport"
)

// checkDevice leaves it to the system to say whether there is such a device.
func checkDevice(*transport.Config) error { return nil }

func setPriority(fd uintptr, cfg *transport.Config) error {
	if cfg.Priority != 0 {
		if err := setInt(fd, unix.SOL_SOCKET, unix.SO_PRIORITY, cfg.Priority); err != nil {
			return err
		}
	}
	if cfg.BusyPoll > 0 {
		return setInt(fd, unix.SOL_SOCKET, unix.SO_BUSY_POLL, cfg.BusyPoll)
	}
	return nil
}

func setDevice(fd uintptr, cfg *transport.Config) error {
	if cfg.Device == "" {
		return nil
	}
	return os.NewSyscallError("setsockopt", unix.BindToDevice(int(fd), cfg.Device))
}

func checkReusePort(*transport.Config) error { return nil }

// setReusePort lets other listeners share the port.
func setReusePort(fd uintptr, cfg *transport.Config) error {
	if !cfg.ReusePort {
		return nil
	}
	return setInt(fd, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
}

// setConnected sets TCP_USER_TIMEOUT, which is in milliseconds.
func setConnected(fd uintptr, cfg *transport.Config) error {
	if cfg.MaxRetransmit <= 0 {
		return nil
	}
	ms := min(max(cfg.MaxRetransmit/time.Millisecond, 1), math.MaxInt32)
	return setInt(fd, unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(ms))
}
