package main

import (
	"encoding/binary"
	"fmt"
	"time"

	zmq "github.com/pebbe/zmq4"
)

var p = fmt.Println

func socket(ctx *zmq.Context, t zmq.Type) *zmq.Socket {
	s, err := ctx.NewSocket(t)
	if err != nil {
		panic(err)
	}
	s.SetLinger(0)
	s.SetRcvtimeo(time.Minute)
	return s
}

// Proxies: a queue with capture that ends with its context, and one that is steered.
func main() {
	queue()
	steered()
}

func queue() {
	ctx, _ := zmq.NewContext()
	front, back, tap := socket(ctx, zmq.ROUTER), socket(ctx, zmq.DEALER), socket(ctx, zmq.PUSH)
	req, rep, ear := socket(ctx, zmq.REQ), socket(ctx, zmq.REP), socket(ctx, zmq.PULL)
	p(front.Bind("inproc://front"), back.Bind("inproc://back"), tap.Bind("inproc://tap"))
	p(req.Connect("inproc://front"), rep.Connect("inproc://back"), ear.Connect("inproc://tap"))
	done := make(chan error)
	go func() {
		err := zmq.Proxy(front, back, tap)
		front.Close()
		back.Close()
		tap.Close()
		done <- err
	}()
	for i := 0; i < 3; i++ {
		p(req.SendMessage("question", i))
		p(rep.RecvMessage(0))
		p(rep.SendMessage("answer", i))
		p(req.RecvMessage(0))
		for j := 0; j < 2; j++ {
			m, err := ear.RecvMessage(0)
			p(len(m), m[len(m)-2:], err)
		}
	}
	req.Close()
	rep.Close()
	ear.Close()
	p(ctx.Term())
	p(<-done)
}

func steered() {
	ctx, _ := zmq.NewContext()
	front, back, control := socket(ctx, zmq.PULL), socket(ctx, zmq.PUSH), socket(ctx, zmq.PAIR)
	push, pull, pilot := socket(ctx, zmq.PUSH), socket(ctx, zmq.PULL), socket(ctx, zmq.PAIR)
	p(front.Bind("inproc://front"), back.Bind("inproc://back"), control.Bind("inproc://control"))
	p(push.Connect("inproc://front"), pull.Connect("inproc://back"), pilot.Connect("inproc://control"))
	done := make(chan error)
	go func() { done <- zmq.ProxySteerable(front, back, nil, control) }()
	p(push.SendMessage("abcde")) // libzmq 4.3.4 counts messages, later ones frames
	p(pull.RecvMessage(0))
	p(pilot.Send("STATISTICS", 0))
	m, err := pilot.RecvMessage(0)
	for _, frame := range m {
		fmt.Print(binary.NativeEndian.Uint64([]byte(frame)), " ")
	}
	p(err)
	p(pilot.Send("TERMINATE", 0))
	p(<-done)
	for _, s := range []*zmq.Socket{front, back, control, push, pull, pilot} {
		p(s.Close())
	}
	p(ctx.Term())
}
