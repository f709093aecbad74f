// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gozmq/zmq"
)

// Source is a stream, and where it can be had.
type Source struct {
	// Stream is its name.
	Stream string
	// Live are the endpoints of publishers. Several publish the same stream: they
	// share a store, or one takes the place of another.
	Live []string
	// Bind binds the Live endpoints instead, for publishers that connect.
	Bind bool
	// Replay are the endpoints that answer requests, each for the entire stream. Without
	// any, what was missed is lost.
	Replay []string
	// From is where to begin. The zero value is Beginning.
	From Start
}

// SubscriberConfig describes a Subscriber.
type SubscriberConfig struct {
	// Sources are the streams, each delivered independently of the others.
	Sources []Source
	// Format is that of the publishers.
	Format Format
	// Context has the sockets. Nil is the default context.
	Context *zmq.Context
	// Settings are those of all sockets, such as CURVE keys.
	Settings []zmq.Setting
	// LiveSettings are those of the sockets that receive live messages alone, such as
	// zmq.RecvHWM.
	LiveSettings []zmq.Setting
	// QueueBytes is how much may wait to be received by the program, with Overhead for
	// each message. When it is reached, no more is read and nothing is asked for. One
	// page of an answer may exceed it. Zero is 16 MiB.
	QueueBytes int64
	// HoldBytes is how much may be held of each stream while messages before it are
	// missing. What is published beyond it is dropped and asked for later. Zero is 8 MiB.
	HoldBytes int64
	// PageMessages and PageBytes are how much to ask for at a time. Zero is 4096 and
	// 4 MiB. The publisher may send less.
	PageMessages int
	PageBytes    int64 // see PageMessages
	// Probe is the silence after which a subscriber asks whether it has missed
	// something. Zero is 2 seconds.
	Probe time.Duration
	// RequestTimeout is how long an answer may pause before the subscriber asks again,
	// another endpoint if there is one. Zero is 5 seconds.
	RequestTimeout time.Duration
	// Retry is the wait before a second request after one that brought nothing, or was
	// refused. It doubles until it is RequestTimeout. Zero is 50 milliseconds.
	Retry time.Duration
	// Logger receives a *RequestError as a warning. Nil logs nothing.
	Logger *slog.Logger
}

func (c *SubscriberConfig) complete() error {
	c.Sources = slices.Clone(c.Sources)
	if len(c.Sources) == 0 {
		return fmt.Errorf("replay: subscriber: %w: it has no source", zmq.ErrInvalid)
	}
	for i := range c.Sources {
		s := &c.Sources[i]
		if len(s.Stream) > MaxStreamName || strings.IndexByte(s.Stream, 0) >= 0 {
			return fmt.Errorf("replay: name of stream %q: %w: it has more than %d bytes, or a zero byte", s.Stream, zmq.ErrInvalid, MaxStreamName)
		}
		if err := c.Format.check(s.From); err != nil {
			return err
		}
		if c.Format != Native {
			s.From.epoch = 0
		}
		if len(s.Live) == 0 && len(s.Replay) == 0 {
			return fmt.Errorf("replay: subscribe to stream %q: %w: the source has no endpoint", s.Stream, zmq.ErrInvalid)
		}
	}
	if c.QueueBytes < 0 || c.HoldBytes < 0 || c.PageMessages < 0 || c.PageBytes < 0 || c.Probe < 0 || c.RequestTimeout < 0 || c.Retry < 0 {
		return fmt.Errorf("replay: subscriber: %w: a limit or a time is negative", zmq.ErrInvalid)
	}
	c.QueueBytes = orDefault(c.QueueBytes, 16<<20)
	c.HoldBytes = orDefault(c.HoldBytes, 8<<20)
	c.PageMessages = orDefault(c.PageMessages, 4096)
	c.PageBytes = orDefault(c.PageBytes, 4<<20)
	c.Probe = orDefault(c.Probe, 2*time.Second)
	c.RequestTimeout = orDefault(c.RequestTimeout, 5*time.Second)
	c.Retry = orDefault(c.Retry, 50*time.Millisecond)
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Context == nil {
		c.Context = zmq.DefaultContext()
	}
	return nil
}

