// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"context"
	"iter"

	"github.com/gozmq/zmq/internal/core"
	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pipe"
)

// Socket sends and receives whole messages in the pattern of its type, over any number
// of endpoints. All methods are safe for concurrent use. A message is one unit, and the
// frames of concurrent messages never mix.
//
// A call that blocks returns the context's error when its context ends, ErrClosed when
// the socket is closed, ErrTerminated when its Context is shut down, and ErrInvalid when
// its context is nil. A broken connection makes no call fail. It is made again, and queued
// messages are sent then.
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

// Send sends one message of the given frames. It copies them, so the caller may change
// them as soon as Send returns. It returns when the message is queued, not when it has
// arrived.
//
// If a queue is full, the socket's type decides what happens (its mute state). PUSH,
// DEALER, REQ, PAIR, CLIENT, SCATTER and CHANNEL wait for room, or for a peer. PUB,
// XPUB, XSUB and RADIO drop the message for the full peer. REP drops it. ROUTER,
// STREAM, SERVER and PEER fail at once with a PeerFullError, or wait if WaitForPeer is
// set. Errors: ErrNotSupported on types that do not send, ErrState, ErrHostUnreachable,
// PeerFullError, ErrInvalid without frames, or with more than one on types whose
// messages have one frame, and a WaitError, which says why there is no peer that takes
// the message, when the deadline of ctx passes or SendTimeout expires.
//
// A SERVER, PEER or RADIO sends a message to the peer or group that the message
// carries: see SendMessage, Message.WithRoutingID and Message.WithGroup.
func (s *Socket) Send(ctx context.Context, frames ...[]byte) error {
	if ctx == nil {
		return s.fail("send", errNilContext)
	}
	if err := s.s.Send(ctx, frames); err != nil {
		return s.failSend(err, frames, 0)
	}
	return nil
}

// SendMessage is Send without copying. It takes ownership of the message, so its frames
// must not be changed after the call. After a success they must not be sent again
// either, because in process the receiver gets these same frames and may change them.
// To send a message more than once, use Send or Message.Clone. After an error the
// message may be sent again.
func (s *Socket) SendMessage(ctx context.Context, m Message) error {
	if ctx == nil {
		return s.fail("send", errNilContext)
	}
	var scratch [1][]byte
	frames := m.surrender(&scratch)
	if err := s.s.SendLabelled(ctx, frames, m.m.Label, true); err != nil {
		return s.failSend(err, frames, m.RoutingID())
	}
	return nil
}

// SendString sends one message of the given frames; see Send.
func (s *Socket) SendString(ctx context.Context, frames ...string) error {
	return s.SendMessage(ctx, NewStringMessage(frames...))
}

// TrySend is Send without waiting. It returns ErrAgain instead.
func (s *Socket) TrySend(frames ...[]byte) error {
	if err := s.s.TrySend(frames, false); err != nil {
		return s.failSend(err, frames, 0)
	}
	return nil
}

// TrySendMessage is SendMessage without waiting. It returns ErrAgain instead.
func (s *Socket) TrySendMessage(m Message) error {
	var scratch [1][]byte
	frames := m.surrender(&scratch)
	if err := s.s.TrySendLabelled(frames, m.m.Label, true); err != nil {
		return s.failSend(err, frames, m.RoutingID())
	}
	return nil
}

// Recv waits for the next message and returns it whole. It takes messages from the
// peers in turn. Errors: ErrNotSupported on types that do not receive, ErrState, those
// that end every call, and a WaitError, which says what is known of the endpoints, when
// the deadline of ctx passes or RecvTimeout expires.
func (s *Socket) Recv(ctx context.Context) (Message, error) {
	if ctx == nil {
		return Message{}, s.fail("receive", errNilContext)
	}
	var m Message
	if err := s.s.Recv(ctx, &m.m); err != nil {
		return Message{}, s.failWaiting("receive", err)
	}
	return m, nil
}

