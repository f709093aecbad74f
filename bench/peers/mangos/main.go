// SPDX-License-Identifier: Apache-2.0

// Command mangos plays the roles of a measurement on go.nanomsg.org/mangos/v3: the
// same patterns in another protocol, so that it can only talk to itself.
package main

import (
	"fmt"
	"runtime/debug"
	"strings"

	"go.nanomsg.org/mangos/v3"
	"go.nanomsg.org/mangos/v3/protocol/pull"
	"go.nanomsg.org/mangos/v3/protocol/push"
	"go.nanomsg.org/mangos/v3/protocol/rep"
	"go.nanomsg.org/mangos/v3/protocol/req"
	"go.nanomsg.org/mangos/v3/protocol/xpull"
	"go.nanomsg.org/mangos/v3/protocol/xpush"
	_ "go.nanomsg.org/mangos/v3/transport/inproc"
	_ "go.nanomsg.org/mangos/v3/transport/ipc"
	_ "go.nanomsg.org/mangos/v3/transport/tcp"

	"github.com/gozmq/zmq/bench/internal/role"
)

func main() { role.Main(library{}) }

type library struct{}

func (library) Version() string { return "mangos " + version("go.nanomsg.org/mangos/v3") }

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

var kinds = map[role.Kind]func() (mangos.Socket, error){
	role.Push: push.NewSocket, role.Pull: pull.NewSocket, role.Req: req.NewSocket, role.Rep: rep.NewSocket,
}

// raw are the kinds that mangos.Device works with.
var raw = map[role.Kind]func() (mangos.Socket, error){role.Push: xpush.NewSocket, role.Pull: xpull.NewSocket}

func (node) Socket(c role.Config) (role.Socket, error) {
	open := kinds[c.Kind]
	if c.Forwards {
		open = raw[c.Kind]
	}
	if open == nil || c.Curve {
		return nil, fmt.Errorf("%s, CURVE %v: %w", c.Kind, c.Curve, role.ErrUnsupported)
	}
	s, err := open()
	return socket{s}, err
}

func (node) Proxy(front, back role.Socket) error {
	if err := mangos.Device(front.(socket).Socket, back.(socket).Socket); err != nil {
		return err
	}
	select {} // it works in the background
}

func (node) Close() error { return nil }

type socket struct{ mangos.Socket }

func (s socket) Bind(endpoint string) (string, error) {
	if strings.HasPrefix(endpoint, "tcp:") {
		endpoint = strings.Replace(endpoint, ":*", ":0", 1)
	}
	l, err := s.NewListener(endpoint, nil)
	if err != nil {
		return "", err
	}
	err = l.Listen()
	return l.Address(), err
}

func (s socket) Connect(endpoint string) error { return s.Dial(endpoint) }

func (socket) SendParts([][]byte) error {
	return fmt.Errorf("several frames: %w", role.ErrUnsupported)
}

func (socket) RecvParts() (int, int, error) {
	return 0, 0, fmt.Errorf("several frames: %w", role.ErrUnsupported)
}

func (s socket) Echo() error {
	body, err := s.Recv()
	if err != nil {
		return err
	}
	return s.Send(body)
}

func (socket) Shared() bool { return true }
