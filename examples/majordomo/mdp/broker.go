// SPDX-License-Identifier: Apache-2.0

package mdp

import (
	"context"
	"slices"
	"time"

	"github.com/gozmq/zmq"
)

// maxWaiting bounds the requests that wait for a service without workers.
const maxWaiting = 1000

// Broker passes requests of clients to idle workers and replies back. Everything
// but the socket belongs to Run.
type Broker struct {
	sock     *zmq.Socket
	timing   Timing
	services map[string]*service
	workers  map[string]*worker
}

type service struct {
	waiting []zmq.Message // client, "", protocol, service, body
	idle    []*worker     // the one that was idle longest first
}

type worker struct {
	id      string
	service *service
	expiry  time.Time
}

// NewBroker makes a broker that listens at an endpoint, for clients and workers
// alike.
func NewBroker(zctx *zmq.Context, endpoint string, t Timing) (*Broker, error) {
	sock, err := zctx.NewSocket(zmq.ROUTER)
	if err != nil {
		return nil, err
	}
	if err := sock.Bind(endpoint); err != nil {
		sock.Close()
		return nil, err
	}
	return &Broker{sock: sock, timing: t.orDefault(), services: map[string]*service{}, workers: map[string]*worker{}}, nil
}

// Endpoint returns where the broker listens, with the actual port.
func (b *Broker) Endpoint() string { return b.sock.LastEndpoint() }

// Run serves until ctx ends, and closes the broker. It is called once.
func (b *Broker) Run(ctx context.Context) {
	defer b.sock.Close()
	in := b.sock.Incoming(ctx)
	tick := time.NewTicker(b.timing.Heartbeat)
	defer tick.Stop()
	for {
		select {
		case m, ok := <-in:
			if !ok {
				return
			}
			if m.Len() < 4 || len(m.Frame(1)) != 0 {
				continue // not of this protocol
			}
			switch string(m.Frame(2)) {
			case clientProtocol:
				b.fromClient(ctx, m)
			case workerProtocol:
				b.fromWorker(ctx, m)
			}
		case now := <-tick.C:
			b.watch(ctx, now)
		}
	}
}

func (b *Broker) fromClient(ctx context.Context, m zmq.Message) {
	name := string(m.Frame(3))
	if name == statusService && m.Len() == 5 {
		status := "404"
		if s := b.services[string(m.Last())]; s != nil {
			status = "200"
		}
		_ = b.sock.Send(ctx, m.Frame(0), nil, m.Frame(2), m.Frame(3), []byte(status))
		return
	}
	s := b.service(name)
	if len(s.waiting) < maxWaiting { // beyond that the client asks again
		s.waiting = append(s.waiting, m)
	}
	b.dispatch(ctx, s)
}

func (b *Broker) service(name string) *service {
	s := b.services[name]
	if s == nil {
		s = &service{}
		b.services[name] = s
	}
	return s
}

// fromWorker handles a message: id, "", protocol, command, and what that brings.
func (b *Broker) fromWorker(ctx context.Context, m zmq.Message) {
	id, command := string(m.Frame(0)), string(m.Frame(3))
	w := b.workers[id]
	switch {
	case command == ready && w == nil && m.Len() == 5:
		w = &worker{id: id, service: b.service(string(m.Last())), expiry: b.timing.expiry(time.Now())}
		b.workers[id] = w
		b.rest(ctx, w)
	case command == reply && w != nil && m.Len() > 6: // client, "", body
		envelope := [][]byte{m.Frame(4), nil, []byte(clientProtocol), []byte(b.name(w.service))}
		_ = b.sock.Send(ctx, append(envelope, m.Frames()[6:]...)...)
		b.rest(ctx, w)
	case command == heartbeat && w != nil:
		w.expiry = b.timing.expiry(time.Now())
	case command == disconnect && w != nil:
		b.forget(w)
	case w == nil || command == ready: // we do not know each other: it begins anew
		if w != nil {
			b.forget(w)
		}
		_ = b.sock.SendString(ctx, id, "", workerProtocol, disconnect)
	}
}

// rest puts a worker on the list of its service.
func (b *Broker) rest(ctx context.Context, w *worker) {
	w.expiry = b.timing.expiry(time.Now())
	w.service.idle = append(w.service.idle, w)
	b.dispatch(ctx, w.service)
}

// dispatch gives waiting requests to idle workers.
func (b *Broker) dispatch(ctx context.Context, s *service) {
	for len(s.waiting) > 0 && len(s.idle) > 0 {
		m, w := s.waiting[0], s.idle[0]
		s.idle = s.idle[1:]
		envelope := [][]byte{[]byte(w.id), nil, []byte(workerProtocol), []byte(request), m.Frame(0), nil}
		if b.sock.Send(ctx, append(envelope, m.Frames()[4:]...)...) != nil {
			b.forget(w) // it has left or does not read; the request goes to the next one
			continue
		}
		s.waiting = s.waiting[1:]
	}
}

// watch forgets idle workers that are silent, and tells the others that the broker
// lives. A busy worker is not expected to say anything.
func (b *Broker) watch(ctx context.Context, now time.Time) {
	for _, s := range b.services {
		for _, w := range slices.Clone(s.idle) {
			if now.After(w.expiry) || b.sock.SendString(ctx, w.id, "", workerProtocol, heartbeat) != nil {
				b.forget(w)
			}
		}
	}
}

func (b *Broker) forget(w *worker) {
	delete(b.workers, w.id)
	w.service.idle = slices.DeleteFunc(w.service.idle, func(o *worker) bool { return o == w })
}

func (b *Broker) name(s *service) string {
	for name, other := range b.services {
		if s == other {
			return name
		}
	}
	return ""
}
