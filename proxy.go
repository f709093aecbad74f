// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"context"

	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/proxy"
)

// Proxy passes messages on between two sockets, its frontend and its backend, in
// both directions where their types allow it: a shared queue (ROUTER and DEALER),
// a forwarder (XSUB and XPUB), a streamer (PULL and PUSH), or any other pair of
// which one receives what the other sends. Messages stay whole and in order, and
// frames are not copied.
//
// Nothing is taken from a socket while the other one has no room, so that senders
// feel a slow receiver as if the proxy were not there. Where only the message
// tells (the ROUTER's peer that it names may be full), at most 256 messages a
// direction are held until they can go, and those that came after them wait too: a
// client that never reads holds up the replies of all. Turn RouterMandatory off
// where clients are strangers; a peer that is full then loses what is for it, which
// is libzmq's default. A message that a ROUTER or STREAM cannot route, because that peer has left, is
// dropped and counted in ProxyTraffic.Refused. SendTimeout has no meaning here:
// libzmq's proxy ends when one runs out.
//
// Received properties, such as the peer, do not travel on. While Run works the
// sockets may be used otherwise too, but what is received elsewhere does not pass
// through the proxy.
//
// All methods are safe for concurrent use.
type Proxy struct {
	p           *proxy.Proxy
	front, back *Socket
}

// ProxySetting changes what a Proxy does; see the functions that return one.
type ProxySetting struct {
	apply func(*proxy.Config)
}

// Direction is the way of a message through a Proxy.
type Direction uint8

const (
	// FrontToBack is the way of requests through a queue, and of data through a
	// streamer or forwarder.
	FrontToBack Direction = iota
	// BackToFront is the way of replies, and of subscriptions.
	BackToFront
)

// String returns "front to back" or "back to front".
func (d Direction) String() string {
	if d == BackToFront {
		return "back to front"
	}
	return "front to back"
}

// WithCapture sends a copy of every message to a socket (PUB, PUSH, PAIR, DEALER)
// before it is passed on, of both directions, each whole. A PUB drops what nobody
// takes; a full PUSH or PAIR stalls the proxy. What a proxy holds when it ends has
// been captured and will be again when another passes it on.
func WithCapture(s *Socket) ProxySetting {
	return ProxySetting{func(c *proxy.Config) { c.Capture = s.s }}
}

// WithCaptureFunc calls f for every message before it is passed on, one at a
// time, in the goroutine of Run: what f takes, the proxy waits. The message is
// f's to look at during the call, neither to change nor to keep; bytes.Clone what
// is to stay. f may call the proxy's methods other than Run.
func WithCaptureFunc(f func(d Direction, m Message)) ProxySetting {
	return ProxySetting{func(c *proxy.Config) {
		c.Observe = func(fromBack bool, m *pipe.Message) {
			d := FrontToBack
			if fromBack {
				d = BackToFront
			}
			f(d, Message{m: *m})
		}
	}}
}

// WithControl steers the proxy by messages to a socket, as zmq_proxy_steerable
// has it: a REP, PAIR, PULL, SUB or whatever else receives, bound or connected by
// the caller. A command is one frame: "PAUSE", "RESUME", "TERMINATE" or
// "STATISTICS", all else is ignored. STATISTICS is answered with eight frames of 8
// octets, unsigned numbers in the host's byte order: messages received on the
// frontend, octets received, messages sent, octets sent, and the same for the
// backend; whole messages, as libzmq counts them. A REP answers everything else with one empty frame; the other types
// say nothing. A ROUTER answers who asked, which libzmq's does not. On a socket
// that cannot send, or an XSUB, STATISTICS has no effect (it ends libzmq's proxy).
// Anybody who reaches the socket commands the proxy.
func WithControl(s *Socket) ProxySetting {
	return ProxySetting{func(c *proxy.Config) { c.Control = s.s }}
}

// WithStop ends Run, without an error, when ch is closed or has something to
// receive: another condition beside the context.
func WithStop(ch <-chan struct{}) ProxySetting {
	return ProxySetting{func(c *proxy.Config) { c.Stop = ch }}
}

// NewProxy makes a proxy of two sockets, which the caller has bound or connected
// or still will, and closes in the end. They may be in different contexts, and
// they may be one and the same, whose messages then come back to it: a DEALER that
// returns what it gets. Which is the frontend matters for names and statistics
// only. Nothing happens before Run. Errors: ErrNotSupported if no message could
// pass, or a capture or control socket cannot do its part; ErrInvalid if a socket
// has two parts, or is nil.
func NewProxy(frontend, backend *Socket, settings ...ProxySetting) (*Proxy, error) {
	if frontend == nil || backend == nil {
		return nil, fail("new proxy", "", ErrInvalid)
	}
	cfg := proxy.Config{Front: frontend.s, Back: backend.s}
	for _, x := range settings {
		x.apply(&cfg)
	}
	p := &Proxy{front: frontend, back: backend}
	var err error
	if p.p, err = proxy.New(cfg); err != nil {
		return nil, fail("new proxy", p.String(), err)
	}
	return p, nil
}

// String names the proxy by its sockets, "ROUTER#1-DEALER#2".
func (p *Proxy) String() string { return p.front.String() + "-" + p.back.String() }

// Run passes messages on, in the caller's goroutine, until it is told to end or
// cannot go on, and says why:
//
//   - nil after Terminate, a TERMINATE command, or WithStop's channel;
//   - the error of ctx when that ends;
//   - an Error that names the socket and wraps ErrClosed or ErrTerminated when one
//     of its sockets is closed, or the Context of one shut down.
//
// Nothing is lost by its end. What was sent on and is still queued is the other
// socket's, and goes out within its Linger; the few messages that may be held are
// given back to the socket that they came from, and are the next that it
// receives. If that is the very socket that was closed, they are dropped like all
// else it had received, and the error tells how many.
//
// Run may be called again after it has returned. While it works a second call
// fails with ErrState.
func (p *Proxy) Run(ctx context.Context) error {
	return fail("proxy", p.String(), p.p.Run(ctx))
}

// Pause stops passing messages on, from the next batch on. They wait in their
// sockets up to the high-water marks, and then with their senders. It may be
// called before Run.
func (p *Proxy) Pause() { p.p.Pause() }

// Resume goes on after Pause.
func (p *Proxy) Resume() { p.p.Resume() }

// Paused tells whether the proxy is paused, by Pause or a PAUSE command.
func (p *Proxy) Paused() bool { return p.p.Paused() }

// Terminate ends Run, which returns nil; if none is running, the next one returns
// at once.
func (p *Proxy) Terminate() { p.p.Terminate() }

// ProxyStats are the counters of a Proxy since it was made.
type ProxyStats struct {
	Frontend ProxyTraffic // of the first socket of NewProxy
	Backend  ProxyTraffic // of the second
}

// ProxyTraffic is what one socket of a Proxy has received and sent for it.
type ProxyTraffic struct {
	MessagesIn  uint64 // whole messages that were received
	FramesIn    uint64 // their frames
	BytesIn     uint64 // octets of these frames
	MessagesOut uint64 // whole messages that were sent
	FramesOut   uint64 // their frames
	BytesOut    uint64 // octets of these frames
	Refused     uint64 // messages for this side that had no peer to go to, and were dropped
}

// Statistics returns the counters. What a socket itself drops, a PUB for a slow
// subscriber, is in Socket.Stats.
func (p *Proxy) Statistics() ProxyStats {
	front, back := p.p.Traffic()
	return ProxyStats{Frontend: ProxyTraffic(front), Backend: ProxyTraffic(back)}
}
