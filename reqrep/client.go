// SPDX-License-Identifier: Apache-2.0

package reqrep

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/gozmq/zmq"
)

// ErrLost is the error of a request whose connection ended before the reply came, if it may
// not be sent again. The server may have handled the request.
var ErrLost = errors.New("the connection ended before the reply came, and the server may have handled the request")

// Config describes a Client. The zero Config waits for each reply as long as the context
// of the request allows, and sends no request twice.
type Config struct {
	// Timeout is how long a request waits altogether, if its context does not end first.
	// The error is a zmq.WaitError that matches zmq.ErrTimeout. 0 is no limit.
	Timeout time.Duration

	// Attempts is how often a request is sent at most. 0 is 1. A request is sent again
	// when the connection to its server has ended, and after RetryAfter, to another server
	// if another is connected. The first reply counts, from whichever server it comes. With
	// more than one attempt a request may be handled more than once.
	Attempts int

	// RetryAfter is how long to wait for a reply before the next attempt. The former one
	// goes on, so a short RetryAfter trades load for short waits (hedging), and a long one
	// finds another server when one hangs. 0 makes the end of the connection the only
	// reason to send a request again.
	RetryAfter time.Duration

	// Settings are for the sockets, which are DEALERs. The Client decides about Immediate
	// and AllAddresses itself.
	Settings []zmq.Setting

	// Context is that of the sockets. Nil is zmq.DefaultContext().
	Context *zmq.Context
}

// Client makes requests, any number at a time, from any number of goroutines. It has one
// connection to each of its servers.
//
// A request goes to the connected server that has the fewest requests to answer. One that
// owes replies which callers have given up on counts as loaded until it replies to anything,
// its connection ends, or five seconds have passed. So a server that hangs gets little, and a
// server that comes back gets its share.
type Client struct {
	// Immutable after NewClient.
	cfg     Config
	servers []*server
	ctx     context.Context // ends with Close
	cancel  context.CancelFunc
	loops   sync.WaitGroup

	// Guarded by mu, which is not held while a socket is used.
	mu       sync.Mutex
	next     uint64 // number of the next attempt
	attempts map[uint64]*attempt
	changed  chan struct{} // closed when a server may take a request again; nil unless a request waits
	turn     int           // where the choice among equal servers begins
}

// attempt is a request that was sent, and has no reply yet.
type attempt struct {
	call       *call
	server     *server
	connection uint64 // of the server, by its number
}

// call is one Request.
type call struct {
	reply chan zmq.Message // of one
	lost  chan struct{}    // of one: the connection of an attempt has ended

	// Guarded by Client.mu.
	sent []sending // its attempts, with those that have ended
	live int       // attempts that a reply can still come from
}

// sending is an attempt of a call.
type sending struct {
	id uint64
	to *server
}

// last returns the server to which a call was sent last, nil if none.
func (k *call) last() *server {
	if len(k.sent) == 0 {
		return nil
	}
	return k.sent[len(k.sent)-1].to
}

// NewClient makes a client of the servers at some endpoints. It does not wait for a
// connection. Errors: zmq.ErrInvalid without endpoints, and those of NewSocket and Connect.
func NewClient(cfg Config, endpoints ...string) (*Client, error) {
	if len(endpoints) == 0 {
		return nil, &zmq.Error{Op: "new client", Err: fmt.Errorf("%w: it needs an endpoint to connect to", zmq.ErrInvalid)}
	}
	if cfg.Context == nil {
		cfg.Context = zmq.DefaultContext()
	}
	c := &Client{cfg: cfg, next: rand.Uint64(), attempts: map[uint64]*attempt{}}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	for _, e := range endpoints {
		s, err := c.newServer(e)
		if err != nil {
			_ = c.Close()
			return nil, err
		}
		c.servers = append(c.servers, s)
	}
	return c, nil
}

