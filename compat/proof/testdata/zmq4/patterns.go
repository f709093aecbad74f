package main

import (
	"fmt"
	"time"

	zmq "github.com/pebbe/zmq4"
)

var p = fmt.Println

func pair(ctx *zmq.Context, a, b zmq.Type, set ...func(x, y *zmq.Socket)) (*zmq.Socket, *zmq.Socket) {
	x, _ := ctx.NewSocket(a)
	y, _ := ctx.NewSocket(b)
	for _, s := range []*zmq.Socket{x, y} {
		s.SetLinger(0)
		s.SetRcvtimeo(time.Minute)
	}
	for _, f := range set {
		f(x, y)
	}
	if err := x.Bind("tcp://127.0.0.1:*"); err != nil {
		panic(err)
	}
	at, _ := x.GetLastEndpoint()
	if err := y.Connect(at); err != nil {
		panic(err)
	}
	return x, y
}

func end(all ...*zmq.Socket) {
	for _, s := range all {
		if err := s.Close(); err != nil {
			p(err)
		}
	}
}

// The patterns over TCP, frame by frame and whole.
func main() {
	ctx, _ := zmq.NewContext()
	router(ctx)
	subscriptions(ctx)
	xpub(ctx)
	stream(ctx)
	pairs(ctx)
	large(ctx)
	p(ctx.Term())
}

func router(ctx *zmq.Context) {
	r, d := pair(ctx, zmq.ROUTER, zmq.DEALER, func(r, d *zmq.Socket) { d.SetIdentity("dealer") })
	p(d.SendMessage("", "hello"))
	p(r.Recv(0))
	p(r.GetRcvmore())
	p(r.GetEvents())
	p(r.RecvMessage(0))
	p(r.Send("dealer", zmq.SNDMORE))
	p(r.Send("", zmq.SNDMORE))
	p(r.Send("world", 0))
	p(d.RecvMessage(0))
	p(r.Send("alone", 0))
	p(r.SendMessage("nobody", "x"))
	p(r.SetRouterMandatory(1))
	p(r.SendMessage("nobody", "x"))
	p(r.SendMessage("dealer", "y"))
	p(d.RecvMessage(0))
	end(r, d)
}

func subscriptions(ctx *zmq.Context) {
	x, s := pair(ctx, zmq.XPUB, zmq.SUB)
	p(s.SetSubscribe("a"))
	p(x.RecvMessageBytes(0))
	for _, topic := range []string{"abc", "b", "a"} {
		p(x.SendMessage(topic, "body"))
	}
	p(s.RecvMessage(0))
	p(s.RecvMessage(0))
	p(s.SetUnsubscribe("a"))
	p(x.RecvMessageBytes(0))
	end(x, s)
}

func xpub(ctx *zmq.Context) {
	x, s := pair(ctx, zmq.XPUB, zmq.XSUB, func(x, s *zmq.Socket) { p(x.SetXpubVerbose(1), x.SetXpubWelcomeMsg("welcome")) })
	p(s.SendBytes([]byte{1, 'w'}, 0))
	p(x.RecvBytes(0))
	p(x.Send("warm", 0))
	p(s.RecvMessage(0))
	p(s.SendBytes([]byte{0, 'w'}, 0))
	p(x.RecvBytes(0))
	end(x, s)
}

func stream(ctx *zmq.Context) {
	x, y := pair(ctx, zmq.STREAM, zmq.STREAM)
	id, err := y.RecvMessage(0)
	p(len(id), len(id[0]), id[1], err)
	id2, err := x.RecvMessage(0)
	p(len(id2), len(id2[0]), id2[1], err)
	p(y.Send(id[0], zmq.SNDMORE))
	p(y.Send("raw octets", zmq.SNDMORE))
	m, err := x.RecvMessage(0)
	p(m[0] == id2[0], m[1], err)
	p(x.SendMessage("nobody", "x"))
	end(x, y)
}

func pairs(ctx *zmq.Context) {
	x, y := pair(ctx, zmq.PAIR, zmq.PAIR)
	for i := 0; i < 100; i++ {
		x.SendMessage(i, "part")
	}
	sum := 0
	for i := 0; i < 100; i++ {
		m, _ := y.RecvMessage(0)
		var n int
		fmt.Sscan(m[0], &n)
		sum += n
	}
	p(sum)
	end(x, y)
}

func large(ctx *zmq.Context) {
	x, y := pair(ctx, zmq.PUSH, zmq.PULL)
	b := make([]byte, 10<<20)
	for i := range b {
		b[i] = byte(i)
	}
	p(x.SendBytes(b, 0))
	c, err := y.RecvBytes(0)
	p(len(c), string(b) == string(c), err)
	end(x, y)
}
