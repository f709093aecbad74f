// SPDX-License-Identifier: Apache-2.0

// Append stores messages in their order, whatever happens on the way:
//
//	several, at once:  all or none of them (an atomic batch), if the stream allows it
//	otherwise:         one after the other, each when the one before is confirmed
//
// A message that is published again has the same id, so that it is stored once, and its
// confirmation names the sequence that it has.

package jetstream

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"

	"github.com/gozmq/zmq/replay"
)

// Headers of atomic batches.
const (
	batchIDHeader       = "Nats-Batch-Id"
	batchSequenceHeader = "Nats-Batch-Sequence"
	batchCommitHeader   = "Nats-Batch-Commit"
)

// batchSize is the most messages of an atomic batch. Servers allow 1000.
const batchSize = 500

// Append implements replay.Store. Messages are stored in the order of the call, those of
// other publishers may be between. A message whose confirmation does not come is published
// again with the same id until ctx ends, so that it is stored once, and those after it wait
// for it. When ctx has ended, it is not known whether a message without a confirmation is
// stored.
func (s *Store) Append(ctx context.Context, records []replay.Record) error {
	if err := s.usable(ctx, "append to"); err != nil {
		return err
	}
	var first error
	for some := range slices.Chunk(records, batchSize) {
		err := s.appendSome(ctx, some)
		first = cmp.Or(first, err)
		if err != nil && ctx.Err() != nil {
			break
		}
	}
	if first != nil {
		return s.fail("append to", first)
	}
	return nil
}

func (s *Store) appendSome(ctx context.Context, records []replay.Record) error {
	messages := make([]*nats.Msg, len(records))
	for i := range records {
		messages[i] = s.message(&records[i])
	}
	if len(records) > 1 && s.atomic {
		if last, ok := s.batch(ctx, messages); ok {
			for i := range records {
				records[i].Number, records[i].Kept = last-uint64(len(records)-i), true
			}
			return nil
		}
	}
	// If the batch is stored nevertheless, these are duplicates of its messages.
	var first error
	for i := range records {
		ack, err := s.confirm(ctx, messages[i])
		if err != nil {
			first = cmp.Or(first, err)
			if ctx.Err() != nil {
				break
			}
			continue // what is refused says nothing about those after it
		}
		records[i].Number, records[i].Kept = ack.Sequence-1, true
	}
	return first
}

func (s *Store) message(r *replay.Record) *nats.Msg {
	m := nats.NewMsg(s.subject)
	m.Header.Set(nats.MsgIdHdr, fmt.Sprint(s.ids, ".", s.count.Add(1)))
	m.Header.Set(nats.ExpectedStreamHdr, s.name)
	encode(m, r)
	return m
}

// batch publishes messages as one, and returns the sequence of the last if the server
// confirms that it has all of them, one behind the other. Otherwise it is not known.
func (s *Store) batch(ctx context.Context, messages []*nats.Msg) (last uint64, ok bool) {
	ctx, cancel := context.WithTimeout(ctx, ackPatience)
	defer cancel()
	id := nuid.Next()
	for i, m := range messages {
		m.Header.Set(batchIDHeader, id)
		m.Header.Set(batchSequenceHeader, strconv.Itoa(i+1))
		defer func() {
			for _, name := range []string{batchIDHeader, batchSequenceHeader, batchCommitHeader} {
				m.Header.Del(name)
			}
		}()
		if i == len(messages)-1 {
			m.Header.Set(batchCommitHeader, "1")
			break
		}
		if err := s.js.Conn().PublishMsg(m); err != nil {
			return 0, false
		}
	}
	answer, err := s.js.Conn().RequestMsgWithContext(ctx, messages[len(messages)-1])
	if err != nil {
		return 0, false
	}
	var ack struct {
		Sequence uint64 `json:"seq"`
		Batch    string `json:"batch"`
		Count    int    `json:"count"`
	}
	if json.Unmarshal(answer.Data, &ack) != nil || ack.Batch != id || ack.Count != len(messages) || ack.Sequence < uint64(len(messages)) {
		return 0, false
	}
	return ack.Sequence, true
}

// ackPatience is how long a confirmation may take before the message is published again,
// and retryPause the wait after an error.
const (
	ackPatience = 5 * time.Second
	retryPause  = 100 * time.Millisecond
)

// confirm publishes a message until it is stored.
func (s *Store) confirm(ctx context.Context, m *nats.Msg) (*jetstream.PubAck, error) {
	for {
		one, cancel := context.WithTimeout(ctx, ackPatience)
		ack, err := s.js.PublishMsg(one, m)
		cancel()
		if err == nil {
			return ack, nil
		}
		// What JetStream itself refuses stays refused.
		refused := (*jetstream.APIError)(nil)
		if errors.As(err, &refused) && refused.Code < 500 || s.js.Conn().IsClosed() {
			return nil, err
		}
		pause := time.NewTimer(retryPause)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return nil, errors.Join(err, ctx.Err())
		}
	}
}
