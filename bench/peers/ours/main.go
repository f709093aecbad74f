// SPDX-License-Identifier: Apache-2.0

// Command ours plays the roles of a measurement on this library.
package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/bench/internal/role"
)

func main() { role.Main(library{}) }

// way is how messages are received: by Recv, which leaves each message to the receiver for
// good; or by RecvInto, into memory that the receiver has, as zmq_recv and plain Go do. The
// linker sets it.
var way = "Recv"

// family is which socket types play the roles: the older ones, or with "draft" those of
// the thread-safe family that do the same. The linker sets it.
var family = ""

// instead is a transport that takes the place of ws, to compare the two. The linker sets it.
var instead = ""

type library struct{}

func (library) Version() string {
	major, minor, patch := zmq.Version()
	return fmt.Sprintf("gozmq %d.%d.%d", major, minor, patch)
}

func (library) Open() (role.Context, error) {
	settings, err := layers()
	if err != nil {
		return nil, err
	}
	c, err := zmq.NewContext(zmq.ContextConfig{Settings: settings})
	return node{c}, err
}

type node struct{ *zmq.Context }

var kinds = map[role.Kind]zmq.SocketType{
	role.Push: zmq.PUSH, role.Pull: zmq.PULL, role.Req: zmq.REQ, role.Rep: zmq.REP,
	role.Dealer: zmq.DEALER, role.Router: zmq.ROUTER, role.XPub: zmq.XPUB,
}

// drafts are the types of the thread-safe family.
var drafts = map[role.Kind]zmq.SocketType{
	role.Push: zmq.SCATTER, role.Pull: zmq.GATHER, role.Dealer: zmq.CLIENT, role.Router: zmq.SERVER, role.XPub: zmq.RADIO,
}

func (n node) Socket(c role.Config) (role.Socket, error) {
	typ, ok := kinds[c.Kind]
	if family == "draft" {
		typ, ok = drafts[c.Kind]
	}
	if !ok {
		return nil, fmt.Errorf("no draft type is a %s: %w", c.Kind, role.ErrUnsupported)
	}
	settings := []zmq.Setting{zmq.Linger.Of(-1)}
	if c.Kind == role.XPub {
		settings = append(settings, zmq.XPubNoDrop.Of(true))
	}
	if typ == zmq.XPUB {
		settings = append(settings, zmq.XPubVerbose.Of(true))
	}
	if c.Curve {
		settings = append(settings, curve(c.Server)...)
	}
	s, err := n.NewSocket(typ, settings...)
	if typ == zmq.RADIO {
		return &radio{socket: socket{s, new(zmq.Message)}}, err
	}
	return socket{s, new(zmq.Message)}, err
}

func curve(server bool) []zmq.Setting {
	if server {
		return []zmq.Setting{zmq.CurveServer.Of(true), zmq.CurveSecretKey.Of([]byte(role.ServerSecret))}
	}
	return []zmq.Setting{
		zmq.CurveServerKey.Of([]byte(role.ServerPublic)),
		zmq.CurvePublicKey.Of([]byte(role.ClientPublic)), zmq.CurveSecretKey.Of([]byte(role.ClientSecret)),
	}
}

func (node) Proxy(front, back role.Socket) error {
	p, err := zmq.NewProxy(front.(socket).Socket, back.(socket).Socket)
	if err != nil {
		return err
	}
	return p.Run(context.Background())
}

func (n node) Close() error { return n.Term(context.Background()) }

type socket struct {
	*zmq.Socket
	in *zmq.Message
}

func (s socket) Bind(endpoint string) (string, error) {
	if under, ok := strings.CutPrefix(endpoint, "ws:"); ok && instead != "" {
		endpoint = instead + ":" + under
	}
	err := s.Socket.Bind(endpoint)
	return s.LastEndpoint(), err
}

func (s socket) Connect(endpoint string) error { return s.Socket.Connect(endpoint) }

func (s socket) Send(body []byte) error { return s.Socket.Send(context.Background(), body) }

func (s socket) Recv() ([]byte, error) {
	if way == "RecvInto" {
		err := s.RecvInto(context.Background(), s.in)
		return s.in.Last(), err
	}
	m, err := s.Socket.Recv(context.Background())
	return m.Last(), err
}

func (s socket) SendParts(parts [][]byte) error {
	if family == "draft" {
		return fmt.Errorf("a message has one frame: %w", role.ErrUnsupported)
	}
	return s.Socket.Send(context.Background(), parts...)
}

func (s socket) RecvParts() (frames, bytes int, err error) {
	if way == "RecvInto" {
		err := s.RecvInto(context.Background(), s.in)
		return s.in.Len(), s.in.Size(), err
	}
	m, err := s.Socket.Recv(context.Background())
	return m.Len(), m.Size(), err
}

func (s socket) Echo() error {
	m, err := s.Socket.Recv(context.Background())
	if err != nil {
		return err
	}
	return s.SendMessage(context.Background(), m)
}

func (socket) Shared() bool { return true }

// radio is a RADIO in the place of an XPUB: one group, and for each notice of a
// subscription one more DISH that has joined it.
type radio struct {
	socket
	joined int
}

func (r *radio) Send(body []byte) error {
	return r.SendMessage(context.Background(), zmq.NewMessage(body).WithGroup(role.Group))
}

func (r *radio) Recv() ([]byte, error) {
	r.joined++
	return nil, r.WaitSubscribers(context.Background(), role.Group, r.joined)
}
