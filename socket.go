// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"context"
	"iter"

	"github.com/gozmq/zmq/internal/core"
	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pipe"
)

// Socket sends and receives whole messages in the pattern of its type, over any
// number of endpoints. All methods are safe for concurrent use; a message is one
// unit, and messages of several goroutines never mix.
//
// Calls that wait return when their context ends, with the context's error; when
// the socket is closed, with ErrClosed; and when its Context is shut down, with
// ErrTerminated. A connection that breaks is no error of any call: it is made
// again, and what was queued goes out then.
type Socket struct {
	s   *core.Socket
	ctx *Context
	t   SocketType
	// request holds a token while one Request is under way.
	request chan struct{}
}

// NewSocket makes a socket in the default context; see Context.NewSocket.
func NewSocket(t SocketType, settings ...Setting) (*Socket, error) {
	return DefaultContext().NewSocket(t, settings...)
}

// Type returns the socket's type.
func (s *Socket) Type() SocketType { return s.t }

// Context returns the context that the socket belongs to.
func (s *Socket) Context() *Context { return s.ctx }

// String names the socket as the log does, "DEALER#7".
func (s *Socket) String() string { return s.s.String() }

// Send sends one message of the given frames, which are copied: the caller may
// change them as soon as Send returns. It returns when the message is queued,
// not when it has arrived.
//
// Where a queue is full the type decides (its mute state): PUSH, DEALER, REQ and
// PAIR wait for room, or for a peer; PUB, XPUB and XSUB drop for the peer that
// is full; REP drops; ROUTER and STREAM fail. Errors: ErrNotSupported on types
// that do not send, ErrState, ErrHostUnreachable, ErrTimeout, ErrAgain when a
// ROUTER's peer is full and SendTimeout is 0, ErrInvalid without frames.
func (s *Socket) Send(ctx context.Context, frames ...[]byte) error {
	if err := s.s.Send(ctx, frames); err != nil {
		return fail("send", s.s.String(), err)
	}
	return nil
}

// SendMessage is Send without a copy: it hands the message over. Its frames must
// not be changed from here on, and once it has succeeded they must not be sent
// again: in process the receiver gets these very frames, and may change them. What
// is to go out more than once is for Send, or for Message.Clone. After an error the
// message may be sent again.
func (s *Socket) SendMessage(ctx context.Context, m Message) error {
	var scratch [1][]byte
	if err := s.s.SendOwned(ctx, m.surrender(&scratch)); err != nil {
		return fail("send", s.s.String(), err)
	}
	return nil
}

// SendString sends one message of the given frames; see Send.
func (s *Socket) SendString(ctx context.Context, frames ...string) error {
	return s.SendMessage(ctx, NewStringMessage(frames...))
}

// TrySend is Send without waiting: it returns ErrAgain instead.
func (s *Socket) TrySend(frames ...[]byte) error {
	return fail("send", s.s.String(), s.s.TrySend(frames, false))
}

// TrySendMessage is SendMessage without waiting: it returns ErrAgain instead.
func (s *Socket) TrySendMessage(m Message) error {
	var scratch [1][]byte
	return fail("send", s.s.String(), s.s.TrySend(m.surrender(&scratch), true))
}

// Recv waits for the next message and returns it whole. Peers are served in
// turn. Errors: ErrNotSupported on types that do not receive, ErrState,
// ErrTimeout, and what ends every call.
func (s *Socket) Recv(ctx context.Context) (Message, error) {
	var m Message
	if err := s.s.Recv(ctx, &m.m); err != nil {
		return Message{}, fail("receive", s.s.String(), err)
	}
	return m, nil
}

// RecvInto is Recv into a message that is there, and uses its memory again: what m
// held is gone when RecvInto is called next, so that frames which are to be kept want
// bytes.Clone. Where messages are large or many this leaves nothing for the garbage
// collector to do; with Recv every message is the caller's for good.
//
// Only what RecvInto itself put into m is used again; the zero Message is fine to
// begin with, and m may be handed over by SendMessage, which takes the memory along.
// A copy of m shares its frames and is gone with them. After an error m is as it
// was. Errors are those of Recv.
//
// One Message belongs to one goroutine; several that receive from one socket use one
// each.
func (s *Socket) RecvInto(ctx context.Context, m *Message) error {
	var in pipe.Message
	if m.lease != nil && m.lease.of == m {
		in = m.m
	}
	in.Into = true
	if err := s.s.Recv(ctx, &in); err != nil {
		return fail("receive", s.s.String(), err)
	}
	if m.lease == nil || m.lease.of != m {
		m.lease = &lease{of: m}
	}
	m.m = in
	return nil
}

