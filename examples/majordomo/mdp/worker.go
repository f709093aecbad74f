// SPDX-License-Identifier: Apache-2.0

package mdp

import (
	"context"
	"time"

	"github.com/gozmq/zmq"
)

// Handler does the work of a service: a request's body in, the reply's out. The
// body has one frame at least, and so must the reply.
type Handler func(ctx context.Context, body [][]byte) [][]byte

// Worker serves a service.
type Worker struct {
	Context *zmq.Context // of its socket
	Broker  string       // the endpoint
	Service string       // its name
	Timing  Timing       // the broker's
	Handle  Handler      // does the work
}

// Run serves one request at a time until ctx ends, and returns its error. It registers
// with the broker anew whenever that has been silent.
func (w Worker) Run(ctx context.Context) error {
	sock, err := w.Context.NewSocket(zmq.DEALER)
	if err != nil {
		return err
	}
	defer sock.Close()
	if err := sock.Connect(w.Broker); err != nil {
		return err
	}
	w.Timing = w.Timing.orDefault()
	l := &workerLoop{Worker: w, sock: sock}
	return l.run(ctx)
}

type workerLoop struct {
	Worker
	sock   *zmq.Socket
	expiry time.Time // of our trust in the broker
}

func (w *workerLoop) run(ctx context.Context) error {
	if err := w.register(ctx); err != nil {
		return err
	}
	in := w.sock.Incoming(ctx)
	tick := time.NewTicker(w.Timing.Heartbeat)
	defer tick.Stop()
	for {
		var err error
		select {
		case m, ok := <-in:
			if !ok {
				return ctx.Err()
			}
			err = w.fromBroker(ctx, m)
		case now := <-tick.C:
			if now.After(w.expiry) {
				err = w.register(ctx)
			} else {
				err = w.sock.SendString(ctx, "", workerProtocol, heartbeat)
			}
		}
		if err != nil {
			_ = w.sock.TrySend(nil, []byte(workerProtocol), []byte(disconnect))
			return err
		}
	}
}

func (w *workerLoop) register(ctx context.Context) error {
	w.expiry = w.Timing.expiry(time.Now())
	return w.sock.SendString(ctx, "", workerProtocol, ready, w.Service)
}

// fromBroker handles a message: "", protocol, command, and with a request the
// client, "", and the body.
func (w *workerLoop) fromBroker(ctx context.Context, m zmq.Message) error {
	if m.Len() < 3 || string(m.Frame(1)) != workerProtocol {
		return nil
	}
	w.expiry = w.Timing.expiry(time.Now())
	switch command := string(m.Frame(2)); {
	case command == request && m.Len() > 5:
		frames := m.Frames()
		answer := w.Handle(ctx, frames[5:])
		envelope := [][]byte{nil, []byte(workerProtocol), []byte(reply), frames[3], nil}
		return w.sock.Send(ctx, append(envelope, answer...)...)
	case command == disconnect: // the broker does not know us
		return w.register(ctx)
	}
	return nil
}
