// SPDX-License-Identifier: Apache-2.0

// Command titanic keeps requests on disk until they are answered, so that clients
// may leave and come back for the reply, and everything else may crash: a service
// of majordomo that clients ask to have another service asked (RFC 9).
//
// Use it where a request must not be lost and its answer may take hours.
//
// What can go wrong: files do not ensure that work is done once only. Work that was
// done just before a crash is done again. A store that is not cleaned up grows, so
// clients close what they have fetched. Here a request is a file that is renamed
// when it is complete; for thousands a second use a database.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/examples/majordomo/mdp"
)

const comeBack = 10 * time.Millisecond // before a client asks for its reply again

var timing = mdp.Timing{Heartbeat: 50 * time.Millisecond}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, zmq.DefaultContext(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, zctx *zmq.Context, out io.Writer) error {
	dir, err := os.MkdirTemp("", "titanic")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	broker, err := mdp.NewBroker(zctx, "tcp://127.0.0.1:*", timing)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	all.Go(func() { broker.Run(ctx) })
	t := &titanic{zctx: zctx, dir: dir, broker: broker.Endpoint(), work: make(chan string, 100)}
	all.Go(func() { t.deliver(ctx) })
	for service, handle := range map[string]mdp.Handler{
		"titanic.request": t.request, "titanic.reply": t.reply, "titanic.close": t.close,
	} {
		all.Go(func() { t.serve(ctx, service, handle) })
	}

	client, err := mdp.NewClient(zctx, broker.Endpoint(), time.Second)
	if err != nil {
		return err
	}
	defer client.Close()
	// There is no service "echo" yet.
	ticket, err := client.Request(ctx, "titanic.request", []byte("echo"), []byte("a letter"))
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "request:", string(ticket[0]))
	reply, err := client.Request(ctx, "titanic.reply", ticket[1])
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "reply, too early:", string(reply[0]))

	all.Go(func() {
		t.serve(ctx, "echo", func(_ context.Context, body [][]byte) [][]byte { return body })
	})
	for string(reply[0]) == pending { // a client comes back when it suits it
		select {
		case <-time.After(comeBack):
		case <-ctx.Done():
			return ctx.Err()
		}
		if reply, err = client.Request(ctx, "titanic.reply", ticket[1]); err != nil {
			return err
		}
	}
	fmt.Fprintln(out, "reply:", string(reply[0]), string(reply[1]))
	if _, err = client.Request(ctx, "titanic.close", ticket[1]); err != nil {
		return err
	}
	left, err := os.ReadDir(dir)
	fmt.Fprintln(out, "files left:", len(left))
	return err
}

// Statuses of RFC 9.
const (
	done    = "200"
	pending = "300"
	unknown = "400"
)

// titanic is the three services and the goroutine that makes the requests. What is
// on disk is the truth; work only tells that there is something new.
type titanic struct {
	zctx        *zmq.Context
	dir, broker string
	work        chan string
}

func (t *titanic) path(ticket, kind string) string {
	return filepath.Join(t.dir, filepath.Base(ticket)+"."+kind) // Base: a ticket is no path
}

// save writes a file that is there whole or not at all.
func (t *titanic) save(ticket, kind string, frames ...[]byte) error {
	text, err := encode(frames)
	if err != nil {
		return err
	}
	if err := os.WriteFile(t.path(ticket, "tmp"), text, 0o600); err != nil {
		return err
	}
	return os.Rename(t.path(ticket, "tmp"), t.path(ticket, kind))
}

// serve is a worker of titanic's own broker.
func (t *titanic) serve(ctx context.Context, service string, handle mdp.Handler) {
	worker := mdp.Worker{Context: t.zctx, Broker: t.broker, Service: service, Timing: timing, Handle: handle}
	if err := worker.Run(ctx); !errors.Is(err, context.Canceled) {
		log.Print(err)
	}
}

// request keeps a request (service, body) and returns a ticket for it.
func (t *titanic) request(ctx context.Context, body [][]byte) [][]byte {
	ticket := rand.Text()
	if err := t.save(ticket, "request", body...); err != nil {
		return [][]byte{[]byte("500"), []byte(err.Error())}
	}
	select {
	case t.work <- ticket:
	case <-ctx.Done():
	}
	return [][]byte{[]byte(done), []byte(ticket)}
}

// reply returns the reply for a ticket, as far as it is there.
func (t *titanic) reply(_ context.Context, body [][]byte) [][]byte {
	ticket := string(body[0])
	if text, err := os.ReadFile(t.path(ticket, "reply")); err == nil {
		if frames, err := decode(text); err == nil {
			return append([][]byte{[]byte(done)}, frames...)
		}
	}
	if _, err := os.Stat(t.path(ticket, "request")); err == nil {
		return [][]byte{[]byte(pending)}
	}
	return [][]byte{[]byte(unknown)}
}

// close forgets a ticket.
func (t *titanic) close(_ context.Context, body [][]byte) [][]byte {
	os.Remove(t.path(string(body[0]), "request"))
	os.Remove(t.path(string(body[0]), "reply"))
	return [][]byte{[]byte(done)}
}

// deliver makes the requests, those left by an earlier run first, until each has its
// reply.
func (t *titanic) deliver(ctx context.Context) {
	client, err := mdp.NewClient(t.zctx, t.broker, 100*time.Millisecond)
	if err != nil {
		log.Print(err)
		return
	}
	defer client.Close()
	for {
		open, _ := filepath.Glob(t.path("*", "request"))
		for _, path := range open {
			ticket := filepath.Base(path[:len(path)-len(".request")])
			if _, err := os.Stat(t.path(ticket, "reply")); err != nil {
				t.try(ctx, client, ticket)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-t.work:
		case <-time.After(20 * time.Millisecond): // those that were in vain, again
		}
	}
}

func (t *titanic) try(ctx context.Context, client *mdp.Client, ticket string) {
	text, err := os.ReadFile(t.path(ticket, "request"))
	if err != nil {
		return // closed meanwhile
	}
	frames, err := decode(text)
	if err != nil || len(frames) < 2 {
		return
	}
	if there, err := client.Exists(ctx, string(frames[0])); err != nil || !there {
		return
	}
	reply, err := client.Request(ctx, string(frames[0]), frames[1:]...)
	if err != nil {
		return
	}
	if err := t.save(ticket, "reply", reply...); err != nil {
		log.Print(err)
	}
}
