// SPDX-License-Identifier: Apache-2.0

package zmq

import "github.com/gozmq/zmq/internal/opt"

// The options that restrict which peers may connect. Each setting adds one entry to a
// list.

// TCPAcceptFilter adds a range of addresses that may connect, "192.0.2.0/24" or
// "2001:db8::1". IPv6 ranges need IPv6. Once there is a range, connections from
// addresses outside all ranges are closed right after they are accepted. An empty value
// removes all ranges, so that every address may connect. It cannot be read.
//
//	Default:  empty
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_TCP_ACCEPT_FILTER (38)
var TCPAcceptFilter Option[string] = stringOption(opt.TCPAcceptFilter)

// IPCFilterPID adds a process that may connect over ipc, on Linux. Once any of the
// three ipc filters has an entry, a peer must match an entry of at least one of them.
// Process numbers are above zero. ParseSetting with an empty text removes all entries.
// It cannot be read.
//
//	Default:  empty
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_IPC_FILTER_PID (58)
var IPCFilterPID Option[int] = idOption(opt.IPCFilterPID)

// IPCFilterUID adds a user whose processes may connect over ipc. Once any of the three
// ipc filters has an entry, a peer must match an entry of at least one of them. Zero is
// the superuser; negative values are not valid. ParseSetting with an empty text removes
// all entries. It cannot be read.
//
//	Default:  empty
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_IPC_FILTER_UID (59)
var IPCFilterUID Option[int] = idOption(opt.IPCFilterUID)

// IPCFilterGID adds a group whose members' processes may connect over ipc, including
// supplementary members. Once any of the three ipc filters has an entry, a peer must
// match an entry of at least one of them. Zero is a valid group; negative values are
// not valid. ParseSetting with an empty text removes all entries. It cannot be read.
//
//	Default:  empty
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_IPC_FILTER_GID (60)
var IPCFilterGID Option[int] = idOption(opt.IPCFilterGID)
