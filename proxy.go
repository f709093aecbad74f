// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"context"

	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/proxy"
	"github.com/gozmq/zmq/internal/zerr"
)

// Proxy forwards messages between two sockets, its frontend and its backend, in both
// directions if their types allow it. It can be a shared queue (ROUTER and DEALER), a
// forwarder (XSUB and XPUB), a streamer (PULL and PUSH), or any other pair of sockets
// one of which receives what the other sends. Messages stay whole and in order, and
// frames are not copied.
//
// The proxy takes nothing from a socket while the other has no room, so that senders
// notice a slow receiver as if the proxy were not there. On a ROUTER or STREAM, where a
// message names its peer, a peer that does not read delays no other. A message for a
// full peer is dropped and counted in ProxyTraffic.Dropped, and a message for a peer
// that has left, or that announced not to accept it, is dropped and counted in
// ProxyTraffic.Refused. A ROUTER without
// RouterMandatory drops both kinds itself, and counts them in its own Stats. If the
// socket has WaitForPeer, a message for a full peer is held instead, and all messages
// in that direction wait behind it.
//
// SendTimeout has no effect here. libzmq's proxy ends when one expires.
//
// Properties of received messages, such as the peer, are not forwarded. While Run
// works, the program may also use the sockets itself, but messages that it receives do
// not pass through the proxy.
//
// All methods are safe for concurrent use.
type Proxy struct {
	p           *proxy.Proxy
	front, back *Socket
}

// ProxySetting changes the behaviour of a Proxy; see the functions that return one.
type ProxySetting struct {
	apply func(*proxy.Config)
}

// Direction is the direction of a message through a Proxy.
type Direction uint8

const (
	// FrontToBack is the direction of requests through a queue, and of data through a
	// streamer or forwarder.
	FrontToBack Direction = iota
	// BackToFront is the direction of replies, and of subscriptions.
	BackToFront
)

// String returns "front to back" or "back to front".
func (d Direction) String() string {
	if d == BackToFront {
		return "back to front"
	}
	return "front to back"
}

// WithCapture sends a copy of every message, in both directions, to a socket (PUB,
// PUSH, PAIR, DEALER) before the message is forwarded. A PUB drops messages without a
// subscriber. A full PUSH or PAIR blocks the proxy. Messages that a proxy holds when it
// ends have been captured, and are captured again when another proxy forwards them.
func WithCapture(s *Socket) ProxySetting {
	return ProxySetting{func(c *proxy.Config) { c.Capture = s.s }}
}

// WithCaptureFunc calls f for every message before it is forwarded, one at a time, in
// the goroutine of Run. The proxy waits until f returns. The message is valid during
// the call and must not be modified; use bytes.Clone for frames that you keep. f may
// call the proxy's methods other than Run.
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

// WithControl lets messages to a socket control the proxy, as zmq_proxy_steerable does.
// The caller binds or connects the socket, which is a REP, PAIR, PULL, SUB or of any
// other type that receives. A command is one frame: "PAUSE", "RESUME", "TERMINATE" or
// "STATISTICS". All others are ignored. The answer to STATISTICS has eight frames of 8
// bytes, unsigned numbers in the host's byte order: messages received on the frontend,
// bytes received, messages sent, bytes sent, and the same for the backend. Messages are
// counted whole, as in libzmq up to 4.3.5; its newer sources count every frame. A REP
// answers every other command with one empty frame. Other types do not answer those. A
// ROUTER answers the peer that asked, which libzmq's does not. On a socket that cannot
// send, or an XSUB, STATISTICS has no effect (it ends libzmq's proxy). Every peer that
// can reach the socket can control the proxy.
func WithControl(s *Socket) ProxySetting {
	return ProxySetting{func(c *proxy.Config) { c.Control = s.s }}
}

// WithStop ends Run, without an error, when ch is closed or a value can be received
// from it. It is a second way to stop beside the context.
func WithStop(ch <-chan struct{}) ProxySetting {
	return ProxySetting{func(c *proxy.Config) { c.Stop = ch }}
}

// NewProxy makes a proxy of two sockets. The caller binds or connects them, before or
// after this call, and closes them in the end. They may be in different contexts. One
// socket may be both, such as a DEALER, and then sends out again what it receives. Which
// socket is the frontend matters only for names and statistics. Nothing happens before
// Run. Errors: ErrNotSupported if the types allow no message to pass, or if a capture or
// control socket cannot do its part; ErrInvalid if a socket has two parts, or is nil.
func NewProxy(frontend, backend *Socket, settings ...ProxySetting) (*Proxy, error) {
	if frontend == nil || backend == nil {
		return nil, fail("new proxy", "", zerr.Errorf(zerr.ErrInvalid, "a proxy needs two sockets, and one of them is nil"))
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

// String returns the names of the proxy's sockets, "ROUTER#1-DEALER#2".
func (p *Proxy) String() string { return p.front.String() + "-" + p.back.String() }

// Run forwards messages, in the caller's goroutine, until it is stopped or cannot
// continue. It returns
//
//   - nil after Terminate, a TERMINATE command, or WithStop's channel;
//   - the error of ctx when that ends;
//   - an Error that names the socket and wraps ErrClosed or ErrTerminated when one
//     of its sockets is closed, or the Context of one shut down.
//
// Ending Run loses no message. Messages that were forwarded and are still queued belong
// to the other socket, and are sent within its Linger. The few messages that the proxy
// may hold are put back on the socket that they came from, which receives them next. If
// that socket is the one that was closed, they are dropped like all other messages that
// it had received, and the error says how many.
//
// Run may be called again after it has returned. A second call while it works fails
// with ErrState.
func (p *Proxy) Run(ctx context.Context) error {
	if ctx == nil {
		return fail("proxy", p.String(), errNilContext)
	}
	return fail("proxy", p.String(), p.p.Run(ctx))
}

// Pause stops forwarding after the current batch. Messages then wait in their sockets
// up to the high-water marks, and after that in the senders. It may be called before
// Run.
func (p *Proxy) Pause() { p.p.Pause() }

// Resume continues after Pause.
func (p *Proxy) Resume() { p.p.Resume() }

// Paused reports whether the proxy is paused, by Pause or a PAUSE command.
func (p *Proxy) Paused() bool { return p.p.Paused() }

// Terminate ends Run, which returns nil. If Run is not working, the next call returns
// at once.
func (p *Proxy) Terminate() { p.p.Terminate() }

// ProxyStats are the counters of a Proxy since it was made.
type ProxyStats struct {
	Frontend ProxyTraffic // of the first socket of NewProxy
	Backend  ProxyTraffic // of the second
}

// ProxyTraffic holds the counters of one socket of a Proxy.
type ProxyTraffic struct {
	MessagesIn  uint64 // whole messages that were received
	FramesIn    uint64 // their frames
	BytesIn     uint64 // bytes of these frames
	MessagesOut uint64 // whole messages that were sent
	FramesOut   uint64 // their frames
	BytesOut    uint64 // bytes of these frames
	Refused     uint64 // messages for this side that were dropped because they had no peer to go to, or none that accepts one so large
	Dropped     uint64 // messages for this side that were dropped because their peer was full
}

// Statistics returns the counters. Messages that a socket itself drops, as a PUB does
// for a slow subscriber, are in Socket.Stats.
func (p *Proxy) Statistics() ProxyStats {
	front, back := p.p.Traffic()
	return ProxyStats{Frontend: ProxyTraffic(front), Backend: ProxyTraffic(back)}
}
