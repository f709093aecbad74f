// Package gozmq is what the programs in testdata/gozmq use of the API of
// github.com/alecthomas/gozmq, over github.com/pebbe/zmq4 and so over real libzmq:
// the original itself is not to be had as a Go module any more. It is for the
// comparison alone.
package gozmq

import (
	"syscall"
	"time"

	zmq "github.com/pebbe/zmq4"
)

type (
	SocketType     int
	SendRecvOption int
	PollEvents     int16
	DeviceType     int
	Event          int
	zmqErrno       syscall.Errno
)

const (
	PAIR, PUB, SUB, REQ, REP, DEALER         SocketType     = 0, 1, 2, 3, 4, 5
	ROUTER, PULL, PUSH, XPUB, XSUB           SocketType     = 6, 7, 8, 9, 10
	NOBLOCK, SNDMORE                         SendRecvOption = 1, 2
	POLLIN, POLLOUT                          PollEvents     = 1, 2
	STREAMER, FORWARDER, QUEUE               DeviceType     = 1, 2, 3
	EVENT_LISTENING, EVENT_CLOSED, EVENT_ALL Event          = 8, 128, 0x3FF
)

func (e zmqErrno) Error() string { return zmq.Errno(e).Error() }

var (
	ENOTSOCK       error = zmqErrno(zmq.ENOTSOCK)
	EFSM           error = zmqErrno(zmq.EFSM)
	EINVAL         error = syscall.EINVAL
	ENOCOMPATPROTO error = zmqErrno(zmq.ENOCOMPATPROTO)
	ETERM          error = zmqErrno(zmq.ETERM)
)

func errno(err error) error {
	switch err {
	case nil:
		return nil
	case zmq.ErrorSocketClosed:
		return ENOTSOCK
	case zmq.ErrorContextClosed:
		return ETERM
	}
	if n := zmq.AsErrno(err); n != zmq.ENOTSOCK && n < zmq.EFSM {
		return syscall.Errno(n)
	}
	return zmqErrno(zmq.AsErrno(err))
}

type Context struct{ c *zmq.Context }

func NewContext() (*Context, error) {
	c, err := zmq.NewContext()
	return &Context{c}, errno(err)
}

func (c *Context) Close()                    { c.c.Term() }
func (c *Context) IOThreads() (int, error)   { return c.c.GetIoThreads() }
func (c *Context) SetIOThreads(n int) error  { return errno(c.c.SetIoThreads(n)) }
func (c *Context) MaxSockets() (int, error)  { return c.c.GetMaxSockets() }
func (c *Context) SetMaxSockets(n int) error { return errno(c.c.SetMaxSockets(n)) }

func (c *Context) NewSocket(t SocketType) (*Socket, error) {
	s, err := c.c.NewSocket(zmq.Type(t))
	return &Socket{s}, errno(err)
}

type Socket struct{ s *zmq.Socket }

func (s *Socket) Bind(at string) error       { return errno(s.s.Bind(at)) }
func (s *Socket) Unbind(at string) error     { return errno(s.s.Unbind(at)) }
func (s *Socket) Connect(at string) error    { return errno(s.s.Connect(at)) }
func (s *Socket) Disconnect(at string) error { return errno(s.s.Disconnect(at)) }

func (s *Socket) Close() error {
	if _, err := s.s.GetType(); err == zmq.ErrorSocketClosed {
		return ENOTSOCK
	}
	return errno(s.s.Close())
}

func (s *Socket) Send(b []byte, f SendRecvOption) error {
	_, err := s.s.SendBytes(b, zmq.Flag(f))
	return errno(err)
}

func (s *Socket) SendMultipart(parts [][]byte, f SendRecvOption) error {
	for i, b := range parts {
		more := zmq.SNDMORE
		if i == len(parts)-1 {
			more = 0
		}
		if _, err := s.s.SendBytes(b, zmq.Flag(f)|more); err != nil {
			return errno(err)
		}
	}
	return nil
}

func (s *Socket) Recv(f SendRecvOption) ([]byte, error) {
	b, err := s.s.RecvBytes(zmq.Flag(f))
	return b, errno(err)
}

func (s *Socket) RecvMultipart(f SendRecvOption) ([][]byte, error) {
	b, err := s.s.RecvMessageBytes(zmq.Flag(f))
	return b, errno(err)
}

func (s *Socket) Monitor(at string, e Event) error { return errno(s.s.Monitor(at, zmq.Event(e))) }

func value[T any](v T, err error) (T, error) { return v, errno(err) }

func wait(d time.Duration, err error) (time.Duration, error) {
	if d < 0 {
		d = -time.Millisecond
	}
	return d, errno(err)
}

