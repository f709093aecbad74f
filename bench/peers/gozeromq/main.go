// SPDX-License-Identifier: Apache-2.0

// Command gozeromq plays the roles of a measurement on github.com/go-zeromq/zmq4.
package main

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/go-zeromq/zmq4"

	"github.com/gozmq/zmq/bench/internal/role"
)

func main() { role.Main(library{}) }

type library struct{}

func (library) Version() string { return "go-zeromq/zmq4 " + version("github.com/go-zeromq/zmq4") }

func version(module string) string {
	info, _ := debug.ReadBuildInfo()
	for _, m := range info.Deps {
		if m.Path == module {
			return m.Version
		}
	}
	return "of unknown version"
}

func (library) Open() (role.Context, error) { return node{}, nil }

type node struct{}

var kinds = map[role.Kind]func(context.Context, ...zmq4.Option) zmq4.Socket{
	role.Push: zmq4.NewPush, role.Pull: zmq4.NewPull, role.Req: zmq4.NewReq, role.Rep: zmq4.NewRep,
	role.Dealer: zmq4.NewDealer, role.Router: zmq4.NewRouter, role.XPub: zmq4.NewXPub,
}

func (node) Socket(c role.Config) (role.Socket, error) {
	if c.Curve {
		return nil, fmt.Errorf("CURVE: %w", role.ErrUnsupported)
	}
	s := socket{kinds[c.Kind](context.Background())}
	if c.Kind == role.XPub {
		return &publisher{socket: s}, nil
	}
	return s, nil
}

func (node) Proxy(front, back role.Socket) error {
	return zmq4.NewProxy(context.Background(), front.(socket).Socket, back.(socket).Socket, nil).Run()
}

func (node) Close() error { return nil }

type socket struct{ zmq4.Socket }

func (s socket) Bind(endpoint string) (string, error) {
	tcp := strings.HasPrefix(endpoint, "tcp:")
	if tcp {
		endpoint = strings.Replace(endpoint, ":*", ":0", 1)
	}
	err := s.Listen(endpoint)
	if err == nil && tcp {
		endpoint = "tcp://" + s.Addr().String()
	}
	return endpoint, err
}

func (s socket) Connect(endpoint string) error { return s.Dial(endpoint) }

func (s socket) Send(body []byte) error { return s.Socket.Send(zmq4.NewMsg(body)) }

func (s socket) Recv() ([]byte, error) {
	m, err := s.Socket.Recv()
	if err != nil || len(m.Frames) == 0 {
		return nil, err
	}
	return m.Frames[len(m.Frames)-1], nil
}

func (s socket) SendParts(parts [][]byte) error { return s.SendMulti(zmq4.NewMsgFrom(parts...)) }

func (s socket) RecvParts() (frames, bytes int, err error) {
	m, err := s.Socket.Recv()
	for _, f := range m.Frames {
		bytes += len(f)
	}
	return len(m.Frames), bytes, err
}

func (s socket) Echo() error {
	m, err := s.Socket.Recv()
	if err != nil {
		return err
	}
	return s.SendMulti(m)
}

// Shared is false: the documentation does not promise it.
func (socket) Shared() bool { return false }

// publisher stands in for receiving subscriptions, which this library's XPUB does
// not tell of: the topics of all subscribers can be listed.
type publisher struct {
	socket
	told bool
}

// settle is how long more subscribers to the same topic may come, since the library
// does not count them. Joining costs a subscriber less than a millisecond.
const settle = time.Second

func (p *publisher) Recv() ([]byte, error) {
	for !p.told {
		topics := p.Socket.(zmq4.Topics).Topics()
		everything := len(topics) == 1 && topics[0] == ""
		if p.told = everything || slices.Contains(topics, "last"); everything {
			time.Sleep(settle)
		} else if !p.told {
			time.Sleep(10 * time.Millisecond)
		}
	}
	return []byte("\x01last"), nil
}
