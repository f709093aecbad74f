// SPDX-License-Identifier: Apache-2.0

package gozmq

import (
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/compat/classic"
)

// PollEvents is a set of conditions to wait for.
type PollEvents int16

// Conditions to wait for.
const (
	// POLLIN says that something can be received, or read from a descriptor.
	POLLIN = PollEvents(1)
	// POLLOUT says that something can be sent, or written to a descriptor.
	POLLOUT = PollEvents(2)
	// POLLERR says that a descriptor has an error or its other end has gone; it is
	// reported whether it was asked for or not.
	POLLERR = PollEvents(4)
)

// PollItem is something to wait for, a socket or a descriptor.
type PollItem struct {
	Socket  *Socket         // the socket to wait for; nil for a descriptor
	Fd      ZmqOsSocketType // the descriptor to wait for, as os.File's Fd has it
	Events  PollEvents      // what to wait for
	REvents PollEvents      // what holds, set by Poll
}

// PollItems is what Poll takes.
type PollItems []PollItem

// Poll waits until something that an item asks for holds, sets REvents of all
// items, and returns how many have something: 0 when the time-out has run out. A
// negative time-out is none. Descriptors need a system with poll(2); on others
// they are ENOTSUP.
func Poll(items []PollItem, timeout time.Duration) (count int, err error) {
	list := make([]classic.PollItem, len(items))
	for i, it := range items {
		list[i] = classic.PollItem{FD: int(it.Fd), Events: zmq.PollEvents(it.Events)}
		if it.Socket != nil {
			list[i].Socket = it.Socket.s
		}
	}
	count, err = classic.Poll(list, timeout)
	for i := range items {
		items[i].REvents = PollEvents(list[i].Ready)
	}
	return count, errno(err)
}
