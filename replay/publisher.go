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
	"sync/atomic"
	"time"

	"github.com/gozmq/zmq"
)

// PublisherConfig describes a Publisher.
type PublisherConfig struct {
	// Stream is the name of the stream, at most MaxStreamName bytes, without a zero
	// byte. Streams that share a subscriber need different names.
	Stream string
	// Format is what subscribers expect.
	Format Format
	// Store keeps the messages. The publisher does not close it. Nil is a new Memory of
	// the DefaultRetention.
	Store Store
	// Context has the sockets. Nil is the default context.
	Context *zmq.Context
	// Settings are those of both sockets, such as CURVE keys and authorizers.
	Settings []zmq.Setting
	// LiveSettings are those of the live socket alone, such as zmq.SendHWM.
	LiveSettings []zmq.Setting
	// XPUB makes the live socket an XPUB, whose notices of subscriptions the program
	// must receive from LiveSocket.
	XPUB bool
	// PageMessages and PageBytes bound the answer to one request, whatever the
	// subscriber asks for. One message may exceed PageBytes. Zero is 4096 and 4 MiB.
	PageMessages int
	PageBytes    int64 // see PageMessages
	// MaxRequests is the most requests that are answered at a time. Others wait. An answer
	// whose peer has not read for a second gives way to them. Zero is 64.
	MaxRequests int
	// SendTimeout ends the answer to a subscriber that has not read any of it for so
	// long, and a page after four times as long. Zero is 30 seconds.
	SendTimeout time.Duration
	// Snapshot makes the state for subscribers that begin with Snapshot: what all
	// messages below a number have led to, in parts, each of which becomes a message of
	// one frame. It is called for each request, concurrently. Nil refuses them.
	Snapshot func(ctx context.Context) (next uint64, parts iter.Seq[[]byte], err error)
	// Logger receives warnings about requests that cannot be answered, at most one a
	// second. Nil logs nothing.
	Logger *slog.Logger
}

