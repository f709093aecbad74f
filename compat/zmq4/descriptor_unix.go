// SPDX-License-Identifier: Apache-2.0

//go:build !windows

package zmq4

// GetFd returns EINVAL: there is no descriptor; use a Poller. (ZMQ_FD)
func (soc *Socket) GetFd() (int, error) { return soc.number(14) }
