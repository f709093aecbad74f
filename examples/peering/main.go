// SPDX-License-Identifier: Apache-2.0

// Command peering joins brokers into one cloud: each has clients and workers of its
// own, and gives what its workers cannot do to a neighbour that has idle ones.
//
// Use it for sites that work on their own and help each other out. Brokers tell
// each other over XPUB and SUB how many workers are idle, and pass requests over
// ROUTER to ROUTER, each known by the name of its site. A ROUTER reaches a name only
// once the connection stands, so each greets its neighbours with ProbeRouter: what is
// known of one counts from its greeting on.
//
// What can go wrong: what is known of the neighbours is always a little old, so two
// brokers may send to the same idle worker, and one request waits there. A request
// is handed on once only, or it could travel in circles; a broker that stops takes
// requests with it, and clients ask again.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/gozmq/zmq"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// run has three sites, of which one has no workers at all.
func run(ctx context.Context, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	sites := []string{"north", "south", "west"}
	brokers := map[string]*broker{}
	for _, name := range sites {
		b, err := newBroker(name)
		if err != nil {
			return err
		}
		defer b.close()
		brokers[name] = b
	}
	for _, b := range brokers {
		for _, other := range brokers {
			if b != other {
				if err := b.join(other); err != nil {
					return err
				}
			}
		}
	}
	for name, b := range brokers {
		all.Go(func() { b.route(ctx) })
		if name != "west" {
			all.Go(func() { work(ctx, b.workers.LastEndpoint(), name) })
		}
	}
	for _, name := range sites {
		served, err := ask(ctx, brokers[name].clients.LastEndpoint(), 5)
		if err != nil {
			return err
		}
		if slices.Contains(served, "west") {
			return fmt.Errorf("west has no workers, but did work for %s", name)
		}
		fmt.Fprintf(out, "%s: %d requests answered\n", name, len(served))
	}
	return nil
}

// broker is one site. Everything but its sockets belongs to route.
type broker struct {
	name             string
	clients, workers *zmq.Socket // ROUTERs of this site
	in, to           *zmq.Socket // ROUTERs: requests of neighbours; ours to them
	states, news     *zmq.Socket // XPUB of our number of idle workers; SUB of theirs
	idle             [][]byte
	free             map[string]int  // idle workers of the neighbours
	greeted          map[string]bool // neighbours that to reaches
}

func newBroker(name string) (*broker, error) {
	b := &broker{name: name, free: map[string]int{}, greeted: map[string]bool{}}
	id := zmq.RoutingID.Of([]byte(name))
	var errs []error
	open := func(t zmq.SocketType, bind bool, settings ...zmq.Setting) *zmq.Socket {
		s, err := zmq.NewSocket(t, settings...)
		if err == nil && bind {
			err = s.Bind("tcp://127.0.0.1:*")
		}
		errs = append(errs, err)
		return s
	}
	b.clients, b.workers = open(zmq.ROUTER, true), open(zmq.ROUTER, true)
	b.in, b.to = open(zmq.ROUTER, true, id, zmq.ProbeRouter.Of(true)), open(zmq.ROUTER, false, id)
	// An XPUB sees each neighbour come, and tells it the state.
	b.states, b.news = open(zmq.XPUB, true, zmq.XPubVerbose.Of(true)), open(zmq.SUB, false)
	errs = append(errs, b.news.Subscribe(""))
	return b, errors.Join(errs...)
}

func (b *broker) close() {
	for _, s := range []*zmq.Socket{b.clients, b.workers, b.in, b.to, b.states, b.news} {
		s.Close()
	}
}

func (b *broker) join(other *broker) error {
	return errors.Join(b.to.Connect(other.in.LastEndpoint()), b.news.Connect(other.states.LastEndpoint()))
}

// route is the broker's one loop. Requests carry their way back in front: client,
// "", request at home; neighbour, client, "", request from abroad.
func (b *broker) route(ctx context.Context) {
	clients, workers := b.clients.Incoming(ctx), b.workers.Incoming(ctx)
	in, back := b.in.Incoming(ctx), b.to.Incoming(ctx)
	news, neighbours := b.news.Incoming(ctx), b.states.Incoming(ctx)
	for {
		abroad := b.freest()
		own, foreign := clients, in
		if len(b.idle) == 0 {
			foreign = nil // a request is handed on once only
			if abroad == "" {
				own = nil
			}
		}
		var m zmq.Message
		ok := true
		select {
		case m, ok = <-news:
			if name, n, _ := strings.Cut(m.String(), " "); ok {
				b.free[name], _ = strconv.Atoi(n)
			}
		case m, ok = <-neighbours: // one has subscribed
			b.tell(ctx)
		case m, ok = <-workers: // worker, "READY", or worker, "home" or "away", way back, reply
			if ok {
				b.idle = append(b.idle, m.Frame(0))
				b.reply(ctx, m)
				b.tell(ctx)
			}
		case m, ok = <-back: // neighbour, "" once it is connected; neighbour, client, "", reply
			if ok && m.Len() == 2 {
				b.greeted[string(m.Frame(0))] = true
			} else if ok {
				_ = b.clients.Send(ctx, m.Frames()[1:]...)
			}
		case m, ok = <-own:
			if ok && len(b.idle) > 0 {
				b.give(ctx, "home", m)
			} else if ok {
				b.free[abroad]--
				_ = b.to.Send(ctx, append([][]byte{[]byte(abroad)}, m.Frames()...)...)
			}
		case m, ok = <-foreign:
			if ok {
				b.give(ctx, "away", m)
			}
		}
		if !ok {
			return
		}
	}
}

// freest is the neighbour within reach with the most idle workers, "" if none has any.
func (b *broker) freest() (name string) {
	for n, free := range b.free {
		if free > 0 && b.greeted[n] && (name == "" || free > b.free[name]) {
			name = n
		}
	}
	return name
}

func (b *broker) give(ctx context.Context, from string, m zmq.Message) {
	_ = b.workers.Send(ctx, append([][]byte{b.idle[0], []byte(from)}, m.Frames()...)...)
	b.idle = b.idle[1:]
	b.tell(ctx)
}

func (b *broker) reply(ctx context.Context, m zmq.Message) {
	if m.Len() < 3 {
		return // READY
	}
	to := b.clients
	if string(m.Frame(1)) == "away" {
		to = b.in
	}
	_ = to.Send(ctx, m.Frames()[2:]...)
}

// tell publishes how many workers are idle.
func (b *broker) tell(ctx context.Context) {
	_ = b.states.SendString(ctx, fmt.Sprint(b.name, " ", len(b.idle)))
}

// work answers with the name of its site.
func work(ctx context.Context, endpoint, site string) {
	dealer, err := zmq.NewSocket(zmq.DEALER)
	if err != nil {
		return
	}
	defer dealer.Close()
	if errors.Join(dealer.Connect(endpoint), dealer.SendString(ctx, "READY")) != nil {
		return
	}
	for m, err := range dealer.Messages(ctx) {
		if err != nil {
			return
		}
		frames := m.Frames()
		frames[len(frames)-1] = []byte(site)
		_ = dealer.Send(ctx, frames...)
	}
}

func ask(ctx context.Context, endpoint string, n int) (sites []string, err error) {
	req, err := zmq.NewSocket(zmq.REQ)
	if err != nil {
		return nil, err
	}
	defer req.Close()
	if err := req.Connect(endpoint); err != nil {
		return nil, err
	}
	for range n {
		reply, err := req.Request(ctx, []byte("who does it?"))
		if err != nil {
			return nil, err
		}
		sites = append(sites, reply.String())
	}
	return sites, nil
}
