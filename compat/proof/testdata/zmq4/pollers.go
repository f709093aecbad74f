package main

import (
	"fmt"
	"time"

	zmq "github.com/pebbe/zmq4"
)

var p = fmt.Println

// list prints what a poller returned, sockets by their types.
func list(polled []zmq.Polled, err error) {
	fmt.Print(polled == nil, " ", err)
	for _, i := range polled {
		t, _ := i.Socket.GetType()
		fmt.Print(" ", t, ":", i.Events)
	}
	fmt.Println()
}

// Pollers: all their calls, time-outs, messages that are half read, closed sockets.
func main() {
	ctx, _ := zmq.NewContext()
	push, _ := ctx.NewSocket(zmq.PUSH)
	pull, _ := ctx.NewSocket(zmq.PULL)
	other, _ := ctx.NewSocket(zmq.SUB)
	push.SetLinger(0)
	p(push.Bind("inproc://poll"), pull.Connect("inproc://poll"))

	po := zmq.NewPoller()
	p(po, po.String())
	list(po.Poll(0))
	list(po.PollAll(10 * time.Millisecond))
	p(po.Add(push, zmq.POLLOUT), po.Add(pull, zmq.POLLIN), po.Add(pull, zmq.POLLIN|zmq.POLLOUT))
	list(po.Poll(0))
	list(po.Poll(-1))
	list(po.PollAll(0))
	p(po.Update(0, zmq.POLLIN))
	p(po.Update(9, zmq.POLLIN))
	p(po.Update(-1, zmq.POLLIN))
	p(po.UpdateBySocket(pull, zmq.POLLIN))
	p(po.UpdateBySocket(other, zmq.POLLIN))
	list(po.Poll(10 * time.Millisecond))
	list(po.PollAll(10 * time.Millisecond))
	push.SendMessage("a", "b")
	list(po.Poll(-1))
	pull.Recv(0)
	list(po.Poll(-1))
	list(po.PollAll(-1))
	pull.Recv(0)
	list(po.Poll(0))
	go func() {
		time.Sleep(30 * time.Millisecond)
		push.Send("later", 0)
	}()
	list(po.Poll(-1))
	p(pull.Recv(0))
	p(po.Remove(7), po.Remove(-1), po.Remove(0))
	list(po.PollAll(0))
	p(po.RemoveBySocket(other), po.RemoveBySocket(pull))
	list(po.PollAll(0))
	p(po.RemoveBySocket(pull), po.RemoveBySocket(pull))
	list(po.PollAll(0))

	p(po.Add(other, zmq.POLLIN))
	p(other.Close())
	list(po.Poll(0))
	list(po.PollAll(0))
	p(po)
	p(po.Remove(0))

	p(po.Add(pull, zmq.POLLIN))
	go func() {
		time.Sleep(30 * time.Millisecond)
		p(push.Close())
		ctx.Term()
	}()
	list(po.Poll(-1))
	p(pull.Close())
}
