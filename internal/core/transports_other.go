// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package core

import "github.com/gozmq/zmq/internal/transport"

// ofThisSystem are the transports that not every system has.
func ofThisSystem() []transport.Transport { return nil }