// Subscriber receives streams. All methods are safe for concurrent use. Messages of one
// stream come in order to one goroutine that calls Recv; several share the messages.
type Subscriber struct {
	// Immutable after NewSubscriber.
	cfg      SubscriberConfig
	lanes    []*lane
	queue    *queue
	watchers watchers
	ctx      context.Context // ends with Close
	cancel   context.CancelFunc
	all      sync.WaitGroup
	close    sync.Once
}

// NewSubscriber makes a subscriber, which begins to receive at once.
func NewSubscriber(cfg SubscriberConfig) (*Subscriber, error) {
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	s := &Subscriber{cfg: cfg, queue: newQueue(cfg.QueueBytes)}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	for i := range cfg.Sources {
		l, err := newLane(s, i)
		if err != nil {
			return nil, errors.Join(err, s.Close())
		}
		s.lanes = append(s.lanes, l)
	}
	for _, l := range s.lanes {
		s.all.Go(l.listen)
		s.all.Go(l.catchUp)
		s.all.Go(l.watch)
	}
	return s, nil
}

// errNilContext is the reason of calls whose context is nil, before they do anything.
var errNilContext = fmt.Errorf("%w: the context.Context is nil, use context.Background()", zmq.ErrInvalid)

// Recv waits for the next message and returns it. A *LostError or a *RestartError stands
// in the place of messages that cannot be had; receiving goes on with the next call.
// Other errors are that of ctx, and zmq.ErrClosed after Close.
func (s *Subscriber) Recv(ctx context.Context) (Message, error) {
	if ctx == nil {
		return Message{}, fmt.Errorf("replay: receive: %w", errNilContext)
	}
	for {
		x, ok := s.queue.take()
		if !ok {
			if err := s.queue.wait(ctx); err != nil {
				return Message{}, err
			}
			continue
		}
		if x.err == nil {
			return x.msg, nil
		}
		mark, ok := x.err.(liveMark)
		if !ok {
			return Message{}, x.err
		}
		mark.lane.reached()
	}
}

// Messages returns an iterator over what Recv returns. It ends after the error of ctx or
// zmq.ErrClosed, and not after others.
func (s *Subscriber) Messages(ctx context.Context) iter.Seq2[Message, error] {
	return func(yield func(Message, error) bool) {
		for {
			m, err := s.Recv(ctx)
			lost, restart := (*LostError)(nil), (*RestartError)(nil)
			if !yield(m, err) || err != nil && !errors.As(err, &lost) && !errors.As(err, &restart) {
				return
			}
		}
	}
}

// WaitLive waits until every stream is live, and the program has received all before it.
// Recv must be called meanwhile.
func (s *Subscriber) WaitLive(ctx context.Context) error {
	if ctx == nil {
		return fmt.Errorf("replay: wait until the streams are live: %w", errNilContext)
	}
	for _, l := range s.lanes {
		for {
			live, changed := l.received.get()
			if live {
				break
			}
			select {
			case <-changed:
			case <-ctx.Done():
				return fmt.Errorf("replay: wait until stream %q is live: %w", l.source.Stream, ctx.Err())
			case <-s.ctx.Done():
				return zmq.ErrClosed
			}
		}
	}
	return nil
}

// Counts returns what has been done for each source, in their order.
func (s *Subscriber) Counts() []Counts {
	all := make([]Counts, len(s.lanes))
	for i, l := range s.lanes {
		l.mu.Lock()
		all[i] = l.tracker.counts
		l.mu.Unlock()
	}
	return all
}

// Close ends the subscriber. Recv returns zmq.ErrClosed, and what was not received is
// dropped. A second call returns zmq.ErrClosed.
func (s *Subscriber) Close() error {
	err := error(zmq.ErrClosed)
	s.close.Do(func() {
		s.cancel()
		s.queue.close()
		err = nil
		for _, l := range s.lanes {
			err = errors.Join(err, l.close())
		}
		s.all.Wait()
	})
	return err
}
