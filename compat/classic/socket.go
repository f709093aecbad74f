// SPDX-License-Identifier: Apache-2.0

package classic

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gozmq/zmq"
)

// Flags of Send and Recv, with libzmq's numbers.
const (
	// DontWait fails with zmq.ErrAgain instead of waiting. (ZMQ_DONTWAIT)
	DontWait = 1
	// SendMore says that further frames of the message follow. (ZMQ_SNDMORE)
	SendMore = 2
)

// Socket is a socket that takes and gives one frame at a time. All methods are
// safe for concurrent use.
type Socket struct {
	// Owner is for a package that wraps the socket in a type of its own: what it puts
	// here it finds here again. Set before the socket is shared, if at all.
	Owner any

	// Immutable after newSocket.
	s    *zmq.Socket
	ctx  *Context
	kind zmq.SocketType

	// Guarded by outMu. started mirrors whether out has frames, so that messages of
	// one frame need no lock.
	outMu   sync.Mutex
	out     [][]byte // the frames of a message whose last one has not come
	started atomic.Bool

	raw atomic.Bool // peers know no frames

	// Guarded by inMu. left mirrors whether in has frames.
	inMu sync.Mutex
	in   []part // what is left of messages whose first frame was handed out
	left atomic.Bool

	closed atomic.Bool

	spare sync.Pool // of *zmq.Message, whose memory texts are copied from
}

// part is the rest of a message.
type part struct {
	m    zmq.Message
	next int // the frame that is handed out next
}

func newSocket(c *Context, s *zmq.Socket) *Socket {
	x := &Socket{s: s, ctx: c, kind: s.Type()}
	x.raw.Store(x.kind == zmq.STREAM)
	// A socket that the program no longer refers to is closed in time, as the older
	// bindings promise. Close may wait for linger, hence the goroutine.
	runtime.AddCleanup(x, func(s *zmq.Socket) { go func() { _ = s.Close() }() }, s)
	return x
}

// Underlying returns the socket that x wraps, for all that package zmq can do
// beyond libzmq's C interface. What is sent and received there passes by the
// frames of a message that x has begun.
func (x *Socket) Underlying() *zmq.Socket { return x.s }

// Context returns the context that the socket was made in.
func (x *Socket) Context() *Context { return x.ctx }

// Type returns the socket's type.
func (x *Socket) Type() zmq.SocketType { return x.kind }

// Closed tells whether Close has been called.
func (x *Socket) Closed() bool { return x.closed.Load() }

// Bind listens on an endpoint. (zmq_bind)
func (x *Socket) Bind(endpoint string) error { return x.fate(x.s.Bind(endpoint)) }

// Connect connects to an endpoint, now and whenever the connection is lost.
// (zmq_connect)
func (x *Socket) Connect(endpoint string) error { return x.fate(x.s.Connect(endpoint)) }

// Unbind stops listening on an endpoint. (zmq_unbind)
func (x *Socket) Unbind(endpoint string) error { return x.fate(x.s.Unbind(endpoint)) }

// Disconnect ends the connection to an endpoint. (zmq_disconnect)
func (x *Socket) Disconnect(endpoint string) error { return x.fate(x.s.Disconnect(endpoint)) }

// settle is how long Close waits for the end of a socket before it leaves that to
// the background: far more than a socket takes that has nothing left to send, so
// that its port is free when Close returns, and little for a program that closes
// many sockets with something left.
const settle = 50 * time.Millisecond

// Close ends the socket. What it lingers for is sent in the background, which
// Context.Term waits for. A second call returns zmq.ErrClosed. (zmq_close)
func (x *Socket) Close() error {
	if !x.closed.CompareAndSwap(false, true) {
		return &zmq.Error{Op: "close", Endpoint: x.s.String(), Err: zmq.ErrClosed}
	}
	ended := make(chan struct{})
	go func() {
		_ = x.s.Close() // ErrClosed, if Term was quicker
		close(ended)
	}()
	t := time.NewTimer(settle)
	defer t.Stop()
	select {
	case <-ended:
	case <-t.C:
	}
	return nil
}

// fate corrects the error of a socket that Term has closed: for the program, which
// has not, its context has ended. (ETERM)
func (x *Socket) fate(err error) error {
	if err == nil || !errors.Is(err, zmq.ErrClosed) || x.Closed() || !x.ctx.Ended() {
		return err
	}
	return &zmq.Error{Op: "use", Endpoint: x.s.String(), Err: zmq.ErrTerminated}
}
