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
	// Live are the endpoints of publishers. Several publish the same stream if they
	// share a store, or one takes the place of another.
	Live []string
	// Bind binds the Live endpoints instead, for publishers that connect.
	Bind bool
	// Replay are the endpoints that answer requests, each for the entire stream. Without
	// any, what was missed is lost.
	Replay []string
	// From is where to begin. The zero value is Beginning.
	From Start
	// Each makes every topic that begins with Stream, from every host, a stream of its own:
	// for many publishers that connect to one endpoint which the subscriber binds, or that
	// share a proxy. It returns the endpoints that answer requests for such a stream, in
	// the place of Replay, and none if what was missed cannot be had. It is called once
	// for each stream, when its first message has come. A stream with a wrong endpoint is
	// not received, but counts in MaxStreams. SourceStats names the streams, and
	// Message.Source is the index there. The other streams of the source, and Close, wait
	// until it returns, so it must not call Close. For the formats of KV-cache events alone.
	Each func(topic, host string) (replay []string)
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
	// MaxStreams is the most streams, with those that Source.Each makes. Messages of others
	// are dropped and counted in SubscriberStats.NotGathered. Zero is 1024.
	MaxStreams int
	// Logger receives a *RequestError as a warning, and that Events was given no context. Nil logs nothing.
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
		if s.Each != nil && (c.Format == Native || len(s.Live) == 0 || len(s.Replay) > 0) {
			return fmt.Errorf("replay: subscribe to the streams below %q: %w: Each is for formats of KV-cache events, with Live endpoints and without Replay", s.Stream, zmq.ErrInvalid)
		}
		if len(s.Live) == 0 && len(s.Replay) == 0 {
			return fmt.Errorf("replay: subscribe to stream %q: %w: the source has no endpoint", s.Stream, zmq.ErrInvalid)
		}
	}
	if c.QueueBytes < 0 || c.HoldBytes < 0 || c.PageMessages < 0 || c.PageBytes < 0 || c.Probe < 0 || c.RequestTimeout < 0 || c.Retry < 0 || c.MaxStreams < 0 {
		return fmt.Errorf("replay: subscriber: %w: a limit or a time is negative", zmq.ErrInvalid)
	}
	c.QueueBytes = orDefault(c.QueueBytes, 16<<20)
	c.HoldBytes = orDefault(c.HoldBytes, 8<<20)
	c.MaxStreams = orDefault(c.MaxStreams, 1024)
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
	cfg        SubscriberConfig
	gatherings []*gathering
	queue      *queue
	watchers   watchers
	ctx        context.Context // ends with Close
	cancel     context.CancelFunc
	all        sync.WaitGroup
	close      sync.Once

	lanesMu     sync.Mutex // guards what follows; before lane.mu
	lanes       []*lane
	closed      bool
	refused     int // streams of gatherings with a wrong endpoint
	notGathered uint64
}

// NewSubscriber makes a subscriber, which begins to receive at once.
func NewSubscriber(cfg SubscriberConfig) (*Subscriber, error) {
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	s := &Subscriber{cfg: cfg, queue: newQueue(cfg.QueueBytes)}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	if err := s.open(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	for _, l := range s.lanes {
		s.all.Go(l.listen)
		s.all.Go(l.catchUp)
		s.all.Go(l.watch)
	}
	for _, g := range s.gatherings {
		s.all.Go(g.listen)
		s.all.Go(g.watch)
	}
	return s, nil
}

// errNilContext is the reason of calls whose context is nil, before they do anything.
var errNilContext = fmt.Errorf("%w: the context.Context is nil, use context.Background()", zmq.ErrInvalid)

// open makes the lanes and gatherings of the sources.
func (s *Subscriber) open() error {
	for i := range s.cfg.Sources {
		source := &s.cfg.Sources[i]
		if source.Each != nil {
			g, err := newGathering(s, source)
			if err != nil {
				return err
			}
			s.gatherings = append(s.gatherings, g)
			continue
		}
		l, err := newLane(s, source, "", len(s.lanes))
		if err != nil {
			return err
		}
		s.lanes = append(s.lanes, l)
	}
	return nil
}

// gather makes a lane for a stream that a gathering has found.
func (s *Subscriber) gather(g *gathering, key gathered) (*lane, error) {
	source := &Source{Stream: key.topic, From: g.source.From}
	s.lanesMu.Lock()
	err := s.refusalLocked(g, key)
	if err != nil {
		s.notGathered++
	}
	s.lanesMu.Unlock()
	if err != nil {
		return nil, err
	}
	source.Replay = g.source.Each(key.topic, key.host)
	s.lanesMu.Lock()
	defer s.lanesMu.Unlock()
	if s.closed {
		return nil, zmq.ErrClosed
	}
	l, err := newLane(s, source, key.host, len(s.lanes))
	if err != nil {
		s.notGathered++
		s.refused++
		g.lanes[key] = nil // Each is not asked again, for every message
		return nil, err
	}
	g.lanes[key] = l
	s.lanes = append(s.lanes, l)
	s.all.Go(l.catchUp) // the gathering, which calls this, has not ended yet
	return l, nil
}

// refusalLocked returns why a stream without a lane is not received, before Each is asked.
func (s *Subscriber) refusalLocked(g *gathering, key gathered) error {
	if _, refused := g.lanes[key]; refused {
		return fmt.Errorf("replay: an endpoint for requests is wrong: %w", zmq.ErrInvalid)
	}
	if len(key.topic) > MaxStreamName {
		return fmt.Errorf("replay: the name of the stream has %d bytes, more than %d: %w", len(key.topic), MaxStreamName, zmq.ErrInvalid)
	}
	if len(s.lanes)+s.refused >= s.cfg.MaxStreams {
		return fmt.Errorf("replay: there are %d streams, as many as SubscriberConfig.MaxStreams", s.cfg.MaxStreams)
	}
	return nil
}

// known returns the lanes that there are now.
func (s *Subscriber) known() []*lane {
	s.lanesMu.Lock()
	defer s.lanesMu.Unlock()
	return s.lanes[:len(s.lanes):len(s.lanes)]
}

// Recv waits for the next message and returns it. A *LostError or a *RestartError stands
// in the place of messages that cannot be had; receiving goes on with the next call.
// Other errors are that of ctx, and zmq.ErrClosed after Close.
func (s *Subscriber) Recv(ctx context.Context) (Message, error) {
	if ctx == nil {
		return Message{}, fmt.Errorf("replay: receive: %w", errNilContext)
	}
	var m Message
	for {
		err, ok := s.queue.take(&m)
		if !ok {
			if err := s.queue.wait(ctx); err != nil {
				return Message{}, err
			}
			continue
		}
		if err == nil {
			return m, nil
		}
		mark, ok := err.(liveMark)
		if !ok {
			return Message{}, err
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

// WaitLive waits until every stream that is known is live, and the program has received all before it.
// Recv must be called meanwhile.
func (s *Subscriber) WaitLive(ctx context.Context) error {
	if ctx == nil {
		return fmt.Errorf("replay: wait until the streams are live: %w", errNilContext)
	}
	for _, l := range s.known() {
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

// Counts returns what has been done for each stream, in the order of SubscriberStats.
func (s *Subscriber) Counts() []Counts {
	lanes := s.known()
	all := make([]Counts, len(lanes))
	for i, l := range lanes {
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
		s.lanesMu.Lock()
		s.closed = true
		s.lanesMu.Unlock()
		for _, g := range s.gatherings {
			err = errors.Join(err, g.ear.close())
		}
		for _, l := range s.known() {
			err = errors.Join(err, l.close())
		}
		s.all.Wait()
	})
	return err
}
