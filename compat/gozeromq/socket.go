// SPDX-License-Identifier: Apache-2.0

package zmq4

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"

	"github.com/gozmq/zmq"
)

// Socket is a ZeroMQ socket. All methods of those that this package makes are safe
// for concurrent use.
type Socket interface {
	// Close ends the socket: calls that wait return, and what was sent goes out
	// within a second (the option LINGER). A second call does nothing.
	Close() error

	// Send queues a message, which may have any number of frames. It waits for
	// room, and for a peer, as long as WithTimeout allows, where the type has it:
	// PUB and XPUB drop for a peer that is full, ROUTER for one that is not there.
	//
	// A REQ does not wait for a server to come back: while the last connection that
	// Dial made is lost, it fails with an error that matches ErrClosedConn. So do
	// PUSH, DEALER and PAIR with WithAutomaticReconnect(false).
	Send(msg Msg) error

	// SendMulti is Send.
	SendMulti(msg Msg) error

	// Recv waits for the next message. It ends with the socket, as context.Canceled,
	// or with its context, as that one's error.
	//
	// When the last connection that Dial made is lost and the socket has no other
	// peers, Recv returns io.EOF, once: a program that dials again, there or
	// elsewhere, goes on with the new connection, and one that does not when the old
	// one is made again. A REQ returns io.EOF until the next Send. REP, ROUTER and
	// XPUB, sockets that listen only, and connections by inproc tell of no loss.
	//
	// A REP that owes a reply waits until Send has sent it.
	Recv() (Msg, error)

	// Listen makes the socket reachable at an endpoint: "tcp://*:5555",
	// "tcp://127.0.0.1:0" (Addr tells the port), "ipc:///run/x", "inproc://name",
	// or one of a registered transport. In ZeroMQ's terminology it binds.
	Listen(ep string) error

	// Dial connects the socket to an endpoint. It returns when the peer is there, or
	// when eleven attempts have failed, after 2.5 seconds unless WithDialerRetry says
	// otherwise, and then goes on trying in the background. It fails where the peer
	// is there and refuses, or when WithDialerMaxRetries said to give up. An endpoint
	// whose connection is lost has one again, not two.
	Dial(ep string) error

	// Type returns the type of the socket.
	Type() SocketType

	// Addr returns the address of the last Listen, nil if there was none.
	Addr() net.Addr

	// GetOption returns the value of an option.
	GetOption(name string) (any, error)

	// SetOption sets an option: OptionSubscribe, OptionUnsubscribe, OptionHWM.
	SetOption(name string, value any) error
}

// NewDealer makes a DEALER, which sends to its peers in turn and receives from
// all.
func NewDealer(ctx context.Context, opts ...Option) Socket { return newSocket(ctx, Dealer, opts) }

// NewPair makes a PAIR, which has one peer.
func NewPair(ctx context.Context, opts ...Option) Socket { return newSocket(ctx, Pair, opts) }

// NewPub makes a PUB, which sends to every peer that subscribed. It implements
// Topics.
func NewPub(ctx context.Context, opts ...Option) Socket {
	s := newSocket(ctx, Pub, opts)
	if s.err == nil {
		go s.collectTopics()
	}
	return topical{s}
}

// NewPull makes a PULL, which receives from all its peers.
func NewPull(ctx context.Context, opts ...Option) Socket { return newSocket(ctx, Pull, opts) }

// NewPush makes a PUSH, which sends to its peers in turn.
func NewPush(ctx context.Context, opts ...Option) Socket { return newSocket(ctx, Push, opts) }

// NewRep makes a REP, which receives a request and sends its reply, in turn.
func NewRep(ctx context.Context, opts ...Option) Socket { return newSocket(ctx, Rep, opts) }

// NewReq makes a REQ, which sends a request and receives its reply. A new request
// gives the last one up.
func NewReq(ctx context.Context, opts ...Option) Socket { return newSocket(ctx, Req, opts) }

// NewRouter makes a ROUTER, which puts the sender's name in front of what it
// receives, and sends to the peer that the first frame names.
func NewRouter(ctx context.Context, opts ...Option) Socket { return newSocket(ctx, Router, opts) }

// NewSub makes a SUB, which receives what it subscribed to, nothing at first. It
// implements Topics.
func NewSub(ctx context.Context, opts ...Option) Socket { return topical{newSocket(ctx, Sub, opts)} }

// NewXPub makes an XPUB, a PUB that receives the subscriptions of its peers. It
// implements Topics.
func NewXPub(ctx context.Context, opts ...Option) Socket { return topical{newSocket(ctx, XPub, opts)} }

// NewXSub makes an XSUB, a SUB that sends its subscriptions as messages.
func NewXSub(ctx context.Context, opts ...Option) Socket { return newSocket(ctx, XSub, opts) }

// shared is the context of all sockets, so that they meet by inproc. It is made by
// the first of them and stays: it holds nothing while there are none.
var shared = sync.OnceValues(func() (*zmq.Context, error) { return zmq.NewContext(zmq.ContextConfig{}) })

// underlying tells which socket of package zmq does the work. A PUB is an XPUB,
// from which its Topics are learnt.
var underlying = map[SocketType]zmq.SocketType{
	Pair: zmq.PAIR, Pub: zmq.XPUB, Sub: zmq.SUB, Req: zmq.REQ, Rep: zmq.REP, Dealer: zmq.DEALER,
	Router: zmq.ROUTER, Pull: zmq.PULL, Push: zmq.PUSH, XPub: zmq.XPUB, XSub: zmq.XSUB,
}