func (c *PublisherConfig) complete() error {
	if len(c.Stream) > MaxStreamName || strings.IndexByte(c.Stream, 0) >= 0 {
		return fmt.Errorf("replay: name of stream %q: %w: it has more than %d bytes, or a zero byte", c.Stream, zmq.ErrInvalid, MaxStreamName)
	}
	if err := c.Format.check(Start{}); err != nil {
		return err
	}
	if c.Format != Native {
		c.LiveSettings = append([]zmq.Setting{zmq.SendHWM.Of(kvSendHWM)}, c.LiveSettings...)
	}
	if c.PageMessages < 0 || c.PageBytes < 0 || c.MaxRequests < 0 || c.SendTimeout < 0 {
		return fmt.Errorf("replay: publisher of stream %q: %w: a limit is negative", c.Stream, zmq.ErrInvalid)
	}
	c.PageMessages = orDefault(c.PageMessages, 4096)
	c.PageBytes = orDefault(c.PageBytes, 4<<20)
	c.MaxRequests = orDefault(c.MaxRequests, 64)
	c.SendTimeout = orDefault(c.SendTimeout, 30*time.Second)
	if c.Store == nil {
		c.Store = NewMemory(Retention{})
	}
	if c.Context == nil {
		c.Context = zmq.DefaultContext()
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return nil
}

func orDefault[T int | int64 | time.Duration](v, otherwise T) T {
	if v == 0 {
		return otherwise
	}
	return v
}

// Publisher publishes a stream, and answers requests for what was missed. All methods
// are safe for concurrent use.
type Publisher struct {
	// Immutable after NewPublisher.
	cfg    PublisherConfig
	epoch  uint64
	live   *zmq.Socket
	replay *zmq.Socket
	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	all    sync.WaitGroup // serve and the answers
	busy   chan struct{}  // a place for each answer
	counts publisherCounts

	// Guarded by mu.
	mu      sync.Mutex
	waiting []*publication // for the goroutine that stores
	storing bool           // a goroutine stores and publishes: a caller of Publish, or gather
	closed  bool

	// Owned by the goroutine that has set storing.
	one    [1]Record
	frames [][]byte // of one
	frame  []byte
	parts  [][]byte // that are sent

	// Guarded by answersMu.
	answersMu  sync.Mutex
	answers    map[string]*answering // by what envelopeKey returns
	unanswered int                   // requests since warned
	warned     time.Time
}

// publication is a call of Publish that waits.
type publication struct {
	ctx     context.Context
	records []Record
	err     error
	done    chan struct{} // closed by gather
}

// NewPublisher makes a publisher. Bind or Connect it, and BindReplay.
func NewPublisher(cfg PublisherConfig) (*Publisher, error) {
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	state, err := cfg.Store.State(context.Background())
	if err != nil {
		return nil, fmt.Errorf("replay: publisher of stream %q: its store: %w", cfg.Stream, err)
	}
	kind := zmq.PUB
	if cfg.XPUB {
		kind = zmq.XPUB
	}
	live, err := cfg.Context.NewSocket(kind, slices.Concat(cfg.Settings, cfg.LiveSettings)...)
	if err != nil {
		return nil, err
	}
	// A time without requests is no error for serve.
	settings := slices.Concat([]zmq.Setting{
		zmq.RouterMandatory.Of(true), zmq.WaitForPeer.Of(true), zmq.SendTimeout.Of(cfg.SendTimeout),
		zmq.SendHWMBytes.Of(cfg.PageBytes), zmq.SendHWM.Of(cfg.PageMessages + 1), // a page and its end
	}, cfg.Settings, []zmq.Setting{zmq.RecvTimeout.Of(-1)})
	router, err := cfg.Context.NewSocket(zmq.ROUTER, settings...)
	if err != nil {
		return nil, errors.Join(err, live.Close())
	}
	p := &Publisher{
		cfg: cfg, epoch: state.Epoch, live: live, replay: router,
		busy: make(chan struct{}, cfg.MaxRequests), answers: map[string]*answering{},
	}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.all.Go(p.serve)
	return p, nil
}

// Bind makes the stream available at an endpoint, as zmq.Socket.Bind does.
func (p *Publisher) Bind(endpoint string, settings ...zmq.Setting) error {
	return p.live.Bind(endpoint, settings...)
}

// Connect publishes to subscribers that bind.
func (p *Publisher) Connect(endpoint string, settings ...zmq.Setting) error {
	return p.live.Connect(endpoint, settings...)
}

// BindReplay makes what was missed available at an endpoint.
func (p *Publisher) BindReplay(endpoint string, settings ...zmq.Setting) error {
	return p.replay.Bind(endpoint, settings...)
}

// LiveSocket returns the PUB or XPUB, for statistics and monitors. Do not send with it.
func (p *Publisher) LiveSocket() *zmq.Socket { return p.live }

// ReplaySocket returns the ROUTER that answers requests, for statistics and monitors. Do
// not send or receive with it.
func (p *Publisher) ReplaySocket() *zmq.Socket { return p.replay }

// Store returns the store.
func (p *Publisher) Store() Store { return p.cfg.Store }

// Publish stores a message of one or more frames and publishes it. It returns when the
// store has confirmed the message, which is published then, and gives its position. It
// copies the frames. If the store fails, the message is not published, and the error
// wraps that of the store. Calls of several goroutines are stored together.
func (p *Publisher) Publish(ctx context.Context, frames ...[]byte) (Position, error) {
	if p.cfg.Format != Native && len(frames) > 1 {
		return Position{}, fmt.Errorf("replay: publish %d frames to stream %q: %w: messages of the format %v have one", len(frames), p.cfg.Stream, zmq.ErrInvalid, p.cfg.Format)
	}
	if len(frames) == 0 {
		return Position{}, fmt.Errorf("replay: publish to stream %q: %w: a message has a frame at least", p.cfg.Stream, zmq.ErrInvalid)
	}
	now := time.Now()
	if alone, err := p.begin(ctx); err != nil {
		return Position{}, err
	} else if !alone {
		records := []Record{{Time: now, Frames: slices.Clone(frames)}}
		err := p.waitLocked(ctx, records)
		return Position{p.epoch, records[0].Number}, err
	}
	// The record and its frames lie in the publisher, so that nothing is allocated.
	p.frames = append(p.frames[:0], frames...)
	p.one[0] = Record{Time: now, Frames: p.frames}
	err := p.storeAndSend(ctx, p.one[:])
	number := p.one[0].Number
	clear(p.frames)
	p.end()
	return Position{p.epoch, number}, err
}

// PublishBatch is Publish for several messages of one frame, which are stored together.
// It returns the positions of those that were stored, up to the first that was not.
func (p *Publisher) PublishBatch(ctx context.Context, messages ...[]byte) ([]Position, error) {
	records := make([]Record, len(messages))
	for i := range messages {
		records[i].Frames = messages[i : i+1]
	}
	err := p.publish(ctx, records)
	var stored []Position
	for i := range records {
		if !records[i].Kept {
			break
		}
		stored = append(stored, Position{p.epoch, records[i].Number})
	}
	return stored, err
}

func (p *Publisher) publish(ctx context.Context, records []Record) error {
	now := time.Now()
	for i := range records {
		records[i].Time = now
	}
	if alone, err := p.begin(ctx); err != nil {
		return err
	} else if !alone {
		return p.waitLocked(ctx, records)
	}
	defer p.end()
	return p.storeAndSend(ctx, records)
}

// begin lets the caller store and publish, until it calls end. If another goroutine does,
// begin reports false, with mu locked.
func (p *Publisher) begin(ctx context.Context) (alone bool, err error) {
	if ctx == nil {
		return false, fmt.Errorf("replay: publish to stream %q: %w", p.cfg.Stream, errNilContext)
	}
	if err := ctx.Err(); err != nil {
		return false, fmt.Errorf("replay: publish to stream %q: %w", p.cfg.Stream, err)
	}
	p.mu.Lock()
	switch {
	case p.closed:
		p.mu.Unlock()
		return false, fmt.Errorf("replay: publish to stream %q: %w", p.cfg.Stream, zmq.ErrClosed)
	case p.storing:
		return false, nil
	}
	p.storing = true
	p.mu.Unlock()
	return true, nil
}

// end gives what has come meanwhile to gather.
func (p *Publisher) end() {
	p.mu.Lock()
	p.storing = p.gatherLocked()
	p.mu.Unlock()
}

// waitLocked gives messages to the goroutine that stores next, and waits. It unlocks mu.
func (p *Publisher) waitLocked(ctx context.Context, records []Record) error {
	mine := &publication{ctx: ctx, records: cloneRecords(records), done: make(chan struct{})}
	p.waiting = append(p.waiting, mine)
	p.mu.Unlock()
	select {
	case <-mine.done:
		copy(records, mine.records)
		return mine.err
	case <-ctx.Done():
		return fmt.Errorf("replay: publish to stream %q: the messages may be stored yet: %w", p.cfg.Stream, ctx.Err())
	}
}

// cloneRecords copies records with their frames, which outlive the call of Publish if
// its context ends.
func cloneRecords(records []Record) []Record {
	clone := slices.Clone(records)
	for i := range clone {
		clone[i].Frames = make([][]byte, len(records[i].Frames))
		for j, f := range records[i].Frames {
			clone[i].Frames[j] = slices.Clone(f)
		}
	}
	return clone
}

// gatherLocked starts gather if messages are waiting, and reports whether it did.
func (p *Publisher) gatherLocked() bool {
	if len(p.waiting) == 0 {
		return false
	}
	if p.closed {
		for _, w := range p.waiting {
			w.err = fmt.Errorf("replay: publish to stream %q: %w", p.cfg.Stream, zmq.ErrClosed)
			close(w.done)
		}
		p.waiting = nil
		return false
	}
	p.all.Go(p.gather)
	return true
}

// gather stores what waits, all of it together, until nothing does.
func (p *Publisher) gather() {
	for {
		p.mu.Lock()
		group := p.waiting
		p.waiting = nil
		if len(group) == 0 {
			p.storing = false
			p.mu.Unlock()
			return
		}
		p.mu.Unlock()
		p.together(group)
	}
}

// together stores a group of calls with one Append, which is given up when the contexts
// of all of them have ended.
func (p *Publisher) together(group []*publication) {
	ctx, cancel := context.WithCancel(p.ctx)
	defer cancel()
	var left atomic.Int64
	left.Store(int64(len(group)))
	var records []Record
	for _, g := range group {
		records = append(records, g.records...)
		defer context.AfterFunc(g.ctx, func() {
			if left.Add(-1) == 0 {
				cancel()
			}
		})()
	}
	err := p.storeAndSend(ctx, records)
	for _, g := range group {
		records = records[copy(g.records, records):]
		if slices.ContainsFunc(g.records, func(r Record) bool { return !r.Kept }) {
			g.err = err
		}
		close(g.done)
	}
}

// storeAndSend is called by one goroutine at a time, the one that has set storing.
func (p *Publisher) storeAndSend(ctx context.Context, records []Record) error {
	err := p.cfg.Store.Append(ctx, records)
	if err != nil {
		err = fmt.Errorf("replay: store messages of stream %q: %w", p.cfg.Stream, err)
		p.counts.storeErrors.Add(1)
	}
	confirmed := uint64(0)
	for i := range records {
		r := &records[i]
		if !r.Kept {
			continue
		}
		confirmed++
		// A message that is stored is confirmed, whether or not it can be sent.
		sent := p.send(ctx, r)
		if sent == nil {
			continue
		}
		p.counts.unsent.Add(1)
		if err == nil && !errors.Is(sent, zmq.ErrClosed) {
			p.cfg.Logger.Warn("replay: message was stored but not published", "stream", p.cfg.Stream, "number", r.Number, "error", sent)
		}
	}
	p.counts.published.Add(confirmed)
	return err
}

func (p *Publisher) send(ctx context.Context, r *Record) error {
	if p.cfg.Format == Native {
		p.frame = appendMessage(p.frame[:0], p.cfg.Stream, p.epoch, r)
		p.parts = append(append(p.parts[:0], p.frame), r.Frames[1:]...)
	} else {
		p.parts = kvFrames(p.parts[:0], []byte(p.cfg.Stream), true, r.Number, r.Frames[0])
	}
	err := p.live.Send(ctx, p.parts...)
	clear(p.parts)
	return err
}

// appendMessage appends the first frame of a message, after a label.
func appendMessage(b []byte, label string, epoch uint64, r *Record) []byte {
	b = append(append(b, label...), 0)
	b = appendHeader(b, header{kindMessage, epoch, r.Number, r.Time.UnixNano()})
	return append(b, r.Frames[0]...)
}

// Close stops publishing, ends the answers that are being given, and closes the sockets,
// which linger. It does not close the store. A second call returns zmq.ErrClosed.
func (p *Publisher) Close() error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return zmq.ErrClosed
	}
	p.closed = true
	p.mu.Unlock()
	err := p.live.Close()
	p.cancel()
	err = errors.Join(err, p.replay.Close())
	p.all.Wait()
	return err
}
