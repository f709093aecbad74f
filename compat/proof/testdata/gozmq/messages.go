package main

import (
	"fmt"
	"syscall"
	"time"

	zmq "github.com/alecthomas/gozmq"
)

var p = fmt.Println

func socket(c *zmq.Context, t zmq.SocketType) *zmq.Socket {
	s, err := c.NewSocket(t)
	if err != nil {
		panic(err)
	}
	if err := s.SetLinger(0); err != nil {
		panic(err)
	}
	return s
}

func recv(s *zmq.Socket, flags zmq.SendRecvOption) {
	b, err := s.Recv(flags)
	more, err2 := s.RcvMore()
	p(string(b), err, more, err2)
}

// Echo, parts, errors, polling, devices, monitors, and the end of a context.
func main() {
	c, err := zmq.NewContext()
	p(err)
	echo(c)
	parts(c)
	errors(c)
	poll(c)
	topics(c)
	monitor(c)
	end()
	c.Close()
}

func echo(c *zmq.Context) {
	rep, req := socket(c, zmq.REP), socket(c, zmq.REQ)
	p(rep.Bind("inproc://a"), rep.Bind("inproc://b"), req.Connect("inproc://a"), req.Connect("inproc://b"))
	for i := 0; i < 4; i++ {
		p(req.Send([]byte(fmt.Sprintf("msg %d", i)), 0))
		b, err := rep.Recv(0)
		p(string(b), err)
		p(rep.Send(b, 0))
		recv(req, 0)
	}
	p(rep.Close(), req.Close())
}

func parts(c *zmq.Context) {
	push, pull := socket(c, zmq.PUSH), socket(c, zmq.PULL)
	p(push.Bind("inproc://parts"), pull.Connect("inproc://parts"))
	p(push.Send([]byte("a"), zmq.SNDMORE), push.Send(nil, zmq.SNDMORE), push.Send([]byte("c"), 0))
	recv(pull, 0)
	recv(pull, 0)
	recv(pull, 0)
	p(push.SendMultipart([][]byte{[]byte("x"), []byte("y"), []byte("z")}, 0))
	recv(pull, 0)
	m, err := pull.RecvMultipart(0)
	p(len(m), string(m[0]), string(m[1]), err)
	_, err = pull.RecvMultipart(zmq.NOBLOCK)
	p(err, err == syscall.EAGAIN)
	p(push.Close(), pull.Close())
}

func errors(c *zmq.Context) {
	req, rep, push, pull, router := socket(c, zmq.REQ), socket(c, zmq.REP), socket(c, zmq.PUSH), socket(c, zmq.PULL), socket(c, zmq.ROUTER)
	_, err := req.Recv(0)
	p(err, err == zmq.EFSM)
	err = rep.Send(nil, 0)
	p(err, err == zmq.EFSM)
	err = push.Send(nil, zmq.NOBLOCK)
	p(err, err == syscall.EAGAIN)
	p(push.SetSndTimeout(5*time.Millisecond), pull.SetRcvTimeout(5*time.Millisecond))
	err = push.Send(nil, zmq.SNDMORE)
	p(err, err == syscall.EAGAIN)
	_, err = pull.Recv(0)
	p(err, err == syscall.EAGAIN)
	p(pull.Send(nil, 0))
	_, err = push.Recv(0)
	p(err)
	err = pull.Bind("nonsense")
	p(err, err == zmq.EINVAL)
	p(pull.Bind("nonsense://x"), pull.Unbind("inproc://nothing"), pull.Disconnect("tcp://127.0.0.1:9"))
	p(pull.Bind("inproc://taken"), push.Bind("inproc://taken"), pull.Unbind("inproc://taken"))
	p(router.SetROUTERMandatory(true), router.SendMultipart([][]byte{[]byte("nobody"), nil}, 0))
	p(req.Close(), rep.Close(), push.Close(), pull.Close(), router.Close())
	err = req.Close()
	p(err == zmq.ENOTSOCK)
	_, err = c.NewSocket(99)
	p(err, err == zmq.EINVAL)
}

func poll(c *zmq.Context) {
	push, pull := socket(c, zmq.PUSH), socket(c, zmq.PULL)
	p(push.Bind("inproc://poll"), pull.Connect("inproc://poll"))
	items := zmq.PollItems{{Socket: push, Events: zmq.POLLIN | zmq.POLLOUT}, {Socket: pull, Events: zmq.POLLIN}}
	show := func(n int, err error) { p(n, err, items[0].REvents, items[1].REvents) }
	show(zmq.Poll(items, -1))
	show(zmq.Poll(items[1:], 5*time.Millisecond))
	p(push.SendMultipart([][]byte{[]byte("a"), []byte("b")}, 0))
	show(zmq.Poll(items, -1))
	recv(pull, 0)
	show(zmq.Poll(items[1:], -1))
	recv(pull, 0)
	show(zmq.Poll(items[1:], 0))
	p(push.Close(), pull.Close())
}

func topics(c *zmq.Context) {
	pub, sub := socket(c, zmq.XPUB), socket(c, zmq.SUB)
	p(pub.Bind("inproc://topics"), sub.Connect("inproc://topics"))
	p(sub.SetSubscribe("a"))
	b, err := pub.Recv(0)
	p(b, err)
	for _, topic := range []string{"abc", "b", "a"} {
		p(pub.Send([]byte(topic), 0))
	}
	recv(sub, 0)
	recv(sub, 0)
	p(sub.SetUnsubscribe("a"))
	b, err = pub.Recv(0)
	p(b, err)
	p(pub.Close(), sub.Close())
}

func monitor(c *zmq.Context) {
	rep, mon := socket(c, zmq.REP), socket(c, zmq.PAIR)
	p(rep.Monitor("inproc://events", zmq.EVENT_ALL), mon.Connect("inproc://events"))
	p(rep.Bind("tcp://127.0.0.1:*"))
	m, err := mon.RecvMultipart(0)
	p(len(m), m[0][:2], len(m[0]), err)
	p(rep.Monitor("tcp://127.0.0.1:1", zmq.EVENT_ALL))
	p(rep.Close(), mon.Close())
}

// end runs a device and a receiver until their context is closed.
func end() {
	c, _ := zmq.NewContext()
	in, out, feed, sink, tap, ear := socket(c, zmq.PULL), socket(c, zmq.PUSH), socket(c, zmq.PUSH), socket(c, zmq.PULL), socket(c, zmq.PUSH), socket(c, zmq.PULL)
	p(in.Bind("inproc://in"), out.Bind("inproc://out"), tap.Bind("inproc://tap"))
	p(feed.Connect("inproc://in"), sink.Connect("inproc://out"), ear.Connect("inproc://tap"))
	done, received := make(chan error), make(chan error)
	go func() {
		err := zmq.Proxy(in, out, tap)
		in.Close()
		out.Close()
		tap.Close()
		done <- err
	}()
	p(feed.SendMultipart([][]byte{[]byte("a"), []byte("b")}, 0))
	recv(sink, 0)
	recv(sink, 0)
	recv(ear, 0)
	recv(ear, 0)
	go func() {
		_, err := sink.Recv(0)
		p(feed.Close(), ear.Close(), sink.Close())
		received <- err
	}()
	time.Sleep(20 * time.Millisecond)
	go c.Close()
	err := <-received
	p(err, err == zmq.ETERM)
	err = <-done
	p(err, err == zmq.ETERM)
}