func (s *Socket) RcvMore() (bool, error)                { return value(s.s.GetRcvmore()) }
func (s *Socket) Identity() (string, error)             { return value(s.s.GetIdentity()) }
func (s *Socket) SetIdentity(v string) error            { return errno(s.s.SetIdentity(v)) }
func (s *Socket) SetSubscribe(v string) error           { return errno(s.s.SetSubscribe(v)) }
func (s *Socket) SetUnsubscribe(v string) error         { return errno(s.s.SetUnsubscribe(v)) }
func (s *Socket) Linger() (time.Duration, error)        { return wait(s.s.GetLinger()) }
func (s *Socket) SetLinger(v time.Duration) error       { return errno(s.s.SetLinger(v)) }
func (s *Socket) RcvTimeout() (time.Duration, error)    { return wait(s.s.GetRcvtimeo()) }
func (s *Socket) SetRcvTimeout(v time.Duration) error   { return errno(s.s.SetRcvtimeo(v)) }
func (s *Socket) SndTimeout() (time.Duration, error)    { return wait(s.s.GetSndtimeo()) }
func (s *Socket) SetSndTimeout(v time.Duration) error   { return errno(s.s.SetSndtimeo(v)) }
func (s *Socket) ReconnectIvl() (time.Duration, error)  { return wait(s.s.GetReconnectIvl()) }
func (s *Socket) SetReconnectIvl(v time.Duration) error { return errno(s.s.SetReconnectIvl(v)) }
func (s *Socket) RecoveryIvl() (time.Duration, error)   { return wait(s.s.GetRecoveryIvl()) }
func (s *Socket) SetRecoveryIvl(v time.Duration) error  { return errno(s.s.SetRecoveryIvl(v)) }
func (s *Socket) Backlog() (int, error)                 { return value(s.s.GetBacklog()) }
func (s *Socket) SetBacklog(v int) error                { return errno(s.s.SetBacklog(v)) }
func (s *Socket) SndHWM() (int, error)                  { return value(s.s.GetSndhwm()) }
func (s *Socket) SetSndHWM(v int) error                 { return errno(s.s.SetSndhwm(v)) }
func (s *Socket) RcvHWM() (int, error)                  { return value(s.s.GetRcvhwm()) }
func (s *Socket) SetRcvHWM(v int) error                 { return errno(s.s.SetRcvhwm(v)) }
func (s *Socket) MaxMsgSize() (int64, error)            { return value(s.s.GetMaxmsgsize()) }
func (s *Socket) SetMaxMsgSize(v int64) error           { return errno(s.s.SetMaxmsgsize(v)) }
func (s *Socket) Affinity() (uint64, error)             { return value(s.s.GetAffinity()) }
func (s *Socket) TCPKeepalive() (int, error)            { return value(s.s.GetTcpKeepalive()) }
func (s *Socket) SetTCPKeepalive(v int) error           { return errno(s.s.SetTcpKeepalive(v)) }
func (s *Socket) SetTCPAcceptFilter(v string) error     { return errno(s.s.SetTcpAcceptFilter(v)) }
func (s *Socket) CurvePublickey() (string, error)       { return value(s.s.GetCurvePublickeykeyZ85()) }
func (s *Socket) SetCurvePublickey(v string) error      { return errno(s.s.SetCurvePublickey(v)) }
func (s *Socket) PlainUsername() (string, error)        { return value(s.s.GetPlainUsername()) }
func (s *Socket) SetPlainUsername(v string) error       { return errno(s.s.SetPlainUsername(v)) }

func (s *Socket) SetROUTERMandatory(v bool) error {
	if v {
		return errno(s.s.SetRouterMandatory(1))
	}
	return errno(s.s.SetRouterMandatory(0))
}

func (s *Socket) Mechanism() (int, error) {
	m, err := s.s.GetMechanism()
	return int(m), errno(err)
}

func (s *Socket) Type() (SocketType, error) {
	t, err := s.s.GetType()
	return SocketType(t), errno(err)
}

func (s *Socket) Events() (uint64, error) {
	e, err := s.s.GetEvents()
	return uint64(e), errno(err)
}

type PollItem struct {
	Socket  *Socket
	Events  PollEvents
	REvents PollEvents
}

type PollItems []PollItem

func Poll(items []PollItem, timeout time.Duration) (int, error) {
	p := zmq.NewPoller()
	for _, i := range items {
		p.Add(i.Socket.s, zmq.State(i.Events))
	}
	polled, err := p.PollAll(timeout)
	n := 0
	for i := range polled {
		if items[i].REvents = PollEvents(polled[i].Events); polled[i].Events != 0 {
			n++
		}
	}
	return n, errno(err)
}

func Device(t DeviceType, in, out *Socket) error { return Proxy(in, out, nil) }

func Proxy(in, out, capture *Socket) error {
	if capture == nil {
		return errno(zmq.Proxy(in.s, out.s, nil))
	}
	return errno(zmq.Proxy(in.s, out.s, capture.s))
}
