// SPDX-License-Identifier: Apache-2.0

package core

import (
	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/transport/tipc"
	"github.com/gozmq/zmq/internal/transport/vsock"
)

// ofThisSystem are the transports that not every system has.
func ofThisSystem() []transport.Transport {
	return []transport.Transport{tipc.New(), vsock.New(), vsock.NewVMCI()}
}
