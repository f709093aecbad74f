// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gozmq/zmq"
)

// endpoint is where the sockets of a context ask (RFC 27).
const endpoint = "inproc://zeromq.zap.01"

// Defaults of Config.
const (
	defaultTimeout     = 10 * time.Second // within a handshake's 30
	defaultMaxRequests = 64
)

// Config is what a Handler goes by.
type Config struct {
	// Default are the rules of sockets without a domain (zmq.ZAPDomain), and of
	// domains that have none of their own. The zero Rules let nobody in.
	Default Rules

	// Domains holds the rules of domains by name.
	Domains map[string]Rules

	// Logger gets every decision: who was let in as information, who was refused
	// as a warning, what went wrong here as an error. Nil logs nothing.
	Logger *slog.Logger

	// Timeout is how long a decision may take; a peer that it takes longer for is
	// told to try later. 0 is 10 seconds.
	Timeout time.Duration

	// MaxRequests is the most decisions under way at a time; more peers wait.
	// 0 is 64.
	MaxRequests int
}

// Handler answers the authentication requests of a context's sockets. All methods
// are safe for concurrent use.
type Handler struct {
	// Immutable after Start.
	sock   *zmq.Socket
	ctx    context.Context // of decisions; ends with Close
	cancel context.CancelFunc
	slots  chan struct{} // holds a token for each decision under way
	done   chan struct{} // closed by serve when it and all decisions have ended

	rules atomic.Pointer[ruleBook]

	running sync.WaitGroup // decisions; serve alone adds
}

// ruleBook is a Config in the form that decisions use. It is not changed.
type ruleBook struct {
	logger  *slog.Logger
	timeout time.Duration
	common  *Rules
	domains map[string]*Rules
}

// Start begins to answer the requests of all sockets of a context, nil for the
// default one. There can be one handler in a context: another one makes it fail
// with zmq.ErrAddressInUse. Start also reads the sources anew that can be, and
// fails if one cannot be read whole, since a server that starts with half of its
// users is hard to understand.
func Start(c *zmq.Context, cfg Config) (*Handler, error) {
	if c == nil {
		c = zmq.DefaultContext()
	}
	book, err := newRuleBook(cfg)
	if err != nil {
		return nil, err
	}
	if err := book.reload(); err != nil {
		return nil, err
	}
	// Each connection has one request under way at most, so that the number of
	// connections limits the queue; a mark would make replies fail.
	sock, err := c.NewSocket(zmq.ROUTER, zmq.SendHWM.Of(0), zmq.RecvHWM.Of(0), zmq.Linger.Of(0))
	if err != nil {
		return nil, fmt.Errorf("auth: %w", err)
	}
	if err := sock.Bind(endpoint); err != nil {
		_ = sock.Close()
		return nil, fmt.Errorf("auth: is there a handler already? %w", err)
	}
	n := cfg.MaxRequests
	if n == 0 {
		n = defaultMaxRequests
	}
	h := &Handler{sock: sock, slots: make(chan struct{}, n), done: make(chan struct{})}
	h.ctx, h.cancel = context.WithCancel(context.Background())
	h.rules.Store(book)
	go h.serve()
	return h, nil
}

// Configure replaces the rules, the logger and the time-out for the decisions
// that begin from now on; connections that are there already stay. MaxRequests
// stays what Start was given. It fails like Start, and changes nothing then.
func (h *Handler) Configure(cfg Config) error {
	book, err := newRuleBook(cfg)
	if err == nil {
		err = book.reload()
	}
	if err == nil {
		h.rules.Store(book)
	}
	return err
}

// Reload reads all sources anew that can be (see Reloader), as a program does on
// SIGHUP. What can be read is used; the error tells what cannot.
func (h *Handler) Reload() error { return h.rules.Load().reload() }

// Close stops answering and returns when every decision has ended: those under
// way see their context end, and a function of the rules that goes on all the same
// holds Close up. Peers that have not been answered are refused by the end of their
// handshakes. A second call returns zmq.ErrClosed.
func (h *Handler) Close() error {
	h.cancel()
	err := h.sock.Close()
	<-h.done
	return err
}

// Done is closed when the handler has ended: by Close, or because its context was
// shut down.
func (h *Handler) Done() <-chan struct{} { return h.done }

