// SPDX-License-Identifier: Apache-2.0

//go:build unix && !linux

package tcp

import "github.com/gozmq/zmq/internal/transport"

// setPriority does nothing: SO_PRIORITY and SO_BUSY_POLL are Linux's.
func setPriority(uintptr, *transport.Config) error { return nil }

// setDevice does nothing: checkDevice has refused.
func setDevice(uintptr, *transport.Config) error { return nil }

// setReusePort does nothing: checkReusePort has refused.
func setReusePort(uintptr, *transport.Config) error { return nil }

// setConnected does nothing: TCP_USER_TIMEOUT is Linux's.
func setConnected(uintptr, *transport.Config) error { return nil }