// RecvInto receives into m and reuses its memory. The previous content of m is valid
// until the next RecvInto, so use bytes.Clone for frames that you keep. With large or
// many messages this leaves no garbage to collect. With Recv every message belongs to
// the caller permanently.
//
// Only memory that RecvInto itself put into m is reused. m may be the zero Message at
// first. It may be given to SendMessage, which takes the memory with it. A copy of m
// shares its frames and becomes invalid with them. After an error m is unchanged.
// Errors are those of Recv.
//
// One Message belongs to one goroutine. If several goroutines receive from one socket,
// each needs its own.
func (s *Socket) RecvInto(ctx context.Context, m *Message) error {
	if ctx == nil {
		return s.fail("receive", errNilContext)
	}
	var in pipe.Message
	if m.lease != nil && m.lease.of == m {
		in = m.m
	}
	in.Into = true
	if err := s.s.Recv(ctx, &in); err != nil {
		return s.failWaiting("receive", err)
	}
	if m.lease == nil || m.lease.of != m {
		m.lease = &lease{of: m}
	}
	m.m = in
	return nil
}

// TryRecv is Recv without waiting. It returns ErrAgain instead.
func (s *Socket) TryRecv() (Message, error) {
	var m Message
	if err := s.s.TryRecv(&m.m); err != nil {
		return Message{}, s.fail("receive", err)
	}
	return m, nil
}

// Messages returns an iterator over the messages that the socket receives. It yields
// the first error, such as the context's or ErrClosed, and ends.
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

// Request makes one exchange on a REQ. It sends a request and waits for the reply to
// exactly that request. A peer that is connected is preferred to an endpoint without one,
// and if there is none the request waits for the first. Calls from several goroutines take
// turns. When ctx ends, the exchange is abandoned, and the socket is ready for the next
// one, with the next peer.
// A late reply is recognised and dropped. A WaitError says why there was no reply when
// the deadline of ctx passes. For this purpose the first Request sets
// ReqCorrelate and ReqRelaxed, so that requests carry a number, which every REP and
// every conforming device returns.
func (s *Socket) Request(ctx context.Context, frames ...[]byte) (Message, error) {
	if ctx == nil {
		return Message{}, s.fail("request", errNilContext)
	}
	if s.t != REQ {
		return Message{}, s.fail("request", ErrNotSupported)
	}
	select {
	case s.request <- struct{}{}:
	case <-ctx.Done():
		return Message{}, s.failWaiting("request", ctx.Err())
	case <-s.s.Done():
		return Message{}, s.fail("request", ErrClosed)
	}
	defer func() { <-s.request }()
	for _, n := range []opt.Num{opt.ReqCorrelate, opt.ReqRelaxed} {
		if err := s.s.SetOption(n, opt.Value{I: 1}); err != nil {
			return Message{}, s.fail("request", err)
		}
	}
	if err := s.s.AwaitPeer(ctx); err != nil {
		return Message{}, s.failWaiting("request", err)
	}
	if err := s.s.Send(ctx, frames); err != nil {
		return Message{}, s.failWaiting("request", err)
	}
	var m pipe.Message
	if err := s.s.Recv(ctx, &m); err != nil {
		return Message{}, s.failWaiting("request", err)
	}
	return Message{m: m}, nil
}

// Join makes a DISH receive the messages of a group. Group names match only if they are
// equal. The peers are told at once, and again after every reconnect. A group has at
// most 255 bytes, none of which is zero. Joining a group twice is ErrInvalid; other
// types: ErrNotSupported.
func (s *Socket) Join(group string) error {
	return s.fail("join", s.s.Join(group))
}

// Leave reverses Join. Leaving a group that is not joined is ErrInvalid. Messages of
// the group that the program has not received yet are dropped.
func (s *Socket) Leave(group string) error {
	return s.fail("leave", s.s.Leave(group))
}