// Request sends a request of the given frames, which it copies, and returns the reply.
// Errors:
//
//   - context.Canceled, or a zmq.WaitError, which matches context.DeadlineExceeded or
//     zmq.ErrTimeout and says what is known of every endpoint;
//   - ErrLost;
//   - zmq.ErrInvalid without frames, or for a nil context;
//   - zmq.ErrMessageTooLarge if the server accepts no request of that size;
//   - zmq.ErrClosed after Close, and zmq.ErrTerminated if the zmq.Context ends.
func (c *Client) Request(ctx context.Context, frames ...[]byte) (zmq.Message, error) {
	switch {
	case ctx == nil:
		return zmq.Message{}, c.fail(fmt.Errorf("%w: the context.Context is nil, use context.Background()", zmq.ErrInvalid))
	case len(frames) == 0:
		return zmq.Message{}, c.fail(fmt.Errorf("%w: a request has at least one frame", zmq.ErrInvalid))
	case ctx.Err() != nil:
		return zmq.Message{}, c.gaveUp(nil, ctx.Err())
	}
	k := &call{reply: make(chan zmq.Message, 1), lost: make(chan struct{}, 1)}
	defer c.forget(k)
	retry, limit := newAlarm(), newAlarm()
	defer retry.Stop()
	defer limit.Stop()
	if c.cfg.Timeout > 0 {
		limit.Reset(c.cfg.Timeout)
	}
	left := max(c.cfg.Attempts, 1)
	send := true
	for {
		var wake <-chan struct{}
		if send {
			var err error
			if wake, err = c.send(k, frames); err != nil {
				return zmq.Message{}, c.fail(err)
			}
			if send = wake != nil; !send {
				if left--; left > 0 && c.cfg.RetryAfter > 0 {
					retry.Reset(c.cfg.RetryAfter)
				}
			}
		}
		select {
		case m := <-k.reply:
			return m, nil
		case <-k.lost:
			if left > 0 {
				send = true
			} else if m, lost := c.ended(k); lost {
				return zmq.Message{}, c.fail(ErrLost)
			} else if m.Len() > 0 {
				return m, nil
			}
		case <-retry.C:
			send = true
		case <-wake:
		case <-limit.C:
			return zmq.Message{}, c.gaveUp(k, zmq.ErrTimeout)
		case <-ctx.Done():
			return zmq.Message{}, c.gaveUp(k, ctx.Err())
		case <-c.ctx.Done():
			return zmq.Message{}, c.fail(zmq.ErrClosed)
		case <-c.cfg.Context.Done():
			return zmq.Message{}, c.fail(zmq.ErrTerminated)
		}
	}
}

// newAlarm returns a timer that is not set.
func newAlarm() *time.Timer {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return t
}

// ended returns the reply of a call if it is there, and reports whether none can come any
// more.
func (c *Client) ended(k *call) (m zmq.Message, lost bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case m = <-k.reply:
		return m, false
	default:
		return m, k.live == 0
	}
}

// send sends a request to the server that suits best. If none takes it now, it returns a
// channel that is closed when that may have changed.
func (c *Client) send(k *call, frames [][]byte) (wake <-chan struct{}, err error) {
	if sent, err := c.trySend(k, frames); sent || err != nil {
		return nil, err
	}
	// A server that has room since then closes the channel, if it is made before the last try.
	c.mu.Lock()
	if c.changed == nil {
		c.changed = make(chan struct{})
	}
	wake = c.changed
	c.mu.Unlock()
	if sent, err := c.trySend(k, frames); sent || err != nil {
		return nil, err
	}
	return wake, nil
}

func (c *Client) trySend(k *call, frames [][]byte) (sent bool, err error) {
	var full map[*server]bool
	for {
		id, s := c.begin(k, full)
		if s == nil {
			return false, nil
		}
		err := s.sock.TrySend(envelope(id, frames)...)
		if err == nil {
			return true, nil
		}
		c.withdraw(id)
		if !errors.Is(err, zmq.ErrAgain) {
			return false, err
		}
		if full == nil {
			full = map[*server]bool{}
		}
		full[s] = true
	}
}

// envelope puts the number of an attempt and the empty frame before a request, as a REQ
// with REQ_CORRELATE does (RFC 28).
func envelope(id uint64, frames [][]byte) [][]byte {
	number := binary.BigEndian.AppendUint64(nil, id)
	return append([][]byte{number, nil}, frames...)
}

