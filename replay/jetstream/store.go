// SPDX-License-Identifier: Apache-2.0

package jetstream

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"

	"github.com/gozmq/zmq/replay"
)

// Config describes a store.
type Config struct {
	// Name is that of the stream, which is made if it is not there. A stream that is
	// there stays as it is, and the fields below have no effect.
	Name string
	// Subject is where messages are published. Empty is "zmq." and the name.
	Subject string
	// Retention is how much is kept, by JetStream's own measure of bytes and time.
	Retention replay.Retention
	// Replicas is on how many servers of a cluster the stream is. Zero is 1.
	Replicas int
	// Memory keeps the stream in the memory of the servers, not on their disks.
	Memory bool
}

// Headers of a message.
const (
	timeHeader   = "Zmq-Time"   // nanoseconds since 1970, by the clock of the publisher
	framesHeader = "Zmq-Frames" // lengths of frames, if there are several
)

// Store is a replay.Store in a stream. It belongs to the JetStream context that it was
// opened with, which the program closes.
type Store struct {
	js      jetstream.JetStream
	stream  jetstream.Stream
	name    string
	subject string
	epoch   uint64
	atomic  bool          // the stream takes atomic batches
	ids     string        // what the ids of messages of this store begin with
	count   atomic.Uint64 // of ids
	closed  atomic.Bool
}

// Open opens the store in a stream.
func Open(ctx context.Context, js jetstream.JetStream, cfg Config) (*Store, error) {
	if ctx == nil {
		return nil, fmt.Errorf("replay/jetstream: open stream %q: %w", cfg.Name, errNilContext)
	}
	if cfg.Subject == "" {
		cfg.Subject = "zmq." + cfg.Name
	}
	stream, err := js.Stream(ctx, cfg.Name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		stream, err = js.CreateStream(ctx, streamConfig(&cfg))
		if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) { // another publisher was faster
			stream, err = js.Stream(ctx, cfg.Name)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("replay/jetstream: open stream %q: %w", cfg.Name, err)
	}
	info, err := stream.Info(ctx)
	if err != nil {
		return nil, fmt.Errorf("replay/jetstream: open stream %q: %w", cfg.Name, err)
	}
	if len(info.Config.Subjects) != 1 {
		return nil, fmt.Errorf("replay/jetstream: open stream %q: it has the subjects %q, not one", cfg.Name, info.Config.Subjects)
	}
	return &Store{
		js: js, stream: stream, name: cfg.Name, subject: info.Config.Subjects[0],
		epoch: uint64(info.Created.UnixNano()), atomic: info.Config.AllowAtomicPublish, ids: nuid.Next(),
	}, nil
}

func streamConfig(cfg *Config) jetstream.StreamConfig {
	c := jetstream.StreamConfig{
		Name: cfg.Name, Subjects: []string{cfg.Subject}, Replicas: max(1, cfg.Replicas),
		MaxMsgs: -1, MaxBytes: -1, MaxAge: cfg.Retention.Age, Discard: jetstream.DiscardOld,
		Description: "messages of a replay.Publisher", AllowAtomicPublish: true,
	}
	if cfg.Retention.Messages > 0 {
		c.MaxMsgs = int64(cfg.Retention.Messages)
	}
	if cfg.Retention.Bytes > 0 {
		c.MaxBytes = cfg.Retention.Bytes
	}
	if cfg.Memory {
		c.Storage = jetstream.MemoryStorage
	}
	return c
}

// errNilContext is the reason of calls whose context is nil, before they do anything.
var errNilContext = errors.New("the context.Context is nil, use context.Background()")

func (s *Store) fail(verb string, err error) error {
	return fmt.Errorf("replay/jetstream: %s stream %q: %w", verb, s.name, err)
}

func (s *Store) usable(ctx context.Context, verb string) error {
	if ctx == nil {
		return s.fail(verb, errNilContext)
	}
	if s.closed.Load() {
		return s.fail(verb, net.ErrClosed)
	}
	return nil
}

// readAtATime is how many messages a reader fetches in one request.
const readAtATime = 1000

// consumerPatience is how long the server keeps the consumer of a fetch that is over. Each
// fetch has one of its own.
const consumerPatience = 10 * time.Second

// Read implements replay.Store.
func (s *Store) Read(ctx context.Context, from uint64) iter.Seq2[replay.Record, error] {
	return func(yield func(replay.Record, error) bool) {
		if err := s.read(ctx, from, yield); err != nil {
			yield(replay.Record{}, s.fail("read", err))
		}
	}
}

// read calls yield for each message. It returns nil if yield returns false.
func (s *Store) read(ctx context.Context, from uint64, yield func(replay.Record, error) bool) error {
	if ctx == nil {
		return errNilContext
	}
	if s.closed.Load() {
		return net.ErrClosed
	}
	info, err := s.stream.Info(ctx)
	if err != nil {
		return err
	}
	last := info.State.LastSeq // sequences are numbers + 1
	if from >= last || info.State.Msgs == 0 {
		return nil
	}
	consumer, err := s.stream.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{
		DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: from + 1,
		InactiveThreshold: consumerPatience,
	})
	if err != nil {
		return err
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		batch, err := consumer.FetchNoWait(readAtATime)
		if err != nil {
			return err
		}
		any := false
		for m := range batch.Messages() {
			any = true
			r, sequence, err := decode(m)
			if err != nil {
				return err
			}
			if !yield(r, nil) || sequence >= last {
				return nil
			}
		}
		if err := batch.Error(); err != nil {
			return err
		}
		if !any {
			return nil
		}
	}
}

// Find implements replay.Store, by the times of the publishers, whose clocks should agree.
func (s *Store) Find(ctx context.Context, t time.Time) (uint64, error) {
	if err := s.usable(ctx, "search"); err != nil {
		return 0, err
	}
	info, err := s.stream.Info(ctx)
	if err != nil {
		return 0, s.fail("search", err)
	}
	low, high := info.State.FirstSeq, info.State.LastSeq+1 // the sequence is one of these
	if info.State.Msgs == 0 {
		return info.State.LastSeq, nil
	}
	for low < high {
		middle := low + (high-low)/2
		m, err := s.stream.GetMsg(ctx, middle, jetstream.WithGetMsgSubject(s.subject)) // or the next that is there
		switch {
		case errors.Is(err, jetstream.ErrMsgNotFound):
			high = middle
		case err != nil:
			return 0, s.fail("search", err)
		case nanosOf(m.Header) < t.UnixNano():
			low = m.Sequence + 1
		default:
			high = middle
		}
	}
	return low - 1, nil
}

// State implements replay.Store.
func (s *Store) State(ctx context.Context) (replay.State, error) {
	if err := s.usable(ctx, "ask"); err != nil {
		return replay.State{}, err
	}
	info, err := s.stream.Info(ctx)
	if err != nil {
		return replay.State{}, s.fail("ask", err)
	}
	st := replay.State{
		Epoch: s.epoch, First: info.State.LastSeq, Next: info.State.LastSeq,
		Messages: info.State.Msgs, Bytes: int64(info.State.Bytes),
	}
	if info.State.Msgs > 0 {
		st.First = info.State.FirstSeq - 1
	}
	if epoch := uint64(info.Created.UnixNano()); epoch != s.epoch {
		return replay.State{}, s.fail("ask", errors.New("it was deleted and made again"))
	}
	return st, nil
}

// Close implements replay.Store. The stream and the connection stay.
func (s *Store) Close() error {
	s.closed.Store(true)
	return nil
}
