// SPDX-License-Identifier: Apache-2.0

package mechanism

import (
	"errors"
	"maps"
	"testing"

	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zerr"
)

// exchange is the recorded handshake of a mechanism with a server and a client.
type exchange struct {
	name           string
	client, server func() Machine
	commands       map[string][]byte // HELLO and INITIATE are the client's, WELCOME and READY the server's
	named          map[string][]byte // the same, without metadata where the machine hands them on unread
}

var exchanges = []*exchange{plainExchange, curveExchange}

var plainExchange = &exchange{
	name:     Plain,
	client:   func() Machine { return NewPlainClient([]byte("admin"), []byte("secret"), pushMetadata) },
	server:   func() Machine { return NewPlainServer(pullMetadata) },
	commands: map[string][]byte{"HELLO": plainHello, "WELCOME": plainWelcome, "INITIATE": plainInitiate, "READY": plainReady},
	named:    map[string][]byte{"HELLO": plainHello, "WELCOME": plainWelcome, "INITIATE": plainInitiate[:9], "READY": plainReady[:6]},
}

var curveExchange = &exchange{
	name:     Curve,
	client:   func() Machine { return goldenClient() },
	server:   func() Machine { return goldenServer() },
	commands: curveCommands,
	named:    curveCommands,
}

var curveCommands = map[string][]byte{"HELLO": goldenHello, "WELCOME": goldenWelcome, "INITIATE": goldenInitiate, "READY": goldenReady}

// upTo plays the handshake up to a command, which is not delivered; all of it if
// that is empty.
func (x *exchange) upTo(t testing.TB, command string) (client, server Machine) {
	t.Helper()
	client, server = x.client(), x.server()
	from, to := client, server
	for _, name := range []string{wire.CommandHello, wire.CommandWelcome, wire.CommandInitiate, wire.CommandReady} {
		next(t, from)
		if name == command {
			break
		}
		take(t, to, clone(x.commands[name]))
		if to.Question() != nil {
			to.Admit()
		}
		from, to = to, from
	}
	return client, server
}

// waiting is the machine that a command is for, after all that comes before.
func (x *exchange) waiting(t testing.TB, command string) Machine {
	t.Helper()
	client, server := x.upTo(t, command)
	if command == wire.CommandWelcome || command == wire.CommandReady {
		return client
	}
	return server
}

// TestSteps: at each step each command but the right one is refused with libzmq's
// number.
func TestSteps(t *testing.T) {
	for _, x := range exchanges {
		commands := maps.Clone(x.commands)
		commands["MESSAGE"], commands["OTHER"] = goldenMessageC, wire.AppendCommand(nil, "OTHER", nil)
		for _, step := range []struct {
			before string // what is not delivered yet
			client bool
			right  string
			code   uint32
		}{
			{"HELLO", false, "HELLO", UnexpectedCommand}, {"HELLO", true, "WELCOME", UnexpectedCommand},
			{"WELCOME", false, "INITIATE", UnexpectedCommand}, {"WELCOME", true, "WELCOME", UnexpectedCommand},
			{"INITIATE", false, "INITIATE", UnexpectedCommand}, {"INITIATE", true, "READY", UnexpectedCommand},
			{"READY", false, "", Unspecified}, {"READY", true, "READY", UnexpectedCommand},
			{"", true, "", UnexpectedCommand},
		} {
			for name, body := range commands {
				if name == step.right {
					continue
				}
				client, m := x.upTo(t, step.before)
				if step.client {
					m = client
				}
				refused(t, m.Receive(clone(body)), step.code)
			}
		}
		// A client that has not spoken expects nothing.
		refused(t, x.client().Receive(clone(x.commands["WELCOME"])), UnexpectedCommand)
	}
}

// TestNothingMovesWhileTheHandlerIsAsked, whatever the client sends.
func TestNothingMovesWhileTheHandlerIsAsked(t *testing.T) {
	for x, asked := range map[*exchange]string{plainExchange: "HELLO", curveExchange: "INITIATE"} {
		for _, body := range x.commands {
			s := x.waiting(t, asked)
			take(t, s, clone(x.commands[asked]))
			refused(t, s.Receive(clone(body)), Unspecified)
			quiet(t, s)
		}
	}
}

// stride is how far apart the bytes of a command are that a test of every byte tries: one,
// or with -short several.
func stride() int {
	if testing.Short() {
		return 7
	}
	return 1
}

// TestEveryTruncation: no beginning of a command passes, whatever its length. What
// INITIATE and READY of PLAIN carry is looked at with the metadata.
func TestEveryTruncation(t *testing.T) {
	for _, x := range exchanges {
		for name, body := range x.named {
			for n := 0; n < len(body); n += stride() {
				m := x.waiting(t, name)
				if err := m.Receive(clone(body[:n])); !errors.Is(err, zerr.ErrProtocol) {
					t.Fatalf("%s: %s of %d bytes: %v", x.name, name, n, err)
				}
				if b, err := m.Next(); b != nil || err != nil || m.Ready() || m.Question() != nil || m.Metadata() != nil {
					t.Fatalf("%s: %s of %d bytes leads on to % X", x.name, name, n, b)
				}
			}
		}
	}
}