// begin chooses a server and notes an attempt, before its reply can come. It returns no
// server if none of those that are connected is left, or if the call has its reply.
func (c *Client) begin(k *call, full map[*server]bool) (id uint64, best *server) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(k.reply) > 0 {
		return 0, nil
	}
	c.turn++
	now := time.Now()
	for i := range c.servers {
		s := c.servers[(c.turn+i)%len(c.servers)]
		if s.connected && !full[s] && (best == nil || s.load(k, now) < best.load(k, now)) {
			best = s
		}
	}
	if best == nil {
		return 0, nil
	}
	id = c.next
	c.next++
	c.attempts[id] = &attempt{call: k, server: best, connection: best.connection}
	k.sent = append(k.sent, sending{id, best})
	k.live++
	best.owed++
	return id, best
}

// withdraw takes back the attempt that a call has begun last, and that was not sent.
func (c *Client) withdraw(id uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if a := c.attempts[id]; a != nil {
		a.call.sent = a.call.sent[:len(a.call.sent)-1]
		c.end(id)
	}
}

// end forgets an attempt. c.mu is held.
func (c *Client) end(id uint64) *attempt {
	a := c.attempts[id]
	delete(c.attempts, id)
	a.call.live--
	a.server.owed--
	return a
}

// forget ends the attempts of a call that is over. c.mu is not held.
func (c *Client) forget(k *call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, x := range k.sent {
		if a := c.attempts[x.id]; a != nil {
			c.end(x.id)
			a.server.unanswered++
			a.server.since = time.Now()
		}
	}
}

// deliver hands a reply to its call. Any reply shows that the server is alive.
func (c *Client) deliver(s *server, m zmq.Message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s.unanswered = 0
	c.wake()
	frames := m.Frames()
	if len(frames) < 3 || len(frames[0]) != 8 || len(frames[1]) != 0 {
		return // no reply to a request of ours
	}
	id := binary.BigEndian.Uint64(frames[0])
	if a := c.attempts[id]; a != nil && a.server == s {
		c.end(id)
		select {
		case a.call.reply <- zmq.NewMessage(frames[2:]...):
		default: // another server was faster
		}
	}
}

// lose ends the attempts on connections of a server before the given one.
func (c *Client) lose(s *server, connection uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s.unanswered = 0
	for id, a := range c.attempts {
		if a.server == s && a.connection < connection {
			c.end(id)
			select {
			case a.call.lost <- struct{}{}:
			default: // it has yet to look at an earlier loss
			}
		}
	}
}

// wake lets the requests that wait for a server try again. c.mu is held.
func (c *Client) wake() {
	if c.changed != nil {
		close(c.changed)
		c.changed = nil
	}
}

// Endpoints lists the client's endpoints and what is known of each.
func (c *Client) Endpoints() []zmq.Endpoint {
	var list []zmq.Endpoint
	for _, s := range c.servers {
		list = append(list, s.sock.Endpoints()...)
	}
	return list
}

// String names the client by its endpoints.
func (c *Client) String() string {
	var names []string
	for _, s := range c.servers {
		names = append(names, s.endpoint)
	}
	return "client of " + strings.Join(names, ", ")
}

// Close ends the client. Requests that wait return zmq.ErrClosed. What was not sent yet is
// dropped.
func (c *Client) Close() error {
	c.cancel()
	var err error
	for _, s := range c.servers {
		err = errors.Join(err, s.sock.Close())
	}
	c.loops.Wait()
	return err
}

func (c *Client) fail(err error) error {
	var e *zmq.Error
	if errors.As(err, &e) { // of one socket
		err = e.Err
	}
	return &zmq.Error{Op: "request", Endpoint: c.String(), Err: err}
}

// gaveUp is the error of a request that waited in vain. k is nil if it was not sent.
func (c *Client) gaveUp(k *call, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	w := &zmq.WaitError{Op: "request", Socket: c.String(), Endpoints: c.Endpoints(), Err: err}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case k == nil || len(k.sent) == 0:
		w.Hint = "no server has taken the request"
	case len(k.sent) == 1:
		w.Hint = "sent to " + k.last().endpoint + ", which has not replied"
	default:
		w.Hint = fmt.Sprintf("sent %d times, at last to %s, without a reply", len(k.sent), k.last().endpoint)
	}
	return w
}
