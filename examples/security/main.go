// SPDX-License-Identifier: Apache-2.0

// Command security goes from no security to all of it in five steps: grasslands,
// strawhouse, woodhouse, stonehouse, ironhouse.
//
// Use the ironhouse on every network that you do not own, and between machines that
// need not trust all others. Settings are for a socket, or for one Bind or Connect.
//
// What can go wrong: CURVE without a handler is the stonehouse. It is encrypted, but
// admits every client that knows the server's public key. Every observer of the
// network can read a PLAIN password, and so can a program that answers in the server's
// place. A handler belongs to a Context. The sockets that it judges are made there,
// and it must run before the first client connects. Secret keys belong in files that only their
// owner can read (auth.Certificate), not in the program.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/auth"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// house is what both sides do.
type house struct {
	name            string
	server, client  []zmq.Setting
	rules           *auth.Rules   // nil: all are admitted
	stranger        []zmq.Setting // what an unwanted client tries
	strangerComesIn bool
}

func houses() []house {
	server, client, stranger := zmq.NewCurveKeypair(), zmq.NewCurveKeypair(), zmq.NewCurveKeypair()
	here := auth.MustParseAddresses("127.0.0.1", "::1")
	elsewhere := auth.MustParseAddresses("192.0.2.0/24")
	domain := zmq.ZAPDomain.Of("global") // NULL asks the handler only if there is one
	password := func(p string) []zmq.Setting {
		return []zmq.Setting{zmq.PlainUsername.Of("alice"), zmq.PlainPassword.Of(p)}
	}
	return []house{
		{name: "grasslands", strangerComesIn: true}, // all peers, in the clear

		// Known addresses only, in the clear. No client can come from 192.0.2.0/24,
		// which is refused, so the stranger has an address that is admitted.
		{name: "strawhouse", server: []zmq.Setting{domain}, strangerComesIn: true,
			rules: &auth.Rules{Allow: here, Deny: elsewhere, InsecureAllowNull: true}},

		// Names and passwords, in the clear.
		{name: "woodhouse", server: []zmq.Setting{zmq.PlainServer.Of(true)}, client: password("secret"), stranger: password("guess"),
			rules: &auth.Rules{Passwords: auth.PasswordMap{"alice": "secret"}}},

		// Encrypted, and the server has proved its identity. A stranger that has its key
		// is admitted.
		{name: "stonehouse", server: []zmq.Setting{server.AsServer()}, client: []zmq.Setting{client.AsClient(server.Public)},
			stranger: []zmq.Setting{stranger.AsClient(server.Public)}, strangerComesIn: true},

		// The clients have proved their identity, too.
		{name: "ironhouse", server: []zmq.Setting{server.AsServer()}, client: []zmq.Setting{client.AsClient(server.Public)},
			stranger: []zmq.Setting{stranger.AsClient(server.Public)},
			rules:    &auth.Rules{Keys: auth.NewKeySet(client.Public)}},
	}
}

func run(ctx context.Context, out io.Writer) error {
	for _, h := range houses() {
		if err := h.visit(ctx, out); err != nil {
			return fmt.Errorf("%s: %w", h.name, err)
		}
	}
	return nil
}

func (h *house) visit(ctx context.Context, out io.Writer) error {
	zctx, err := zmq.NewContext(zmq.ContextConfig{})
	if err != nil {
		return err
	}
	if h.rules != nil {
		handler, err := auth.Start(zctx, auth.Config{Default: *h.rules})
		if err != nil {
			return err
		}
		defer handler.Close()
	}
	pull, err := zctx.NewSocket(zmq.PULL, h.server...)
	if err != nil {
		return err
	}
	defer pull.Close()
	if err := pull.Bind("tcp://127.0.0.1:*"); err != nil {
		return err
	}
	friend, err := connected(pull.LastEndpoint(), h.client)
	if err != nil {
		return err
	}
	defer friend.Close()
	if err := friend.SendString(ctx, "hello"); err != nil {
		return err
	}
	m, err := pull.Recv(ctx)
	if err != nil {
		return err
	}
	peer := m.Peer()
	fmt.Fprintf(out, "%-10s  %-5s  user known: %-5v  ", h.name, peer.Mechanism, peer.UserID != "")
	in, err := h.tryStranger(ctx, pull.LastEndpoint())
	if err == nil && in != h.strangerComesIn {
		err = fmt.Errorf("a stranger comes in: %v", in)
	}
	fmt.Fprintln(out, "stranger comes in:", in)
	return err
}

func connected(endpoint string, settings []zmq.Setting) (*zmq.Socket, error) {
	push, err := zmq.NewSocket(zmq.PUSH, append(settings, zmq.Linger.Of(0))...)
	if err != nil {
		return nil, err
	}
	return push, push.Connect(endpoint)
}

// tryStranger waits for what a monitor says first: in, or refused.
func (h *house) tryStranger(ctx context.Context, endpoint string) (in bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	push, err := zmq.NewSocket(zmq.PUSH, append(h.stranger, zmq.Linger.Of(0))...)
	if err != nil {
		return false, err
	}
	defer push.Close()
	events := push.Monitor(ctx, zmq.EventHandshakeSucceeded|zmq.EventHandshakeFailed)
	if err := push.Connect(endpoint); err != nil {
		return false, err
	}
	for ev := range events {
		return ev.Kind == zmq.EventHandshakeSucceeded, nil
	}
	return false, ctx.Err()
}
