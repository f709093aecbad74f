package main

import (
	"fmt"
	"time"

	zmq "github.com/alecthomas/gozmq"
)

var p = fmt.Println

const key = "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"

// Options of a few types of sockets, and of contexts.
func main() {
	c, err := zmq.NewContext()
	p(err)
	p(c.IOThreads())
	p(c.MaxSockets())
	p(c.SetIOThreads(2), c.SetIOThreads(-1), c.SetMaxSockets(100), c.SetMaxSockets(0))
	p(c.IOThreads())
	p(c.MaxSockets())
	for _, t := range []zmq.SocketType{zmq.PAIR, zmq.PUB, zmq.SUB, zmq.REQ, zmq.REP, zmq.DEALER, zmq.ROUTER, zmq.PULL, zmq.PUSH, zmq.XPUB, zmq.XSUB} {
		s, err := c.NewSocket(t)
		p(t, err)
		show(s)
		p(s.SetIdentity("me"), s.SetIdentity(""), s.SetSubscribe("a"), s.SetUnsubscribe("a"))
		p(s.SetLinger(250*time.Millisecond), s.SetRcvTimeout(10*time.Millisecond), s.SetSndTimeout(-time.Millisecond))
		p(s.SetReconnectIvl(20*time.Millisecond), s.SetRecoveryIvl(2*time.Second))
		p(s.SetBacklog(7), s.SetBacklog(-1), s.SetSndHWM(5), s.SetSndHWM(-1), s.SetRcvHWM(6), s.SetRcvHWM(-1))
		p(s.SetMaxMsgSize(1<<40), s.SetTCPKeepalive(1), s.SetTCPKeepalive(7))
		p(s.SetTCPAcceptFilter("127.0.0.0/8"), s.SetTCPAcceptFilter("nonsense"))
		p(s.SetROUTERMandatory(true), s.SetPlainUsername("u"))
		show(s)
		p(s.SetCurvePublickey(key), s.SetCurvePublickey("short"))
		show(s)
		p(s.SetLinger(0), s.Close())
		_, err = s.Linger()
		p(err == zmq.ENOTSOCK)
	}
	c.Close()
}

func show(s *zmq.Socket) {
	p(s.Type())
	p(s.Identity())
	p(s.Linger())
	p(s.RcvTimeout())
	p(s.SndTimeout())
	p(s.ReconnectIvl())
	p(s.RecoveryIvl())
	p(s.Backlog())
	p(s.SndHWM())
	p(s.RcvHWM())
	p(s.MaxMsgSize())
	p(s.Affinity())
	p(s.TCPKeepalive())
	p(s.Mechanism())
	p(s.PlainUsername())
	p(s.CurvePublickey())
	p(s.Events())
	p(s.RcvMore())
}
