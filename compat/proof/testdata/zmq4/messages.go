package main

import (
	"fmt"
	"time"

	zmq "github.com/pebbe/zmq4"
)

var p = fmt.Println

func pair(ctx *zmq.Context, a, b zmq.Type, at string) (*zmq.Socket, *zmq.Socket) {
	x, err := ctx.NewSocket(a)
	if err != nil {
		panic(err)
	}
	y, err := ctx.NewSocket(b)
	if err != nil {
		panic(err)
	}
	x.SetLinger(0)
	y.SetLinger(0)
	if err := x.Bind(at); err != nil {
		panic(err)
	}
	if at, err = x.GetLastEndpoint(); err != nil {
		panic(err)
	}
	if err := y.Connect(at); err != nil {
		panic(err)
	}
	return x, y
}

// Sending and receiving, parts and whole messages.
func main() {
	ctx, _ := zmq.NewContext()
	parts(ctx)
	calls(ctx)
	errors(ctx)
	metadata(ctx)
	closed(ctx)
	p(ctx.Term())
}

func parts(ctx *zmq.Context) {
	x, y := pair(ctx, zmq.PUSH, zmq.PULL, "inproc://parts")
	for _, part := range []string{"a", "", "c"} {
		p(x.Send(part, zmq.SNDMORE))
	}
	_, err := y.Recv(zmq.DONTWAIT)
	p(err)
	p(x.Send("last", 0))
	for i := 0; i < 4; i++ {
		p(y.Recv(0))
		p(y.GetRcvmore())
	}
	p(x.SendMessage("a", "b", "c"))
	p(y.RecvBytes(0))
	p(y.RecvMessage(0))
	p(x.Send("first", zmq.SNDMORE))
	p(x.SendMessage("second", "third"))
	p(y.RecvMessageBytes(0))
	x.Close()
	y.Close()
}

func calls(ctx *zmq.Context) {
	x, y := pair(ctx, zmq.PUSH, zmq.PULL, "inproc://calls")
	p(x.SendBytes([]byte("octets"), 0))
	p(y.RecvBytes(0))
	p(x.SendBytes(nil, 0))
	b, err := y.RecvBytes(0)
	p(b == nil, len(b), err)
	p(x.SendMessage("a", []byte("bc"), 12, []string{"x", "y"}, [][]byte{[]byte("zz")}, nil, 1.5, time.Second))
	p(y.RecvMessage(0))
	p(x.SendMessage())
	p(x.SendMessage([]string{}))
	p(x.SendMessage("a", []string{}))
	p(y.RecvMessage(0))
	p(x.SendMessageDontwait("now", "here"))
	p(y.RecvMessageBytes(0))
	p(y.GetEvents())
	p(x.GetEvents())
	x.Close()
	y.Close()
}

func errors(ctx *zmq.Context) {
	x, y := pair(ctx, zmq.REQ, zmq.REP, "inproc://errors")
	_, err := x.Recv(0)
	p("reply without request", err)
	_, err = y.Send("x", 0)
	p("early reply", err)
	p(x.SendMessage("a", "b"))
	_, err = x.Send("again", 0)
	p("request again", err)
	p(y.Recv(0))
	_, err = y.Send("early", 0)
	p("reply to half a request", err)
	p(y.Recv(0))
	p(y.Send("reply", 0))
	p(x.Recv(0))
	push, _ := ctx.NewSocket(zmq.PUSH)
	pull, _ := ctx.NewSocket(zmq.PULL)
	router, _ := ctx.NewSocket(zmq.ROUTER)
	push.SetLinger(0)
	p(push.Send("x", zmq.DONTWAIT))
	p(push.Send("x", zmq.DONTWAIT|zmq.SNDMORE))
	p(push.SendMessageDontwait("x", "y"))
	p(push.SetSndtimeo(10 * time.Millisecond))
	p(push.Send("x", 0))
	p(push.SendMessage("x", "y"))
	_, err = push.Recv(0)
	p(err)
	p(pull.Send("x", 0))
	p(pull.SetRcvtimeo(10 * time.Millisecond))
	p(pull.Recv(0))
	m, err := pull.RecvMessage(0)
	p(m == nil, m, err)
	mb, err := pull.RecvMessageBytes(zmq.DONTWAIT)
	p(mb == nil, mb, err)
	b, err := pull.RecvBytes(zmq.DONTWAIT)
	p(b == nil, b, err)
	p(router.SendMessage("nobody", "dropped"))
	p(router.SetRouterMandatory(1))
	p(router.SendMessage("nobody", "x"))
	_, err = router.Send("nobody", zmq.SNDMORE)
	p(err)
	p(pull.Bind("nonsense"), pull.Bind("nonsense://x"), pull.Connect("tcp://"), pull.Connect("tcp://x:y"), pull.Bind(""))
	p(pull.Bind("inproc://errors"), pull.Unbind("inproc://nothing"), pull.Disconnect("tcp://127.0.0.1:9"))
	p(pull.Bind("inproc://mine"), pull.Unbind("inproc://mine"), pull.Connect("tcp://127.0.0.1:9"), pull.Disconnect("tcp://127.0.0.1:9"))
	for _, s := range []*zmq.Socket{x, y, push, pull, router} {
		p(s.Close())
	}
}

func metadata(ctx *zmq.Context) {
	x, y := pair(ctx, zmq.DEALER, zmq.REP, "tcp://127.0.0.1:*")
	names := []string{"Socket-Type", "Peer-Address", "User-Id", "Identity", "Nothing"}
	for i := 0; i < 4; i++ {
		p(x.SendMessage("", "body"))
		switch i {
		case 0:
			p(y.RecvWithMetadata(0, names...))
		case 1:
			p(y.RecvBytesWithMetadata(0, names...))
		case 2:
			p(y.RecvMessageWithMetadata(0, names...))
		case 3:
			p(y.RecvMessageBytesWithMetadata(0, names...))
		}
		p(y.Send("", 0))
	}
	p(y.RecvWithMetadata(zmq.DONTWAIT, names...))
	p(y.RecvMessageWithMetadata(zmq.DONTWAIT, names...))
	x.Close()
	y.Close()
}

func closed(ctx *zmq.Context) {
	s, _ := ctx.NewSocket(zmq.PULL)
	c, err := s.Context()
	p(c == ctx, err)
	p(s.Close(), s.Close(), s.String(), s)
	c, err = s.Context()
	p(c, err)
	_, err = s.Recv(0)
	p(err)
	_, err = s.RecvMessage(0)
	p(err)
	p(s.Send("x", 0))
	p(s.SendMessage("x"))
	p(s.Bind("inproc://x"), s.Connect("inproc://x"), s.Unbind("inproc://x"), s.Disconnect("inproc://x"), s.Monitor("inproc://y", zmq.EVENT_ALL))
	p(s.GetLinger())
	p(s.GetType())
	p(s.SetLinger(0), s.SetSubscribe(""))
	_, _, _, err = s.RecvEvent(0)
	p(err)
}
