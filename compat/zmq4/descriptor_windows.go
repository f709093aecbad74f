// SPDX-License-Identifier: Apache-2.0

package zmq4

// GetFd returns EINVAL: there is no descriptor; use a Poller. (ZMQ_FD)
func (soc *Socket) GetFd() (uintptr, error) {
	v, err := soc.number(14)
	return uintptr(v), err
}
