// SPDX-License-Identifier: Apache-2.0

//go:build unix

package tcp

import (
	"os"

	"golang.org/x/sys/unix"

	"github.com/gozmq/zmq/internal/transport"
)

// hasOptions says that sockets have options on this system.
const hasOptions = true

// setListening needs no SO_REUSEADDR: the net package sets it.
func setListening(fd uintptr, cfg *transport.Config) error {
	if err := setReusePort(fd, cfg); err != nil {
		return err
	}
	return setCommon(fd, cfg)
}

func setConnecting(fd uintptr, cfg *transport.Config) error { return setCommon(fd, cfg) }

// setConnectingFrom lets a source port be used again at once (libzmq,
// tcp_connecter).
func setConnectingFrom(fd uintptr, cfg *transport.Config) error {
	if err := setInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
		return err
	}
	return setCommon(fd, cfg)
}

// setAccepted sets again what connections do not inherit from their listener.
func setAccepted(fd uintptr, cfg *transport.Config) error {
	if err := setMarks(fd, cfg); err != nil {
		return err
	}
	return setConnected(fd, cfg)
}

// setCommon is what both kinds of sockets need before bind or connect.
func setCommon(fd uintptr, cfg *transport.Config) error {
	if cfg.SendBuffer >= 0 {
		if err := setInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF, cfg.SendBuffer); err != nil {
			return err
		}
	}
	if cfg.RecvBuffer >= 0 {
		if err := setInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, cfg.RecvBuffer); err != nil {
			return err
		}
	}
	if err := setDevice(fd, cfg); err != nil {
		return err
	}
	return setMarks(fd, cfg)
}

// setMarks sets what packets carry. The type of service comes first because on
// Linux it changes the priority.
func setMarks(fd uintptr, cfg *transport.Config) error {
	if cfg.TOS != 0 {
		err4 := setInt(fd, unix.IPPROTO_IP, unix.IP_TOS, cfg.TOS)
		err6 := setInt(fd, unix.IPPROTO_IPV6, unix.IPV6_TCLASS, cfg.TOS)
		// A socket of one family may not take the option of the other.
		if err4 != nil && err6 != nil {
			return err4
		}
	}
	return setPriority(fd, cfg)
}

func setInt(fd uintptr, level, name, value int) error {
	return os.NewSyscallError("setsockopt", unix.SetsockoptInt(int(fd), level, name, value))
}
