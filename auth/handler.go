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

// endpoint is where the sockets of a context send their requests (RFC 27).
const endpoint = "inproc://zeromq.zap.01"

// Defaults of Config.
const (
	defaultTimeout     = 10 * time.Second // within a handshake's 30
	defaultMaxRequests = 64
)

// Config is the configuration of a Handler.
type Config struct {
	// Default are the rules of sockets without a domain (zmq.ZAPDomain), and of domains
	// without rules of their own. The zero Rules refuse every peer.
	Default Rules

	// Domains holds the rules of individual domains, by name.
	Domains map[string]Rules

	// Logger receives every decision: accepted peers at level info, refused peers as
	// warnings, internal failures as errors. Nil logs nothing.
	Logger *slog.Logger

	// Timeout is how long a decision may take. If it takes longer, the peer is told to
	// try again later. 0 is 10 seconds.
	Timeout time.Duration

	// MaxRequests is the most decisions of one mechanism that run at a time. As many
	// more peers wait, and their addresses take turns. When these places are taken too,
	// a peer of the address with the most waiting peers is told at once to try again
	// later (300). 0 is 64.
	MaxRequests int
}

// Handler answers the authentication requests of a context's sockets. All methods
// are safe for concurrent use.
type Handler struct {
	// Immutable after Start.
	zctx   *zmq.Context
	sock   *zmq.Socket
	ctx    context.Context // of decisions; ends with Close
	cancel context.CancelFunc
	lanes  map[string]*lane // by mechanism, "" for any other
	done   chan struct{}    // closed by serve when it and all decisions have ended

	rules atomic.Pointer[ruleBook]

	running sync.WaitGroup // decisions; serve alone adds

	mu   sync.Mutex     // a leaf lock
	seen passwordTables // by which the connected peers were accepted
}

// ruleBook is a Config in the form that decisions use. It is immutable.
type ruleBook struct {
	logger  *slog.Logger
	timeout time.Duration
	common  *Rules
	domains map[string]*Rules
}

// Start begins to answer the requests of all sockets of a context; nil is the default
// context. A context can have one handler, so Start fails with zmq.ErrAddressInUse if
// there is another. Start also reads again the sources that can be read again (see
// Reloader). It fails if a source cannot be read completely, because a server that
// starts with half of its users is hard to understand.
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
	// connections limits the queue. With a high-water mark, replies could fail.
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
	lanes := map[string]*lane{null: {limit: n}, plain: {limit: n}, curve: {limit: n}, "": {limit: n}}
	h := &Handler{zctx: c, sock: sock, lanes: lanes, done: make(chan struct{})}
	h.ctx, h.cancel = context.WithCancel(context.Background())
	h.rules.Store(book)
	h.changes(book)
	go h.serve()
	return h, nil
}

// Configure replaces the rules, the logger and the time-out for all decisions that
// begin from now on. Then it checks every peer that a handler has accepted against the
// new rules, and disconnects those that they deny (ErrDenied). MaxRequests remains as
// it was given to Start. Configure fails under the same conditions as Start, and then
// changes nothing.
//
// A key is checked again, and Authorize is called again, with a Request without
// Identity. Passwords are not kept. A PLAIN peer is therefore disconnected if its
// user's line in a PasswordFile has changed or gone, or if the rules have a different
// Passwords; a PasswordFunc always counts as different. The peer is accepted again if
// it knows the current password. A peer that the old rules accepted, and whose handshake
// is under way, is checked when the handshake is over, before messages are exchanged. If
// the line of its user has changed, it has to connect again, even with the new password.
func (h *Handler) Configure(cfg Config) error {
	book, err := newRuleBook(cfg)
	if err == nil {
		err = book.reload()
	}
	if err == nil {
		h.revoke(h.rules.Swap(book))
	}
	return err
}

// Reload reads again all sources that can be read again (see Reloader), which programs
// usually do on SIGHUP. What can be read is used, and the error reports what cannot.
// Then Reload disconnects the peers that are no longer accepted, as Configure does. A
// change that is noticed because a peer connects disconnects no other peer until Reload
// or Configure is called.
func (h *Handler) Reload() error {
	book := h.rules.Load()
	err := book.reload()
	h.revoke(book)
	return err
}

