package main

import (
	"fmt"

	zmq "github.com/pebbe/zmq4"
)

type settings interface {
	GetBlocky() (bool, error)
	GetIoThreads() (int, error)
	GetIpv6() (bool, error)
	GetMaxMsgsz() (int, error)
	GetMaxSockets() (int, error)
	GetRetryAfterEINTR() bool
	SetBlocky(bool) error
	SetIoThreads(int) error
	SetIpv6(bool) error
	SetMaxMsgsz(int) error
	SetMaxSockets(int) error
	SetRetryAfterEINTR(bool)
	SetThreadPriority(int) error
	SetThreadSchedPolicy(int) error
	NewSocket(zmq.Type) (*zmq.Socket, error)
	Term() error
}

// functions are those of the default context.
type functions struct{}

func (functions) GetBlocky() (bool, error)                  { return zmq.GetBlocky() }
func (functions) GetIoThreads() (int, error)                { return zmq.GetIoThreads() }
func (functions) GetIpv6() (bool, error)                    { return zmq.GetIpv6() }
func (functions) GetMaxMsgsz() (int, error)                 { return zmq.GetMaxMsgsz() }
func (functions) GetMaxSockets() (int, error)               { return zmq.GetMaxSockets() }
func (functions) GetRetryAfterEINTR() bool                  { return zmq.GetRetryAfterEINTR() }
func (functions) SetBlocky(i bool) error                    { return zmq.SetBlocky(i) }
func (functions) SetIoThreads(n int) error                  { return zmq.SetIoThreads(n) }
func (functions) SetIpv6(i bool) error                      { return zmq.SetIpv6(i) }
func (functions) SetMaxMsgsz(n int) error                   { return zmq.SetMaxMsgsz(n) }
func (functions) SetMaxSockets(n int) error                 { return zmq.SetMaxSockets(n) }
func (functions) SetRetryAfterEINTR(b bool)                 { zmq.SetRetryAfterEINTR(b) }
func (functions) SetThreadPriority(n int) error             { return zmq.SetThreadPriority(n) }
func (functions) SetThreadSchedPolicy(n int) error          { return zmq.SetThreadSchedPolicy(n) }
func (functions) NewSocket(t zmq.Type) (*zmq.Socket, error) { return zmq.NewSocket(t) }
func (functions) Term() error                               { return zmq.Term() }

// Settings of contexts, what they do to sockets, and the end of contexts.
func main() {
	ctx, err := zmq.NewContext()
	fmt.Println(err)
	show(ctx)
	show(functions{})
}

func show(c settings) {
	p := fmt.Println
	read := func() {
		p(c.GetBlocky())
		p(c.GetIoThreads())
		p(c.GetIpv6())
		p(c.GetMaxMsgsz())
		p(c.GetMaxSockets())
		p(c.GetRetryAfterEINTR())
	}
	read()
	p(c.SetIoThreads(-1), c.SetMaxSockets(0), c.SetMaxSockets(-1), c.SetThreadPriority(-1), c.SetThreadSchedPolicy(-1), c.SetMaxMsgsz(-1))
	first, err := c.NewSocket(zmq.PUSH)
	p(err)
	p(first.GetIpv6())
	p(first.GetLinger())
	p(c.SetIoThreads(2), c.SetBlocky(false), c.SetIpv6(true), c.SetMaxMsgsz(1000), c.SetMaxSockets(5))
	c.SetRetryAfterEINTR(false)
	read()
	s, err := c.NewSocket(zmq.PULL)
	p(err)
	p(s.GetIpv6())
	p(s.GetLinger())
	p(first.GetLinger())
	_, err = c.NewSocket(99)
	p(err)
	done := make(chan error)
	go func() {
		_, err := s.Recv(0)
		s.Close()
		done <- err
	}()
	p(first.SetLinger(0), first.Close())
	p(c.Term())
	p(<-done)
	p(c.Term())
	_, err = c.NewSocket(zmq.PULL)
	p(err)
	p(c.GetIoThreads())
	p(c.GetBlocky())
	p(c.GetIpv6())
	p(c.GetMaxMsgsz())
	p(c.GetMaxSockets())
	p(c.SetIoThreads(1), c.SetBlocky(true), c.SetIpv6(true), c.SetMaxMsgsz(1), c.SetMaxSockets(1), c.SetThreadPriority(1), c.SetThreadSchedPolicy(1))
}
