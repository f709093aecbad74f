// SPDX-License-Identifier: Apache-2.0

// Command lastvalue gives new subscribers the last value at once, and then what
// comes: a proxy between publishers and subscribers that remembers.
//
// Use it where values change seldom and a subscriber cannot wait for the next
// change: settings, prices, states.
//
// What can go wrong: the cache has as many entries as there are topics, so topics
// from strangers need a bound. Two threads of it would race. While a subscription
// is answered nothing else may be received from the XPUB, because the answer goes to
// the peer that was received from last. That is why there is one loop with a Poller.
// Topics are prefixes, and this program answers for whole ones only.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"sync"

	"github.com/gozmq/zmq"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer) error {
	frontend, err := zmq.NewSocket(zmq.SUB)
	if err != nil {
		return err
	}
	// The message that follows a notice goes to that subscriber alone.
	backend, err := zmq.NewSocket(zmq.XPUB, zmq.XPubManualLastValue.Of(true))
	if err != nil {
		return err
	}
	err = errors.Join(frontend.Subscribe(""), frontend.Bind("tcp://127.0.0.1:*"), backend.Bind("tcp://127.0.0.1:*"))
	if err != nil {
		return err
	}
	var all sync.WaitGroup
	defer all.Wait()
	defer frontend.Close()
	defer backend.Close()
	all.Go(func() { cache(ctx, frontend, backend) })

	pub, err := zmq.NewSocket(zmq.PUB)
	if err != nil {
		return err
	}
	defer pub.Close()
	if err := pub.Connect(frontend.LastEndpoint()); err != nil {
		return err
	}
	if err := pub.WaitSubscribers(ctx, "", 1); err != nil {
		return err
	}
	for _, price := range []string{"98", "99", "100"} { // before there is a subscriber
		if err := pub.SendString(ctx, "gold", price); err != nil {
			return err
		}
	}
	for _, name := range []string{"early", "late"} {
		sub, err := subscribe(backend.LastEndpoint(), "gold")
		if err != nil {
			return err
		}
		defer sub.Close()
		for m, err := range sub.Messages(ctx) {
			if err != nil {
				return err
			}
			if string(m.Last()) == "100" { // one that came in between has been seen by all
				fmt.Fprintln(out, name, "subscriber knows:", m, string(m.Last()))
				break
			}
		}
	}
	return nil
}

func subscribe(endpoint, topic string) (*zmq.Socket, error) {
	sub, err := zmq.NewSocket(zmq.SUB)
	if err != nil {
		return nil, err
	}
	return sub, errors.Join(sub.Subscribe(topic), sub.Connect(endpoint))
}

// cache passes values on and keeps the last one of each topic.
func cache(ctx context.Context, frontend, backend *zmq.Socket) {
	poller := zmq.NewPoller()
	defer poller.Close()
	if errors.Join(poller.Add(frontend, zmq.PollIn, nil), poller.Add(backend, zmq.PollIn, nil)) != nil {
		return
	}
	last := map[string]zmq.Message{}
	for {
		events, err := poller.Wait(ctx)
		if err != nil {
			return
		}
		for _, ev := range events {
			m, err := ev.Socket.TryRecv()
			switch {
			case errors.Is(err, zmq.ErrAgain):
			case err != nil:
				return // closed
			case ev.Socket == frontend:
				last[m.String()] = m.Clone() // Clone: small, and kept for long
				_ = backend.Send(ctx, m.Frames()...)
			default:
				answer(ctx, backend, m.Bytes(), last)
			}
		}
	}
}

// answer handles a notice: byte 1 and a topic to subscribe, byte 0 to cancel.
func answer(ctx context.Context, backend *zmq.Socket, notice []byte, last map[string]zmq.Message) {
	if len(notice) == 0 {
		return
	}
	topic := string(notice[1:])
	if notice[0] == 0 {
		_ = backend.Unsubscribe(topic)
		return
	}
	_ = backend.Subscribe(topic)
	if m, ok := last[topic]; ok {
		_ = backend.Send(ctx, m.Frames()...)
	}
}
