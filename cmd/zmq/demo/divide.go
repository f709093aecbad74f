// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"time"

	"github.com/gozmq/zmq"
)

const workers = 10

// divide gives tasks to workers in turn and gathers their results:
//
//	ventilator PUSH -> PULL worker PUSH -> PULL sink
//
// A PUSH deals tasks to its peers in turn, a PULL takes results of all in turn.
func divide(ctx context.Context, out *printer, size Size) error {
	ventilator, tasks, err := bound(zmq.PUSH)
	if err != nil {
		return err
	}
	defer ventilator.Close()
	sink, results, err := bound(zmq.PULL)
	if err != nil {
		return err
	}
	defer sink.Close()

	var total time.Duration // of all tasks, had one worker done them
	workCtx, finished := context.WithCancel(ctx)
	defer finished()

	distribute := func(ctx context.Context) error {
		// Without waiting the first worker to connect would get all of them.
		if err := ventilator.WaitPeers(ctx, workers); err != nil {
			return err
		}
		out.printf("  ventilator has %d workers and gives them %d tasks\n", workers, size.Tasks)
		for range size.Tasks {
			d := rand.N(size.Task) + 1
			total += d
			if err := ventilator.Send(ctx, binary.BigEndian.AppendUint64(nil, uint64(d))); err != nil {
				return err
			}
		}
		return nil
	}
	gather := func(ctx context.Context) error {
		defer finished()
		done := make(map[string]int)
		start := time.Now()
		for i := range size.Tasks {
			result, err := sink.Recv(ctx)
			if err != nil {
				return err
			}
			if i == 0 {
				start = time.Now()
			}
			done[result.String()]++
			if n := i + 1; n%(size.Tasks/4) == 0 {
				out.printf("  sink has %d of %d results\n", n, size.Tasks)
			}
		}
		out.printf("  %d workers took %d ms\n", len(done), time.Since(start).Milliseconds())
		return nil
	}
	parts := []func(context.Context) error{distribute, gather}
	for i := range workers {
		name := string(rune('A' + i))
		parts = append(parts, func(context.Context) error { return worker(workCtx, name, tasks, results) })
	}
	if err := together(ctx, parts...); err != nil {
		return err
	}
	out.printf("  one worker would have taken %d ms\n", total.Milliseconds())
	return nil
}

// worker does tasks, which consist of waiting, until its context ends.
func worker(ctx context.Context, name, tasks, results string) error {
	in, err := connected(zmq.PULL, tasks)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := connected(zmq.PUSH, results)
	if err != nil {
		return err
	}
	defer out.Close()
	for task, err := range in.Messages(ctx) {
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		time.Sleep(time.Duration(binary.BigEndian.Uint64(task.Bytes())))
		if err := out.SendString(ctx, name); err != nil {
			return err
		}
	}
	return nil
}
