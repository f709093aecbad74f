// SPDX-License-Identifier: Apache-2.0

// Command clone keeps a copy of a key-value table in every client: a snapshot first,
// then the changes, in an order that one server gives.
//
// Use it to share state that is small enough to be everywhere: configuration,
// membership, prices.
//
// What can go wrong: changes that happen while the snapshot is on its way are lost
// for a client that subscribes after it, so it subscribes before, and skips what the
// snapshot has already. Publishing drops, so every change has a number, and the
// server repeats its last one: a client that finds a gap fetches a new snapshot.
// Clients do not change their own copy but send the change to the server, and get
// it back in its place in the order. The server is one; see binarystar.
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
	"time"

	"github.com/gozmq/zmq"
)

const (
	interval = 20 * time.Millisecond // of the last number; a second in real life
	patience = 2 * time.Second       // for the whole of a snapshot
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	s, err := newServer()
	if err != nil {
		return err
	}
	all.Go(func() { s.run(ctx) })
	writer, err := newClone(s)
	if err != nil {
		return err
	}
	defer writer.close()
	for i := range 5 {
		if err := writer.set(ctx, fmt.Sprint("key", i), fmt.Sprint("value", i)); err != nil {
			return err
		}
	}
	if err := writer.until(ctx, "key4"); err != nil {
		return err
	}
	for _, name := range []string{"first", "second"} { // the second comes later
		c, err := newClone(s)
		if err != nil {
			return err
		}
		defer c.close()
		if err := c.set(ctx, name, "was here"); err != nil {
			return err
		}
		if err := c.until(ctx, name); err != nil {
			return err
		}
		var entries []string
		for k, v := range c.table {
			entries = append(entries, k+"="+v)
		}
		slices.Sort(entries)
		fmt.Fprintf(out, "%s, at change %d: %s\n", name, c.number, strings.Join(entries, " "))
	}
	return nil
}

// server owns the order. Its table belongs to run.
type server struct {
	snapshots, updates, changes *zmq.Socket // ROUTER, PUB, PULL
	table                       map[string]string
	number                      int
}

func newServer() (*server, error) {
	s := &server{table: map[string]string{}}
	var errs [3]error
	s.snapshots, errs[0] = zmq.NewSocket(zmq.ROUTER, zmq.WaitForPeer.Of(true))
	s.updates, errs[1] = zmq.NewSocket(zmq.PUB)
	s.changes, errs[2] = zmq.NewSocket(zmq.PULL)
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	const ep = "tcp://127.0.0.1:*"
	return s, errors.Join(s.snapshots.Bind(ep), s.updates.Bind(ep), s.changes.Bind(ep))
}

func (s *server) run(ctx context.Context) {
	defer s.snapshots.Close()
	defer s.updates.Close()
	defer s.changes.Close()
	requests, changes := s.snapshots.Incoming(ctx), s.changes.Incoming(ctx)
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case m, ok := <-requests: // client, number of its request
			if !ok {
				return
			}
			s.sendSnapshot(ctx, string(m.Frame(0)), string(m.Last()))
		case m, ok := <-changes: // key, value
			if !ok {
				return
			}
			if m.Len() != 2 {
				continue
			}
			s.number++
			s.table[m.String()] = string(m.Last())
			_ = s.updates.SendString(ctx, strconv.Itoa(s.number), m.String(), string(m.Last()))
		case <-tick.C:
			_ = s.updates.SendString(ctx, strconv.Itoa(s.number))
		}
	}
}

// sendSnapshot sends the table, which may be larger than the client's queue: hence
// WaitForPeer. A client that does not read holds the server up for a second at most.
func (s *server) sendSnapshot(ctx context.Context, client, request string) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	for k, v := range s.table {
		if s.snapshots.SendString(ctx, client, request, k, v) != nil {
			return // what the client has is no copy without an end; it asks again
		}
	}
	_ = s.snapshots.SendString(ctx, client, request, strconv.Itoa(s.number))
}

// clone is a client with its copy.
type clone struct {
	snapshots, updates, changes *zmq.Socket // DEALER, SUB, PUSH
	table                       map[string]string
	number                      int // of the last change in table; -1 before the first snapshot
	request                     int // number of the last one for a snapshot
}

func newClone(s *server) (*clone, error) {
	c := &clone{number: -1}
	var errs [3]error
	c.snapshots, errs[0] = zmq.NewSocket(zmq.DEALER)
	c.updates, errs[1] = zmq.NewSocket(zmq.SUB)
	c.changes, errs[2] = zmq.NewSocket(zmq.PUSH)
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	return c, errors.Join(
		c.updates.Subscribe(""), c.updates.Connect(s.updates.LastEndpoint()),
		c.snapshots.Connect(s.snapshots.LastEndpoint()), c.changes.Connect(s.changes.LastEndpoint()))
}

func (c *clone) close() {
	c.snapshots.Close()
	c.updates.Close()
	c.changes.Close()
}

func (c *clone) set(ctx context.Context, key, value string) error {
	return c.changes.SendString(ctx, key, value)
}

// until follows the changes until a key is there.
func (c *clone) until(ctx context.Context, key string) error {
	for m, err := range c.updates.Messages(ctx) { // number, or number, key, value
		if err != nil {
			return err
		}
		number, err := strconv.Atoi(m.String())
		if err != nil {
			return err
		}
		if m.Len() == 3 && number == c.number+1 && c.number >= 0 {
			c.table[string(m.Frame(1))], c.number = string(m.Frame(2)), number
		}
		if c.number < 0 || number > c.number { // at the beginning, and where there is a gap
			if err := c.fetch(ctx); err != nil {
				return err
			}
		}
		if _, ok := c.table[key]; ok {
			return nil
		}
	}
	return nil
}

// fetch takes a snapshot. Updates wait in their socket meanwhile. One that does not come
// to its end in time is asked for again.
func (c *clone) fetch(ctx context.Context) error {
	for {
		trying, cancel := context.WithTimeout(ctx, patience)
		err := c.tryFetch(trying)
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil {
			return err
		}
	}
}

func (c *clone) tryFetch(ctx context.Context) error {
	c.request++
	request := strconv.Itoa(c.request)
	if err := c.snapshots.SendString(ctx, request); err != nil {
		return err
	}
	table := map[string]string{}
	for m, err := range c.snapshots.Messages(ctx) { // request, then key and value, or the number at the end
		switch {
		case err != nil:
			return err
		case m.String() != request: // of a snapshot that was given up
		case m.Len() == 3:
			table[string(m.Frame(1))] = string(m.Frame(2))
		default:
			c.table = table
			c.number, err = strconv.Atoi(string(m.Last()))
			return err
		}
	}
	return nil
}
