// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"context"
	"time"

	"github.com/gozmq/zmq"
)

const messageSize = 16 // bytes; small, so that the calls are measured and not the network

// speed pushes messages as fast as they go and counts those that arrive. The
// high-water marks hold the sender back, so nothing is lost.
func speed(ctx context.Context, out *printer, size Size) error {
	pull, endpoint, err := bound(zmq.PULL)
	if err != nil {
		return err
	}
	defer pull.Close()

	send := func(ctx context.Context) error {
		push, err := connected(zmq.PUSH, endpoint)
		if err != nil {
			return err
		}
		defer push.Close() // delivers what is queued
		if err := push.WaitPeers(ctx, 1); err != nil {
			return err
		}
		payload := make([]byte, messageSize)
		for start := time.Now(); time.Since(start) < size.Measure; {
			for range 1000 {
				if err := push.Send(ctx, payload); err != nil {
					return err
				}
			}
		}
		return push.Send(ctx, nil) // the empty message is the last one
	}
	count := func(ctx context.Context) error {
		if _, err := pull.Recv(ctx); err != nil {
			return err
		}
		n, start := 0, time.Now()
		for {
			m, err := pull.Recv(ctx)
			if err != nil {
				return err
			}
			if m.Size() == 0 {
				break
			}
			n++
		}
		rate := float64(n) / time.Since(start).Seconds()
		out.printf("  throughput: %.2f million messages a second (%.0f MB/s), both ends in this process\n",
			rate/1e6, rate*messageSize/1e6)
		return nil
	}
	return together(ctx, send, count)
}