func newRuleBook(cfg Config) (*ruleBook, error) {
	if cfg.Timeout < 0 || cfg.MaxRequests < 0 {
		return nil, fmt.Errorf("auth: Timeout and MaxRequests cannot be negative: %w", zmq.ErrInvalid)
	}
	b := &ruleBook{logger: cfg.Logger, timeout: cfg.Timeout, common: cfg.Default.clone(), domains: map[string]*Rules{}}
	if b.logger == nil {
		b.logger = slog.New(slog.DiscardHandler)
	}
	if b.timeout == 0 {
		b.timeout = defaultTimeout
	}
	for name, r := range cfg.Domains {
		if len(name) > maxField {
			return nil, fmt.Errorf("auth: a domain of %d octets is longer than %d: %w", len(name), maxField, zmq.ErrInvalid)
		}
		b.domains[name] = r.clone()
	}
	return b, nil
}

func (b *ruleBook) reload() error {
	errs := []error{b.common.reload()}
	for _, r := range b.domains {
		errs = append(errs, r.reload())
	}
	return errors.Join(errs...)
}

// serve receives requests until the socket ends, and waits for what it started.
func (h *Handler) serve() {
	defer close(h.done)
	defer h.running.Wait()
	defer h.cancel()
	for {
		m, err := h.sock.Recv(h.ctx)
		if err != nil {
			return
		}
		x, err := parse(m)
		if errors.Is(err, errNoEnvelope) {
			h.rules.Load().logger.Error("authentication request cannot be answered", "error", err)
			continue
		}
		select {
		case h.slots <- struct{}{}:
		case <-h.ctx.Done():
			return
		}
		h.running.Add(1)
		go func() {
			defer h.running.Done()
			defer func() { <-h.slots }()
			h.answer(x, err)
		}()
	}
}

// answer decides and replies. malformed is what is wrong with the request itself.
func (h *Handler) answer(x exchange, malformed error) {
	book := h.rules.Load()
	rules := book.of(x.request.Domain)
	start := time.Now()
	var v verdict
	if malformed != nil {
		v = verdict{status: statusInternal, text: printable("malformed request: " + malformed.Error()), err: malformed}
	} else {
		ctx, cancel := context.WithTimeout(h.ctx, book.timeout)
		v = book.judge(ctx, rules, &x)
		cancel()
	}
	book.log(&x, v, time.Since(start))
	book.logNotices(rules)
	// A peer that is gone cannot be told. With no mark on the queue there is
	// nothing else that a reply could fail with.
	_ = h.sock.TrySendMessage(x.reply(v))
}

// of returns the rules of a domain.
func (b *ruleBook) of(domain string) *Rules {
	if r := b.domains[domain]; r != nil {
		return r
	}
	return b.common
}

// judge asks the rules. A source that panics refuses the one peer.
func (b *ruleBook) judge(ctx context.Context, rules *Rules, x *exchange) (v verdict) {
	defer func() {
		if p := recover(); p != nil {
			b.logger.Error("authentication panicked", "panic", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			v = verdict{status: statusInternal, text: "internal error of the authentication handler", err: errors.New("it panicked")}
		}
	}()
	return rules.judge(ctx, x)
}

// noticer is a source that has something to report once in a while.
type noticer interface{ reports() *notice }

// notice is what such a source keeps: the last error that was not reported yet.
type notice struct{ err atomic.Pointer[error] }

func (n *notice) note(err error) {
	if err != nil {
		n.err.Store(&err)
	}
}

// take returns what is to be reported, once.
func (n *notice) take() error {
	if err := n.err.Swap(nil); err != nil {
		return *err
	}
	return nil
}

// logNotices reports what sources could not read when they noticed a change.
func (b *ruleBook) logNotices(r *Rules) {
	for _, source := range []any{r.Passwords, r.Keys} {
		if n, ok := source.(noticer); ok {
			if err := n.reports().take(); err != nil {
				b.logger.Error("part of the authentication data cannot be read", "error", err)
			}
		}
	}
}

func (b *ruleBook) log(x *exchange, v verdict, took time.Duration) {
	attrs := append(x.request.attrs(), slog.String("status", string(v.status)), slog.Duration("took", took))
	switch v.status {
	case statusAllowed:
		b.logger.LogAttrs(context.Background(), slog.LevelInfo, "peer authenticated", append(attrs, slog.String("user_id", v.user.ID))...)
	case statusInternal:
		b.logger.LogAttrs(context.Background(), slog.LevelError, "authentication failed", append(attrs, slog.Any("error", v.err))...)
	default:
		b.logger.LogAttrs(context.Background(), slog.LevelWarn, "peer refused", append(attrs, slog.Any("reason", v.err))...)
	}
}