// Close stops answering and returns when every decision has ended. The contexts of the
// decisions under way end; a function of the rules that ignores its context delays
// Close. Peers that have not been answered are refused when the time for their
// handshake is over. A second call returns zmq.ErrClosed.
func (h *Handler) Close() error {
	h.cancel()
	err := h.sock.Close()
	<-h.done
	return err
}

// Done is closed when the handler has ended, either by Close or because its context was
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
			return nil, fmt.Errorf("auth: a domain of %d bytes is longer than %d: %w", len(name), maxField, zmq.ErrInvalid)
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
		h.admit(request{x, err})
	}
}

// admit queues a request for a decision, or refuses one instead. It never blocks.
func (h *Handler) admit(r request) {
	l := h.lanes[r.x.request.Mechanism]
	if l == nil {
		l = h.lanes[""]
	}
	begin, refused := l.put(r)
	if begin {
		h.running.Go(func() {
			for more := true; more; r, more = l.next() {
				if h.ctx.Err() == nil {
					h.answer(r.x, r.err)
				}
			}
		})
	}
	if refused != nil {
		h.reply(&refused.x, verdict{status: statusLater, text: "too many peers wait", err: errBusy}, 0)
	}
}

// errBusy is the reason for the log.
var errBusy = fmt.Errorf("as many decisions wait as MaxRequests allows, most of them for this address: %w", ErrTryLater)

// answer decides about a request and replies. malformed is the fault of the request
// itself, or nil.
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
	book.logNotices(rules)
	h.reply(&x, v, time.Since(start))
}

// reply sends the decision to the socket that asked, and logs it.
func (h *Handler) reply(x *exchange, v verdict, took time.Duration) {
	h.rules.Load().log(x, v, took)
	// A peer that has gone cannot be told. The queue has no high-water mark, so there
	// is no other reason for a reply to fail.
	_ = h.sock.TrySendMessage(x.reply(v))
}

// of returns the rules of a domain.
func (b *ruleBook) of(domain string) *Rules {
	if r := b.domains[domain]; r != nil {
		return r
	}
	return b.common
}

// judge applies the rules. If a source panics, only the one peer is refused.
func (b *ruleBook) judge(ctx context.Context, rules *Rules, x *exchange) (v verdict) {
	defer func() {
		if p := recover(); p != nil {
			b.logger.Error("authentication panicked", "panic", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			v = verdict{status: statusInternal, text: "internal error of the authentication handler", err: errors.New("it panicked")}
		}
	}()
	return rules.judge(ctx, x)
}

// noticer is a source that occasionally has an error to report.
type noticer interface{ reports() *notice }

// notice holds the last error of such a source that was not reported yet.
type notice struct{ err atomic.Pointer[error] }

func (n *notice) note(err error) {
	if err != nil {
		n.err.Store(&err)
	}
}

// take returns the error to report, once.
func (n *notice) take() error {
	if err := n.err.Swap(nil); err != nil {
		return *err
	}
	return nil
}

// logNotices reports what sources could not read after a change.
func (b *ruleBook) logNotices(r *Rules) {
	for _, source := range []any{r.Passwords, r.Keys} {
		if n, ok := source.(noticer); ok {
			if err := n.reports().take(); err != nil {
				b.logger.Error("part of the authentication data cannot be read", "error", err)
			}
		}
	}
}

// see names the section of the documents about peers that are refused.
var see = slog.String("see", "docs/troubleshooting.md#refused-or-denied")

func (b *ruleBook) log(x *exchange, v verdict, took time.Duration) {
	attrs := append(x.request.attrs(), slog.String("status", string(v.status)), slog.Duration("took", took))
	switch v.status {
	case statusAllowed:
		b.logger.LogAttrs(context.Background(), slog.LevelInfo, "peer authenticated", append(attrs, slog.String("user_id", v.user.ID))...)
	case statusInternal:
		b.logger.LogAttrs(context.Background(), slog.LevelError, "authentication failed", append(attrs, slog.Any("error", v.err))...)
	default:
		b.logger.LogAttrs(context.Background(), slog.LevelWarn, "peer refused", append(attrs, slog.Any("reason", v.err), see)...)
	}
}
