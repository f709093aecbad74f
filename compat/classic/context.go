// SPDX-License-Identifier: Apache-2.0

package classic

import (
	"context"
	"encoding/binary"
	"math"
	"sync"

	"github.com/gozmq/zmq"
)

// Context options, with libzmq's numbers. SocketLimit shares its number with
// ThreadPriority: reading gets the former, writing sets the latter.
const (
	// IOThreads is kept and read back; goroutines need no number. (ZMQ_IO_THREADS)
	IOThreads = 1
	// MaxSockets is the most open sockets. It counts as it is when the first socket
	// is made. (ZMQ_MAX_SOCKETS)
	MaxSockets = 2
	// SocketLimit is what MaxSockets can be at most; read only. (ZMQ_SOCKET_LIMIT)
	SocketLimit = 3
	// ThreadPriority is taken and forgotten, for there are no threads of ours; write
	// only. (ZMQ_THREAD_PRIORITY)
	ThreadPriority = 3
	// ThreadSchedPolicy is kept and read back, without effect.
	// (ZMQ_THREAD_SCHED_POLICY)
	ThreadSchedPolicy = 4
	// MaxMessageSize is kept and read back, without effect, as in libzmq; the option
	// of sockets is what limits. (ZMQ_MAX_MSGSZ)
	MaxMessageSize = 5
	// MessageSize is the bytes of a zmq_msg_t; read only. (ZMQ_MSG_T_SIZE)
	MessageSize = 6
	// IPv6 is 1 if sockets made from now on use IPv6 too. (ZMQ_IPV6)
	IPv6 = 42
	// Blocky is 0 if sockets made from now on do not linger. (ZMQ_BLOCKY)
	Blocky = 70
)

// The defaults of libzmq 4.3 for the options of a context.
const (
	// DefaultIOThreads is that of IOThreads. (ZMQ_IO_THREADS_DFLT)
	DefaultIOThreads = 1
	// DefaultMaxSockets is that of MaxSockets. (ZMQ_MAX_SOCKETS_DFLT)
	DefaultMaxSockets = 1023
)

// Version returns the version of libzmq that sockets of this package behave like.
func Version() (major, minor, patch int) { return 4, 3, 5 }

// Context owns sockets, has libzmq's context options and gives sockets libzmq's
// defaults. All methods are safe for concurrent use.
type Context struct {
	mu      sync.Mutex
	c       *zmq.Context // nil before the first socket
	options map[int]int
	added   []zmq.Transport
	ended   bool
	gone    chan struct{} // closed when a Term has returned
}

// NewContext makes a context. It starts nothing.
func NewContext() *Context {
	return &Context{gone: make(chan struct{}), options: map[int]int{
		IOThreads: DefaultIOThreads, MaxSockets: DefaultMaxSockets, ThreadSchedPolicy: -1,
		MaxMessageSize: math.MaxInt32, IPv6: 0, Blocky: 1,
	}}
}

// Get reads an option. Unknown options and those that can only be set are
// zmq.ErrInvalid. (zmq_ctx_get)
func (c *Context) Get(option int) (int, error) {
	switch option {
	case SocketLimit:
		return math.MaxUint16, nil
	case MessageSize:
		return 64, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	v, ok := c.options[option]
	if !ok {
		return 0, &zmq.Error{Op: "get context option", Err: zmq.ErrInvalid}
	}
	return v, nil
}

// Set changes an option for the sockets that are made afterwards. What is unknown,
// read-only or out of range is zmq.ErrInvalid. (zmq_ctx_set)
func (c *Context) Set(option, value int) error {
	least := 0
	if option == MaxSockets {
		least = 1
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_, kept := c.options[option]
	if value < least || !kept && option != ThreadPriority {
		return &zmq.Error{Op: "set context option", Err: zmq.ErrInvalid}
	}
	switch option {
	case ThreadPriority:
		return nil
	case IPv6, Blocky:
		value = min(value, 1)
	}
	c.options[option] = value
	return nil
}

// NewSocket makes a socket of a type, by libzmq's number. Errors:
// zmq.ErrTerminated, zmq.ErrTooManySockets, zmq.ErrInvalid. (zmq_socket)
func (c *Context) NewSocket(kind int) (*Socket, error) {
	if kind < 0 || kind > math.MaxUint8 {
		return nil, &zmq.Error{Op: "new socket", Err: zmq.ErrInvalid}
	}
	inner, err := c.started()
	if err != nil {
		return nil, err
	}
	s, err := inner.NewSocket(zmq.SocketType(kind))
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	ipv6, blocky, added := c.options[IPv6], c.options[Blocky], c.added
	c.mu.Unlock()
	if ipv6 == 1 {
		err = s.SetRawOption(42, binary.NativeEndian.AppendUint32(nil, 1))
	}
	if blocky == 0 && err == nil {
		err = zmq.Linger.Set(s, 0)
	}
	if len(added) > 0 && err == nil {
		err = s.Set(zmq.WithTransports(added...))
	}
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	return newSocket(c, s), nil
}

// AddTransports gives the sockets that are made from now on transports beside tcp, ipc,
// udp and inproc: those of package ws, which a program that does not need them does not
// pay for. libzmq has ws and wss if it was built with them.
func (c *Context) AddTransports(list ...zmq.Transport) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.added = append(c.added[:len(c.added):len(c.added)], list...)
}

// started makes the inner context with the first socket, as libzmq does: then is
// when MaxSockets is read.
func (c *Context) started() (*zmq.Context, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return nil, &zmq.Error{Op: "new socket", Err: zmq.ErrTerminated}
	}
	if c.c == nil {
		inner, err := zmq.NewContext(zmq.ContextConfig{LibzmqDefaults: true, MaxSockets: c.options[MaxSockets]})
		if err != nil {
			return nil, err
		}
		c.c = inner
	}
	return c.c, nil
}

// Term ends the context: every call on its sockets returns zmq.ErrTerminated from
// now on, sockets that are still open are closed, and Term returns when what all
// of them linger for has been sent or given up. (zmq_ctx_term, which waits until
// the program has closed every socket)
func (c *Context) Term() error {
	c.mu.Lock()
	inner, first := c.c, !c.ended
	c.ended = true
	c.mu.Unlock()
	if !first {
		<-c.gone
		return nil
	}
	defer close(c.gone)
	if inner == nil {
		return nil
	}
	return inner.Term(context.Background())
}

// Ended tells whether Term has been called.
func (c *Context) Ended() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ended
}
