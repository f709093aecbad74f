// SPDX-License-Identifier: Apache-2.0

// Command binarystar is two servers of which one works: the backup takes over when
// the primary is gone and clients come to it.
//
// Use it for a service that must not stop and cannot be spread over many servers.
//
// What can go wrong: if the two lose sight of each other while both live, both might
// work at once. So the backup takes over only if it does not hear the primary and
// clients ask it: they cannot reach the primary either. For that, the link between
// the two must share its fate with that of the clients: the same network. State is
// not copied here; see clone. Two active servers that meet are an error for people.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"sync"
	"time"

	"github.com/gozmq/zmq"
)

const (
	interval = 10 * time.Millisecond  // between two reports of state: a second in real life
	silence  = 200 * time.Millisecond // after which the other server counts as gone
	patience = 300 * time.Millisecond // of clients; longer than silence
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, zmq.DefaultContext(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, zctx *zmq.Context, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	primary, err := newServer(zctx, "primary", true)
	if err != nil {
		return err
	}
	backup, err := newServer(zctx, "backup", false)
	if err != nil {
		return err
	}
	if err := errors.Join(primary.watch(backup), backup.watch(primary)); err != nil {
		return err
	}
	life, kill := context.WithCancel(ctx)
	defer kill()
	start := func(ctx context.Context, s *server) {
		all.Go(func() {
			if err := s.run(ctx); err != nil {
				log.Print(s.name, ": ", err)
			}
		})
	}
	start(life, primary)
	start(ctx, backup)

	c := &client{zctx: zctx, servers: []string{primary.front.LastEndpoint(), backup.front.LastEndpoint()}}
	defer c.close()
	for i := range 4 {
		if i == 2 {
			kill()
			fmt.Fprintln(out, "the primary dies")
		}
		reply, err := c.ask(ctx, fmt.Sprint("request ", i))
		if err != nil {
			return err
		}
		fmt.Fprintln(out, reply)
	}
	return nil
}

// server is one of the two.
type server struct {
	name       string
	primary    bool
	front      *zmq.Socket // ROUTER for clients
	pub, sub   *zmq.Socket // our state, and the other's
	active     bool
	heardOther time.Time
}

func newServer(zctx *zmq.Context, name string, primary bool) (*server, error) {
	s := &server{name: name, primary: primary, active: primary, heardOther: time.Now()}
	var errs [3]error
	s.front, errs[0] = zctx.NewSocket(zmq.ROUTER)
	s.pub, errs[1] = zctx.NewSocket(zmq.PUB)
	s.sub, errs[2] = zctx.NewSocket(zmq.SUB)
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	return s, errors.Join(s.front.Bind("tcp://127.0.0.1:*"), s.pub.Bind("tcp://127.0.0.1:*"), s.sub.Subscribe(""))
}

func (s *server) watch(other *server) error { return s.sub.Connect(other.pub.LastEndpoint()) }

func (s *server) run(ctx context.Context) error {
	defer s.front.Close()
	defer s.pub.Close()
	defer s.sub.Close()
	requests, reports := s.front.Incoming(ctx), s.sub.Incoming(ctx)
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if err := s.pub.SendString(ctx, s.state()); err != nil {
				return nil
			}
		case m, ok := <-reports:
			if !ok {
				return nil
			}
			s.heardOther = time.Now()
			if m.String() == "active" && s.active {
				return errors.New("both servers are active: decide which is right, and restart the other")
			}
		case m, ok := <-requests:
			if !ok {
				return nil
			}
			if !s.active && time.Since(s.heardOther) > silence {
				s.active = true // a client has voted
			}
			if s.active {
				frames := m.Frames()
				frames[len(frames)-1] = fmt.Appendf(nil, "%s: %s done", s.name, m.Last())
				_ = s.front.Send(ctx, frames...)
			}
		}
	}
}

func (s *server) state() string {
	if s.active {
		return "active"
	}
	return "passive"
}

// client asks one server at a time, and goes on to the other when it is silent.
type client struct {
	zctx    *zmq.Context
	servers []string
	current int
	sock    *zmq.Socket
}

func (c *client) ask(ctx context.Context, request string) (string, error) {
	for range 10 {
		if err := c.connect(); err != nil {
			return "", err
		}
		ctx, cancel := context.WithTimeout(ctx, patience)
		reply, err := c.sock.Request(ctx, []byte(request))
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			return reply.String(), err
		}
		c.close()
		c.current = 1 - c.current
	}
	return "", errors.New("neither server answers")
}

func (c *client) connect() (err error) {
	if c.sock != nil {
		return nil
	}
	if c.sock, err = c.zctx.NewSocket(zmq.REQ, zmq.Linger.Of(0)); err != nil {
		return err
	}
	return c.sock.Connect(c.servers[c.current])
}

func (c *client) close() {
	if c.sock != nil {
		c.sock.Close()
		c.sock = nil
	}
}
