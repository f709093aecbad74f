// SPDX-License-Identifier: Apache-2.0

package tcp

import (
	"os"
	"time"

	"golang.org/x/sys/windows"

	"github.com/gozmq/zmq/internal/transport"
)

// Options that golang.org/x/sys/windows does not name (winsock2.h, ws2ipdef.h).
const (
	soExclusiveAddrUse = ^windows.SO_REUSEADDR
	ipv6TClass         = 39
)

// hasOptions says that sockets have options on this system.
const hasOptions = true

// setListening keeps other programs from taking over the port, which
// SO_REUSEADDR would let them do here.
func setListening(fd uintptr, cfg *transport.Config) error {
	if err := setInt(fd, windows.SOL_SOCKET, soExclusiveAddrUse, 1); err != nil {
		return err
	}
	return setConnecting(fd, cfg)
}

// setConnectingFrom lets a source port be used again at once (libzmq,
// tcp_connecter).
func setConnectingFrom(fd uintptr, cfg *transport.Config) error {
	if err := setInt(fd, windows.SOL_SOCKET, windows.SO_REUSEADDR, 1); err != nil {
		return err
	}
	return setConnecting(fd, cfg)
}

func setConnecting(fd uintptr, cfg *transport.Config) error {
	if cfg.SendBuffer >= 0 {
		if err := setInt(fd, windows.SOL_SOCKET, windows.SO_SNDBUF, cfg.SendBuffer); err != nil {
			return err
		}
	}
	if cfg.RecvBuffer >= 0 {
		if err := setInt(fd, windows.SOL_SOCKET, windows.SO_RCVBUF, cfg.RecvBuffer); err != nil {
			return err
		}
	}
	return setTOS(fd, cfg)
}

func setAccepted(fd uintptr, cfg *transport.Config) error {
	if err := setTOS(fd, cfg); err != nil {
		return err
	}
	return setConnected(fd, cfg)
}

// setConnected sets TCP_MAXRT, which is in whole seconds here.
func setConnected(fd uintptr, cfg *transport.Config) error {
	if cfg.MaxRetransmit <= 0 {
		return nil
	}
	return setInt(fd, windows.IPPROTO_TCP, windows.TCP_MAXRT, int(cfg.MaxRetransmit/time.Second))
}

// setTOS sets both families' option; a socket of one may not take the other's.
func setTOS(fd uintptr, cfg *transport.Config) error {
	if cfg.TOS == 0 {
		return nil
	}
	err4 := setInt(fd, windows.IPPROTO_IP, windows.IP_TOS, cfg.TOS)
	err6 := setInt(fd, windows.IPPROTO_IPV6, ipv6TClass, cfg.TOS)
	if err4 != nil && err6 != nil {
		return err4
	}
	return nil
}

func setInt(fd uintptr, level, name, value int) error {
	return os.NewSyscallError("setsockopt",
		windows.SetsockoptInt(windows.Handle(fd), level, name, value))
}
