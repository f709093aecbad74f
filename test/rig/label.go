// SPDX-License-Identifier: Apache-2.0

package rig

import "github.com/gozmq/zmq"

// Answer sends a message back to the sender of another.
func (r *Test) Answer(s *zmq.Socket, to zmq.Message, text string) {
	r.Helper()
	r.SendTo(s, to.RoutingID(), text)
}

// SendTo sends a message to the peer with that number.
func (r *Test) SendTo(s *zmq.Socket, id uint32, text string) {
	r.Helper()
	r.Check(s.SendMessage(r.Ctx, zmq.NewStringMessage(text).WithRoutingID(id)))
}

// Radio sends a message to a group.
func (r *Test) Radio(s *zmq.Socket, group, text string) {
	r.Helper()
	r.Check(s.SendMessage(r.Ctx, zmq.NewStringMessage(text).WithGroup(group)))
}

// RecvMessage receives a message of one frame and compares it.
func (r *Test) RecvMessage(s *zmq.Socket, text string) zmq.Message {
	r.Helper()
	m, err := s.Recv(r.Ctx)
	r.Check(err)
	if m.Len() != 1 || m.String() != text {
		r.Fatalf("%s received %q, want %q", s, Texts(m), text)
	}
	return m
}

// Dish makes a connected DISH whose groups have reached the RADIO.
func (r *Test) Dish(radio *zmq.Socket, at string, groups ...string) *zmq.Socket {
	r.Helper()
	s := r.Socket(zmq.DISH)
	for _, g := range groups {
		r.Check(s.Join(g))
	}
	r.connectTo(radio, s, at)
	return s
}
