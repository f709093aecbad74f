// SPDX-License-Identifier: Apache-2.0

package zmq4

import (
	"time"

	"github.com/gozmq/zmq/compat/zmq4"
)

// Polled is a socket and what it can do.
type Polled struct {
	Socket *Socket // the socket
	Events State   // what it can do of what was asked
}

type stablePoller = zmq4.Poller

// Poller is a zmq4.Poller, with all its methods, for sockets of this package.
type Poller struct{ stablePoller }

// NewPoller makes an empty Poller.
func NewPoller() *Poller { return &Poller{} }

// Add is zmq4.Poller.Add.
func (p *Poller) Add(soc *Socket, events State) int { return p.stablePoller.Add(soc.below(), events) }

// UpdateBySocket is zmq4.Poller.UpdateBySocket.
func (p *Poller) UpdateBySocket(soc *Socket, events State) (previous State, err error) {
	return p.stablePoller.UpdateBySocket(soc.below(), events)
}

// RemoveBySocket is zmq4.Poller.RemoveBySocket.
func (p *Poller) RemoveBySocket(soc *Socket) error { return p.stablePoller.RemoveBySocket(soc.below()) }

// Poll is zmq4.Poller.Poll.
func (p *Poller) Poll(timeout time.Duration) ([]Polled, error) {
	list, err := p.stablePoller.Poll(timeout)
	return polled(list), err
}

// PollAll is zmq4.Poller.PollAll.
func (p *Poller) PollAll(timeout time.Duration) ([]Polled, error) {
	list, err := p.stablePoller.PollAll(timeout)
	return polled(list), err
}

func polled(list []zmq4.Polled) []Polled {
	if list == nil {
		return nil
	}
	ours := make([]Polled, len(list))
	for i, it := range list {
		ours[i] = Polled{above(it.Socket), it.Events}
	}
	return ours
}

type stableReactor = zmq4.Reactor

// Reactor is a zmq4.Reactor, with all its methods, for sockets of this package.
type Reactor struct{ stableReactor }

// NewReactor makes an empty Reactor.
func NewReactor() *Reactor { return &Reactor{} }

// AddSocket is zmq4.Reactor.AddSocket.
func (r *Reactor) AddSocket(soc *Socket, events State, handler func(State) error) {
	r.stableReactor.AddSocket(soc.below(), events, handler)
}

// RemoveSocket is zmq4.Reactor.RemoveSocket.
func (r *Reactor) RemoveSocket(soc *Socket) { r.stableReactor.RemoveSocket(soc.below()) }
