// SPDX-License-Identifier: Apache-2.0

package classic

import (
	"context"
	"errors"
	"time"

	"github.com/gozmq/zmq"
)

// PollItem is a socket or a descriptor to wait for. (zmq_pollitem_t)
type PollItem struct {
	Socket *Socket        // nil: FD counts
	FD     int            // a descriptor of the system
	Events zmq.PollEvents // what to wait for
	Ready  zmq.PollEvents // set by Poll: what holds
}

// Poll waits until something that an item asks for holds, sets Ready of every
// item, and returns how many have something; 0 after the time-out, which may be
// negative for none. The same socket or descriptor may be there more than once.
// Errors: zmq.ErrTerminated, zmq.ErrClosed for a socket that is closed,
// zmq.ErrNotSupported for descriptors on a system without poll(2). (zmq_poll)
func Poll(items []PollItem, timeout time.Duration) (int, error) {
	for i := range items {
		items[i].Ready = 0
		if s := items[i].Socket; s != nil {
			if err := s.live(); err != nil {
				return 0, err
			}
		}
	}
	n, descriptors := look(items)
	if !descriptors && (n > 0 || timeout == 0) {
		return n, nil
	}
	ctx := context.Background()
	if n > 0 {
		timeout = 0
	}
	if timeout >= 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	p, err := gather(items)
	if err != nil {
		return 0, err
	}
	defer p.Close()
	return wait(ctx, p, items, timeout == 0)
}

// look asks the sockets.
func look(items []PollItem) (ready int, descriptors bool) {
	for i := range items {
		it := &items[i]
		if it.Socket == nil {
			descriptors = true
			continue
		}
		if it.Ready = it.Socket.Events() & it.Events; it.Ready != 0 {
			ready++
		}
	}
	return ready, descriptors
}

// gather registers each socket and each descriptor once, for all that its items
// ask.
func gather(items []PollItem) (*zmq.Poller, error) {
	sockets, descriptors := make(map[*zmq.Socket]zmq.PollEvents), make(map[int]zmq.PollEvents)
	for _, it := range items {
		if it.Socket != nil {
			sockets[it.Socket.s] |= it.Events & (zmq.PollIn | zmq.PollOut)
		} else {
			descriptors[it.FD] |= it.Events & (zmq.PollIn | zmq.PollOut | zmq.PollPri)
		}
	}
	p := zmq.NewPoller()
	for s, events := range sockets {
		if err := p.Add(s, events, nil); err != nil {
			return nil, errors.Join(err, p.Close())
		}
	}
	for fd, events := range descriptors {
		if err := p.AddFD(fd, events, nil); err != nil {
			return nil, errors.Join(err, p.Close())
		}
	}
	return p, nil
}

func wait(ctx context.Context, p *zmq.Poller, items []PollItem, atOnce bool) (int, error) {
	for {
		var events []zmq.PollEvent
		var err error
		if atOnce {
			events, err = p.Poll()
		} else {
			events, err = p.Wait(ctx)
		}
		expired := errors.Is(err, context.DeadlineExceeded)
		if err != nil && !expired {
			return 0, err
		}
		n, err := settleItems(items, events)
		if errors.Is(err, errGone) {
			err = ended(items)
		}
		if n > 0 || err != nil || expired || atOnce {
			return n, err
		}
	}
}

// settleItems sets Ready of all items, of descriptors from what was reported.
func settleItems(items []PollItem, events []zmq.PollEvent) (ready int, err error) {
	found := make(map[int]zmq.PollEvents)
	for _, e := range events {
		if e.Events&zmq.PollClosed != 0 {
			return 0, errGone // which of the sockets, and why, its own calls tell
		}
		if e.Socket == nil {
			found[e.FD] = e.Events
		}
	}
	for i := range items {
		it := &items[i]
		if it.Socket != nil {
			it.Ready = it.Socket.Events() & it.Events
		} else {
			it.Ready = found[it.FD] & (it.Events | zmq.PollErr)
		}
		if it.Ready != 0 {
			ready++
		}
	}
	return ready, nil
}

// errGone says that a socket has been closed while it was polled.
var errGone = &zmq.Error{Op: "poll", Err: zmq.ErrClosed}

// ended finds out which socket has ended, and how.
func ended(items []PollItem) error {
	for _, it := range items {
		if it.Socket == nil {
			continue
		}
		if err := it.Socket.live(); err != nil {
			return err
		}
	}
	return errGone
}
