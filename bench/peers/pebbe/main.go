// SPDX-License-Identifier: Apache-2.0

// Command pebbe plays the roles of a measurement on github.com/pebbe/zmq4, which
// calls libzmq by cgo. It is a module of its own because it needs both.
package main

import (
	"fmt"
	"runtime/debug"
	"time"

	"github.com/pebbe/zmq4"

	"github.com/gozmq/zmq/bench/internal/role"
)

func main() { role.Main(library{}) }

type library struct{}

func (library) Version() string {
	major, minor, patch := zmq4.Version()
	return fmt.Sprintf("pebbe/zmq4 %s on libzmq %d.%d.%d", version("github.com/pebbe/zmq4"), major, minor, patch)
}

func version(module string) string {
	info, _ := debug.ReadBuildInfo()
	for _, m := range info.Deps {
		if m.Path == module {
			return m.Version
		}
	}
	return "of unknown version"
}

func (library) Open() (role.Context, error) {
	c, err := zmq4.NewContext()
	return node{c}, err
}

type node struct{ *zmq4.Context }

var kinds = map[role.Kind]zmq4.Type{
	role.Push: zmq4.PUSH, role.Pull: zmq4.PULL, role.Req: zmq4.REQ, role.Rep: zmq4.REP,
	role.Dealer: zmq4.DEALER, role.Router: zmq4.ROUTER, role.XPub: zmq4.XPUB,
}

func (n node) Socket(c role.Config) (role.Socket, error) {
	s, err := n.NewSocket(kinds[c.Kind])
	if err != nil {
		return nil, err
	}
	if err := s.SetLinger(-time.Millisecond); err != nil {
		return nil, err
	}
	if c.Kind == role.XPub {
		if err := s.SetXpubNodrop(true); err != nil {
			return nil, err
		}
		if err := s.SetXpubVerbose(1); err != nil {
			return nil, err
		}
	}
	if c.Curve {
		if err := curve(s, c.Server); err != nil {
			return nil, err
		}
	}
	return socket{s}, nil
}

func curve(s *zmq4.Socket, server bool) error {
	if server {
		if err := s.SetCurveServer(1); err != nil {
			return err
		}
		return s.SetCurveSecretkey(role.ServerSecret)
	}
	if err := s.SetCurveServerkey(role.ServerPublic); err != nil {
		return err
	}
	if err := s.SetCurvePublickey(role.ClientPublic); err != nil {
		return err
	}
	return s.SetCurveSecretkey(role.ClientSecret)
}

func (node) Proxy(front, back role.Socket) error {
	return zmq4.Proxy(front.(socket).Socket, back.(socket).Socket, nil)
}

func (n node) Close() error { return n.Term() }

type socket struct{ *zmq4.Socket }

func (s socket) Bind(endpoint string) (string, error) {
	if err := s.Socket.Bind(endpoint); err != nil {
		return "", err
	}
	return s.GetLastEndpoint()
}

func (s socket) Connect(endpoint string) error { return s.Socket.Connect(endpoint) }

func (s socket) Send(body []byte) error {
	_, err := s.SendBytes(body, 0)
	return err
}

func (s socket) Recv() ([]byte, error) { return s.RecvBytes(0) }

func (s socket) SendParts(parts [][]byte) error {
	_, err := s.SendMessage(parts)
	return err
}

func (s socket) RecvParts() (frames, bytes int, err error) {
	parts, err := s.RecvMessageBytes(0)
	for _, p := range parts {
		bytes += len(p)
	}
	return len(parts), bytes, err
}

func (s socket) Echo() error {
	parts, err := s.RecvMessageBytes(0)
	if err != nil {
		return err
	}
	return s.SendParts(parts)
}

func (socket) Shared() bool { return false }
