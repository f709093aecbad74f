// SPDX-License-Identifier: Apache-2.0

package zmqexpvar

import (
	"context"
	"expvar"
	"fmt"
	"time"

	"github.com/gozmq/zmq/replay"
)

// storePatience is how long a variable waits for a store on another machine.
const storePatience = 2 * time.Second

// NewPublisher returns a variable whose value is a JSON object with what a publisher has
// done and keeps: the fields of replay.PublisherStats and replay.State in lower case. If
// the store does not say what it keeps, the member store_error says why. Publish it with
// expvar.Publish.
func NewPublisher(p *replay.Publisher) expvar.Var {
	return expvar.Func(func() any {
		ctx, cancel := context.WithTimeout(context.Background(), storePatience)
		defer cancel()
		s, err := p.Stats(ctx)
		v := map[string]any{
			"stream": s.Stream, "published": s.Published, "store_errors": s.StoreErrors, "unsent": s.Unsent,
			"requests": s.Requests, "unanswered": s.Unanswered, "replayed": s.Replayed, "snapshots": s.Snapshots,
			"answering": s.Answering,
		}
		if err != nil {
			v["store_error"] = err.Error()
			return v
		}
		v["store"] = map[string]any{
			"epoch": epoch(s.Store.Epoch), "first": s.Store.First, "next": s.Store.Next,
			"messages": s.Store.Messages, "bytes": s.Store.Bytes,
		}
		return v
	})
}

// epoch is text, as replay.Position has it: programs that read JSON have no integers of
// 64 bits.
func epoch(e uint64) string { return fmt.Sprintf("%x", e) }

// NewSubscriber returns a variable whose value is a JSON object with what a subscriber has
// done: the fields of replay.SubscriberStats and replay.SourceStats in lower case. Publish
// it with expvar.Publish.
func NewSubscriber(s *replay.Subscriber) expvar.Var {
	return expvar.Func(func() any {
		all := s.Stats()
		sources := make([]any, len(all.Sources))
		for i := range all.Sources {
			x := &all.Sources[i]
			sources[i] = map[string]any{
				"stream": x.Stream, "host": x.Host, "epoch": epoch(x.Epoch), "next": x.Next, "lag": x.Lag, "caught_up": x.CaughtUp,
				"held": x.Held, "held_bytes": x.HeldBytes,
				"live": x.Live, "replayed": x.Replayed, "duplicates": x.Duplicates, "lost": x.Lost, "gaps": x.Gaps,
				"restarts": x.Restarts, "stale": x.Stale, "malformed": x.Malformed, "unheld": x.Unheld,
				"requests": x.Requests, "failed": x.Failed,
			}
		}
		return map[string]any{"sources": sources, "queued": all.Queued, "events_dropped": all.EventsDropped, "not_gathered": all.NotGathered}
	})
}
