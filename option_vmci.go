// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"time"

	"github.com/gozmq/zmq/internal/opt"
)

// The options of vmci, for the kernel's driver. They are set before a socket connects or
// listens, in which case accepted connections have them, too. (libzmq sets all three sizes
// as one, when a connection is there.)

// VMCIBufferSize is the buffer of a connection, in bytes. The driver keeps it between
// VMCIBufferMinSize and VMCIBufferMaxSize. Zero leaves it to the driver. It cannot be read.
//
//	Default:  0
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_VMCI_BUFFER_SIZE (85)
var VMCIBufferSize Option[int64] = int64Option(opt.VMCIBufferSize)

// VMCIBufferMinSize is the smallest such buffer, in bytes. Zero leaves it to the driver.
// It cannot be read.
//
//	Default:  0
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_VMCI_BUFFER_MIN_SIZE (86)
var VMCIBufferMinSize Option[int64] = int64Option(opt.VMCIBufferMinSize)

// VMCIBufferMaxSize is the largest such buffer, in bytes. Zero leaves it to the driver. It
// cannot be read.
//
//	Default:  0
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_VMCI_BUFFER_MAX_SIZE (87)
var VMCIBufferMaxSize Option[int64] = int64Option(opt.VMCIBufferMaxSize)

// VMCIConnectTimeout is how long the driver tries to connect. ConnectTimeout holds as
// well. Zero and below leave it to the driver. It cannot be read.
//
//	Default:  none
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_VMCI_CONNECT_TIMEOUT (88)
var VMCIConnectTimeout Option[time.Duration] = durationOption(opt.VMCIConnectTimeout, time.Millisecond)
