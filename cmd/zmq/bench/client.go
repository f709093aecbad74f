// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gozmq/zmq"
)

// Client measures with a server.
type Client struct {
	Context  *zmq.Context  // of all sockets
	Settings []zmq.Setting // of the data sockets, and of the control socket
	Endpoint string        // of the server
	Patience time.Duration // for an answer of the server
	// Live is called several times a second with what is known of a run; it may be nil.
	Live func(r Run, messages uint64, rate float64)

	control *zmq.Socket
}

// liveEvery is how often the server is asked how far it has come.
const liveEvery = 250 * time.Millisecond

// Open connects to the server.
func (c *Client) Open() (err error) {
	if c.control, err = c.Context.NewSocket(zmq.REQ, append([]zmq.Setting{zmq.Linger.Of(0)}, c.Settings...)...); err != nil {
		return err
	}
	return c.control.Connect(c.Endpoint)
}

// Close ends the connection.
func (c *Client) Close() error { return c.control.Close() }

// Control returns the socket that talks to the server.
func (c *Client) Control() *zmq.Socket { return c.control }

// ask asks the server.
func (c *Client) ask(ctx context.Context, o order, patience time.Duration) (answer, error) {
	text, err := json.Marshal(o)
	if err != nil {
		return answer{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	m, err := c.control.Request(ctx, text)
	if err != nil {
		return answer{}, fmt.Errorf("the server of 'zmq bench serve' does not answer: %w", err)
	}
	var a answer
	if err := json.Unmarshal(m.Bytes(), &a); err != nil {
		return answer{}, errors.New("what answers there is no 'zmq bench serve'")
	}
	if a.Error != "" {
		return answer{}, fmt.Errorf("the server says: %s", a.Error)
	}
	return a, nil
}

// Run measures once.
func (c *Client) Run(ctx context.Context, r Run) (Result, error) {
	a, err := c.ask(ctx, order{Op: "start", Pattern: r.Pattern.Name, Size: r.Size}, c.Patience)
	if err != nil {
		return Result{}, err
	}
	settings := append([]zmq.Setting{zmq.Linger.Of(c.Patience), zmq.MaxMessageSize.Of(MaxSize + 1024)}, c.Settings...)
	sock, err := c.Context.NewSocket(r.Pattern.Client, settings...)
	if err != nil {
		return Result{}, err
	}
	defer sock.Close()
	if err := sock.Connect(c.dataEndpoint(a.Endpoint)); err != nil {
		return Result{}, err
	}
	waitCtx, cancel := context.WithTimeout(ctx, c.Patience)
	defer cancel()
	if err := sock.WaitPeers(waitCtx, 1); err != nil {
		return Result{}, fmt.Errorf("the data socket of the server is not reached: %w", err)
	}
	if t := r.Pattern.Client; t == zmq.PUB || t == zmq.RADIO {
		if err := sock.WaitSubscribers(waitCtx, group(t), 1); err != nil {
			return Result{}, err
		}
	}
	result := Result{Pattern: r.Pattern.Name, Size: r.Size, Mechanism: mechanism(sock)}
	if r.Pattern.Replies {
		return c.roundTrips(ctx, r, sock, result)
	}
	return c.stream(ctx, r, sock, result)
}

// group is what a RADIO sends to; a PUB's messages begin with it.
func group(t zmq.SocketType) string {
	if t == zmq.RADIO {
		return "bench"
	}
	return ""
}

func mechanism(sock *zmq.Socket) string {
	for _, p := range sock.Peers() {
		if p.Mechanism != "" {
			return p.Mechanism
		}
	}
	return "NULL"
}

// dataEndpoint is the place of a data socket as this side reaches it: its port on the host
// that the control socket has connected to.
func (c *Client) dataEndpoint(bound string) string {
	scheme, rest, _ := strings.Cut(c.Endpoint, "://")
	if scheme == "ipc" || scheme == "inproc" {
		return bound
	}
	host, _ := splitHost(rest)
	_, rest, _ = strings.Cut(bound, "://")
	_, port := splitHost(rest)
	return scheme + "://" + host + port
}

// sender returns what sends a message of a run. Each message is a copy, as a program that
// uses its memory again would send it.
func sender(sock *zmq.Socket, r Run) func(context.Context) error {
	content := make([]byte, r.Size)
	if r.Pattern.Client != zmq.RADIO {
		return func(ctx context.Context) error { return sock.Send(ctx, content) }
	}
	return func(ctx context.Context) error {
		return sock.SendMessage(ctx, zmq.NewMessage(bytes.Clone(content)).WithGroup(group(zmq.RADIO)))
	}
}

// stream sends for the time of the run, while the server is asked how much has come.
func (c *Client) stream(ctx context.Context, r Run, sock *zmq.Socket, result Result) (Result, error) {
	sendCtx, cancel := r.limited(ctx)
	defer cancel()
	type outcome struct {
		sent uint64
		err  error
	}
	sent := make(chan outcome, 1)
	go func() {
		n, err := sendAll(sendCtx, sender(sock, r), r.Count)
		sent <- outcome{n, err}
	}()
	tick := time.NewTicker(liveEvery)
	defer tick.Stop()
	progress := newProgression()
	for {
		select {
		case <-tick.C:
			a, err := c.ask(ctx, order{Op: "count"}, c.Patience)
			if err != nil {
				cancel()
				<-sent
				return result, err
			}
			c.live(r, a.Messages, progress.note(a.Messages))
		case o := <-sent:
			if o.err != nil {
				return result, o.err
			}
			a, err := c.ask(ctx, order{Op: "stop", Sent: o.sent}, c.Patience+r.Time)
			if err != nil {
				return result, err
			}
			result.Lost = o.sent - min(a.Messages, o.sent)
			result.Progression = progress.samples
			return result.finish(a.Messages, a.Timed, time.Duration(a.Nanos)), nil
		}
	}
}

// limited is a context that ends with the run's time.
func (r Run) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	if r.Count > 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, r.Time)
}

