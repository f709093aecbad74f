// SPDX-License-Identifier: Apache-2.0

// Command suicidalsnail is a subscriber that gives up when it is too slow, rather
// than to work with old news and gaps.
//
// Use it where late is wrong: trading, control. The publisher stamps each message;
// a subscriber that finds itself behind stops, and its developers make it quicker.
//
// What can go wrong: clocks of two machines differ, so compare with the age of the
// first message, or use gaps in a sequence instead, as clone does. The publisher can
// defend itself: DisconnectSlow ends connections whose queue stays full, and
// Stats().Drops.Mute counts what was lost to them.
package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"sync"
	"time"

	"github.com/gozmq/zmq"
)

const maxAge = 30 * time.Millisecond

var errTooSlow = errors.New("too slow, giving up")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	pub, err := zmq.NewSocket(zmq.PUB)
	if err != nil {
		return err
	}
	defer pub.Close()
	if err := pub.Bind("tcp://127.0.0.1:*"); err != nil {
		return err
	}
	all.Go(func() { publish(ctx, pub) })
	// Each message takes the snail longer than it is to the next one.
	err = snail(ctx, pub.LastEndpoint(), 5*time.Millisecond)
	fmt.Fprintln(out, "snail:", err)
	if errors.Is(err, errTooSlow) {
		return nil
	}
	return err
}

// publish sends a message a millisecond, with the time.
func publish(ctx context.Context, pub *zmq.Socket) {
	if pub.WaitSubscribers(ctx, "", 1) != nil {
		return
	}
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case now := <-tick.C:
			if pub.Send(ctx, binary.BigEndian.AppendUint64(nil, uint64(now.UnixNano()))) != nil {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// snail works so long on each message, until one is too old.
func snail(ctx context.Context, endpoint string, work time.Duration) error {
	sub, err := zmq.NewSocket(zmq.SUB)
	if err != nil {
		return err
	}
	defer sub.Close()
	if err := errors.Join(sub.Subscribe(""), sub.Connect(endpoint)); err != nil {
		return err
	}
	for m, err := range sub.Messages(ctx) {
		if err != nil {
			return err
		}
		stamp := time.Unix(0, int64(binary.BigEndian.Uint64(m.Bytes())))
		if time.Since(stamp) > maxAge {
			return errTooSlow
		}
		select {
		case <-time.After(work):
		case <-ctx.Done():
		}
	}
	return nil
}
