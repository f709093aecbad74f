// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"context"
	"fmt"
	"sync/atomic"
)

// PublisherStats is what a publisher has done since it was made, and what it keeps.
type PublisherStats struct {
	Stream string // its name

	Published   uint64 // messages that were stored, and so confirmed
	StoreErrors uint64 // times that the store has refused messages
	Unsent      uint64 // messages that were stored but could not be published

	Requests   uint64 // for missing messages, that came
	Unanswered uint64 // of them, those that were not answered, or not to the end
	Replayed   uint64 // messages in answers
	Snapshots  uint64 // parts of snapshots in answers
	Answering  int    // requests that are being answered now

	Store State // what is kept
}

// publisherCounts are the counters behind PublisherStats.
type publisherCounts struct {
	published, storeErrors, unsent            atomic.Uint64
	requests, unanswered, replayed, snapshots atomic.Uint64
}

// Stats returns what the publisher has done. It asks the store for what it keeps; if that
// fails, the counters are right nevertheless.
func (p *Publisher) Stats(ctx context.Context) (PublisherStats, error) {
	if ctx == nil {
		return PublisherStats{}, fmt.Errorf("replay: statistics of stream %q: %w", p.cfg.Stream, errNilContext)
	}
	c := &p.counts
	s := PublisherStats{
		Stream: p.cfg.Stream, Published: c.published.Load(), StoreErrors: c.storeErrors.Load(), Unsent: c.unsent.Load(),
		Requests: c.requests.Load(), Unanswered: c.unanswered.Load(), Replayed: c.replayed.Load(), Snapshots: c.snapshots.Load(),
		Answering: len(p.busy),
	}
	var err error
	if s.Store, err = p.cfg.Store.State(ctx); err != nil {
		return s, fmt.Errorf("replay: statistics of stream %q: its store: %w", p.cfg.Stream, err)
	}
	return s, nil
}

// SubscriberStats is what a subscriber has done since it was made.
type SubscriberStats struct {
	Sources       []SourceStats // in the order of SubscriberConfig.Sources, then those that Source.Each made
	NotGathered   uint64        // messages of streams beyond SubscriberConfig.MaxStreams, or whose endpoints are wrong, or names too long
	Queued        int           // messages, losses and restarts that wait to be received by the program
	EventsDropped uint64        // that a program did not read from Events
}

// SourceStats is what a subscriber has done for one stream.
type SourceStats struct {
	Stream   string // its name
	Host     string // of its publisher, if Source.Each made the stream
	Counts          // since the subscriber was made
	Epoch    uint64 // of the numbers; 0 if it is not known yet
	Next     uint64 // all messages below are in the queue, or named as lost
	Lag      uint64 // messages from Next on that are known to be published
	CaughtUp bool   // live: nothing is known to be missing
	Held     int    // published messages that wait for those before them
	// HeldBytes is what Held counts in SubscriberConfig.HoldBytes.
	HeldBytes int64
}

// Stats returns what the subscriber has done.
func (s *Subscriber) Stats() SubscriberStats {
	lanes := s.known()
	all := SubscriberStats{Sources: make([]SourceStats, len(lanes)), Queued: s.queue.len()}
	for i, l := range lanes {
		all.Sources[i] = l.stats()
	}
	s.lanesMu.Lock()
	all.NotGathered = s.notGathered
	s.lanesMu.Unlock()
	s.watchers.mu.Lock()
	defer s.watchers.mu.Unlock()
	all.EventsDropped = s.watchers.dropped
	return all
}

func (l *lane) stats() SourceStats {
	l.mu.Lock()
	defer l.mu.Unlock()
	t := l.tracker
	s := SourceStats{
		Stream: l.source.Stream, Host: l.host, Counts: t.counts, Epoch: t.epoch, Next: t.next,
		CaughtUp: !t.behind, Held: len(t.held), HeldBytes: t.heldBytes,
	}
	if t.placed && t.seen > t.next {
		s.Lag = t.seen - t.next
	}
	return s
}
