// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
	"github.com/gozmq/zmq/ws"
)

// Each error of a mistake that newcomers make says what to do: the tables have the part of
// the text that does so.

// wantText checks an error: what it is, that it says what it should, and once only that it
// comes from this package.
func wantText(t *testing.T, what string, err, is error, want string) {
	t.Helper()
	switch {
	case err == nil:
		t.Errorf("%s: no error, want %q", what, want)
	case !errors.Is(err, is):
		t.Errorf("%s: %v is not %v", what, err, is)
	case !strings.HasPrefix(err.Error(), "zmq: ") || strings.Count(err.Error(), "zmq: ") != 1 || !strings.Contains(err.Error(), want):
		t.Errorf("%s: %q, want %q in it", what, err, want)
	}
}

func TestErrorOfAWrongEndpointSaysWhatToWrite(t *testing.T) {
	r := rig.New(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	r.Check(err)
	defer l.Close()
	file := filepath.Join(t.TempDir(), "file")
	r.Check(os.WriteFile(file, nil, 0o600))
	_, served := r.Bind(zmq.PULL, rig.IPCEndpoint(t))
	taken, _ := r.Bind(zmq.PAIR, "inproc://taken")
	web := zmq.WithTransports(ws.Transports(ws.Config{})...)
	both := []string{"bind", "connect"}
	bind, connect := both[:1], both[1:]
	for _, c := range []struct {
		ops      []string
		typ      zmq.SocketType
		endpoint string
		is       error
		want     string
	}{
		{both, zmq.PAIR, "", zmq.ErrInvalid, `has no "://", write for example tcp://localhost:5555`},
		{both, zmq.PAIR, "localhost:5556", zmq.ErrInvalid, "write for example tcp://localhost:5556"},
		{both, zmq.PAIR, "*:5556", zmq.ErrInvalid, "write for example tcp://*:5556"},
		{both, zmq.PAIR, ":5556", zmq.ErrInvalid, "write for example tcp://*:5556"},
		{both, zmq.PAIR, "/run/app.sock", zmq.ErrInvalid, "write for example ipc:///run/app.sock"},
		{both, zmq.PAIR, "tcp:/host:5", zmq.ErrInvalid, "write for example tcp://localhost:5555"},
		{both, zmq.PAIR, "://x", zmq.ErrInvalid, "has no scheme"},
		{both, zmq.PAIR, "tcp://", zmq.ErrInvalid, "has no address"},
		{both, zmq.PAIR, "TCP://*:5555", zmq.ErrUnsupportedTransport, `transport "TCP" is written in lower case, tcp`},
		{both, zmq.PAIR, "http://host:80", zmq.ErrUnsupportedTransport, `transport "http" is none of epgm, inproc, ipc, pgm, tcp, `},
		{both, zmq.PAIR, "http://host:80", zmq.ErrUnsupportedTransport, `nor of those that a program adds: tls, ws, wss: `},
		{both, zmq.PAIR, "ws://*:80", zmq.ErrUnsupportedTransport, "zmq.WithTransports(ws.Transports(ws.Config{})...)"},
		{both, zmq.PAIR, "tipc://5555", zmq.ErrInvalid, "neither {type,instance}, {type,lower,upper} nor"},

		{both, zmq.PAIR, "tcp://localhost", zmq.ErrInvalid, `"localhost" has no port, it should be host:port`},
		{both, zmq.PAIR, "tcp://5555", zmq.ErrInvalid, `"5555" has no port, it should be host:port`},
		{bind, zmq.PAIR, "tcp://:5555", zmq.ErrNoDevice, "there is no host, write *:5555 for every address of this machine"},
		{bind, zmq.PAIR, "tcp://:*", zmq.ErrNoDevice, "there is no host, write *:* for"},
		{bind, zmq.PAIR, "tcp://*:99999", zmq.ErrInvalid, "port 99999 is not between 1 and 65535"},
		{connect, zmq.PAIR, "tcp://localhost:99999", zmq.ErrInvalid, "port 99999 is not between 1 and 65535"},
		{bind, zmq.PAIR, "tcp://*:http", zmq.ErrInvalid, `port "http" is not a number, nor * for one that the system chooses`},
		{connect, zmq.PAIR, "tcp://localhost:http", zmq.ErrInvalid, `port "http" is not a number`},
		{connect, zmq.PAIR, "tcp://*:5555", zmq.ErrInvalid, "a * stands for every address of this machine, and only a bind can have it"},
		{connect, zmq.PAIR, "tcp://me@host:5555", zmq.ErrInvalid, "the character '@' belongs neither to a host nor to a port"},
		{bind, zmq.PAIR, "tcp://" + strings.Repeat("x", 64) + ".invalid:5555", zmq.ErrNoDevice, `.invalid" is neither an address nor an interface nor a name: lookup`},
		{bind, zmq.PAIR, "tcp://192.0.2.1:5555", syscall.EADDRNOTAVAIL, "this machine does not have the address 192.0.2.1"},
		{bind, zmq.PAIR, "tcp://" + l.Addr().String(), zmq.ErrAddressInUse, l.Addr().String() + ": bind: address already in use"},

		{both, zmq.PAIR, "ipc://" + strings.Repeat("n", 200), zmq.ErrNameTooLong, "ipc path of 200 bytes, at most 10"},
		{bind, zmq.PAIR, "ipc:///no/such/folder/socket", fs.ErrNotExist, "(the folder /no/such/folder is not there)"},
		{bind, zmq.PAIR, "ipc://" + file, zmq.ErrAddressInUse, "is not a socket"},
		{bind, zmq.PAIR, served, zmq.ErrAddressInUse, "another socket listens on"},
		{bind, zmq.PAIR, "inproc://taken", zmq.ErrAddressInUse, taken.String() + " of this context is bound to it"},

		{both, zmq.ROUTER, "udp://*:5555", zmq.ErrIncompatibleTransport, "udp is for RADIO, DISH, DGRAM, not for a ROUTER"},
		{bind, zmq.RADIO, "udp://*:5555", zmq.ErrIncompatibleTransport, "over udp a RADIO does not bind"},
		{connect, zmq.RADIO, "udp://*:5555", zmq.ErrInvalid, "is no address to send to, which has a host and a port"},
		{bind, zmq.DISH, "udp://239.1.2.3", zmq.ErrInvalid, "has not the form [interface;]host:port"},
		{bind, zmq.DISH, "udp://nosuch9;239.1.2.3:5555", zmq.ErrNoDevice, `no interface has the name "nosuch9"`},
		{both, zmq.STREAM, "ipc:///tmp/x", zmq.ErrIncompatibleTransport, "a STREAM needs tcp, not ipc"},

		{both, zmq.REQ, "ws://host", zmq.ErrInvalid, `address "host" has no port`},
		{bind, zmq.REQ, "wss://*:0", zmq.ErrInvalid, "wss needs a certificate with its key, in ws.Config or in WSS_CERT_PEM and WSS_KEY_PEM"},
	} {
		for _, op := range c.ops {
			s := r.Socket(c.typ)
			call := s.Bind
			if op == "connect" {
				call = s.Connect
			}
			var settings []zmq.Setting
			if c.typ == zmq.REQ { // the rows about ws
				settings = append(settings, web)
			}
			err := call(c.endpoint, settings...)
			wantText(t, op+" "+c.endpoint, err, c.is, c.want)
			if err != nil && c.endpoint != "" && !strings.HasPrefix(err.Error(), "zmq: "+op+" "+c.endpoint+": ") {
				t.Errorf("%s %s: %q does not say so", op, c.endpoint, err)
			}
		}
	}
}

func TestErrorOfAWrongCallSaysWhatComesFirst(t *testing.T) {
	r := rig.New(t)
	send := func(typ zmq.SocketType, frames ...string) error { return r.Socket(typ).SendString(r.Ctx, frames...) }
	recv := func(s *zmq.Socket) error { _, err := s.Recv(r.Ctx); return err }
	rep, req := r.Pair(zmq.REP, zmq.REQ, "inproc://turns")
	r.Send(req, "a")
	r.WantRecv(rep, "a")
	bound, at := r.Bind(zmq.PULL, rig.AnyPort)
	connected := r.Connect(zmq.PUSH, at)
	_, small := r.Bind(zmq.PULL, rig.AnyPort, zmq.MaxMessageSize.Of(1000))
	dish := r.Socket(zmq.DISH)
	r.Check(dish.Join("a"))
	closed := r.Socket(zmq.PUSH)
	r.Check(closed.Close())
	for _, c := range []struct {
		what string
		err  error
		is   error
		want string
	}{
		{"REQ receives first", recv(r.Socket(zmq.REQ)), zmq.ErrState, "receive REQ#"},
		{"REQ receives first", recv(r.Socket(zmq.REQ)), zmq.ErrState, ": send a request first: "},
		{"REQ sends twice", req.SendString(r.Ctx, "b"), zmq.ErrState, ": receive the reply to the last request first, or use Request: "},
		{"REP sends first", send(zmq.REP, "x"), zmq.ErrState, ": receive a request first: "},
		{"REP receives twice", recv(rep), zmq.ErrState, ": send the reply to the last request first: "},
		{"TrySend out of turn", req.TrySend(nil), zmq.ErrState, ": receive the reply to the last request first"},

		{"send on SUB", send(zmq.SUB, "x"), zmq.ErrNotSupported, "a SUB only receives"},
		{"receive on PUSH", recv(r.Socket(zmq.PUSH)), zmq.ErrNotSupported, "a PUSH only sends"},
		{"Request on DEALER", func() error { _, err := r.Socket(zmq.DEALER).Request(r.Ctx, nil); return err }(), zmq.ErrNotSupported, "a request is made on a REQ, and this is a DEALER"},
		{"Join on SUB", r.Socket(zmq.SUB).Join("a"), zmq.ErrNotSupported, "only a DISH has groups, and this is a SUB"},
		{"WaitSubscribers on SUB", r.Socket(zmq.SUB).WaitSubscribers(r.Ctx, "", 1), zmq.ErrNotSupported, "a PUB, XPUB or RADIO has subscribers, and this is a SUB"},
		{"ConnectPeer on DEALER", func() error { _, err := r.Socket(zmq.DEALER).ConnectPeer("inproc://x"); return err }(), zmq.ErrNotSupported, "only a PEER numbers its peers, a DEALER connects with Connect"},
		{"DisconnectRoutingID on ROUTER", r.Socket(zmq.ROUTER).DisconnectRoutingID(1), zmq.ErrNotSupported, "a SERVER or PEER numbers its peers, and this is a ROUTER"},
		{"Subscribe on PULL", r.Socket(zmq.PULL).Subscribe("a"), zmq.ErrInvalid, "only a SUB subscribes"},
		{"Subscribe on XSUB", r.Socket(zmq.XSUB).Subscribe("a"), zmq.ErrInvalid, "an XSUB subscribes by a message of byte 1 and the topic"},
		{"Unsubscribe on DISH", r.Socket(zmq.DISH).Unsubscribe("a"), zmq.ErrInvalid, "a DISH joins groups, see Join"},
		{"Subscribe on XPUB", r.Socket(zmq.XPUB).Subscribe("a"), zmq.ErrInvalid, "only with XPubManual"},

		{"unknown routing id", send(zmq.ROUTER, "bob", "x"), zmq.ErrHostUnreachable, `to "bob", which has left or never was`},
		{"no routing id", send(zmq.ROUTER, "x"), zmq.ErrInvalid, "a ROUTER sends a routing id and at least one frame behind it"},
		{"a body in the place of a routing id", send(zmq.ROUTER, strings.Repeat("x", 300), ""), zmq.ErrHostUnreachable, "the first frame has to be the routing id of a peer, and this one has 300 bytes"},
		{"unknown number", r.Socket(zmq.SERVER).SendMessage(r.Ctx, zmq.NewStringMessage("x").WithRoutingID(7)), zmq.ErrHostUnreachable, "to peer 7, which has left or never was"},
		{"no number", send(zmq.SERVER, "x"), zmq.ErrHostUnreachable, "the message names no peer, use WithRoutingID"},
		{"DisconnectPeer of a peer that has gone", r.Socket(zmq.ROUTER).DisconnectPeer(zmq.Peer{}), zmq.ErrHostUnreachable, "its connection has ended"},
		{"no frames", r.Socket(zmq.PUSH).Send(r.Ctx), zmq.ErrInvalid, "a message has at least one frame"},
		{"two frames", send(zmq.CLIENT, "x", "y"), zmq.ErrInvalid, "a CLIENT sends messages of one frame, and this one has 2"},
		{"too large", r.Connect(zmq.PUSH, small).Send(r.Ctx, make([]byte, 2000)), zmq.ErrMessageTooLarge, small + " accepts 1000"},
		{"a group joined twice", dish.Join("a"), zmq.ErrInvalid, `the group "a" is joined already`},
		{"a long group", dish.Join(strings.Repeat("g", 300)), zmq.ErrInvalid, "a group has at most 255 bytes"},

		{"Unbind as it was bound", bound.Unbind(rig.AnyPort), zmq.ErrNoEndpoint, bound.String() + " is bound to " + at},
		{"Unbind of a socket that is not bound", connected.Unbind("tcp://127.0.0.1:1"), zmq.ErrNoEndpoint, connected.String() + " is not bound"},
		{"Disconnect from elsewhere", connected.Disconnect("tcp://127.0.0.1:1"), zmq.ErrNoEndpoint, connected.String() + " is connected to " + at},
		{"closed", closed.SendString(r.Ctx, "x"), zmq.ErrClosed, closed.String() + ": socket closed"},
		{"nil in a proxy", func() error { _, err := zmq.NewProxy(closed, nil); return err }(), zmq.ErrInvalid, "a proxy needs two sockets, and one of them is nil"},
	} {
		wantText(t, c.what, c.err, c.is, c.want)
	}
}

func TestErrorOfAWrongOptionNamesItAndItsRange(t *testing.T) {
	r := rig.New(t)
	set := func(typ zmq.SocketType, x zmq.Setting) error { return r.Socket(typ).Set(x) }
	for _, c := range []struct {
		err  error
		want string
	}{
		{set(zmq.SUB, zmq.RecvHWM.Of(-1)), "option RecvHWM (RCVHWM): -1 is not between 0 and 2147483647"},
		{set(zmq.SUB, zmq.HeartbeatTTL.Of(2*time.Hour)), "option HeartbeatTTL (HEARTBEAT_TTL): 7200000 ms is not between -99 and 6553599"},
		{set(zmq.SUB, zmq.TOS.Of(-1)), "option TOS: -1 is not between"},
		{set(zmq.DEALER, zmq.RoutingID.Of(make([]byte, 300))), "option RoutingID (ROUTING_ID): 300 bytes are more than 255"},
		{set(zmq.DEALER, zmq.CurvePublicKey.Of(make([]byte, 31))), "option CurvePublicKey (CURVE_PUBLICKEY): 31 bytes are fewer than 32"},
		{set(zmq.REQ, zmq.XPubVerbose.Of(true)), "option XPubVerbose (XPUB_VERBOSE) does not apply to a REQ, only to XPUB, PUB"},
		{r.Socket(zmq.PULL).Bind("inproc://x", zmq.XPubVerbose.Of(true)), "does not apply to a PULL, only to XPUB, PUB"},
		{r.Socket(zmq.PULL).Bind("inproc://x", zmq.Linger.Of(0)), "option Linger is one of the whole socket, not of one endpoint"},
		{func() error { _, err := zmq.ParsePublicKey("abc"); return err }(), "a public key has 40 characters of Z85, not 3"},
		{func() error { _, err := r.ZMQ.NewSocket(zmq.SocketType(99)); return err }(), "no socket type has the number 99"},
	} {
		wantText(t, c.want, c.err, zmq.ErrInvalid, c.want)
	}
	full, err := zmq.NewContext(zmq.ContextConfig{MaxSockets: 1})
	r.Check(err)
	old, err := full.NewSocket(zmq.PUSH)
	r.Check(err)
	_, err = full.NewSocket(zmq.PUSH)
	wantText(t, "one socket more", err, zmq.ErrTooManySockets, "1 sockets are open, as many as MaxSockets allows")
	r.Check(full.Close())
	_, err = full.NewSocket(zmq.PUSH)
	wantText(t, "a context that has ended", err, zmq.ErrTerminated, "new socket PUSH: context terminated")
	wantText(t, "a socket of such a context", old.SendString(r.Ctx, "x"), zmq.ErrTerminated, ": context terminated")
}
