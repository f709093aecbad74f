package main

import (
	"fmt"
	"time"

	zmq "github.com/pebbe/zmq4"
)

var p = fmt.Println

// watch monitors a socket and returns the one that receives the events.
func watch(ctx *zmq.Context, s *zmq.Socket, at string, events zmq.Event) *zmq.Socket {
	p(s.Monitor(at, events))
	m, err := ctx.NewSocket(zmq.PAIR)
	p(err, m.Connect(at), m.SetRcvtimeo(time.Minute))
	return m
}

// until prints events up to the one that is named.
func until(who string, m *zmq.Socket, last zmq.Event, at string) {
	for {
		e, addr, value, err := m.RecvEvent(0)
		where := "another address"
		if addr == at {
			where = "the endpoint"
		} else if addr == "" {
			where = "no address"
		}
		p(who, e, where, value != 0, err)
		if err != nil || e == last {
			return
		}
	}
}

// Monitors of a connection's life, seen from both ends, and of what fails.
func main() {
	ctx, _ := zmq.NewContext()
	rep, _ := ctx.NewSocket(zmq.REP)
	req, _ := ctx.NewSocket(zmq.REQ)
	rep.SetLinger(0)
	req.SetLinger(0)
	server := watch(ctx, rep, "inproc://server", zmq.EVENT_ALL)
	client := watch(ctx, req, "inproc://client", zmq.EVENT_ALL&^zmq.EVENT_CONNECT_DELAYED)
	p(rep.Bind("tcp://127.0.0.1:*"))
	at, _ := rep.GetLastEndpoint()
	until("server", server, zmq.EVENT_LISTENING, at)
	p(req.Connect(at))
	until("server", server, zmq.EVENT_HANDSHAKE_SUCCEEDED, at)
	until("client", client, zmq.EVENT_HANDSHAKE_SUCCEEDED, at)
	p(req.Send("hello", 0))
	p(rep.Recv(0))
	p(req.Close())
	until("server", server, zmq.EVENT_DISCONNECTED, at)
	until("client", client, zmq.EVENT_MONITOR_STOPPED, at)

	taken, _ := ctx.NewSocket(zmq.PULL)
	third := watch(ctx, taken, "inproc://third", zmq.EVENT_BIND_FAILED|zmq.EVENT_LISTENING)
	p(taken.Bind(at) != nil) // libzmq's monitor overwrites the number of the error
	until("taken", third, zmq.EVENT_BIND_FAILED, at)
	p(taken.Monitor("", 0), taken.Monitor("tcp://127.0.0.1:1", zmq.EVENT_ALL), taken.Monitor("nonsense", zmq.EVENT_ALL))
	p(rep.Unbind(at))
	until("server", server, zmq.EVENT_CLOSED, at)
	p(rep.Close())
	until("server", server, zmq.EVENT_MONITOR_STOPPED, at)
	_, _, _, err := server.RecvEvent(zmq.DONTWAIT)
	p(err)

	x, _ := ctx.NewSocket(zmq.PAIR)
	y, _ := ctx.NewSocket(zmq.PAIR)
	p(x.Bind("inproc://x"), y.Connect("inproc://x"))
	p(x.Send("short", 0))
	_, _, _, err = y.RecvEvent(0)
	p(err)
	for _, s := range []*zmq.Socket{server, client, taken, third, x, y} {
		p(s.Close())
	}
	p(ctx.Term())
}
