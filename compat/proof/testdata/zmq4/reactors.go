package main

import (
	"errors"
	"fmt"
	"time"

	zmq "github.com/pebbe/zmq4"
)

// Reactors: sockets, channels, limits, and how they end.
func main() {
	p := fmt.Println
	re := zmq.NewReactor()
	ch := make(chan interface{}, 5)
	for i := 0; i < 5; i++ {
		ch <- i
	}
	first := re.AddChannel(ch, 2, func(v interface{}) error { p("channel", v); return nil })
	after := re.AddChannelTime(time.After(40*time.Millisecond), 1, func(v interface{}) error {
		_, ok := v.(time.Time)
		p("time", ok)
		return errors.New("end")
	})
	p(first != after)
	p(re.Run(5 * time.Millisecond))

	ctx, _ := zmq.NewContext()
	a, _ := ctx.NewSocket(zmq.PAIR)
	b, _ := ctx.NewSocket(zmq.PAIR)
	a.Bind("inproc://reactor")
	b.Connect("inproc://reactor")
	re = zmq.NewReactor()
	re.SetVerbose(false)
	n := 0
	re.AddSocket(b, zmq.POLLIN, func(zmq.State) error { p("replaced"); return nil })
	re.AddSocket(b, zmq.POLLIN, func(s zmq.State) error {
		m, err := b.Recv(0)
		p("socket", s, m, err)
		if n++; n == 2 {
			return errors.New("two")
		}
		return nil
	})
	re.AddSocket(a, zmq.POLLOUT, func(s zmq.State) error {
		p("writable", s)
		re.RemoveSocket(a)
		return nil
	})
	a.Send("1", 0)
	a.Send("2", 0)
	p(re.Run(-1))
	re.RemoveSocket(b)
	p(re.Run(-1))

	re = zmq.NewReactor()
	closed := make(chan interface{})
	close(closed)
	re.AddChannel(closed, 0, func(v interface{}) error { p("from a closed channel", v); return nil })
	removed := make(chan interface{}, 1)
	removed <- 1
	id := re.AddChannel(removed, 0, func(v interface{}) error { p("removed", v); return nil })
	re.RemoveChannel(id)
	re.AddChannelTime(time.After(20*time.Millisecond), 0, func(interface{}) error { return errors.New("end") })
	p(re.Run(5 * time.Millisecond))
	p(zmq.NewReactor().Run(5 * time.Millisecond))
	re = zmq.NewReactor()
	re.AddChannelTime(time.After(time.Hour), 1, func(interface{}) error { return nil })
	p(re.Run(-1))
	a.Close()
	b.Close()
	p(ctx.Term())
}