// TryRecv is Recv without waiting: it returns ErrAgain instead.
func (s *Socket) TryRecv() (Message, error) {
	var m Message
	if err := s.s.TryRecv(&m.m); err != nil {
		return Message{}, fail("receive", s.s.String(), err)
	}
	return m, nil
}

// Messages returns an iterator over what the socket receives. It ends after the
// first error, which it yields: the context's, ErrClosed, and so on.
func (s *Socket) Messages(ctx context.Context) iter.Seq2[Message, error] {
	return func(yield func(Message, error) bool) {
		for {
			m, err := s.Recv(ctx)
			if !yield(m, err) || err != nil {
				return
			}
		}
	}
}

// Request makes one exchange on a REQ: it sends a request and waits for the
// reply to exactly that one. Calls from several goroutines take turns. When ctx
// ends, the exchange is given up and the socket is ready for the next, with the
// next peer; a late reply is recognised and dropped. To that end the first
// Request switches on ReqCorrelate and ReqRelaxed, so that requests carry a
// number, which every REP and every conforming device sends back.
func (s *Socket) Request(ctx context.Context, frames ...[]byte) (Message, error) {
	if s.t != REQ {
		return Message{}, fail("request", s.s.String(), ErrNotSupported)
	}
	select {
	case s.request <- struct{}{}:
	case <-ctx.Done():
		return Message{}, ctx.Err()
	case <-s.s.Done():
		return Message{}, fail("request", s.s.String(), ErrClosed)
	}
	defer func() { <-s.request }()
	for _, n := range []opt.Num{opt.ReqCorrelate, opt.ReqRelaxed} {
		if err := s.s.SetOption(n, opt.Value{I: 1}); err != nil {
			return Message{}, fail("request", s.s.String(), err)
		}
	}
	if err := s.s.Send(ctx, frames); err != nil {
		return Message{}, fail("request", s.s.String(), err)
	}
	var m pipe.Message
	if err := s.s.Recv(ctx, &m); err != nil {
		return Message{}, fail("request", s.s.String(), err)
	}
	return Message{m: m}, nil
}

// Subscribe makes a SUB receive messages whose first frame begins with topic;
// the empty topic is every message. Subscriptions are counted: each wants its
// own Unsubscribe. They are sent again after every reconnect, and no high-water
// mark holds them back. On an XPUB with XPubManual, Subscribe subscribes the
// peer whose notice was received last. Other types: ErrInvalid; an XSUB sends
// octet 1 and the topic instead.
func (s *Socket) Subscribe(topic string) error {
	if err := s.s.SetOption(opt.Subscribe, opt.Value{B: []byte(topic)}); err != nil {
		return fail("subscribe", s.s.String(), err)
	}
	return nil
}

// Unsubscribe takes one Subscribe of the same topic back. A topic that is not
// subscribed to is no error.
func (s *Socket) Unsubscribe(topic string) error {
	if err := s.s.SetOption(opt.Unsubscribe, opt.Value{B: []byte(topic)}); err != nil {
		return fail("unsubscribe", s.s.String(), err)
	}
	return nil
}

// Set changes options, in order, up to the first that fails.
func (s *Socket) Set(settings ...Setting) error {
	for _, x := range settings {
		if err := x.apply(s.s); err != nil {
			return fail("set "+x.name(), s.s.String(), err)
		}
	}
	return nil
}

// Done is closed when Close begins.
func (s *Socket) Done() <-chan struct{} { return s.s.Done() }

// Close ends the socket: calls that wait return ErrClosed, messages that were
// not received are dropped, listeners stop. It returns when what is queued has
// been sent, or Linger has run out, and nothing of the socket is left: no
// goroutine, descriptor or file. A second call returns ErrClosed at once.
func (s *Socket) Close() error { return fail("close", s.s.String(), s.s.Close()) }

// CloseContext is Close that lingers no longer than ctx. When that ends first,
// what is still queued is dropped, also what a Disconnect left lingering, and the
// error says how many messages that was and matches ctx.Err(); the socket is
// closed all the same. While a Close waits in another goroutine, CloseContext
// joins it, so that it can be cut short.
func (s *Socket) CloseContext(ctx context.Context) error {
	if err := s.s.CloseContext(ctx); err != nil {
		return &Error{Op: "close", Endpoint: s.s.String(), Err: err}
	}
	return nil
}
