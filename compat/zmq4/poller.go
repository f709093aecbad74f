// SPDX-License-Identifier: Apache-2.0

package zmq4

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/compat/classic"
)

// Polled is a socket and what it can do.
type Polled struct {
	Socket *Socket // the socket
	Events State   // what it can do of what was asked
}

// Poller waits for many sockets at once. It is safe for concurrent use; a change
// counts from the next Poll on.
type Poller struct {
	mu    sync.Mutex // guards items
	items []Polled   // Events is what to wait for
}

// NewPoller makes an empty Poller.
func NewPoller() *Poller { return &Poller{} }

// Add adds a socket and what to wait for, POLLIN, POLLOUT or both, and returns its
// index in what PollAll returns, by which Update and Remove know it. The same socket
// may be added more than once.
func (p *Poller) Add(soc *Socket, events State) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.items = append(p.items, Polled{soc, events})
	return len(p.items) - 1
}

// Update changes what a socket is waited for, and returns what it was before. It
// fails with ErrorNoSocket if there is no such index.
func (p *Poller) Update(id int, events State) (previous State, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.updateLocked(id, events)
}

// UpdateBySocket is Update for the first place where a socket stands.
func (p *Poller) UpdateBySocket(soc *Socket, events State) (previous State, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.updateLocked(p.findLocked(soc), events)
}

func (p *Poller) updateLocked(id int, events State) (previous State, err error) {
	if id < 0 || id >= len(p.items) {
		return 0, ErrorNoSocket
	}
	previous = p.items[id].Events
	p.items[id].Events = events
	return previous, nil
}

// Remove takes a socket out; the indices of those behind it become lower by one. It
// fails with ErrorNoSocket if there is no such index.
func (p *Poller) Remove(id int) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.removeLocked(id)
}

// RemoveBySocket is Remove for the first place where a socket stands.
func (p *Poller) RemoveBySocket(soc *Socket) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.removeLocked(p.findLocked(soc))
}

func (p *Poller) removeLocked(id int) error {
	if id < 0 || id >= len(p.items) {
		return ErrorNoSocket
	}
	p.items = slices.Delete(p.items, id, id+1)
	return nil
}

func (p *Poller) findLocked(soc *Socket) int {
	return slices.IndexFunc(p.items, func(i Polled) bool { return i.Socket == soc })
}

// Poll waits until a socket can do what it is waited for, for as long as timeout,
// below 0 without end, and returns those that can: none after the time-out. It fails
// with ETERM when the context of a socket ends, and with ErrorSocketClosed if a socket
// is closed.
func (p *Poller) Poll(timeout time.Duration) ([]Polled, error) {
	all, err := p.PollAll(timeout)
	return slices.DeleteFunc(all, func(i Polled) bool { return i.Events == 0 }), err
}

// PollAll is Poll that returns all sockets in their order; Events of those that can
// do nothing is 0. After an error it returns none.
func (p *Poller) PollAll(timeout time.Duration) ([]Polled, error) {
	p.mu.Lock()
	result := append([]Polled{}, p.items...)
	p.mu.Unlock()
	if err := poll(result, timeout); err != nil {
		return []Polled{}, err
	}
	return result, nil
}

// poll waits for sockets and replaces what they are waited for by what they can do.
func poll(list []Polled, timeout time.Duration) error {
	items := make([]classic.PollItem, len(list))
	for i, it := range list {
		s, err := it.Socket.open()
		if err != nil {
			return err
		}
		items[i] = classic.PollItem{Socket: s, Events: zmq.PollEvents(it.Events & (POLLIN | POLLOUT))}
	}
	if _, err := classic.Poll(items, timeout); err != nil {
		for _, it := range list {
			if _, err := it.Socket.open(); err != nil {
				return err
			}
		}
		return errno(err)
	}
	for i := range list {
		list[i].Events = State(items[i].Ready)
	}
	return nil
}

// String names the sockets and what they are waited for.
func (p *Poller) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := make([]string, len(p.items))
	for i, it := range p.items {
		list[i] = it.Socket.String() + it.Events.String()
	}
	return "Poller[" + strings.Join(list, " ") + "]"
}