// Subscribe makes a SUB receive messages whose first frame begins with topic. The empty
// topic matches every message. Subscriptions are counted, and each needs its own
// Unsubscribe. Every Subscribe is sent to the publishers, even if the topic is already
// subscribed to. After every reconnect all topics are sent again, each once, and no
// high-water mark delays them. On an XPUB with XPubManual, Subscribe subscribes the
// peer whose notice was received last, by Recv or from the channel of Incoming.
// SubscribePeer names the peer instead. Other types: ErrInvalid. An XSUB sends byte 1
// and the topic instead.
func (s *Socket) Subscribe(topic string) error {
	if err := s.s.SetOption(opt.Subscribe, opt.Value{B: []byte(topic)}); err != nil {
		return s.failSubscribe("subscribe", err)
	}
	return nil
}

// Unsubscribe reverses one Subscribe of the same topic. The publishers are told when it
// was the last one. It is no error if the topic is not subscribed to.
func (s *Socket) Unsubscribe(topic string) error {
	if err := s.s.SetOption(opt.Unsubscribe, opt.Value{B: []byte(topic)}); err != nil {
		return s.failSubscribe("unsubscribe", err)
	}
	return nil
}

// SubscribePeer subscribes a peer of an XPUB with XPubManual to a topic. Unlike
// Subscribe it does not depend on which notice was received last, so any number of
// goroutines may receive notices:
//
//	m, err := xpub.Recv(ctx) // byte 1 and the topic that the peer asks for
//	…
//	err = xpub.SubscribePeer(m.Peer(), topic)
//
// The peer comes from a notice, or from Socket.Peers. The subscription ends with the
// peer's connection. Errors: ErrHostUnreachable if the connection has ended already,
// even if there is a new one to the same endpoint; ErrInvalid without XPubManual, and
// on other types than XPUB and PUB.
func (s *Socket) SubscribePeer(p Peer, topic string) error {
	return s.fail("subscribe", s.s.SubscribePeer(p.p, []byte(topic), false))
}

// UnsubscribePeer reverses a SubscribePeer of the same topic, or a Subscribe for that
// peer. It is no error if the peer is not subscribed to the topic. Other errors are
// those of SubscribePeer.
func (s *Socket) UnsubscribePeer(p Peer, topic string) error {
	return s.fail("unsubscribe", s.s.SubscribePeer(p.p, []byte(topic), true))
}

// Set changes options in order, and stops at the first that fails.
func (s *Socket) Set(settings ...Setting) error {
	for _, x := range settings {
		if err := x.apply(s.s); err != nil {
			return s.fail("set "+x.name(), err)
		}
	}
	return nil
}

// Done is closed when Close begins.
func (s *Socket) Done() <-chan struct{} { return s.s.Done() }

// Close closes the socket. Blocked calls return ErrClosed, messages that were not
// received are dropped, and listeners stop. Close returns when the queued messages have
// been sent or Linger has expired, and the socket's goroutines, descriptors and files
// are gone. If a Linger that is not zero has expired, the error says how many messages
// were dropped and matches ErrTimeout. The socket is closed nevertheless. A second call
// returns ErrClosed at once.
func (s *Socket) Close() error { return s.fail("close", s.s.Close()) }

// CloseContext is Close that lingers no longer than ctx. If ctx ends first, the
// messages that are still queued are dropped, including those of an endpoint that a
// Disconnect left lingering. The error says how many they were and matches ctx.Err().
// The socket is closed nevertheless. If a Close is waiting in another goroutine,
// CloseContext joins it and can shorten its wait.
func (s *Socket) CloseContext(ctx context.Context) error {
	if ctx == nil {
		return s.fail("close", errNilContext)
	}
	if err := s.s.CloseContext(ctx); err != nil {
		return &Error{Op: "close", Endpoint: s.s.String(), Err: err}
	}
	return nil
}