// socket implements Socket.
type socket struct {
	// Immutable after newSocket.
	kind   SocketType
	config config
	err    error // why there is no sock: every call returns it
	sock   *zmq.Socket
	ctx    context.Context // the program's; its end is the socket's
	life   context.Context // of relays and watchers; ends after sock has lingered
	end    context.CancelFunc

	watching sync.Once // starts watchDials
	vigil    atomic.Pointer[vigil]
	forlorn  atomic.Bool                   // the last connection that Dial made is lost
	replied  atomic.Pointer[chan struct{}] // closed by a REP that has sent a reply

	closing sync.Once
	stop    func() bool // takes back closeWithContext

	endpointMu sync.Mutex // held over a Bind or Connect and what follows from it

	// Guarded by mu, a leaf.
	mu      sync.Mutex
	set     map[string]any       // values of SetOption
	addr    net.Addr             // of the last Listen
	dialled map[string]*dialling // by the program's endpoint
	topics  map[string]struct{}  // of Topics
	domain  string               // of the PLAIN server, "" for none
	private string               // folder of the relays' endpoints, "" for none
	relays  int                  // numbers these

	pending topicNotices // of an XPUB
}

func newSocket(ctx context.Context, kind SocketType, opts []Option) *socket {
	if ctx == nil {
		ctx = context.Background()
	}
	s := &socket{kind: kind, ctx: ctx, set: map[string]any{}, topics: map[string]struct{}{}, dialled: map[string]*dialling{}}
	s.config.retry, s.config.maxRetries = defaultRetry, defaultMaxRetries
	s.vigil.Store(s.newVigil())
	replied := make(chan struct{})
	s.replied.Store(&replied)
	for _, o := range opts {
		o(s)
	}
	s.life, s.end = context.WithCancel(context.WithoutCancel(ctx))
	zctx, err := shared()
	if err == nil {
		s.sock, err = zctx.NewSocket(underlying[kind], s.config.settings(kind)...)
	}
	if err != nil {
		s.err = fmt.Errorf("zmq4: new %s socket: %w", kind, err)
		s.vigil.Load().end()
		s.end()
		return s
	}
	if s.config.logger != nil {
		// To the end of the socket, so that the last events are logged too.
		go s.logEvents(s.sock.Monitor(context.Background(), zmq.EventAll))
	}
	s.stop = context.AfterFunc(ctx, s.closeWithContext)
	return s
}

func (s *socket) closeWithContext() { _ = s.Close() }

// Close implements Socket.
func (s *socket) Close() error {
	s.closing.Do(func() {
		if s.err != nil {
			return
		}
		s.stop()
		_ = s.sock.Close()
		s.vigil.Load().end()
		s.end()
		s.dropDomain()
		s.removePrivate()
	})
	return nil
}

// Type implements Socket.
func (s *socket) Type() SocketType { return s.kind }

// SendMulti implements Socket.
func (s *socket) SendMulti(msg Msg) error { return s.Send(msg) }

// send is Send with a context of its own, which ends no later than the socket's.
func (s *socket) send(ctx context.Context, msg Msg) error {
	err := s.sock.Send(ctx, msg.Frames...)
	if err == nil && s.kind == Rep {
		next := make(chan struct{})
		close(*s.replied.Swap(&next))
	}
	return s.fail("send", err)
}

// recv is Recv with a context of its own, which ends no later than the socket's. It
// tells of no loss.
func (s *socket) recv(ctx context.Context) (Msg, error) {
	var m zmq.Message
	err := s.err
	switch {
	case err != nil:
	case s.kind == Pub:
		err = s.fail("recv", zmq.ErrNotSupported)
	case s.kind == XPub:
		m, err = s.pending.recv(ctx, s)
		err = s.fail("recv", err)
	case s.kind == Rep:
		m, err = s.recvRequest(ctx)
		err = s.fail("recv", err)
	default:
		m, err = s.sock.Recv(ctx)
		err = s.fail("recv", err)
	}
	if err != nil {
		return Msg{err: err}, err
	}
	return Msg{Frames: m.Frames()}, nil
}

// recvRequest is the Recv of a REP, which may be called ahead of the reply to the
// request before.
func (s *socket) recvRequest(ctx context.Context) (zmq.Message, error) {
	for {
		replied := *s.replied.Load()
		m, err := s.sock.Recv(ctx)
		if !errors.Is(err, zmq.ErrState) {
			return m, err
		}
		select {
		case <-replied:
		case <-ctx.Done():
			return m, ctx.Err()
		case <-s.sock.Done():
			return m, zmq.ErrClosed
		}
	}
}

// fail turns an error of package zmq into one that programs for the original know.
func (s *socket) fail(verb string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, zmq.ErrTimeout), errors.Is(err, context.DeadlineExceeded):
		return context.DeadlineExceeded
	case errors.Is(err, zmq.ErrNotSupported):
		return fmt.Errorf("zmq4: %s sockets can't %s messages: %w", s.kind, verb, zmq.ErrNotSupported)
	default:
		return s.ended(err)
	}
}

// ended turns the error of a call on a socket that has ended into that of the
// context, or of one that was cancelled: programs compare it with ==.
func (s *socket) ended(err error) error {
	if !errors.Is(err, zmq.ErrClosed) {
		return err
	}
	if cause := s.ctx.Err(); cause != nil {
		return cause
	}
	return context.Canceled
}