// sendAll sends until the context ends, or count messages, and returns how many it has sent.
func sendAll(ctx context.Context, send func(context.Context) error, count uint64) (n uint64, err error) {
	for ; count == 0 || n < count; n++ {
		if n%batch == 0 && ctx.Err() != nil {
			break
		}
		if err = send(ctx); err != nil {
			break
		}
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = nil
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		err = context.Canceled
	}
	return n, err
}

func (c *Client) live(r Run, messages uint64, rate float64) {
	if c.Live != nil {
		c.Live(r, messages, rate)
	}
}

// finish computes the rates of a result, of which a part of the messages was timed.
func (x Result) finish(messages, timed uint64, took time.Duration) Result {
	x.Messages, x.Seconds = messages, took.Seconds()
	if x.Seconds > 0 {
		x.Rate = float64(timed) / x.Seconds
		x.Bytes = x.Rate * float64(x.Size)
	}
	return x
}

// progression notes how a count grows.
type progression struct {
	began, last time.Time
	before      uint64
	samples     []Sample
}

func newProgression() *progression {
	now := time.Now()
	return &progression{began: now, last: now}
}

// note takes a count, and returns the rate since the one before.
func (p *progression) note(count uint64) float64 {
	now := time.Now()
	rate := float64(count-p.before) / now.Sub(p.last).Seconds()
	p.samples = append(p.samples, Sample{now.Sub(p.began).Seconds(), rate})
	p.last, p.before = now, count
	return rate
}

// roundTrips asks for the time of the run, with as many requests at a time as its window
// has, and takes the time of each.
func (c *Client) roundTrips(ctx context.Context, r Run, sock *zmq.Socket, result Result) (Result, error) {
	window := max(1, r.Window)
	if r.Pattern.Client == zmq.REQ {
		window = 1
	}
	result.Window = window
	runCtx, cancel := r.limited(ctx)
	defer cancel()
	var count atomic.Uint64
	var took times
	done := make(chan error, 1)
	began := time.Now()
	go func() { done <- askAll(runCtx, sock, r, window, &took, &count) }()
	tick := time.NewTicker(liveEvery)
	defer tick.Stop()
	progress, asked := newProgression(), began
	for {
		select {
		case <-tick.C:
			n := count.Load()
			c.live(r, n, progress.note(n))
			if time.Since(asked) < idleEnd/3 {
				continue
			}
			asked = time.Now() // or the server takes us for gone
			if _, err := c.ask(ctx, order{Op: "count"}, c.Patience); err != nil {
				cancel()
				<-done
				return result, err
			}
		case err := <-done:
			elapsed := time.Since(began)
			if err != nil {
				return result, err
			}
			if _, err := c.ask(ctx, order{Op: "stop"}, c.Patience); err != nil {
				return result, err
			}
			result.RoundTrip, result.Progression = took.latency(), progress.samples
			return result.finish(count.Load(), count.Load(), elapsed), nil
		}
	}
}

// askAll keeps a window of requests on their way. Replies come in the order of the requests:
// there is one server, which replies at once.
func askAll(ctx context.Context, sock *zmq.Socket, r Run, window int, took *times, count *atomic.Uint64) error {
	sent := make([]time.Time, 0, window)
	var reply zmq.Message
	request := sender(sock, r)
	for asked := uint64(0); r.Count == 0 || count.Load() < r.Count; {
		for len(sent) < window && ctx.Err() == nil && (r.Count == 0 || asked < r.Count) {
			asked++
			sent = append(sent, time.Now())
			if err := request(ctx); err != nil {
				return ended(ctx, err)
			}
		}
		if err := sock.RecvInto(ctx, &reply); err != nil {
			return ended(ctx, err)
		}
		took.add(time.Since(sent[0]))
		sent = append(sent[:0], sent[1:]...)
		count.Add(1)
	}
	return nil
}

// ended is nil for the end of the run's time.
func ended(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return nil
	}
	return err
}
